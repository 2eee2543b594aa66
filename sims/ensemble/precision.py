"""The stopping rule for the number of runs: until the Monte Carlo error of an outcome's estimate is below a requested precision.

An ensemble reports the median of its runs and their central 80 % range. The width of that range is parameter uncertainty and chance, and
does not shrink with the number of runs. The Monte Carlo error does: the distance from the median to the farther end of its 95 %
confidence interval by order statistics, which holds for any distribution. A precision limits it in the outcome's unit or relative to the
range; in a comparison, for the paired difference to the control of the scheme with the largest error (decision 201). Runs are added in
batches whose sizes depend on the previous runs only, so that executor and chunks do not affect when it stops, and run r is always the
same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.intervals import interval

Runs = NDArray[np.float64]

# Fewer runs estimate the spread too imprecisely, and repeated tests on few runs would stop too early.
RUNS_LEAST, RUNS_MOST = 30, 2_000
# The next test is at the estimated number of runs plus a margin, rounded up to whole steps, and at most at twice as many.
MARGIN, STEP, GROWTH = 1.1, 10, 2
CONFIDENCE = 0.95
NORMAL_95 = 1.959963984540054
"""Half the width of the middle 95 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Precision:
    """A requested Monte Carlo error of the median: in the outcome's unit or, if `relative`, as a part of the central 80 % range."""

    outcome: str
    half_width: float
    relative: bool = False
    most_runs: int = RUNS_MOST

    @classmethod
    def parse(cls, text: str, most_runs: int | None = None) -> Self:
        """`human_clicks=50` or `human_clicks=5%`. Raises ValueError for anything else."""
        outcome, _, value = (part.strip() for part in text.partition("="))
        relative = value.endswith("%")
        try:
            number = float(value.removesuffix("%"))
        except ValueError:
            number = float("nan")
        if not (outcome and isfinite(number) and number > 0.0):
            raise ValueError(
                f"precision {text!r}; OUTCOME=VALUE with a number above 0, or a percentage of the width of the middle 80 % of the runs; "
                f"write human_clicks=50 or human_clicks=10%"
            )
        return cls(
            outcome,
            number / 100.0 if relative else number,
            relative,
            RUNS_MOST if most_runs is None else most_runs,
        )


@dataclass(frozen=True)
class Reached:
    """The precision reached by some runs, for the series with the largest error.

    `half_width`, the Monte Carlo error of the median, and `range_width`, of the central 80 % of the runs, are in the outcome's unit.
    """

    asked: Precision
    runs: int
    half_width: float
    range_width: float

    @property
    def wanted(self) -> float:
        """The requested precision in the outcome's unit."""
        return self.asked.half_width * (self.range_width if self.asked.relative else 1.0)

    @property
    def part(self) -> float:
        """The Monte Carlo error relative to the width of the range; 0 where all runs are equal."""
        return (
            self.half_width / self.range_width
            if self.range_width > 0.0
            else 0.0
            if self.half_width == 0.0
            else float("inf")
        )

    @property
    def enough(self) -> bool:
        """True where the requested precision is reached."""
        return self.half_width <= self.wanted

    def as_json(self, least: int = 0) -> dict[str, Any]:
        """Plain JSON values, None for what cannot be estimated from so few runs. `least`: the minimum number of runs."""
        return {
            "outcome": self.asked.outcome,
            "asked": self.asked.half_width,
            "relative": self.asked.relative,
            "confidence": CONFIDENCE,
            "wanted_half_width": self.wanted,
            "half_width": self.half_width if isfinite(self.half_width) else None,
            "range_width": self.range_width,
            "part_of_range": self.part if isfinite(self.part) else None,
            "reached": self.enough and self.runs >= least,
            "runs": self.runs,
            "most_runs": self.asked.most_runs,
        }


def reached(asked: Precision, series: Sequence[Runs]) -> Reached:
    """The precision reached by some series, each of shape (runs,): that of the one farthest from the request."""
    found = [_reached(asked, values) for values in series]
    return max(found, key=lambda one: one.half_width / one.wanted if one.wanted else one.half_width * 1e300)


def _reached(asked: Precision, values: Runs) -> Reached:
    low, high = interval(values).p80
    return Reached(asked, values.size, may_move(values), high - low)


def may_move(values: Runs) -> float:
    """The Monte Carlo error of the median: distance to the farther end of its 95 % confidence interval.

    The ends are linearly interpolated order statistics; infinite where there are too few runs.
    """
    below = (values.size - 1 - NORMAL_95 * values.size**0.5) / 2.0
    if below < 0.0:
        return float("inf")
    ordered = np.sort(values)
    low, high = np.interp((below, values.size - 1 - below), np.arange(values.size), ordered)
    middle = float(np.median(ordered))
    return float(max(middle - low, high - middle))


def half_width_of(values: Runs) -> float:
    """Half the width of the 95 % confidence interval of the mean, by Student's t; infinite for a single run."""
    from scipy.special import stdtrit

    if values.size < 2:
        return float("inf")
    quantile = float(stdtrit(values.size - 1, 0.5 + CONFIDENCE / 2.0))
    return float(quantile * values.std(ddof=1) / np.sqrt(values.size))


def next_runs(found: Reached) -> int:
    """The total number of runs before the next test."""
    ratio = found.half_width / found.wanted if found.wanted > 0.0 else float(GROWTH)
    needed = MARGIN * found.runs * min(ratio, float(GROWTH)) ** 2
    most = min(GROWTH * found.runs, found.asked.most_runs)
    return min(most, max(found.runs + STEP, STEP * ceil(needed / STEP)))
