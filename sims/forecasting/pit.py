"""Where what happened fell among the runs of a forecast (PIT), told in thirds. Light on purpose: a web request imports this module."""

from collections.abc import Sequence


def thirds(pit: Sequence[float]) -> tuple[float, float, float]:
    """In what part of the weeks what happened fell among the lowest, the middle and the highest third of the runs; even, if calibrated."""
    low, high = (sum(one < third for one in pit) / len(pit) for third in (1 / 3, 2 / 3))
    return low, high - low, 1.0 - high
