"""Single weeks of a history: how far each stands from the mean of its measure, which no summary is fitted to and every fit is checked by.

A week that somebody mistyped, a campaign, or an outage hides in the sum of a block; parameters can imitate the sum, and not the week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import Floats
from sims.calibration.series import Observed
from sims.history.series import ALL

LEAST_WEEKS = 4
UNEVEN = 0.1
"""How uneven weeks are beside chance: the square of the spread of their means over those. On the scale that it makes, weeks of quiet and
of busy companies are equally uneven; where it is off, odd weeks are found later, and sound ones not more often taken for odd."""


@dataclass(frozen=True)
class Week:
    """One week of a series among those that are known, by their places."""

    label: str
    series: int
    week: int
    known: tuple[int, ...]

    def of(self, values: Floats) -> Floats:
        """float64[n] of float64[n, series, weeks]."""
        found = _up(values[:, self.series][:, list(self.known)])
        return np.asarray(found[:, self.known.index(self.week)] - found.mean(axis=1))

    def told(self, value: float, values: Floats) -> float:
        """The week's count, were it so far from the mean of all weeks, of which float64[series, weeks] have the others."""
        others = [week for week in self.known if week != self.week]
        level = float(_up(values[self.series, others]).mean())
        return _down(level + value * len(self.known) / len(others))


def _up(counts: Floats) -> Floats:
    """Roots of small counts and logarithms of large ones, so that counts with chance of their own and uneven means have equal spreads."""
    return np.asarray(2.0 / np.sqrt(UNEVEN) * np.arcsinh(np.sqrt(UNEVEN * counts)))


def _down(level: float) -> float:
    return float(np.sinh(np.sqrt(UNEVEN) / 2.0 * max(0.0, level)) ** 2 / UNEVEN)


def weeks_of(observed: Observed) -> tuple[Week, ...]:
    """Every known week of everybody's measures that have a few of them."""
    found = []
    for place, one in enumerate(observed.series):
        known = tuple(np.flatnonzero(~np.isnan(observed.values[place])).tolist())
        if one.split == ALL and len(known) >= LEAST_WEEKS:
            found += [Week(f"{one.measure} in week {week + 1}", place, week, known) for week in known]
    return tuple(found)
