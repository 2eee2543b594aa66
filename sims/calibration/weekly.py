"""Deviations of single weeks of a history from the mean of their measure, used to check a fit and not to fit.

A typing error, a campaign or an outage is hidden in the sum of a block: parameters can reproduce the sum, but not the week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import Floats
from sims.calibration.series import Observed
from sims.history.series import ALL

LEAST_WEEKS = 4
UNEVEN = 0.1
"""Overdispersion of weeks beyond chance: squared coefficient of variation of their means. It stabilises the variance, so that weeks of
quiet and of busy companies vary equally; a wrong value lowers the power to find outliers, but does not raise false positives."""


@dataclass(frozen=True)
class Week:
    """One week of a series, with the indices of the known weeks."""

    label: str
    series: int
    week: int
    known: tuple[int, ...]

    def of(self, values: Floats) -> Floats:
        """float64[n]: the deviation in float64[n, series, weeks]."""
        found = _up(values[:, self.series][:, list(self.known)])
        return np.asarray(found[:, self.known.index(self.week)] - found.mean(axis=1))

    def told(self, value: float, values: Floats) -> float:
        """The count of the week for a given deviation, with the other weeks from float64[series, weeks]."""
        others = [week for week in self.known if week != self.week]
        level = float(_up(values[self.series, others]).mean())
        return _down(level + value * len(self.known) / len(others))


def _up(counts: Floats) -> Floats:
    """Variance-stabilising transformation of overdispersed counts: a root for small, a logarithm for large ones."""
    return np.asarray(2.0 / np.sqrt(UNEVEN) * np.arcsinh(np.sqrt(UNEVEN * counts)))


def _down(level: float) -> float:
    return float(np.sinh(np.sqrt(UNEVEN) / 2.0 * max(0.0, level)) ** 2 / UNEVEN)


def weeks_of(observed: Observed) -> tuple[Week, ...]:
    """Every known week of the whole company's measures with a few known weeks."""
    found = []
    for place, one in enumerate(observed.series):
        known = tuple(np.flatnonzero(~np.isnan(observed.values[place])).tolist())
        if one.split == ALL and len(known) >= LEAST_WEEKS:
            found += [Week(f"{one.measure} in week {week + 1}", place, week, known) for week in known]
    return tuple(found)
