"""How long to wait before something outside is tried again."""

from datetime import timedelta

GROWTH = 4
# Beyond so many failures a pause is the longest one, whatever they are.
_MOST_GROWN = 20


def grown(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    """The pause after so many failures, from 1: the first one, four times as long, sixteen times … the longest."""
    growth: int = GROWTH ** min(failures - 1, _MOST_GROWN)
    return min(first * growth, longest)
