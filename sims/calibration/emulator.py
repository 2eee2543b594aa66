"""A local emulator of the model: a quadratic in the few combinations of parameters to which the summaries respond.

It predicts the same number of combinations of summaries, which are sufficient for the parameters (score compression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import Floats, distances, root, root_inverse, shrunk_covariance
from sims.calibration.relevance import regression
from sims.validation.emulator import slice_sample, terms

MOST_DIRECTIONS = 6
PERMUTATIONS = 20
FOLDS = 10
MOST_LEVERAGE = 0.9
RIDGE = 1.0
CHAINS, STEPS = 1000, 60
REACH = 3.0
"""Radius of the design in standard deviations (times the root of the dimensions): runs beyond it are not used, and the quadratic is
extrapolated linearly."""


def directions(
    z: Floats, s: Floats, rng: np.random.Generator, most: int = MOST_DIRECTIONS
) -> tuple[Floats, Floats]:
    """float64[d, k], orthonormal: the combinations of parameters whose effect on the summaries exceeds noise.

    At most `most`, strongest first; and float64[k]: the effect of one prior standard deviation of each, in residual standard deviations.
    """
    away, moved = z - z.mean(axis=0), s - s.mean(axis=0)
    solved = regression(away, moved)
    slopes = solved @ moved
    left = moved - away @ slopes
    whiten = root_inverse(shrunk_covariance(left))
    found, strength, _ = np.linalg.svd(slopes @ whiten, full_matrices=False)
    noise, tops = left @ whiten, []
    for _ in range(PERMUTATIONS):
        tops.append(float(np.linalg.norm(solved @ noise[rng.permutation(z.shape[0])], 2)))
    count = min(int(np.count_nonzero(strength > np.quantile(tops, 0.95))), most)
    return found[:, :count], strength[:count]


@dataclass(frozen=True, eq=False)
class Design:
    """The design of an emulator: a normal distribution of the combinations, mean float64[k] and covariance float64[k, k]."""

    mean: Floats
    covariance: Floats

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """float64[n, k]: draws from the design."""
        found: Floats = self.mean + rng.standard_normal((n, self.mean.size)) @ root(self.covariance)
        return found

    def scaled(self, w: Floats) -> Floats:
        """The combinations in standard deviations of the design."""
        found: Floats = (w - self.mean) @ root_inverse(self.covariance)
        return found

    @property
    def reach(self) -> float:
        """The radius of the design around its mean."""
        return REACH * float(np.sqrt(self.mean.size))


@dataclass(frozen=True, eq=False)
class LocalEmulator:
    """An emulator fitted to the runs of one design.

    compress  float64[K, k], from summaries to compressed ones
    weights   float64[terms, k]
    noise     float64[k, k], residual covariance: chance, and the effect of all other parameters
    left      float64[n, k], leave-one-out residuals of the runs
    inflation ratio of the noise on held-out runs to that of the fit
    """

    design: Design
    centre: Floats
    compress: Floats
    weights: Floats
    noise: Floats
    left: Floats
    inflation: float

    @classmethod
    def fit(cls, design: Design, w: Floats, s: Floats) -> LocalEmulator:
        """Fit an emulator to runs: combinations float64[n, k] and summaries float64[n, K].

        Every run is compressed by weights fitted to the other folds (cross-fitting): weights fitted to the run itself would attribute its
        noise to its parameters and overestimate the response. The observation is compressed by the mean weights.
        """
        v, centre = design.scaled(w), s.mean(axis=0)
        away, fold = s - centre, np.arange(w.shape[0]) % FOLDS
        parts = [_compression(v[fold != one], away[fold != one]) for one in range(FOLDS)]
        t = np.empty_like(v)
        for one, part in enumerate(parts):
            t[fold == one] = away[fold == one] @ part
        spread = np.maximum(t.std(axis=0), 1e-12)
        places = _terms(design, v)
        weights, left = _regression(places, t / spread)
        _, claimed = _regression(places, away @ _compression(v, away) / spread)
        noise, less = (each.T @ each / w.shape[0] for each in (left, claimed))
        inflation = max(1.0, float(distances(left, less).mean()) / w.shape[1])
        return cls(design, centre, np.mean(parts, axis=0) / spread, weights, noise, left, inflation)

    def compressed(self, s: Floats) -> Floats:
        """float64[n, k]: compressed summaries of float64[n, K]."""
        found: Floats = (s - self.centre) @ self.compress
        return found

    def mean(self, w: Floats) -> Floats:
        """float64[n, k]: expected compressed summaries at combinations float64[n, k]."""
        found: Floats = _terms(self.design, self.design.scaled(w)) @ self.weights
        return found

    def beside(self, observed: Floats, w: Floats) -> Floats:
        """float64[m, k]: residuals of observed summaries float64[K] at combinations float64[m, k]."""
        found: Floats = self.compressed(observed[None]) - self.mean(w)
        return found

    def doubted(self, times: float, errors: Floats) -> Floats:
        """float64[k, k]: `times` the noise, plus the covariance of possible errors float64[m, K] of the observed summaries."""
        along = errors @ self.compress
        found: Floats = times * self.noise + along.T @ along
        return found

    def sample(self, observed: Floats, rng: np.random.Generator, noise: Floats) -> Floats:
        """float64[CHAINS, k]: posterior draws of the combinations given observed summaries float64[K] and the noise, one a chain."""
        given = _Given(self, self.compressed(observed[None])[0], root_inverse(noise))
        start = self.design.draw(CHAINS, rng)
        held = np.zeros(0, dtype=np.int64)
        return slice_sample(given, start, held, STEPS, rng)


@dataclass(frozen=True, eq=False)
class _Given:
    """The likelihood of the observation, as the sampler calls it."""

    emulator: LocalEmulator
    compressed: Floats
    whiten: Floats

    def log_likelihood(self, w: Floats) -> Floats:
        """float64[m]: log-likelihood of combinations float64[m, k]."""
        left = (self.compressed - self.emulator.mean(w)) @ self.whiten
        found: Floats = -0.5 * (left**2).sum(axis=1)
        return found


def _terms(design: Design, v: Floats) -> Floats:
    """Constant, linear and quadratic terms; the latter are capped at the design's radius."""
    k = v.shape[1]
    length = np.sqrt((v**2).sum(axis=1, keepdims=True))
    near = v * np.minimum(1.0, design.reach / np.maximum(length, 1e-12))
    return np.hstack([np.ones((v.shape[0], 1)), v, terms(near)[:, 1 + k :]])


def _compression(v: Floats, away: Floats) -> Floats:
    """float64[K, k]: the combinations of summaries that are most informative about positions float64[n, k] in the design."""
    x = np.hstack([np.ones((v.shape[0], 1)), v])
    line = np.linalg.lstsq(x, away, rcond=None)[0]
    found: Floats = np.linalg.solve(shrunk_covariance(away - x @ line), line[1:].T)
    return found


def _regression(terms_of: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Weights float64[terms, k] with a ridge on the nonlinear terms, and leave-one-out residuals float64[n, k]."""
    k = t.shape[1]
    penalty = np.full(terms_of.shape[1], RIDGE)
    penalty[: 1 + k] = 1e-6
    solved = np.linalg.solve(terms_of.T @ terms_of + np.diag(penalty), terms_of.T)
    weights, leverage = solved @ t, np.einsum("ij,ji->i", terms_of, solved)
    left = (t - terms_of @ weights) / (1.0 - np.minimum(leverage, MOST_LEVERAGE))[:, None]
    return weights, left
