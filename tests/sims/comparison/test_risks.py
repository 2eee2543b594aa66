"""Who is paid least on expected points, and what is owed, on runs made by hand."""

import json

import numpy as np
import pytest

from agents.setting.company import Turnover
from sims.comparison.comparison import compare
from sims.comparison.risks import Least, least_paid, risks_json
from sims.ensemble.bridge import outcome_specs
from sims.ensemble.result import Provenance, Result
from sims.ensemble.run import simulate
from sims.reports.render import comparison_text
from sims.scenario.scenario import Scenario


def made(points: dict[str, list[float]], shares: dict[str, list[float]]) -> Result:
    daily = {
        group: {
            "points": np.array(points[group])[:, None],
            "shares": np.array(shares[group])[:, None],
        }
        for group in points
    }
    runs = len(next(iter(points.values())))
    owed = np.stack([np.linspace(0.0, 10.0 * run, 9) for run in range(1, runs + 1)])
    daily["all"] = {"liability": owed}
    specs = outcome_specs()
    return Result("A", Provenance("0", "a", "h", {}, 1, runs, 9), specs, daily, ("shares",))


def test_points_of_all_runs_count_and_not_one_noisy_ratio() -> None:
    # In run 0 sales has one share and no points; over both runs everybody has 2 points a share but support, who has 1.
    points = {"segment=sales": [0.0, 20.0], "segment=it": [10.0, 10.0], "segment=support": [4.0, 6.0]}
    shares = {"segment=sales": [1.0, 9.0], "segment=it": [5.0, 5.0], "segment=support": [5.0, 5.0]}
    [least] = least_paid(made(points, shares))
    assert (least.dimension, least.group) == ("segment", "segment=support")
    assert least.part == pytest.approx(0.5)
    # Left out one by one: 1.2 of the median 2 of (2.2, 2, 1.2), and 0.8 of the median 0.8 of (0, 2, 0.8).
    left = np.array([1.2 / 2.0, 0.8 / 0.8])
    assert least.error == pytest.approx(np.sqrt(0.5 * np.sum((left - left.mean()) ** 2)))


def test_the_part_has_the_90_percent_interval_of_its_error() -> None:
    body = Least("segment", "segment=a", 0.5, 0.1).as_json()
    assert body.pop("interval_90") == pytest.approx([0.3355, 0.6645])
    assert body == {"dimension": "segment", "group": "segment=a", "part": 0.5, "error": 0.1}


def test_nobody_is_paid_least_where_nobody_is_paid_or_one_group_is_alone() -> None:
    assert (
        least_paid(made({"segment=a": [0.0], "segment=b": [0.0]}, {"segment=a": [1.0], "segment=b": [1.0]}))
        == []
    )
    assert least_paid(made({"segment=a": [1.0]}, {"segment=a": [1.0]})) == []


def test_what_is_owed_is_told_as_expected_and_at_worst() -> None:
    owed = risks_json(made({"segment=a": [1.0] * 4}, {"segment=a": [1.0] * 4}))["liability"]
    levels = np.array([10.0, 20.0, 30.0, 40.0]) * np.linspace(0.0, 1.0, 9)[-7:].mean()
    assert owed["expected"] == pytest.approx(np.median(levels))
    assert owed["p80"] == pytest.approx(np.quantile(levels, 0.8))
    assert owed["worst"] == 40.0


def test_a_comparison_tells_both(small: Scenario) -> None:
    found = compare([small], runs=3, processes=1)
    [risks] = json.loads(json.dumps(found.as_json(), allow_nan=False))["risks"]
    assert risks["scenario"] == "small"
    assert {each["dimension"] for each in risks["least_paid"]} >= {"segment"}
    assert "paid least a share" in comparison_text(found)
    assert "owed for points" in comparison_text(found)


def test_fairness_is_told_by_tenure_where_people_come(small: Scenario) -> None:
    company = small.organisation.model_copy(
        update={"turnover": Turnover(leavers_per_year=0.9, days_to_refill=0)}
    )
    coming = small.model_copy(update={"organisation": company, "horizon_days": 120})
    found = simulate(coming, runs=3, processes=1)
    groups = ("tenure=longer", "tenure=newcomer")
    shares = [found.total("shares", group) for group in groups]
    assert np.array_equal(sum(shares), found.total("shares"))
    assert all(each.sum() > 0.0 for each in shares)
    [least] = [each for each in least_paid(found) if each.dimension == "tenure"]
    pay = [
        found.total("points", group).sum() / each.sum() for group, each in zip(groups, shares, strict=True)
    ]
    assert least.group == groups[int(np.argmin(pay))]
    assert least.part == pytest.approx(min(pay) / np.median(pay))
    # Where nobody comes nobody's first day is known, and nothing is said of it.
    assert not any(split.startswith("tenure") for split in simulate(small, runs=1, processes=1).splits())
