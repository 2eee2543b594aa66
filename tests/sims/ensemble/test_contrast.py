"""Arms against the control: closed forms on a hand-made ensemble, and a simulated one."""

import numpy as np
import pytest

from rewards.document import parse_data
from sims.ensemble.contrast import between_periods, contrasts
from sims.ensemble.result import OutcomeSpec, Provenance, Result
from sims.ensemble.run import simulate
from sims.scenario.scenario import Scenario

SHARES = OutcomeSpec("shares", "Shares", "shares", "Shares.", "flow", "more")
QUALITY = OutcomeSpec("quality", "Quality", "effort", "Care.", "flow", "more")
CARE = OutcomeSpec("care", "Care", "0 to 1", "Quality over shares.", "ratio", "more", ("quality", "shares"))
HEADS = OutcomeSpec("headcount", "Headcount", "people", "People.", "stock", "neither")


def group(shares: float, heads: float) -> dict[str, np.ndarray]:
    """Two runs of fourteen days, the second week twice as lively, care 0.5 a share."""
    days = np.concatenate([np.full(7, float(shares)), np.full(7, 2.0 * shares)])
    both = np.stack([days, days])
    return {"shares": both, "quality": 0.5 * both, "headcount": np.full((2, 14), heads)}


@pytest.fixture
def result() -> Result:
    parts = {"arm=control": group(10, 100), "arm=paid": group(9, 50), "arm=control,prior=none": group(0, 10)}
    daily = {"all": group(19, 150), **parts, "arm=paid,prior=none": group(1, 5)}
    specs = {spec.name: spec for spec in (SHARES, QUALITY, CARE, HEADS)}
    provenance = Provenance("0.1", "toy", "abc", {}, 1, 2, 14)
    return Result("A toy", provenance, specs, daily, tuple(specs), (0, 7))


def found(result: Result, outcome: str, split: str = "all") -> dict:
    (entry,) = (e for e in contrasts(result) if (e["outcome"], e["split"]) == (outcome, split))
    return entry


def test_flows_are_compared_per_head_and_levels_as_they_are(result: Result) -> None:
    shares, care = found(result, "shares"), found(result, "care")
    assert (shares["arm"], shares["against"], shares["per"]) == ("paid", "control", "head")
    assert shares["total"]["difference"]["median"] == pytest.approx(21 * (9 / 50 - 10 / 100))
    assert shares["total"]["relative"]["median"] == pytest.approx(0.8)
    assert (care["per"], care["total"]["difference"]["median"]) == ("level", 0.0)


def test_periods_follow_the_changes_of_phases(result: Result) -> None:
    before, after = found(result, "shares")["periods"]
    assert (before["first_day"], before["last_day"], after["first_day"]) == (0, 6, 7)
    assert after["difference"]["median"] == pytest.approx(2 * before["difference"]["median"])


def test_one_period_is_held_against_the_one_before_per_head_and_week(result: Result) -> None:
    told = {(e["split"], e["outcome"]): e for e in between_periods(result)}
    assert {split for split, _ in told} == {"all", "arm=control", "arm=paid"}
    entry = told["arm=paid", "shares"]
    assert (entry["earlier"], entry["later"], entry["per"]) == (0, 7, "head and week")
    assert entry["before"]["median"] == pytest.approx(7 * 9 / 50)
    assert entry["difference"]["median"] == pytest.approx(7 * 9 / 50)
    assert entry["share_of_runs_higher"] == 1.0
    assert told["arm=paid", "care"]["difference"]["median"] == 0.0


def test_nothing_is_divided_by_nothing(result: Result) -> None:
    entry = found(result, "shares", "prior=none")
    assert entry["total"]["relative"] is None
    assert entry["total"]["difference"]["median"] == pytest.approx(21 / 5)
    assert result.total("care", "arm=control,prior=none").tolist() == [0.0, 0.0]


def test_a_simulated_arm_is_paid_in_its_period_only() -> None:
    data = {
        "name": "arms",
        "runs": 2,
        "horizon_days": 42,
        "burn_in_days": 14,
        "split_day": 14,
        "organisation": {"headcount": 60, "audience": {"size": 2000}},
        "parameters": {"values": {"base_log_odds": -3.5, "opportunities_per_week": 8}},
        "arms": [
            {"name": "paid", "share": 0.5, "phases": [{}, {"day": 14, "reward": {"size": 5}}, {"day": 28}]}
        ],
        "splits": ["prior"],
    }
    body = simulate(parse_data(data, Scenario, "arms"), processes=1).as_json()
    (points,) = (e for e in body["contrasts"] if (e["outcome"], e["split"]) == ("points", "all"))
    assert [period["treated"]["median"] > 0 for period in points["periods"]] == [False, True, False]
    assert [(p["first_day"], p["last_day"]) for p in body["periods"]] == [(0, 13), (14, 27), (28, 41)]
    whole = body["periods"][1]["totals"]["points"]["mean"]
    parts = [body["periods"][1]["splits"][f"arm={arm}"]["points"]["mean"] for arm in ("control", "paid")]
    assert whole == pytest.approx(sum(parts))
    crossed = [label for label in body["splits"] if label.startswith("arm=paid,prior=")]
    assert sum(body["splits"][label]["shares"]["mean"] for label in crossed) == pytest.approx(
        body["splits"]["arm=paid"]["shares"]["mean"]
    )
