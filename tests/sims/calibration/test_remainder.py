"""What is left of parameters beside the combinations, against the closed form of normal laws."""

import numpy as np
import pytest

from sims.calibration.remainder import Remainder, Vectors

D, M = 8, 2
RNG = np.random.default_rng(1)
ACROSS = np.linalg.qr(RNG.standard_normal((D, M)))[0]
FREE = np.eye(D) - ACROSS @ ACROSS.T
GRADIENT = RNG.standard_normal((M, D)) @ FREE
CHANCE = np.array([[0.5, 0.2], [0.2, 0.8]])


def test_what_runs_have_beside_the_emulator_tells_the_gradient() -> None:
    z = RNG.standard_normal((4000, D))
    left = z @ GRADIENT.T + RNG.multivariate_normal(np.zeros(M), CHANCE, 4000)
    found = Remainder.fit(ACROSS, z, left)
    assert np.abs(found.gradient - GRADIENT).max() < 0.06
    assert found.gradient @ ACROSS == pytest.approx(np.zeros((M, M)), abs=1e-12)


def test_chance_alone_tells_next_to_nothing() -> None:
    z = RNG.standard_normal((300, D))
    found = Remainder.fit(ACROSS, z, RNG.multivariate_normal(np.zeros(M), CHANCE, 300))
    law = found.given(np.zeros((2, M)), np.ones((2, M)), CHANCE)
    assert np.abs(law.expected).max() < 0.1
    assert np.abs(law.beside - FREE).max() < 0.03


def test_vectors_have_the_law_that_the_normal_ones_have() -> None:
    w, beside = np.array([[0.4, -1.0], [1.5, 0.3]]), np.array([[1.0, -0.5], [0.0, 2.0]])
    noise = CHANCE + GRADIENT @ GRADIENT.T
    law = Remainder(ACROSS, GRADIENT).given(w, beside, noise)
    # Joint normal law of the rest of the parameters and of what is seen beside the emulator, conditioned on the second.
    gain = FREE @ GRADIENT.T @ np.linalg.inv(noise)
    assert law.expected == pytest.approx(w @ ACROSS.T + beside @ gain.T)
    assert law.beside == pytest.approx(FREE - gain @ GRADIENT @ FREE)
    mean, variance = law.spread(np.eye(D))
    assert mean == pytest.approx(law.expected.mean(axis=0))
    assert variance == pytest.approx(np.diag(law.beside) + law.expected.var(axis=0, ddof=1))
    z = law.draw(20_000, RNG)
    assert z @ ACROSS == pytest.approx(np.repeat(w, 10_000, axis=0), abs=1e-3)
    assert np.abs(z.mean(axis=0) - mean).max() < 0.05
    assert np.abs(np.cov(z[:10_000].T) - law.beside).max() < 0.05


def test_noise_that_is_less_than_what_parameters_bring_leaves_a_law() -> None:
    law = Remainder(ACROSS, GRADIENT).given(np.zeros((2, M)), np.zeros((2, M)), 0.1 * GRADIENT @ GRADIENT.T)
    assert np.linalg.eigvalsh(law.beside).min() > -1e-9


def test_without_data_it_is_the_prior() -> None:
    law = Vectors.unmoved(300, D)
    mean, variance = law.spread(np.eye(D))
    assert (mean.tolist(), variance.tolist()) == ([0.0] * D, [1.0] * D)
    assert law.draw(5, RNG).shape == (5, D)
