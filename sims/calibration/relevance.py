"""Which parameters a set of outcomes answers to, and how steeply: a regression with a relevance of its own for each parameter.

Of some 150 parameters a handful moves what a company counts. A ridge draws all gradients to nothing alike, those few too, by as much as
the many that do nothing deserve. Here each parameter has its own prior variance, found by maximising the evidence over all outcomes
together (automatic relevance determination, MacKay 1992; several outcomes with one relevance, Wipf & Rao 2007).
"""

from __future__ import annotations

import numpy as np

from sims.calibration.laws import LEAST_SPREAD, Floats

STEPS = 20
LEAST_PRECISION, MOST_PRECISION = 1e-3, 1e6
STRICT = 2.0
"""By how much the square of a gradient must exceed that of its error to count for anything; as Akaike's criterion asks."""
LEAST_FREE = 0.1
"""A part of the runs: as if so many were free of the fit at least, however many parameters it has."""


def regression(x: Floats, y: Floats) -> Floats:
    """float64[p, n], which times outcomes float64[n, K] is what one unit of each parameter adds to them.

    From runs float64[n, p] and their outcomes, about their means.
    """
    n, p = x.shape
    inside, across = x.T @ x, x.T @ y
    precision = np.full(p, float(p))
    for _ in range(STEPS):
        covariance = np.asarray(np.linalg.inv(inside + np.diag(precision)), dtype=np.float64)
        found = covariance @ across
        # How well each gradient is determined: 1 by the runs, 0 by its prior.
        determined = np.clip(1.0 - precision * np.diag(covariance), 0.0, 1.0)
        free = max(n - float(determined.sum()), LEAST_FREE * n)
        noise = np.maximum(np.sqrt(((y - x @ found) ** 2).sum(axis=0) / free), LEAST_SPREAD)
        steep = np.maximum(((found / noise) ** 2).mean(axis=1), 1.0 / MOST_PRECISION**2)
        precision = np.clip(STRICT * determined / steep, LEAST_PRECISION, MOST_PRECISION)
    return np.asarray(np.linalg.solve(inside + np.diag(precision), x.T), dtype=np.float64)
