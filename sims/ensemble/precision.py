"""How many runs are enough: until the mean of the asked outcome is known as precisely as was asked.

The precision of n runs is the half-width of the 95 % confidence interval of the mean over them (Student's t); of a comparison, of the
mean of the paired difference to doing nothing, under the scheme for which it is widest. Runs come in batches whose sizes follow
from the runs before alone, so that neither executor nor chunks can move where it stops, and run r is the same run as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.float64]

# Fewer runs estimate their own spread too badly, and repeated looks at few runs would stop too early.
RUNS_LEAST, RUNS_MOST = 30, 2_000
# The next look is at what the runs so far say is needed and a little more, in whole steps, and never at more than twice as many.
MARGIN, STEP, GROWTH = 1.1, 10, 2
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Precision:
    """The half-width asked for: absolute in the outcome's unit, or `relative`, as a part of the mean."""

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
                f"precision {text!r}; OUTCOME=VALUE with a number above 0, or a percentage of the mean; write human_clicks=50 or "
                f"human_clicks=5%"
            )
        return cls(
            outcome,
            number / 100.0 if relative else number,
            relative,
            RUNS_MOST if most_runs is None else most_runs,
        )

    def asked(self, mean: float) -> float:
        """The half-width asked for, in the outcome's unit."""
        return self.half_width * abs(mean) if self.relative else self.half_width


@dataclass(frozen=True)
class Reached:
    """What some runs reached: `half_width` in the outcome's unit, for the series that is known least."""

    asked: Precision
    runs: int
    half_width: float
    wanted: float

    @property
    def enough(self) -> bool:
        """Whether it is what was asked for."""
        return self.half_width <= self.wanted

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "outcome": self.asked.outcome,
            "asked": self.asked.half_width,
            "relative": self.asked.relative,
            "confidence": CONFIDENCE,
            "wanted_half_width": self.wanted,
            "half_width": self.half_width,
            "reached": self.enough,
            "runs": self.runs,
            "most_runs": self.asked.most_runs,
        }


def reached(asked: Precision, series: Sequence[Runs]) -> Reached:
    """What the runs of some series, each of shape (runs,), reached: of the one farthest from what is asked."""
    found = [
        Reached(asked, values.size, half_width_of(values), asked.asked(float(values.mean())))
        for values in series
    ]
    return max(
        found, key=lambda each: each.half_width / each.wanted if each.wanted else each.half_width * 1e300
    )


def half_width_of(values: Runs) -> float:
    """Half the width of the 95 % confidence interval of the mean; infinite for a single run."""
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
