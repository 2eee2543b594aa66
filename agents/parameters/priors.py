"""Declarations of behavioural parameters: each once, with unit, prior, mark and source."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

Mark = Literal["R", "M", "V", "A"]
MARKS: dict[str, str] = {
    "R": "read in a published page",
    "M": "from memory, to be verified before quoting",
    "V": "vendor claim, never quoted as fact",
    "A": "assumption of ours",
}


@dataclass(frozen=True)
class Declaration:
    """One parameter: its default, unit, prior (`low`…`high`, flat or flat in the logarithm), mark, source and hard limits."""

    default: float
    unit: str
    low: float
    high: float
    mark: Mark
    source: str
    scale: Literal["flat", "log"]
    least: float
    most: float

    def quantile(self, u: float) -> float:
        """The prior's quantile of `u` in [0, 1]."""
        if self.scale == "log":
            return math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        return self.low + u * (self.high - self.low)


def declare(
    default: float,
    unit: str,
    prior: tuple[float, float],
    mark: Mark,
    source: str,
    *,
    scale: Literal["flat", "log"] = "flat",
    limits: tuple[float, float] = (0.0, math.inf),
) -> Any:
    """A dataclass field that carries its `Declaration` (in the field's metadata under "declaration")."""
    low, high = prior
    stated = Declaration(default, unit, low, high, mark, source, scale, *limits)
    return field(default=default, metadata={"declaration": stated})
