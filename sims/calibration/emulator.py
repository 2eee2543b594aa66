"""A local emulator of the model: a quadratic in a few combinations of parameters that the summaries respond to.

It predicts as many combinations of summaries, which carry all that the others say of the parameters (score compression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sims.calibration.laws import Floats, distances, root, root_inverse, shrunk_covariance
from sims.validation.emulator import slice_sample, terms

MOST_DIRECTIONS = 6
PENALTIES = np.geomspace(1.0, 1e4, 13)
PERMUTATIONS = 20
FOLDS = 5
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
    u, size, v = np.linalg.svd(away, full_matrices=False)
    penalty = best_penalty(u, size, moved)
    shrink = size / (size**2 + penalty)
    gradient = v.T @ (shrink[:, None] * (u.T @ moved))
    left = moved - away @ gradient
    whiten = root_inverse(shrunk_covariance(left))
    found, strength, _ = np.linalg.svd(gradient @ whiten, full_matrices=False)
    noise, tops = left @ whiten, []
    for _ in range(PERMUTATIONS):
        mixed = v.T @ (shrink[:, None] * (u.T @ noise[rng.permutation(z.shape[0])]))
        tops.append(float(np.sqrt(np.linalg.eigvalsh(mixed.T @ mixed)[-1])))
    count = min(int(np.count_nonzero(strength > np.quantile(tops, 0.95))), most)
    return found[:, :count], strength[:count]


def best_penalty(u: Floats, size: Floats, moved: Floats) -> float:
    """The ridge penalty with the least generalised cross-validated error, over all summaries in their own spreads."""
    y = moved / np.maximum(moved.std(axis=0), 1e-9)
    inside = u.T @ y
    outside, n = float((y**2).sum() - (inside**2).sum()), y.shape[0]
    errors = []
    for penalty in PENALTIES:
        kept = size**2 / (size**2 + penalty)
        left = float(((1 - kept)[:, None] ** 2 * inside**2).sum()) + outside
        errors.append(left / max(1e-9, 1.0 - kept.sum() / n) ** 2)
    return float(PENALTIES[int(np.argmin(errors))])


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
    inflation what held-out runs showed the noise to be larger by than the fit says
    """

    design: Design
    centre: Floats
    compress: Floats
    weights: Floats
    noise: Floats
    inflation: float

    @classmethod
    def fit(cls, design: Design, w: Floats, s: Floats) -> LocalEmulator:
        """Fit to runs: combinations float64[n, k] and summaries float64[n, K]. The inflation is measured on runs that were held out of
        everything, the compression too."""
        v = design.scaled(w)
        folds = np.arange(w.shape[0]) % FOLDS
        far = []
        for fold in range(FOLDS):
            kept, out = folds != fold, folds == fold
            one = cls(design, *_fitted(design, v[kept], s[kept]), inflation=1.0)
            far.append(distances(one.compressed(s[out]) - one.mean(w[out]), one.noise))
        inflation = max(1.0, float(np.concatenate(far).mean()) / w.shape[1])
        centre, compress, weights, noise = _fitted(design, v, s)
        return cls(design, centre, compress, weights, inflation * noise, inflation)

    def compressed(self, s: Floats) -> Floats:
        """float64[n, k] of summaries float64[n, K]."""
        found: Floats = (s - self.centre) @ self.compress
        return found

    def mean(self, w: Floats) -> Floats:
        """float64[n, k]: compressed summaries to be expected of combinations float64[n, k]."""
        found: Floats = _terms(self.design, self.design.scaled(w)) @ self.weights
        return found

    def doubted(self, times: float, errors: Floats) -> Floats:
        """float64[k, k]: so many times the noise, and the errors float64[m, K] that the observed summaries may have beside it."""
        along = errors @ self.compress
        found: Floats = times * self.noise + along.T @ along
        return found

    def sample(
        self, observed: Floats, rng: np.random.Generator, noise: Floats | None = None, chains: int = CHAINS
    ) -> Floats:
        """float64[chains, k]: combinations, given the observed summaries float64[K], one from each chain. `noise` is its own unless
        given."""
        given = _Given(
            self, self.compressed(observed[None])[0], root_inverse(self.noise if noise is None else noise)
        )
        start = self.design.draw(chains, rng)
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


def _fitted(design: Design, v: Floats, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Centre, compression, weights and noise."""
    n, k = v.shape
    centre = s.mean(axis=0)
    x = np.hstack([np.ones((n, 1)), v])
    line = np.linalg.lstsq(x, s - centre, rcond=None)[0]
    left = shrunk_covariance(s - centre - x @ line)
    compress = np.linalg.solve(left, line[1:].T)
    compress = compress / np.maximum(((s - centre) @ compress).std(axis=0), 1e-12)
    t, full = (s - centre) @ compress, _terms(design, v)
    penalty = np.full(full.shape[1], RIDGE)
    penalty[: 1 + k] = 1e-6
    gram = full.T @ full
    weights = np.linalg.solve(gram + np.diag(penalty), full.T @ t)
    used = float(np.trace(np.linalg.solve(gram + np.diag(penalty), gram)))
    rest = t - full @ weights
    return centre, compress, weights, rest.T @ rest / max(1.0, n - used)
