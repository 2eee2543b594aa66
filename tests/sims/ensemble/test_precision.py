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
    may_move,
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


def test_how_far_the_median_may_move_is_told_by_order_statistics() -> None:
    # Of 100 runs the 95 % interval of the median ends 9.8 places from its middle.
    assert may_move(np.arange(100.0)) == pytest.approx(1.96 * np.sqrt(100.0) / 2.0, abs=0.01)
    # The farther end counts, and one run far away moves nothing.
    skewed = np.arange(100.0) ** 2
    assert may_move(skewed) == pytest.approx(np.interp(49.5 + 9.8, np.arange(100), skewed) - 2450.5, abs=1.0)
    far = np.arange(100.0)
    far[-1] = 1e9
    assert may_move(far) == may_move(np.arange(100.0))
    assert may_move(np.arange(4.0)) == float("inf")
    assert may_move(np.zeros(30)) == 0.0


@pytest.mark.parametrize("law", ["normal", "lognormal", "uniform"])
def test_the_median_of_endlessly_many_runs_lies_within_it(law: str) -> None:
    rng = np.random.default_rng(7)
    draw = {
        "normal": lambda: rng.normal(0.0, 3.0, 90),
        "lognormal": lambda: rng.lognormal(0.0, 1.5, 90) - 1.0,
        "uniform": lambda: rng.uniform(-1.0, 1.0, 90),
    }[law]
    within = np.mean(
        [abs(float(np.median(runs))) <= may_move(runs) for runs in (draw() for _ in range(2_000))]
    )
    assert 0.94 <= within <= 0.995


def test_a_tenth_of_the_range_takes_about_a_hundred_runs_and_never_the_thousands_of_a_small_ground() -> None:
    rng = np.random.default_rng(3)
    asked = Precision.parse("human_clicks=10%")
    for gain in (rng.normal(10.0, 400.0, 160), rng.lognormal(3.0, 1.0, 160)):
        assert reached(asked, [gain]).enough
        assert not reached(asked, [gain[:40]]).enough
    # What the scheme brings and how many clicks there are without it say nothing of how well it is known.
    assert reached(asked, [rng.normal(0.0, 1.0, 160) * 1e6]).enough


def test_a_percentage_is_of_the_range_and_the_worst_series_counts() -> None:
    asked = Precision.parse("shares=5%")
    wide, narrow = np.arange(90.0), 5.0 + np.arange(90.0) / 1000.0
    wide[40:50] = 44.5
    found = reached(asked, [narrow, wide])
    assert found.wanted == pytest.approx(0.05 * found.range_width)
    assert found.part == pytest.approx(found.half_width / found.range_width)
    assert found.range_width == pytest.approx(0.8 * 0.089)
    assert not found.enough
    assert reached(Precision.parse("shares=30"), [wide]).enough
    # Runs that all say the same are known.
    assert reached(asked, [np.full(30, 7.0)]).enough
    assert reached(asked, [np.full(30, 7.0)]).part == 0.0


def test_too_few_runs_tell_nothing_and_json_says_so() -> None:
    told = reached(Precision.parse("shares=10%"), [np.arange(4.0)]).as_json()
    assert (told["half_width"], told["part_of_range"], told["reached"]) == (None, None, False)
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    "text", ["shares", "shares=", "=5", "shares=0", "shares=-1", "shares=x", "shares=nan", "shares=inf"]
)
def test_what_is_no_precision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write human_clicks=50"):
        Precision.parse(text)


def test_the_next_look_is_where_the_runs_so_far_say() -> None:
    asked = Precision("shares", 1.0)
    assert next_runs(Reached(asked, 100, 1.1, 9.0)) == 140
    assert next_runs(Reached(asked, 100, 50.0, 9.0)) == 200
    assert next_runs(Reached(asked, 100, 1.0001, 9.0)) == 120
    assert next_runs(Reached(asked, 1500, 50.0, 9.0)) == 2000


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
    assert told["precision"]["half_width"] == pytest.approx(may_move(found.total("viewers")))
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
    assert told["half_width"] == pytest.approx(may_move(paired))
    assert told["runs"] == paired.size


def test_an_unknown_outcome_and_a_limit_below_the_least_are_refused(small: Scenario) -> None:
    with pytest.raises(ValueError, match="precision of 'clicks'; known outcomes are"):
        simulate(small, manner=asking("clicks=1"))
    with pytest.raises(ValueError, match="at most 10 runs; a precision begins with 30"):
        simulate(small, manner=asking("shares=1", 10))
