"""Normal distributions from few samples: invertible covariances, and their roots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_SPREAD = 1e-6
LEAST_EIGENVALUE = 1e-9


def shrunk_correlation(x: Floats) -> Floats:
    """Correlations of float64[n, k], shrunk towards zero according to their sampling error (Schäfer & Strimmer 2005)."""
    n, k = x.shape
    spread = np.maximum(x.std(axis=0), LEAST_SPREAD)
    r: Floats = np.clip((x - x.mean(axis=0)).T @ (x - x.mean(axis=0)) / (n * np.outer(spread, spread)), -1, 1)
    apart = ~np.eye(k, dtype=bool)
    error, size = float(((1 - r[apart] ** 2) ** 2).sum()) / max(1, n - 1), float((r[apart] ** 2).sum())
    drawn = min(1.0, error / size) if size > 0 else 1.0
    found: Floats = (1.0 - drawn) * r
    np.fill_diagonal(found, 1.0)
    return found


def shrunk_covariance(x: Floats, about: Floats | None = None) -> Floats:
    """Covariance of float64[n, k] about its mean (or about a known one), of full rank whatever n."""
    spread = np.maximum(
        np.sqrt(((x - (x.mean(axis=0) if about is None else about)) ** 2).mean(axis=0)), LEAST_SPREAD
    )
    found: Floats = shrunk_correlation(x) * np.outer(spread, spread)
    return found


def root(covariance: Floats) -> Floats:
    """A symmetric square root; eigenvalues that are negative by rounding are set to nearly zero."""
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = (vectors * np.sqrt(np.maximum(values, LEAST_EIGENVALUE))) @ vectors.T
    return found


def root_inverse(covariance: Floats) -> Floats:
    """The inverse of `root`."""
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = (vectors / np.sqrt(np.maximum(values, LEAST_EIGENVALUE))) @ vectors.T
    return found


def distances(x: Floats, covariance: Floats) -> Floats:
    """float64[n]: squared Mahalanobis lengths of the rows of float64[n, k]."""
    found: Floats = ((x @ root_inverse(covariance)) ** 2).sum(axis=1)
    return found


def largest_ratio(one: Floats, other: Floats) -> float:
    """The largest ratio of two covariances over all directions."""
    side = root_inverse(other)
    return float(np.linalg.eigvalsh(side @ one @ side)[-1])
