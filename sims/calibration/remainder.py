"""The update of all parameters orthogonal to the few most informed combinations.

A base rate is partly in several combinations and wholly in none. Its remaining part contributes to the emulator's residual, so that the
residual of a history is informative about it (a regression, see `relevance`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import LEAST_EIGENVALUE, Floats, root
from sims.calibration.relevance import regression


@dataclass(frozen=True, eq=False)
class Vectors:
    """A distribution of whole vectors: a mixture of normals with means `expected` float64[m, d] and covariance `beside` float64[d, d]."""

    expected: Floats
    beside: Floats

    @classmethod
    def unmoved(cls, m: int, d: int) -> Vectors:
        """The prior: m components, d dimensions, without any data."""
        return cls(np.zeros((m, d)), np.eye(d))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """float64[n, d]: draws, evenly from all components."""
        rows = np.arange(n) * self.expected.shape[0] // n
        free = rng.standard_normal((n, self.expected.shape[1]))
        return np.asarray(self.expected[rows] + free @ root(self.beside))

    def spread(self, factor: Floats) -> tuple[Floats, Floats]:
        """Mean and variance float64[p] of the scores z @ factor.T (0 and 1 under the prior), computed without sampling."""
        scores = self.expected @ factor.T
        variance = np.einsum("ij,jk,ik->i", factor, self.beside, factor) + scores.var(axis=0, ddof=1)
        return np.asarray(scores.mean(axis=0)), np.asarray(variance)


@dataclass(frozen=True, eq=False)
class Remainder:
    """The combinations `across` float64[d, k], and `gradient` float64[k, d] of compressed summaries by the orthogonal parameters."""

    across: Floats
    gradient: Floats

    @classmethod
    def fit(cls, across: Floats, z: Floats, left: Floats) -> Remainder:
        """Fit to vectors float64[n, d] of runs and their leave-one-out residuals of the emulator, float64[n, k]."""
        rest = z - (z @ across) @ across.T
        x, y = rest - rest.mean(axis=0), left - left.mean(axis=0)
        slopes = (regression(x, y) @ y).T
        return cls(across, slopes - (slopes @ across) @ across.T)

    def given(self, w: Floats, beside: Floats, noise: Floats) -> Vectors:
        """The distribution of vectors given combinations float64[m, k].

        beside  float64[m, k], residual of the history at each of them
        noise   float64[k, k], its covariance: chance, and the effect of these parameters
        """
        brought = self.gradient @ self.gradient.T
        values, axes = np.linalg.eigh(noise - brought)
        least = max(LEAST_EIGENVALUE, float(np.trace(noise)) * LEAST_EIGENVALUE)
        gain = np.linalg.solve((axes * np.maximum(values, least)) @ axes.T + brought, self.gradient).T
        prior = np.eye(self.across.shape[0]) - self.across @ self.across.T
        return Vectors(w @ self.across.T + beside @ gain.T, prior - gain @ self.gradient)
