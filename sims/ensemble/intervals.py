"""Intervals over an ensemble: quantiles of the runs themselves, nothing fitted.

The 50, 80 and 90 % intervals are the central quantiles of the runs' values. They carry the spread between
runs (chance and, where parameters are drawn, what we do not know about them); they are no confidence
intervals of the mean.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTS = (50, 80, 90)


@dataclass(frozen=True)
class Interval:
    """The spread of one number over the runs: mean, median, central 50, 80 and 90 % intervals (low, high)."""

    mean: float
    median: float
    p50: tuple[float, float]
    p80: tuple[float, float]
    p90: tuple[float, float]

    def as_json(self) -> dict[str, float | list[float]]:
        """Plain JSON values, keys in a fixed order."""
        return {
            "mean": self.mean,
            "median": self.median,
            "p50": list(self.p50),
            "p80": list(self.p80),
            "p90": list(self.p90),
        }


def interval(values: NDArray[np.float64]) -> Interval:
    """Mean, median and central intervals of `values`, shape (runs,); with one run, all of them are that run.

    Quantiles interpolate linearly between order statistics. Raises ValueError on an empty array.
    """
    if values.size == 0:
        raise ValueError("interval: got no runs; at least 1 is needed; ask for --runs 1 or more")
    p50, p80, p90 = (_central(values, percent) for percent in PERCENTS)
    return Interval(float(np.mean(values)), float(np.median(values)), p50, p80, p90)


def _central(values: NDArray[np.float64], percent: int) -> tuple[float, float]:
    low, high = np.quantile(values, (0.5 - percent / 200, 0.5 + percent / 200))
    return float(low), float(high)


def share_above(values: NDArray[np.float64], threshold: float = 0.0) -> float:
    """The share of runs whose value lies above `threshold`; a tie counts half."""
    return float(np.mean((values > threshold) + 0.5 * (values == threshold)))
