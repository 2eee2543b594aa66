"""Fairness and liability of a scheme: the group with the fewest points a share, and the money owed for points.

Fairness uses *expected* points: points of all runs divided by shares of all runs, group by group, so that one noisy run does not make a
small group look disadvantaged. Errors are jackknife errors over runs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import POINTS, SHARES
from sims.ensemble.result import ALL, Result

Runs = NDArray[np.float64]

DIMENSIONS = ("segment", "desk", "hours", "contacts", "tenure")
LIABILITY = "liability"
MOST = 0.8
# Standard normal quantile of 95 %: half the width of a 90 % interval in standard errors.
HALF_90 = 1.645


@dataclass(frozen=True)
class Least:
    """The group of one dimension with the fewest points a share, relative to the median group; `error` is the ratio's standard error."""

    dimension: str
    group: str
    part: float
    error: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        low, high = self.part - HALF_90 * self.error, self.part + HALF_90 * self.error
        return {**vars(self), "interval_90": [low, high]}


def least_paid(result: Result) -> list[Least]:
    """The group with the fewest expected points a share, for each dimension with two or more sharing groups and any points."""
    found = []
    for dimension in DIMENSIONS:
        groups = [
            split
            for split in result.splits()
            if split.startswith(f"{dimension}=") and result.total(SHARES, split).sum() > 0.0
        ]
        if len(groups) < 2:
            continue
        points, shares = (
            np.stack([result.total(name, group) for group in groups]) for name in (POINTS, SHARES)
        )
        pay = points.sum(axis=1) / shares.sum(axis=1)
        if np.median(pay) <= 0.0:
            continue
        least = int(np.argmin(pay))
        part = float(pay[least] / np.median(pay))
        found.append(Least(dimension, groups[least], part, _error(points, shares, least, part)))
    return found


def _error(points: Runs, shares: Runs, least: int, part: float) -> float:
    runs = points.shape[1]
    if runs < 2:
        return float("inf")
    earned, shared = (sums.sum(axis=1, keepdims=True) - sums for sums in (points, shares))
    pay = np.divide(earned, shared, out=np.zeros_like(points), where=shared > 0.0)
    middle = np.median(pay, axis=0)
    left = np.divide(pay[least], middle, out=np.full(runs, part), where=middle > 0.0)
    return float(np.sqrt((runs - 1) / runs * np.sum((left - left.mean()) ** 2)))


def risks_json(result: Result) -> dict[str, Any]:
    """Fairness and liability of one scenario as JSON values; without errors for a single run."""
    owed = result.total(LIABILITY)
    daily = result.daily[ALL][LIABILITY]
    return {
        "scenario": result.name,
        "least_paid": [
            each.as_json()
            if np.isfinite(each.error)
            else {"dimension": each.dimension, "group": each.group, "part": each.part}
            for each in least_paid(result)
        ],
        "liability": {
            "expected": float(np.median(owed)),
            "p80": float(np.quantile(owed, MOST)),
            "worst": float(daily.max()),
        },
    }
