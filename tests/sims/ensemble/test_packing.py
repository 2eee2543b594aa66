"""What crosses processes is what was lived: every group of every run, whichever groups the other runs have people in."""

import pickle

import numpy as np

from sims.ensemble.bridge import Daily
from sims.ensemble.packing import Packed


def daily(rng: np.random.Generator, groups: tuple[str, ...], days: int) -> Daily:
    found: Daily = {"all": {"shares": rng.random(days), "trust": rng.random(days)}}
    return found | {group: {"shares": rng.random(days)} for group in groups}


def test_runs_come_out_as_they_went_in() -> None:
    rng = np.random.default_rng(3)
    runs = [
        [daily(rng, ("segment=a", "segment=b"), 5), daily(rng, ("segment=a",), 3)],
        [daily(rng, ("segment=b",), 5), daily(rng, ("segment=a",), 3)],
    ]
    packed = Packed.of(runs)
    assert [values.shape for values in packed.values] == [(7, 5), (6, 3)]
    again = pickle.loads(pickle.dumps(packed)).opened()
    assert len(again) == len(runs)
    for mine, theirs in zip(runs, again, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            assert [*one] == [*other]
            for group, outcomes in one.items():
                assert {name: days.tolist() for name, days in outcomes.items()} == {
                    name: days.tolist() for name, days in other[group].items()
                }
