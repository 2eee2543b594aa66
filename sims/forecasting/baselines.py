"""Naive probabilistic forecasts as baselines.

The last value, the seasonal mean, an autoregression, and exponential smoothing; the last two by statsmodels.
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
    """{baseline: equally likely values} of the week `ahead` weeks (1 is the next) after the known ones; empty without known weeks."""
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
    """The last value plus past changes over the same number of weeks; the last value alone where there are too few."""
    moved = values[ahead:] - values[:-ahead] if values.size > ahead else np.zeros(0)
    return np.asarray(values[-1] + (moved if moved.size >= DIFFERENCES_LEAST else np.zeros(1)))


def seasonal_mean(values: Values, ahead: int) -> Values:
    """The values of the same week in previous years; without a whole year, the values of all weeks."""
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


# A series is requested for several weeks and fitted once. Importing the library takes a second.
@lru_cache(maxsize=256)
def _autoregression(values: tuple[float, ...]) -> Any:
    from statsmodels.tsa.arima.model import ARIMA

    return ARIMA(np.array(values), order=(1, 0, 0)).fit()


@lru_cache(maxsize=256)
def _smoothing(values: tuple[float, ...]) -> Any:
    from pandas import Series
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    return ETSModel(Series(values), error="add", trend="add", damped_trend=True).fit(disp=False)
