"""Naive forecasts that a model has to beat: the last value, the mean of before, and an autoregression, each as a distribution."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Values = NDArray[np.float64]
QUANTILES = ndtri((np.arange(99) + 1) / 100)
YEAR_WEEKS = 52
DIFFERENCES_LEAST = 3
AR_LEAST = 5
STEADY = 0.98


def baselines(known: Sequence[float], ahead: int) -> Mapping[str, Values]:
    """Equally likely values of the week that lies `ahead` weeks (1 is the next) after the known ones; no baseline of nothing."""
    values = np.asarray(known, dtype=np.float64)
    if values.size == 0:
        return {}
    found = {"last value": last_value(values, ahead), "seasonal mean": seasonal_mean(values, ahead)}
    if values.size >= AR_LEAST:
        found["autoregression"] = autoregression(values, ahead)
    return {name: np.maximum(one, 0.0) for name, one in found.items()}


def last_value(values: Values, ahead: int) -> Values:
    """The last value, moved by what so many weeks have moved before; alone where there are too few."""
    moved = values[ahead:] - values[:-ahead] if values.size > ahead else np.zeros(0)
    return np.asarray(values[-1] + (moved if moved.size >= DIFFERENCES_LEAST else np.zeros(1)))


def seasonal_mean(values: Values, ahead: int) -> Values:
    """Whatever that week of the year was in years before, as far as they are known; without a whole year, whatever any week was."""
    last_year = values.size + ahead - 1 - YEAR_WEEKS
    years = values[last_year % YEAR_WEEKS : last_year + 1 : YEAR_WEEKS] if last_year >= 0 else values[:0]
    return years if years.size > 1 else values


def autoregression(values: Values, ahead: int) -> Values:
    """Quantiles of a first-order autoregression fitted by least squares, with a steady coefficient."""
    before, after = values[:-1], values[1:]
    centred = before - before.mean()
    spread = float(centred @ centred)
    slope = float(np.clip(centred @ (after - after.mean()) / spread, -STEADY, STEADY)) if spread > 0 else 0.0
    start = float(after.mean() - slope * before.mean())
    left = after - start - slope * before
    variance = float(left @ left) / max(1, left.size - 2)
    powers = slope ** np.arange(ahead)
    mean = start * float(powers.sum()) + slope**ahead * float(values[-1])
    return np.asarray(mean + np.sqrt(variance * float((powers**2).sum())) * QUANTILES)
