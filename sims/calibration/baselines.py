"""Baselines of calibrate–emulate–sample with the same number of model runs: the ensemble smoother alone, and rejection."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sims.calibration.fit import ECHOED, Budget, Model, walk
from sims.calibration.laws import LEAST_SPREAD, Floats
from sims.validation.emulator import latin_hypercube

ACCEPTED = 0.05


def smoother_alone(
    model: Model, observed: Floats, d: int, runs: int, *, rounds: int = 4, rng: np.random.Generator
) -> Floats:
    """float64[n, d]: the last ensemble of ES-MDA, with all runs spent in its rounds."""
    ensemble = runs // (rounds * (ECHOED + 1)) * ECHOED
    return walk(model, observed, d, Budget(ensemble=ensemble, rounds=rounds), rng).last


def rejection(model: Model, observed: Floats, d: int, runs: int, *, rng: np.random.Generator) -> Floats:
    """float64[n, d]: the closest of `runs` prior draws, with each summary scaled by its median absolute deviation."""
    z = ndtri(latin_hypercube(runs, d, rng))
    s = model(0, z, "from the prior")
    spread = np.median(np.abs(s - np.median(s, axis=0)), axis=0)
    alive = spread > LEAST_SPREAD
    away = ((s[:, alive] - observed[alive]) / spread[alive]) ** 2
    best = np.argsort(away.sum(axis=1), kind="stable")[: max(2, round(ACCEPTED * runs))]
    return np.asarray(z[best])
