"""Scores are right where they can be worked out by hand, and honest where nothing can be scored."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from sims.forecasting.forecast import Forecast, ForecastError, seal
from sims.forecasting.scoring import score, score_text
from sims.history.series import History

FIRST = date(2026, 3, 2)
RNG = np.random.default_rng(7)


def made(samples: dict[str, list[list[float]]], headcount: int = 10) -> Forecast:
    body: dict[str, Any] = {
        "kind": "forecast",
        "provenance": {
            "groundswell": "0", "scenario": "s", "scenario_hash": "a", "scheme_hashes": {}, "posterior_hash": "b",
            "posterior_vectors": 3, "seed": 1, "runs": len(next(iter(samples.values()))[0]), "cut_off": None, "history_hash": None,
        },
        "first": FIRST.isoformat(), "weeks": len(next(iter(samples.values()))), "headcount": headcount,
        "outcomes": [{"name": name, "title": name} for name in samples], "totals": {}, "weekly": {}, "samples": samples, "warnings": [],
    }  # fmt: skip
    return Forecast.model_validate(body | {"hash": seal(body)})


def history(weeks_before: int, **series: list[float | None]) -> History:
    first = FIRST - timedelta(days=7 * weeks_before)
    periods = len(next(iter(series.values())))
    return History.model_validate(
        {"source": "table", "every_days": 7, "first": first, "periods": periods, "series": {"all": series}}
    )


def test_crps_pit_and_coverage_by_hand() -> None:
    found = score(made({"shares": [[0.0, 1.0, 2.0, 3.0]]}), history(0, shares=[1.0]))
    shares = found["outcomes"]["shares"]
    # Mean distance 1, less half the mean distance between two runs, 1.25.
    assert shares["crps"] == pytest.approx(1.0 - 0.625)
    assert shares["pit"] == [0.375]
    assert found["coverage"] == {"p50": 1.0, "p80": 1.0, "p90": 1.0}
    assert (shares["skill"], found["misses"]) == ({}, [])


def test_misses_come_first_the_worst_before_the_others() -> None:
    spread = [float(value) for value in range(101)]
    found = score(made({"shares": [spread] * 3}), history(0, shares=[120.0, 50.0, 400.0]))
    assert [one["date"] for one in found["misses"]] == ["2026-03-16", "2026-03-02"]
    assert found["coverage"]["p90"] == pytest.approx(1 / 3)
    text = score_text(found, {"shares": "Shares", "peer_trust": "Trust"})
    assert text.splitlines()[0].startswith("missed: Shares, week of 2026-03-16: 400")
    assert "not scored: Trust" in text


def test_a_forecast_of_the_truth_covers_as_it_says_and_beats_naive_ones() -> None:
    weeks = 200
    level = 100.0 + 40.0 * (np.arange(weeks) % 2)
    actual = [float(value) for value in level + RNG.normal(0, 5, weeks)]
    samples = [[float(value) for value in one + RNG.normal(0, 5, 200)] for one in level]
    before = [float(value) for value in RNG.normal(100, 30, 30)]
    found = score(made({"shares": samples}), history(30, shares=[*before, *actual]))
    for percent in (50, 80, 90):
        error = 4 * np.sqrt(percent * (100 - percent) / weeks) / 100
        assert found["coverage"][f"p{percent}"] == pytest.approx(percent / 100, abs=error)
    assert all(skill > 0.3 for skill in found["outcomes"]["shares"]["skill"].values())
    naive = {"last value", "seasonal mean", "autoregression", "exponential smoothing"}
    assert set(found["outcomes"]["shares"]["skill"]) == naive


def test_people_are_counted_as_shares_of_the_staff() -> None:
    found = score(made({"enrolled": [[0.2, 0.3, 0.4]]}), history(0, enrolled=[3.0]))
    assert found["outcomes"]["enrolled"]["weeks"][0]["actual"] == pytest.approx(0.3)


def test_more_people_than_there_are_is_said_and_not_scored() -> None:
    samples = {"shares": [[1.0, 2.0]], "enrolled": [[0.5, 1.0]], "weekly_sharers": [[0.1, 0.2]]}
    known = history(0, shares=[1.0], enrolled=[12.0], weekly_sharers=[3.0])
    found = score(made(samples), known)
    assert found["not_scored"]["enrolled"] == "the history has 12 of 10 people; correct its headcount"
    assert set(found["outcomes"]) == {"shares", "weekly_sharers"}
    assert set(score(made(samples), known.model_copy(update={"headcount": 12}))["outcomes"]) == set(samples)
    with pytest.raises(ForecastError, match="the history has 12 of 10 people"):
        score(made({"enrolled": [[0.5, 1.0]]}), known)


def test_weeks_that_are_not_known_are_not_scored() -> None:
    samples = [[1.0, 2.0, 3.0]] * 3
    found = score(made({"shares": samples, "cost": samples}), history(1, shares=[2.0, None, 2.0]))
    assert (found["points"], found["outcomes"]["shares"]["weeks"][0]["date"]) == (1, "2026-03-09")
    assert found["not_scored"]["cost"] == "the history has no spend"


def test_all_zeros_give_no_skill_and_no_fault() -> None:
    found = score(made({"shares": [[0.0, 0.0, 0.0]]}), history(6, shares=[0.0] * 7))
    assert found["outcomes"]["shares"]["crps"] == 0.0
    assert found["outcomes"]["shares"]["skill"] == {
        "last value": None, "seasonal mean": None, "autoregression": None
    }  # fmt: skip


def test_what_cannot_be_scored_is_one_line() -> None:
    ahead = made({"shares": [[1.0, 2.0, 3.0]]})
    with pytest.raises(ForecastError, match="nothing of it has happened yet"):
        score(ahead, history(5, shares=[1.0] * 5))
    with pytest.raises(ForecastError, match="no week of the forecast can be scored"):
        score(ahead, history(0, clicks=[1.0]))
    with pytest.raises(ForecastError, match="no week of the forecast can be scored"):
        score(ahead, history(0, shares=[None]))


@pytest.mark.parametrize(
    "changed",
    [
        {"weeks": 2},
        {"outcomes": [{"name": "shares"}]},
        {"samples": {"shares": [[]]}},
        {"samples": {"shares": [[1.0]]}},
        {"samples": {"unheard": [[1.0, 2.0]]}},
    ],
)
def test_a_forecast_whose_parts_do_not_fit_is_refused_whatever_its_hash(changed: dict[str, Any]) -> None:
    body = made({"shares": [[1.0, 2.0]]}).model_dump(mode="json") | changed
    with pytest.raises(ValueError, match="use the file as"):
        Forecast.model_validate(body | {"hash": seal(body)})


def test_weeks_that_begin_on_another_day_say_what_to_do() -> None:
    late = history(0, shares=[1.0]).model_copy(update={"first": FIRST + timedelta(days=2)})
    with pytest.raises(ValueError, match="begin on Wednesdays; set the scenario's start_date to one of them"):
        score(made({"shares": [[1.0, 2.0]]}), late)
