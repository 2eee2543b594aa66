"""Ensembles: the same bytes for any number of processes, and common random numbers across scenarios."""

import json

import numpy as np
import pytest

from sims.ensemble import run
from sims.ensemble.bridge import bytes_a_run
from sims.ensemble.result import ALL
from sims.ensemble.run import record_run, simulate, simulate_all
from sims.scenario.scenario import Scenario


def test_one_and_two_processes_give_the_same_bytes(small: Scenario) -> None:
    one = json.dumps(simulate(small, processes=1).as_json())
    assert one == json.dumps(simulate(small, processes=2).as_json())


@pytest.mark.parametrize("most", [1, 2, 3])
def test_however_the_runs_are_cut_into_chunks_the_bytes_are_the_same(
    small: Scenario, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.dumps(simulate(small, runs=5, processes=1).as_json())
    monkeypatch.setattr(run, "RUNS_A_CHUNK", most)
    cut = run.chunks([small], 1, 5, 1)
    assert max(chunk.after - chunk.first for chunk in cut) <= most
    assert [number for chunk in cut for number in range(chunk.first, chunk.after)] == list(range(5))
    assert json.dumps(simulate(small, runs=5, processes=1).as_json()) == whole


def test_chunks_are_cut_to_memory_and_to_the_processes(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(run.chunks([small], 1, 6, 3)) == 3
    monkeypatch.setattr(run, "MEMORY_A_CHUNK", 2 * bytes_a_run(small))
    assert [chunk.after - chunk.first for chunk in run.chunks([small], 1, 6, 1)] == [2, 2, 2]


def test_another_seed_gives_other_numbers(small: Scenario) -> None:
    first, second = simulate(small, runs=1), simulate(small, runs=1, seed=4)
    assert first.total("viewers") != second.total("viewers")


def test_more_runs_keep_the_earlier_ones(small: Scenario) -> None:
    few, many = simulate(small, runs=2), simulate(small, runs=3)
    assert few.total("viewers").tolist() == many.total("viewers")[:2].tolist()


def test_scenarios_agree_until_they_differ(small: Scenario) -> None:
    treated, control = simulate_all([small, small.without_schemes()], runs=2)
    before = slice(0, 7)
    for outcome in treated.daily[ALL]:
        assert np.array_equal(
            treated.daily[ALL][outcome][:, before], control.daily[ALL][outcome][:, before]
        ), outcome


def test_splits_add_up(small: Scenario) -> None:
    result = simulate(small, runs=2)
    parts = [result.total("shares", split) for split in result.daily if split.startswith("segment=")]
    assert len(parts) == 2
    assert np.array_equal(sum(parts), result.total("shares"))


def test_recorded_events_are_those_of_run_0(small: Scenario) -> None:
    events = record_run(small)
    shares = sum(event.kind == "share" for event in events)
    assert shares == simulate(small, runs=1).total("shares")[0]
    assert events == record_run(small)


@pytest.mark.parametrize(("runs", "seed"), [(0, 1), (100_001, 1), (1, -1), (1, 2**63)])
def test_impossible_numbers_are_refused(small: Scenario, runs: int, seed: int) -> None:
    with pytest.raises(ValueError, match="it must be"):
        simulate(small, runs=runs, seed=seed)
