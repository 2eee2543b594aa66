"""Common parts of charts drawn here: round distances between ticks."""

from __future__ import annotations

from math import floor, log10

SMALLEST = 1e-9
"""A spread below it is drawn as if it were as wide."""


def round_step(spread: float, ticks: int) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that divides `spread` into at most `ticks` steps."""
    raw = max(spread, SMALLEST) / ticks
    magnitude = 10.0 ** floor(log10(raw))
    return next(size * magnitude for size in (1.0, 2.0, 5.0, 10.0) if size * magnitude >= raw * (1 - 1e-12))
