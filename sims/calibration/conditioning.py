"""Conditioning of forecasts on the observed past, beyond what the parameters capture.

Who the regular sharers of a company are, and its random fluctuations, are in no parameter but persist. Among posterior runs a ridge
regression relates a run's past residuals, given its parameters, to its later values; each run is shifted by that from its own past to the
observed one.
"""

from __future__ import annotations

import numpy as np

from sims.calibration.laws import LEAST_SPREAD, Floats

PENALTIES = np.geomspace(1e-2, 1e4, 19)
MOST_LEVERAGE, SOLID = 0.9, 1e-8


def moved(later: Floats, s: Floats, observed: Floats, w: Floats) -> Floats:
    """float64[n, m]: later values of each run, shifted to the observed past.

    later  float64[n, m], on a scale on which effects are additive
    s, observed  summaries float64[n, K] of the same runs, and float64[K]
    w      float64[n, k], the combinations of parameters that the data inform

    Every later value has its own penalty, by generalised cross-validation, so that persistent effects are carried over and others are not.
    Residuals are widened for the degrees of freedom used by the fit, and for the distance of the observed summaries from the runs.
    """
    spread = s.std(axis=0)
    alive = spread > LEAST_SPREAD
    if not alive.any():
        return later
    x, seen = s[:, alive] / spread[alive], observed[alive] / spread[alive]
    known = np.hstack([np.ones((w.shape[0], 1)), w])
    q = np.linalg.qr(known)[0]
    rest_x, rest_y = (each - q @ (q.T @ each) for each in (x, later))
    left_side, sizes, right_side = np.linalg.svd(rest_x, full_matrices=False)
    solid = sizes > sizes[0] * SOLID
    u, size, v = left_side[:, solid], np.asarray(sizes[solid], dtype=np.float64), right_side[solid]
    inside = u.T @ rest_y
    kept = size[:, None] ** 2 / (size[:, None] ** 2 + _penalties(size, inside, rest_y, q.shape[1]))
    gradient = v.T @ (kept / size[:, None] * inside)
    left = rest_y - u @ (kept * inside)
    taken = np.minimum((q**2).sum(axis=1)[:, None] + u**2 @ kept, MOST_LEVERAGE)
    away = (seen - x.mean(axis=0) - (w - w.mean(axis=0)) @ _slopes(known, x)) @ v.T / size
    beyond = (q**2).sum(axis=1)[:, None] + away**2 @ kept
    apart = left * np.sqrt((1.0 + beyond) / (1.0 - taken))
    return np.asarray(later - left + (seen - x) @ gradient + apart, dtype=np.float64)


def _slopes(known: Floats, x: Floats) -> Floats:
    """float64[k, K]: effect of each combination of parameters on each summary."""
    return np.asarray(np.linalg.lstsq(known, x, rcond=None)[0][1:], dtype=np.float64)


def _penalties(size: Floats, inside: Floats, y: Floats, fitted: int) -> Floats:
    """float64[m]: the best ridge penalty for each later value; `fitted` coefficients are not penalised."""
    n = y.shape[0]
    outside = (y**2).sum(axis=0) - (inside**2).sum(axis=0)
    errors = []
    for penalty in PENALTIES:
        kept = size**2 / (size**2 + penalty)
        left = ((1.0 - kept)[:, None] ** 2 * inside**2).sum(axis=0) + outside
        errors.append(left / max(1e-9, 1.0 - (kept.sum() + fitted) / n) ** 2)
    found: Floats = PENALTIES[np.argmin(np.array(errors), axis=0)]
    return found
