"""Probability integral transform (PIT) of outcomes, in thirds. Light on purpose: a web request imports this module."""

from collections.abc import Sequence


def thirds(pit: Sequence[float]) -> tuple[float, float, float]:
    """Parts of the weeks whose PIT is in the lowest, middle and highest third; one third each for a calibrated forecast."""
    low, high = (sum(one < third for one in pit) / len(pit) for third in (1 / 3, 2 / 3))
    return low, high - low, 1.0 - high
