"""Naive forecasts are what their names say, and spread as far as the past did."""

import numpy as np
import pytest

from sims.forecasting.baselines import (
    AR_LEAST,
    ETS_LEAST,
    autoregression,
    baselines,
    exponential_smoothing,
    last_value,
    seasonal_mean,
)


def test_nothing_known_is_no_baseline_and_one_week_is_a_point() -> None:
    assert baselines([], 1) == {}
    found = baselines([7.0], 3)
    assert {name: one.tolist() for name, one in found.items()} == {
        "last value": [7.0],
        "seasonal mean": [7.0],
    }
    assert "autoregression" in baselines([1.0] * AR_LEAST, 1)


def test_the_last_value_moves_by_what_weeks_moved() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    assert last_value(values, 1).tolist() == [8.0, 9.0, 10.0]
    assert last_value(values, 2).tolist() == [7.0]


def test_a_season_needs_two_years() -> None:
    two = np.arange(104.0)
    assert seasonal_mean(two, 1).tolist() == [0.0, 52.0]
    assert seasonal_mean(two, 52).tolist() == [51.0, 103.0]
    assert seasonal_mean(two[:60], 1).size == 60


def test_an_autoregression_finds_its_coefficient_and_widens() -> None:
    values, rng = [100.0], np.random.default_rng(1)
    for _ in range(400):
        values.append(20.0 + 0.8 * values[-1] + float(rng.normal()))
    one, far = (autoregression(np.array(values), ahead) for ahead in (1, 12))
    assert np.median(one) == pytest.approx(20.0 + 0.8 * values[-1], abs=0.5)
    assert 1.2 < np.ptp(far) / np.ptp(one) < 1.7
    assert autoregression(np.full(6, 5.0), 3).tolist() == [5.0]


def test_exponential_smoothing_goes_on_with_a_trend_and_widens() -> None:
    rng = np.random.default_rng(2)
    values = 10.0 + 3.0 * np.arange(30) + rng.normal(size=30)
    one, far = (exponential_smoothing(values, ahead) for ahead in (1, 6))
    assert np.median(one) == pytest.approx(100.0, abs=3.0)
    assert np.median(far) > np.median(one) + 6.0
    assert np.ptp(far) > np.ptp(one)
    assert exponential_smoothing(np.full(12, 5.0), 3).tolist() == [5.0]
    assert "exponential smoothing" in baselines(values[:ETS_LEAST].tolist(), 4)
    assert "exponential smoothing" not in baselines(values[: ETS_LEAST - 1].tolist(), 4)


def test_no_count_is_below_zero() -> None:
    assert all((one >= 0).all() for one in baselines([9.0, 0.0, 8.0, 0.0, 7.0, 0.0], 2).values())
