"""Single weeks of a history: how far each stands from the mean of its measure, which no summary is fitted to and every fit is checked by.

A week that somebody mistyped, a campaign, or an outage hides in the sum of a block; parameters can imitate the sum, and not the week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import Floats
from sims.calibration.series import Observed
from sims.calibration.summaries import HALF
from sims.history.series import ALL

LEAST_WEEKS = 4


@dataclass(frozen=True)
class Week:
    """One week of a series among those that are known, by their places."""

    label: str
    series: int
    week: int
    known: tuple[int, ...]

    def of(self, values: Floats) -> Floats:
        """float64[n] of float64[n, series, weeks], in logarithms."""
        logs = np.log(values[:, self.series][:, list(self.known)] + HALF)
        return np.asarray(logs[:, self.known.index(self.week)] - logs.mean(axis=1))

    def told(self, value: float, values: Floats) -> float:
        """The week's count, were it so far from the mean of the others that float64[series, weeks] have."""
        others = [week for week in self.known if week != self.week]
        level = float(np.log(values[self.series, others] + HALF).mean())
        # The week is a part of the mean that it is held against.
        return max(0.0, float(np.exp(level + value * len(self.known) / len(others))) - HALF)


def weeks_of(observed: Observed) -> tuple[Week, ...]:
    """Every known week of everybody's measures that have a few of them."""
    found = []
    for place, one in enumerate(observed.series):
        known = tuple(np.flatnonzero(~np.isnan(observed.values[place])).tolist())
        if one.split == ALL and len(known) >= LEAST_WEEKS:
            found += [Week(f"{one.measure} in week {week + 1}", place, week, known) for week in known]
    return tuple(found)
