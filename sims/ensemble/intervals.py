"""Intervals over an ensemble: empirical quantiles of the runs.

The 50, 80 and 90 % intervals are central quantiles of the runs' values. They are predictive intervals, including chance and, where
parameters are drawn, parameter uncertainty; they are not confidence intervals of the mean.
"""

from dataclasses import dataclass
from math import floor, isnan, nan

import numpy as np
from numpy.typing import NDArray

PERCENTS = (50, 80, 90)


@dataclass(frozen=True)
class Interval:
    """The distribution of one number over runs: mean, median, central 50, 80 and 90 % intervals (low, high)."""

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
    """Mean, median and central intervals of `values`, shape (runs,); for a single run all equal its value.

    Quantiles interpolate linearly between order statistics. Raises ValueError on an empty array.
    """
    if values.size == 0:
        raise ValueError("interval: got no runs; at least 1 is needed; ask for --runs 1 or more")
    ordered = np.sort(values).tolist()
    if isnan(ordered[-1]):
        return Interval(nan, nan, (nan, nan), (nan, nan), (nan, nan))
    p50, p80, p90 = (
        (_between(ordered, 0.5 - percent / 200), _between(ordered, 0.5 + percent / 200))
        for percent in PERCENTS
    )
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return Interval(float(np.mean(values)), low if len(ordered) % 2 else (low + high) / 2.0, p50, p80, p90)


def _between(ordered: list[float], quantile: float) -> float:
    """A quantile of sorted values with the bits of NumPy's, but faster, since a report needs thousands."""
    place = (len(ordered) - 1) * quantile
    below = floor(place)
    low, high, part = ordered[below], ordered[min(below + 1, len(ordered) - 1)], place - below
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part


def share_above(values: NDArray[np.float64], threshold: float = 0.0) -> float:
    """The share of runs whose value lies above `threshold`; a tie counts half."""
    return float(np.mean((values > threshold) + 0.5 * (values == threshold)))
