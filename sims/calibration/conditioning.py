"""Forecasts that go on from what happened, and not only from what it says of parameters.

Who the regulars of a company are, and what luck it had, is in no parameter; it lasts all the same. Among runs by the posterior, what
a run had more of than its parameters let expect tells how much more it has later (a regression with ridge); each run is moved by
that from what it had to what was observed.
"""

from __future__ import annotations

import numpy as np

from sims.calibration.laws import LEAST_SPREAD, Floats

PENALTIES = np.geomspace(1e-2, 1e4, 19)
MOST_LEVERAGE, SOLID = 0.9, 1e-8


def moved(later: Floats, s: Floats, observed: Floats, w: Floats) -> Floats:
    """float64[n, m]: later values of each run, had it lived what was observed.

    later  float64[n, m], on a scale on which effects add up
    s, observed  summaries float64[n, K] of the same runs, and float64[K]
    w      float64[n, k], the combinations of parameters that the data moved

    Every later value has its own penalty, that of the least generalised cross-validated error: what lasts for certain is believed, and
    what hardly lasts is not. What a run has beside the regression is drawn apart by what fitting took of it, and by how far from the
    runs the observed summaries lie.
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
    """float64[k, K]: how combinations of parameters move summaries."""
    return np.asarray(np.linalg.lstsq(known, x, rcond=None)[0][1:], dtype=np.float64)


def _penalties(size: Floats, inside: Floats, y: Floats, fitted: int) -> Floats:
    """float64[m]: the best penalty of each later value; so many coefficients were fitted without one."""
    n = y.shape[0]
    outside = (y**2).sum(axis=0) - (inside**2).sum(axis=0)
    errors = []
    for penalty in PENALTIES:
        kept = size**2 / (size**2 + penalty)
        left = ((1.0 - kept)[:, None] ** 2 * inside**2).sum(axis=0) + outside
        errors.append(left / max(1e-9, 1.0 - (kept.sum() + fitted) / n) ** 2)
    found: Floats = PENALTIES[np.argmin(np.array(errors), axis=0)]
    return found
