"""How many runs are enough: the half-width, when to look again, and that run r stays run r."""

import json

import numpy as np
import pytest

from sims.comparison.comparison import compare
from sims.ensemble import sweep
from sims.ensemble.precision import (
    RUNS_LEAST,
    Precision,
    Reached,
    half_width_of,
    next_runs,
    reached,
)
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario


def asking(text: str, most: int = 60) -> Manner:
    return Manner(processes=1, precision=Precision.parse(text, most))


def test_the_half_width_is_students() -> None:
    # t(0.975, 3) = 3.182446; s = 1.290994
    assert half_width_of(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(3.182446 * 1.290994 / 2.0, rel=1e-6)
    assert half_width_of(np.array([1.0])) == float("inf")


def test_a_percentage_is_of_the_mean_and_the_worst_series_counts() -> None:
    asked = Precision.parse("shares=5%")
    found = reached(asked, [np.array([99.0, 101.0, 100.0]), np.array([-10.0, -30.0, -20.0])])
    assert found.wanted == pytest.approx(1.0)
    assert not found.enough
    assert reached(Precision.parse("shares=3"), [np.array([99.0, 101.0, 100.0])]).enough


@pytest.mark.parametrize(
    "text", ["shares", "shares=", "=5", "shares=0", "shares=-1", "shares=x", "shares=nan", "shares=inf"]
)
def test_what_is_no_precision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write human_clicks=50"):
        Precision.parse(text)


def test_the_next_look_is_where_the_runs_so_far_say() -> None:
    asked = Precision("shares", 1.0)
    assert next_runs(Reached(asked, 100, 1.1, 1.0)) == 140
    assert next_runs(Reached(asked, 100, 50.0, 1.0)) == 200
    assert next_runs(Reached(asked, 100, 1.0001, 1.0)) == 120
    assert next_runs(Reached(asked, 1500, 50.0, 1.0)) == 2000


def test_no_fewer_than_the_least_and_no_more_than_the_most(small: Scenario) -> None:
    few = simulate(small, manner=asking("shares=1000000"))
    assert few.provenance.runs == RUNS_LEAST
    assert few.as_json()["precision"]["reached"] is True
    many = simulate(small, manner=asking("shares=0.0001", 40))
    assert many.provenance.runs == 40
    assert many.as_json()["precision"]["reached"] is False


def test_more_runs_by_precision_are_the_runs_that_a_number_gives(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = simulate(small, manner=asking("viewers=12%"))
    assert RUNS_LEAST < found.provenance.runs <= 60
    told = found.as_json()
    assert told["precision"]["half_width"] == pytest.approx(half_width_of(found.total("viewers")))
    monkeypatch.setattr(sweep, "RUNS_A_CHUNK", 7)
    again = simulate(small, processes=2, manner=asking("viewers=12%"))
    assert json.dumps(again.as_json()) == json.dumps(told)
    del told["precision"]
    plain = simulate(small, runs=found.provenance.runs, processes=1)
    assert json.dumps(plain.as_json()) == json.dumps(told)


def test_a_comparison_is_as_precise_as_its_difference_to_doing_nothing(small: Scenario) -> None:
    found = compare([small], manner=asking("shares=4"))
    paired = found.difference("small", "nothing", "shares")
    told = found.as_json()["precision"]
    assert told["half_width"] == pytest.approx(half_width_of(paired))
    assert told["runs"] == paired.size


def test_an_unknown_outcome_and_a_limit_below_the_least_are_refused(small: Scenario) -> None:
    with pytest.raises(ValueError, match="precision of 'clicks'; known outcomes are"):
        simulate(small, manner=asking("clicks=1"))
    with pytest.raises(ValueError, match="at most 10 runs; a precision begins with 30"):
        simulate(small, manner=asking("shares=1", 10))
