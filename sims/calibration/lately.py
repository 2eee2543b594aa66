"""Summaries of a history's current state: exponentially weighted levels of each measure with several half-lives.

A calibration uses blocks of weeks to learn about parameters; a forecast from a history needs its current level.
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
    """A transformation on which effects are additive: log-odds for people and for levels in [0, 1], logarithms for counts.

    People, posts and clicks are integers, so that a forecast of a quiet company can contain weeks of zero.
    """

    of: float | None
    half: float
    whole: bool

    @classmethod
    def counts(cls) -> Scale:
        """The scale of posts and clicks."""
        return cls(None, HALF, whole=True)

    @classmethod
    def amounts(cls) -> Scale:
        """The scale of money."""
        return cls(None, HALF, whole=False)

    @classmethod
    def people(cls, heads: float) -> Scale:
        """The scale of people among `heads`."""
        return cls(heads, HALF, whole=True)

    @classmethod
    def levels(cls) -> Scale:
        """The scale of levels between 0 and 1."""
        return cls(1.0, LEAST, whole=False)

    def up(self, values: Floats, half: Floats | float | None = None) -> Floats:
        """Transform values; `half` is a continuity correction, so that zero and the maximum are finite."""
        added = self.half if half is None else half
        found = np.log(np.maximum(values, 0.0) + added)
        if self.of is not None:
            found = found - np.log(np.maximum(self.of - values, 0.0) + added)
        return np.asarray(found)

    def down(self, values: Floats) -> Floats:
        """Transform back."""
        if self.of is None:
            found = np.maximum(np.exp(np.minimum(values, 700.0)) - self.half, 0.0)
        else:
            part = 1.0 / (1.0 + np.exp(-np.clip(values, -700.0, 700.0)))
            found = np.clip(part * (self.of + 2.0 * self.half) - self.half, 0.0, self.of)
        return np.asarray(np.round(found) if self.whole else found)


def lately(values: Floats, known: NDArray[np.bool_], scales: list[Scale]) -> Floats:
    """float64[n, K]: the levels in float64[n, series, weeks], of which the weeks bool[series, weeks] are known."""
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
