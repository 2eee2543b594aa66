"""The emulate and sample steps against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from sims.validation.emulator import Bands, Emulator, latin_hypercube, log_between, slice_sample


def linear(weight: float, place: int, noise: float) -> Emulator:
    """The statistic weight · z[place]."""
    return Emulator(np.array([place]), np.array([0.0, weight, 0.0]), noise)


def test_a_quadratic_is_recovered() -> None:
    z = np.random.default_rng(1).standard_normal((300, 12))
    y = 1.0 + 2.0 * z[:, 3] - z[:, 7] + 0.5 * z[:, 3] * z[:, 7] + 0.3 * z[:, 3] ** 2
    fitted = Emulator.fit(z, y)
    fresh = np.random.default_rng(2).standard_normal((50, 12))
    wanted = 1.0 + 2.0 * fresh[:, 3] - fresh[:, 7] + 0.5 * fresh[:, 3] * fresh[:, 7] + 0.3 * fresh[:, 3] ** 2
    assert {3, 7} <= set(fitted.inputs.tolist())
    assert np.abs(fitted.mean(fresh) - wanted).max() < 0.1


def test_noise_is_the_error_of_what_was_left_out() -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_normal((600, 6))
    y = z[:, 0] + 0.4 * rng.standard_normal(600)
    assert Emulator.fit(z, y).noise == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.5), (3.0, 4.0), (-9.0, -8.0), (7.0, 30.0), (-40.0, 40.0)])
def test_chance_of_a_band_in_either_tail(low: float, high: float) -> None:
    wanted = np.log(norm.cdf(high) - norm.cdf(low)) if low < 0 else np.log(norm.sf(low) - norm.sf(high))
    assert log_between(np.array([low]), np.array([high]))[0] == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_draws_follow_the_prior_cut_to_the_band() -> None:
    bands = Bands((linear(1.0, 0, 1e-3),), np.array([1.0]), np.array([50.0]))
    rng = np.random.default_rng(4)
    start = rng.standard_normal((800, 3))
    start[:, 0] = np.abs(start[:, 0]) + 1.0
    drawn = slice_sample(bands, start, np.array([2]), 60, rng)
    # The mean of a standard normal above 1 is φ(1) / (1 − Φ(1)).
    assert drawn[:, 0].mean() == pytest.approx(norm.pdf(1.0) / norm.sf(1.0), abs=0.06)
    assert drawn[:, 1].std() == pytest.approx(1.0, abs=0.1)
    assert np.array_equal(drawn[:, 2], start[:, 2])


def test_every_stratum_is_met_once() -> None:
    u = latin_hypercube(20, 3, np.random.default_rng(5))
    assert np.array_equal(np.sort(np.floor(20 * u), axis=0), np.tile(np.arange(20.0)[:, None], (1, 3)))
