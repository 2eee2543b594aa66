"""One run may meet several futures: the same people and the same past, and another chance from a day on."""

import numpy as np

from sims.ensemble.bridge import CLICKS, SHARES, futures, lived, parameters_of
from sims.scenario.scenario import Scenario

SPLIT, SEED, RUN = 7, 5, 3


def test_futures_have_one_past_and_differ_after_it(small: Scenario) -> None:
    draw = (SEED, RUN, parameters_of(small, SEED, RUN))
    found = futures(small, draw, SPLIT, [RUN, 101, 102])
    shares, clicks = (np.stack([one["all"][name] for one in found]) for name in (SHARES, CLICKS))
    for values in (shares, clicks):
        assert (values[:, :SPLIT] == values[0, :SPLIT]).all()
    assert len({values.tobytes() for values in shares}) == 3
    # Who goes on by its own chance lives its own life.
    alone = lived([(small, [draw])])[0][0]
    for name, values in alone["all"].items():
        assert (found[0]["all"][name] == values).all(), name
