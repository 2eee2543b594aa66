"""The ensemble smoother with multiple data assimilation, ES-MDA (Emerick & Reynolds 2013).

An ensemble moves to what was observed in a few steps, each of which inflates the noise of the data.
"""

from __future__ import annotations

import numpy as np

from sims.calibration.laws import LEAST_SPREAD, Floats, root, shrunk_covariance


def chance_of(first: Floats, second: Floats) -> Floats:
    """Covariance float64[k, k] of summaries by chance alone, from pairs of runs with the same vector."""
    nothing = np.zeros(first.shape[1])
    return shrunk_covariance((first - second) / np.sqrt(2.0), nothing)


def smoothed(
    z: Floats, s: Floats, observed: Floats, chance: Floats, *, factor: float, rng: np.random.Generator
) -> Floats:
    """One step: vectors float64[n, d] with summaries float64[n, k] move towards the observed ones.

    The observations' covariance is multiplied by `factor`.
    """
    n = z.shape[0]
    away, moved = z - z.mean(axis=0), s - s.mean(axis=0)
    cross = away.T @ moved / (n - 1)
    spread = np.outer(
        np.maximum(z.std(axis=0, ddof=1), LEAST_SPREAD), np.maximum(s.std(axis=0, ddof=1), LEAST_SPREAD)
    )
    cross *= _believed(cross / spread, n)
    noise = factor * chance
    gain = np.linalg.solve(shrunk_covariance(s) + noise, cross.T)
    asked = observed + rng.standard_normal(s.shape) @ root(noise)
    found: Floats = z + (asked - s) @ gain
    return found


def _believed(r: Floats, n: int) -> Floats:
    """The part of a correlation from n pairs that exceeds its sampling error (localisation).

    Without it a small ensemble collapses although nothing was learnt.
    """
    error = (1.0 - np.clip(r, -1, 1) ** 2) ** 2 / n
    found: Floats = np.maximum(0.0, 1.0 - error / np.maximum(r**2, LEAST_SPREAD))
    return found
