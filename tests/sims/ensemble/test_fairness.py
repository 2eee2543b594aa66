"""Fairness in closed form: the least-paid segment against the one in the middle, over all runs, and how sure it is."""

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


def test_points_of_all_runs_count_over_their_shares() -> None:
    points, shares = (
        {"a": [30, 30], "b": [20, 60], "c": [10, 60]},
        {"a": [30, 10], "b": [20, 20], "c": [10, 10]},
    )
    # 1.5, 2 and 3.5 points a share.
    found = fairness(result(points, shares))
    assert found.mean() == pytest.approx(0.75)
    alike = fairness(result({"a": [10] * 5, "b": [20] * 5, "c": [80] * 5}, {n: [10] * 5 for n in "abc"}))
    assert alike == pytest.approx([0.5] * 5)


def test_chance_in_single_runs_breaks_no_limit_and_unfairness_is_seen_through_it() -> None:
    rng = np.random.default_rng(1)
    shares = {name: [4.0] * 40 for name in "abcdef"}
    # All are paid alike but for chance: in a single run the least-paid of six has often half.
    fair = {name: rng.poisson(16.0, 40).tolist() for name in "abcdef"}
    found = fairness(result(fair, shares))
    assert np.mean(found >= 0.8) == 1.0
    by_run = np.array(list(fair.values()))
    assert np.mean(by_run.min(axis=0) / np.median(by_run, axis=0) >= 0.8) < 0.5
    unfair = {**fair, "a": rng.poisson(9.0, 40).tolist()}
    assert np.mean(fairness(result(unfair, shares)) >= 0.8) == 0.0


def test_a_segment_without_a_share_is_left_out_and_nobody_paid_is_fair() -> None:
    assert fairness(
        result({"a": [10], "b": [20], "c": [0]}, {"a": [10], "b": [10], "c": [0]})
    ) == pytest.approx([1 / 1.5])
    assert fairness(result({"a": [0], "b": [0]}, {"a": [10], "b": [10]})) == pytest.approx([1.0])
