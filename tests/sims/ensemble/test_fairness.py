"""Fairness in closed form: the least-paid segment against the one in the middle, run by run."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sims.ensemble.bridge import fairness


def result(points: dict[str, list[float]], shares: dict[str, list[float]]) -> Any:
    runs = len(next(iter(points.values())))
    totals = {"points": points, "shares": shares}
    return SimpleNamespace(
        daily={"all": None, **{f"segment={name}": None for name in points}},
        provenance=SimpleNamespace(runs=runs),
        total=lambda outcome, split: np.array(totals[outcome][split.removeprefix("segment=")]),
    )


def test_the_least_paid_segment_is_held_against_the_median_one() -> None:
    # A share brings 1, 2 and 8 points: half of the median segment's, an eighth of the best paid's, three elevenths of the mean.
    found = fairness(result({"a": [10], "b": [20], "c": [80]}, {"a": [10], "b": [10], "c": [10]}))
    assert found == pytest.approx([0.5])


def test_pay_is_by_share_and_each_run_for_itself() -> None:
    points, shares = (
        {"a": [30, 30], "b": [20, 60], "c": [10, 60]},
        {"a": [30, 10], "b": [20, 20], "c": [10, 10]},
    )
    assert fairness(result(points, shares)) == pytest.approx([1.0, 1.0])
    points["c"][1] = 20
    assert fairness(result(points, shares)) == pytest.approx([1.0, 2 / 3])


def test_a_segment_without_a_share_is_left_out_and_nobody_paid_is_fair() -> None:
    assert fairness(
        result({"a": [10], "b": [20], "c": [0]}, {"a": [10], "b": [10], "c": [0]})
    ) == pytest.approx([1 / 1.5])
    assert fairness(result({"a": [0], "b": [0]}, {"a": [10], "b": [10]})) == pytest.approx([1.0])
