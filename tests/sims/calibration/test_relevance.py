"""Gradients of a few parameters among many, against least squares on these alone."""

import numpy as np

from sims.calibration.relevance import regression

N, P, K, RELEVANT = 300, 120, 4, 3


def runs(seed: int, strength: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, slopes = rng.standard_normal((N, P)), np.zeros((P, K))
    slopes[:RELEVANT] = strength * rng.standard_normal((RELEVANT, K))
    x -= x.mean(axis=0)
    y = x @ slopes + np.array([0.5, 1.0, 2.0, 4.0]) * rng.standard_normal((N, K))
    return x, y - y.mean(axis=0), slopes


def test_the_relevant_ones_are_found_as_if_they_had_been_known() -> None:
    x, y, _ = runs(1, 2.0)
    found = regression(x, y) @ y
    known = np.linalg.lstsq(x[:, :RELEVANT], y, rcond=None)[0]
    assert np.abs(found[:RELEVANT] - known).max() < 0.35
    # Least squares with all of them has an error of about .06 to .5, by the noise of the outcome.
    assert (np.abs(found[RELEVANT:]).mean(axis=0) < 0.02 * np.array([0.5, 1.0, 2.0, 4.0])).all()


def test_chance_alone_is_relevant_to_hardly_anything() -> None:
    x, y, _ = runs(2, 0.0)
    brought = x @ (regression(x, y) @ y)
    # Least squares would explain P / N of the variance.
    assert (brought.var(axis=0) / y.var(axis=0)).max() < 0.1


def test_more_parameters_than_runs_and_outcomes_that_never_move_give_numbers() -> None:
    x, y, slopes = runs(3, 2.0)
    few, still = x[: P // 2], np.hstack([y[: P // 2, :2], np.zeros((P // 2, 1))])
    found = regression(few, still) @ still
    assert np.isfinite(found).all()
    assert np.abs(found[:, 2]).max() == 0.0
    assert np.corrcoef(found[:RELEVANT, 0], slopes[:RELEVANT, 0])[0, 1] > 0.9


def test_units_of_outcomes_do_not_matter() -> None:
    x, y, _ = runs(4, 1.0)
    scale = np.array([1e-3, 1.0, 10.0, 1e3])
    assert np.allclose(regression(x, y), regression(x, y * scale), rtol=1e-6, atol=1e-12)
