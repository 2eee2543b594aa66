"""A local emulator of the model: a quadratic in a few combinations of parameters that the summaries respond to.

It predicts as many combinations of summaries, which carry all that the others say of the parameters (score compression).
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
"""Beyond so many spreads of the design (times the root of the dimensions) runs are not fitted to, and the quadratic goes on in a straight
line."""


def directions(
    z: Floats, s: Floats, rng: np.random.Generator, most: int = MOST_DIRECTIONS
) -> tuple[Floats, Floats]:
    """float64[d, k], orthonormal: the combinations of parameters that move the summaries by more than chance would.

    At most so many, the strongest first. And float64[k]: how far one prior spread of each moves them, in spreads of what it does not
    explain.
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
    """Where an emulator is fitted: a normal law of the combinations, mean float64[k] and covariance float64[k, k]."""

    mean: Floats
    covariance: Floats

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """float64[n, k]."""
        found: Floats = self.mean + rng.standard_normal((n, self.mean.size)) @ root(self.covariance)
        return found

    def scaled(self, w: Floats) -> Floats:
        """In spreads of the design."""
        found: Floats = (w - self.mean) @ root_inverse(self.covariance)
        return found

    @property
    def reach(self) -> float:
        """How far from its mean it reaches."""
        return REACH * float(np.sqrt(self.mean.size))


@dataclass(frozen=True, eq=False)
class LocalEmulator:
    """Fitted to runs of one design.

    compress  float64[K, k], from summaries to compressed ones
    weights   float64[terms, k]
    noise     float64[k, k], covariance of what a run has beside the emulator's mean: chance, and everything else about people
    left      float64[n, k], what each run has beside a fit without it
    inflation how much larger the noise is on runs that were held out than a fit to all says
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
        """Fit to runs: combinations float64[n, k] and summaries float64[n, K].

        Every run is compressed as those of the other folds say: a compression fitted to a run itself makes what the run has by chance look
        like an answer to its parameters, so that the answer seems steeper than it is. What was observed is compressed by their mean.
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
        """float64[n, k] of summaries float64[n, K]."""
        found: Floats = (s - self.centre) @ self.compress
        return found

    def mean(self, w: Floats) -> Floats:
        """float64[n, k]: compressed summaries to be expected of combinations float64[n, k]."""
        found: Floats = _terms(self.design, self.design.scaled(w)) @ self.weights
        return found

    def beside(self, observed: Floats, w: Floats) -> Floats:
        """float64[m, k]: what observed summaries float64[K] have beside the mean at combinations float64[m, k]."""
        found: Floats = self.compressed(observed[None]) - self.mean(w)
        return found

    def doubted(self, times: float, errors: Floats) -> Floats:
        """float64[k, k]: so many times the noise, and the errors float64[m, K] that the observed summaries may have beside it."""
        along = errors @ self.compress
        found: Floats = times * self.noise + along.T @ along
        return found

    def sample(self, observed: Floats, rng: np.random.Generator, noise: Floats) -> Floats:
        """float64[CHAINS, k]: combinations, given the observed summaries float64[K] with so much noise, one from each chain."""
        given = _Given(self, self.compressed(observed[None])[0], root_inverse(noise))
        start = self.design.draw(CHAINS, rng)
        held = np.zeros(0, dtype=np.int64)
        return slice_sample(given, start, held, STEPS, rng)


@dataclass(frozen=True, eq=False)
class _Given:
    """What was observed, as the sampler sees it."""

    emulator: LocalEmulator
    compressed: Floats
    whiten: Floats

    def log_likelihood(self, w: Floats) -> Floats:
        """float64[m] of combinations float64[m, k]."""
        left = (self.compressed - self.emulator.mean(w)) @ self.whiten
        found: Floats = -0.5 * (left**2).sum(axis=1)
        return found


def _terms(design: Design, v: Floats) -> Floats:
    """Constant and linear terms, and the quadratic ones, which stop at the design's reach."""
    k = v.shape[1]
    length = np.sqrt((v**2).sum(axis=1, keepdims=True))
    near = v * np.minimum(1.0, design.reach / np.maximum(length, 1e-12))
    return np.hstack([np.ones((v.shape[0], 1)), v, terms(near)[:, 1 + k :]])


def _compression(v: Floats, away: Floats) -> Floats:
    """float64[K, k]: combinations of summaries that tell the most of places float64[n, k] in the design."""
    x = np.hstack([np.ones((v.shape[0], 1)), v])
    line = np.linalg.lstsq(x, away, rcond=None)[0]
    found: Floats = np.linalg.solve(shrunk_covariance(away - x @ line), line[1:].T)
    return found


def _regression(terms_of: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Weights float64[terms, k] with a ridge on what is not linear, and what each of float64[n, k] is beside a fit without it."""
    k = t.shape[1]
    penalty = np.full(terms_of.shape[1], RIDGE)
    penalty[: 1 + k] = 1e-6
    solved = np.linalg.solve(terms_of.T @ terms_of + np.diag(penalty), terms_of.T)
    weights, leverage = solved @ t, np.einsum("ij,ji->i", terms_of, solved)
    left = (t - terms_of @ weights) / (1.0 - np.minimum(leverage, MOST_LEVERAGE))[:, None]
    return weights, left
