"""What of a history tells how it goes on: each measure's level over the last week, the last few, and all of it, by exponential memories.

A calibration asks for what parameters did to blocks of weeks; whoever goes on from a history asks where it stands now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sims.calibration.laws import Floats

MEMORIES = (0.0, 1.5, 4.0)
"""Half-lives in weeks; 0 is the last known week alone."""
HALF = 0.5
LEAST = 1e-9


@dataclass(frozen=True)
class Scale:
    """On which effects add up: log-odds of people among so many, and of levels between 0 and 1; logarithms of whatever is counted.

    People, posts and clicks come whole: without that a quiet company would never be forecast a week of none.
    """

    of: float | None
    half: float
    whole: bool

    @classmethod
    def counts(cls) -> Scale:
        """Of posts and clicks."""
        return cls(None, HALF, whole=True)

    @classmethod
    def amounts(cls) -> Scale:
        """Of money."""
        return cls(None, HALF, whole=False)

    @classmethod
    def people(cls, heads: float) -> Scale:
        """Of so many."""
        return cls(heads, HALF, whole=True)

    @classmethod
    def levels(cls) -> Scale:
        """Between 0 and 1."""
        return cls(1.0, LEAST, whole=False)

    def up(self, values: Floats, half: Floats | float | None = None) -> Floats:
        """To the scale; `half` is what is added on both sides so that nobody and everybody have a place on it."""
        added = self.half if half is None else half
        found = np.log(np.maximum(values, 0.0) + added)
        if self.of is not None:
            found = found - np.log(np.maximum(self.of - values, 0.0) + added)
        return np.asarray(found)

    def down(self, values: Floats) -> Floats:
        """Back from it."""
        if self.of is None:
            found = np.maximum(np.exp(np.minimum(values, 700.0)) - self.half, 0.0)
        else:
            part = 1.0 / (1.0 + np.exp(-np.clip(values, -700.0, 700.0)))
            found = np.clip(part * (self.of + 2.0 * self.half) - self.half, 0.0, self.of)
        return np.asarray(np.round(found) if self.whole else found)


def lately(values: Floats, known: NDArray[np.bool_], scales: list[Scale]) -> Floats:
    """float64[n, K] of float64[n, series, weeks] of which the weeks bool[series, weeks] are known."""
    ages = np.arange(values.shape[2])[::-1]
    found = []
    for place, scale in enumerate(scales):
        weeks = np.flatnonzero(known[place])
        youngest = int(ages[weeks].min())
        for memory in MEMORIES:
            weight = (
                0.5 ** ((ages[weeks] - youngest) / memory) if memory > 0 else (ages[weeks] == youngest) * 1.0
            )
            weight = weight / weight.sum()
            level = values[:, place, weeks] @ weight
            found.append(scale.up(level, scale.half * float((weight**2).sum())))
    return np.stack(found, axis=1)
