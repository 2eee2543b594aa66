"""What a history says of everything beside the few combinations that it moves most.

A base rate is a part of several combinations and of none wholly. What is left of it adds to what summaries have beside the emulator, so
that a history with more than its combinations let expect is one whose rest brings more (a regression, see `relevance`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import LEAST_EIGENVALUE, Floats, root
from sims.calibration.relevance import regression


@dataclass(frozen=True, eq=False)
class Vectors:
    """A law of whole vectors: each is one of `expected` float64[m, d], and beside it normal with covariance `beside` float64[d, d]."""

    expected: Floats
    beside: Floats

    @classmethod
    def unmoved(cls, m: int, d: int) -> Vectors:
        """The prior, of which no data say anything."""
        return cls(np.zeros((m, d)), np.eye(d))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """float64[n, d], evenly from all of `expected`."""
        rows = np.arange(n) * self.expected.shape[0] // n
        free = rng.standard_normal((n, self.expected.shape[1]))
        return np.asarray(self.expected[rows] + free @ root(self.beside))

    def spread(self, factor: Floats) -> tuple[Floats, Floats]:
        """Mean and variance float64[p] of scores z @ factor.T; 0 and 1 under the prior. What the data do not move is not sampled for it."""
        scores = self.expected @ factor.T
        variance = np.einsum("ij,jk,ik->i", factor, self.beside, factor) + scores.var(axis=0, ddof=1)
        return np.asarray(scores.mean(axis=0)), np.asarray(variance)


@dataclass(frozen=True, eq=False)
class Remainder:
    """The combinations `across` float64[d, k], and `gradient` float64[k, d]: what parameters beside them add to compressed summaries."""

    across: Floats
    gradient: Floats

    @classmethod
    def fit(cls, across: Floats, z: Floats, left: Floats) -> Remainder:
        """From runs: their vectors float64[n, d], and what they have beside an emulator that was fitted without them, float64[n, k]."""
        rest = z - (z @ across) @ across.T
        x, y = rest - rest.mean(axis=0), left - left.mean(axis=0)
        slopes = (regression(x, y) @ y).T
        return cls(across, slopes - (slopes @ across) @ across.T)

    def given(self, w: Floats, beside: Floats, noise: Floats) -> Vectors:
        """The vectors of combinations float64[m, k].

        beside  float64[m, k], what the history has beside the emulator's mean at each of them
        noise   float64[k, k], covariance of that: chance, and what these parameters bring
        """
        brought = self.gradient @ self.gradient.T
        values, axes = np.linalg.eigh(noise - brought)
        least = max(LEAST_EIGENVALUE, float(np.trace(noise)) * LEAST_EIGENVALUE)
        gain = np.linalg.solve((axes * np.maximum(values, least)) @ axes.T + brought, self.gradient).T
        prior = np.eye(self.across.shape[0]) - self.across @ self.across.T
        return Vectors(w @ self.across.T + beside @ gain.T, prior - gain @ self.gradient)
