"""Ensembles: the same bytes for any number of processes, and common random numbers across scenarios."""

import json
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from agents.model import AdvocacyModel
from agents.parameters.default_posterior import draw_parameters
from sims.ensemble import crew, executors, sweep
from sims.ensemble.bridge import ECHO, bytes_a_run, parameters_of
from sims.ensemble.result import ALL
from sims.ensemble.run import Manner, record_run, simulate, simulate_all
from sims.scenario.scenario import Scenario


def test_one_and_two_processes_give_the_same_bytes(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "context", lambda: get_context("spawn"))
    one = json.dumps(simulate(small, processes=1).as_json())
    assert one == json.dumps(simulate(small, processes=2).as_json())


@pytest.mark.parametrize("most", [1, 2, 3])
def test_however_the_runs_are_cut_into_chunks_the_bytes_are_the_same(
    small: Scenario, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.dumps(simulate(small, runs=5, processes=1).as_json())
    monkeypatch.setattr(sweep, "RUNS_A_CHUNK", most)
    cut = sweep.chunks([small], range(5), 1)
    assert max(len(chunk.runs) for chunk in cut) <= most
    assert [number for chunk in cut for number in chunk.runs] == list(range(5))
    assert json.dumps(simulate(small, runs=5, processes=1).as_json()) == whole


def test_chunks_are_cut_to_memory_and_to_the_processes(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(sweep.chunks([small], range(6), 3)) == 3
    monkeypatch.setattr(sweep, "MEMORY_A_CHUNK", 2 * bytes_a_run(small))
    assert [len(chunk.runs) for chunk in sweep.chunks([small], range(6), 1)] == [2, 2, 2]
    # All processes together take half of the machine's memory.
    monkeypatch.setattr(sweep, "memory", lambda: 6 * bytes_a_run(small))
    assert [len(chunk.runs) for chunk in sweep.chunks([small], range(6), 3)] == [1] * 6


@pytest.mark.parametrize(("runs", "processes"), [(5, 2), (9, 2), (12, 5), (2, 3)])
def test_every_process_has_as_many_chunks(
    small: Scenario, runs: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "RUNS_A_CHUNK", 4)
    cut = [len(chunk.runs) for chunk in sweep.chunks([small], range(runs), processes)]
    assert sum(cut) == runs
    assert max(cut) - min(cut) <= 1
    assert len(cut) % processes == 0 or set(cut) == {1}


def test_workers_begin_once_for_runs_and_their_echoes(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    class Counted(executors.Crew):
        def __init__(self, count: int, *given: Any) -> None:
            begun.append(count)
            super().__init__(count, *given)

    monkeypatch.setattr(executors, "Crew", Counted)
    assert simulate(small, runs=4, processes=2).echoes
    assert begun == [2]


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


def test_each_run_goes_by_its_own_vector_and_what_the_scenario_states(small: Scenario) -> None:
    stated = small.parameters.model_copy(update={"preset": "small_firm", "off": ("rank",)})
    scenario = small.model_copy(update={"parameters": stated})
    for run in (0, 1, 7):
        found = parameters_of(scenario, 3, run)
        assert found == draw_parameters(3, run).replace(
            motivation_mean=0.5,
            norm_up=1.2,
            norm_attention=0.5,
            recognition_weight=0.3,
            sanction_seen=0.4,
            opportunities_per_week=8.0,
            base_log_odds=-5.0,
            rank_first=0.0,
            rank_last=0.0,
        )
        assert parameters_of(scenario, 3, ECHO + run) == found
    assert parameters_of(scenario, 3, 0, at_defaults=True) == stated.resolve()


@pytest.mark.parametrize("at_defaults", [False, True])
def test_a_run_of_an_ensemble_is_that_run_of_the_model(small: Scenario, at_defaults: bool) -> None:
    result = simulate(small, runs=3, processes=1, manner=Manner(at_defaults=at_defaults))
    for run in range(3):
        model = AdvocacyModel(small, small.seed, run, parameters_of(small, small.seed, run, at_defaults))
        model.run_for(small.horizon_days)
        for outcome, values in model.outcomes().items():
            assert np.array_equal(result.daily[ALL][outcome][run], values), outcome


def test_draws_widen_what_the_defaults_leave_narrow(small: Scenario) -> None:
    # How readily people share is what is known least: the small company states it, here it is drawn.
    values = {name: value for name, value in small.parameters.values.items() if name != "base_log_odds"}
    free = small.parameters.model_copy(update={"values": values})
    # In a fortnight a handful share, and nearly all is chance; over twelve weeks it evens out.
    small = small.model_copy(update={"parameters": free, "horizon_days": 84})
    drawn = simulate(small, runs=60, processes=1).total("shares")
    fixed = simulate(small, runs=60, processes=1, manner=Manner(at_defaults=True)).total("shares")
    assert drawn.std() > 1.5 * fixed.std()


def test_recorded_events_at_the_defaults_are_those_of_run_0(small: Scenario) -> None:
    shares = sum(event.kind == "share" for event in record_run(small, at_defaults=True))
    assert shares == simulate(small, runs=1, manner=Manner(at_defaults=True)).total("shares")[0]


@pytest.mark.parametrize(("runs", "seed"), [(0, 1), (100_001, 1), (1, -1), (1, 2**63)])
def test_impossible_numbers_are_refused(small: Scenario, runs: int, seed: int) -> None:
    with pytest.raises(ValueError, match="it must be"):
        simulate(small, runs=runs, seed=seed)
