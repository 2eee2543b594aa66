"""Rounding of estimates to the digits that their spread across runs supports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from rewards.language import in_signs

STEPS_A_SPREAD = 10.0
"""An interval is about this many steps of its last digit wide."""
MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """A median and its middle 80 % as texts."""

    median: str
    low: str
    high: str


def told(interval: Mapping[str, Any], scale: float = 1.0) -> Told:
    """An interval with each number rounded to the digit that its middle 80 % resolves."""
    low, high = (scale * value for value in interval["p80"])
    step = step_of(high - low)
    return Told(*(rounded(value, step) for value in (scale * interval["median"], low, high)))


def step_of(spread: float) -> float:
    """The power of ten to which numbers with this spread are rounded."""
    if spread <= 0.0:
        return 0.0
    return float(10.0 ** max(floor(log10(spread / STEPS_A_SPREAD)), -MOST_DECIMALS))


def rounded(value: float, step: float) -> str:
    """A number rounded to a step; without one, to a hundredth at most. Never "-0"."""
    decimals = max(0, -floor(log10(step))) if step else 2
    text = f"{round(value / (step or 0.01)) * (step or 0.01):,.{decimals}f}"
    if not step:
        text = text.rstrip("0").rstrip(".")
    if float(text.replace(",", "")) == 0.0:
        text = "0"
    return in_signs(text).replace("-", "\N{MINUS SIGN}")
