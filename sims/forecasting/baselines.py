"""Naive forecasts that a model has to beat, each a distribution.

The last value, the mean of before, an autoregression, and exponential smoothing. The last two are those of statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Values = NDArray[np.float64]
QUANTILES = ndtri((np.arange(99) + 1) / 100)
YEAR_WEEKS = 52
DIFFERENCES_LEAST = 3
AR_LEAST, ETS_LEAST = 5, 10


def baselines(known: Sequence[float], ahead: int) -> Mapping[str, Values]:
    """Equally likely values of the week that lies `ahead` weeks (1 is the next) after the known ones; no baseline of nothing."""
    values = np.asarray(known, dtype=np.float64)
    if values.size == 0:
        return {}
    found = {"last value": last_value(values, ahead), "seasonal mean": seasonal_mean(values, ahead)}
    if values.size >= AR_LEAST:
        found["autoregression"] = autoregression(values, ahead)
    if values.size >= ETS_LEAST:
        found["exponential smoothing"] = exponential_smoothing(values, ahead)
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
    """Quantiles of a stationary first-order autoregression about a constant, fitted by maximum likelihood."""
    if np.ptp(values) == 0.0:
        return values[-1:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forecast = _autoregression(tuple(values.tolist())).get_forecast(ahead)
    return np.asarray(forecast.predicted_mean[-1] + forecast.se_mean[-1] * QUANTILES)


def exponential_smoothing(values: Values, ahead: int) -> Values:
    """Quantiles of exponential smoothing with additive errors and a damped trend, ETS(A, Ad, N)."""
    if np.ptp(values) == 0.0:
        return values[-1:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = _smoothing(tuple(values.tolist()))
        forecast = fitted.get_prediction(start=values.size, end=values.size + ahead - 1)
    spread = float(np.sqrt(np.asarray(forecast.forecast_variance)[-1]))
    return np.asarray(np.asarray(forecast.predicted_mean)[-1] + spread * QUANTILES)


# A series is asked for one week after another; it is fitted once. The library takes a second to import.
@lru_cache(maxsize=256)
def _autoregression(values: tuple[float, ...]) -> Any:
    from statsmodels.tsa.arima.model import ARIMA

    return ARIMA(np.array(values), order=(1, 0, 0)).fit()


@lru_cache(maxsize=256)
def _smoothing(values: tuple[float, ...]) -> Any:
    from pandas import Series
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    return ETSModel(Series(values), error="add", trend="add", damped_trend=True).fit(disp=False)
