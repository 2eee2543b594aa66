"""Rounding of estimates to the digits that their spread across runs supports: one rule for sentences, tables, pages and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, isnan, log10
from typing import Any

from rewards.language import in_signs

STEPS_A_SPREAD = 10.0
"""An interval is about this many steps of its last digit wide."""
MOST_DECIMALS = 4
ROUNDING = 1e-8
"""A spread below it, or below this part of what it is a spread of, is a rounding error of none."""


@dataclass(frozen=True, slots=True)
class Told:
    """A median and its middle 80 % as texts."""

    median: str
    low: str
    high: str


def told(interval: Mapping[str, Any], scale: float = 1.0, least: float = 0.0) -> Told:
    """An interval with each number rounded to the digit that its middle 80 % resolves, and no finer than to `least`."""
    told_so = teller(interval["p80"], scale, least)
    return Told(*(told_so(value) for value in (interval["median"], *interval["p80"])))


def teller(p80: Sequence[float], scale: float = 1.0, least: float = 0.0) -> Callable[[float], str]:
    """What tells each number of an interval, its other bands too: rounded to the digit that its middle 80 % resolves."""
    step = max(step_of(scale * (p80[1] - p80[0]), scale * max(abs(p80[0]), abs(p80[1]))), least)
    return lambda value: rounded(scale * value, step)


def step_of(spread: float, size: float = 1.0) -> float:
    """The power of ten to which numbers of this size with this spread are rounded."""
    if spread <= ROUNDING * max(size, 1.0) or not isfinite(spread):
        return 0.0
    return float(10.0 ** max(floor(log10(spread / STEPS_A_SPREAD)), -MOST_DECIMALS))


def rounded(value: float, step: float) -> str:
    """A number rounded to a step; without one, to a hundredth at most. Never "-0"; a dash for what is no number."""
    if isnan(value):
        return "–"
    decimals = max(0, -floor(log10(step))) if step else 2
    text = f"{round(value / (step or 0.01)) * (step or 0.01):,.{decimals}f}"
    if not step:
        text = text.rstrip("0").rstrip(".")
    if float(text.replace(",", "")) == 0.0:
        text = "0"
    return in_signs(text).replace("-", "\N{MINUS SIGN}")
