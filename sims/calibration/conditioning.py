"""Forecasts that go on from what happened, and not only from what it says of parameters.

Who the regulars of a company are, and what luck it had, is in no parameter; it lasts all the same. Among runs by the posterior, what
a run had more of than its parameters let expect tells how much more it has later (a regression with ridge); each run is moved by
that from what it had to what was observed.
"""

from __future__ import annotations

import numpy as np

from sims.calibration.emulator import best_penalty
from sims.calibration.laws import LEAST_SPREAD, Floats


def moved(later: Floats, s: Floats, observed: Floats, w: Floats) -> Floats:
    """float64[n, m]: later values of each run, had it lived what was observed.

    later  float64[n, m], on a scale on which effects add up
    s, observed  summaries float64[n, K] of the same runs, and float64[K]
    w      float64[n, k], the combinations of parameters that the data moved
    """
    spread = s.std(axis=0)
    alive = spread > LEAST_SPREAD
    if not alive.any():
        return later
    x, seen = s[:, alive] / spread[alive], observed[alive] / spread[alive]
    known = np.hstack([np.ones((w.shape[0], 1)), w])
    rest_x, rest_y = (each - known @ np.linalg.lstsq(known, each, rcond=None)[0] for each in (x, later))
    u, size, v = np.linalg.svd(rest_x, full_matrices=False)
    shrink = size / (size**2 + best_penalty(u, size, rest_y))
    gradient = v.T @ (shrink[:, None] * (u.T @ rest_y))
    found: Floats = later + (seen - x) @ gradient
    return found
