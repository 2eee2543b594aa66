"""Exponential back-off for retries of external services."""

from datetime import timedelta

GROWTH = 4
# After this many failures every pause is the longest one.
_MOST_GROWN = 20


def grown(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    """The pause after a number of failures, from 1: the first pause, then four times, sixteen times … up to the longest."""
    growth: int = GROWTH ** min(failures - 1, _MOST_GROWN)
    return min(first * growth, longest)
