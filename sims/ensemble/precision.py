"""How many runs are enough: until more of them would hardly move the estimate of the asked outcome.

What an ensemble tells of an outcome is the median of its runs, and the middle 80 % of them. The width of that range is what is not known
of people, and chance; it does not shrink with runs. What shrinks is how far the median may still move: the farther end of its 95 %
confidence interval by order statistics, whatever the law of the runs is. A precision asks for that either in the outcome's unit or
as a part of the range; of a comparison, for the paired difference to doing nothing, of the scheme that is known worst (decision 201).
Runs come in batches whose sizes follow from the runs before alone, so that neither executor nor chunks can move where it stops, and run
r is the same run as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.intervals import interval

Runs = NDArray[np.float64]

# Fewer runs estimate their own spread too badly, and repeated looks at few runs would stop too early.
RUNS_LEAST, RUNS_MOST = 30, 2_000
# The next look is at what the runs so far say is needed and a little more, in whole steps, and never at more than twice as many.
MARGIN, STEP, GROWTH = 1.1, 10, 2
CONFIDENCE = 0.95
NORMAL_95 = 1.959963984540054
"""Half the width of the middle 95 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Precision:
    """How far the median may still move: in the outcome's unit, or `relative`, as a part of the width of the middle 80 % of the runs."""

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
    """What some runs reached, for the series that is known worst.

    `half_width`, how far the median may still move, and `range_width`, of the middle 80 % of the runs, are in the outcome's unit.
    """

    asked: Precision
    runs: int
    half_width: float
    range_width: float

    @property
    def wanted(self) -> float:
        """What was asked for, in the outcome's unit."""
        return self.asked.half_width * (self.range_width if self.asked.relative else 1.0)

    @property
    def part(self) -> float:
        """How far the median may still move, as a part of the width of the range; 0 where every run says the same."""
        return (
            self.half_width / self.range_width
            if self.range_width > 0.0
            else 0.0
            if self.half_width == 0.0
            else float("inf")
        )

    @property
    def enough(self) -> bool:
        """Whether it is what was asked for."""
        return self.half_width <= self.wanted

    def as_json(self, least: int = 0) -> dict[str, Any]:
        """Plain JSON values, None for what so few runs do not tell. `least`: how many runs there have to be in any case."""
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
    """What the runs of some series, each of shape (runs,), reached: of the one farthest from what is asked."""
    found = [_reached(asked, values) for values in series]
    return max(found, key=lambda one: one.half_width / one.wanted if one.wanted else one.half_width * 1e300)


def _reached(asked: Precision, values: Runs) -> Reached:
    low, high = interval(values).p80
    return Reached(asked, values.size, may_move(values), high - low)


def may_move(values: Runs) -> float:
    """How far the median of the runs may be from that of endlessly many: the farther end of its 95 % confidence interval.

    The ends are order statistics, straight between two of them; infinite where there are too few runs to have them.
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
    """How many runs to have in whole before looking again."""
    ratio = found.half_width / found.wanted if found.wanted > 0.0 else float(GROWTH)
    needed = MARGIN * found.runs * min(ratio, float(GROWTH)) ** 2
    most = min(GROWTH * found.runs, found.asked.most_runs)
    return min(most, max(found.runs + STEP, STEP * ceil(needed / STEP)))
