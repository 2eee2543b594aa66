"""Emulators of the model's statistics, and draws from the prior conditioned on every target lying in its band.

The emulate and sample steps of calibrate–emulate–sample (Cleary et al. 2021): each statistic is a quadratic of the few parameters that
affect it most, fitted to runs of the model; its cross-validation error is the noise of the statistic. Draws are made by elliptical slice
sampling (Murray, Adams & MacKay 2010), which needs no tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Maximum number of inputs of a statistic, and number of folds of cross-validation.
MOST_INPUTS = 6
PARTS = 8
RIDGE = 1.0
LEAST_NOISE = 1e-6


@dataclass(frozen=True, eq=False)
class Emulator:
    """The emulator of one statistic: mean `terms(z) @ weights`, standard deviation `noise`.

    inputs   int64[k], the parameters that it depends on
    """

    inputs: Ints
    weights: Floats
    noise: float

    @classmethod
    def fit(cls, z: Floats, y: Floats, judged: Flags | None = None) -> Emulator:
        """Fit an emulator to runs: z float64[n, d] standard normal under the prior, y float64[n].

        judged   bool[n], the runs whose errors estimate the noise: those near the region of interest; all by default

        The noise is the error on runs held out of both the selection of inputs and the fit, so that spurious inputs are penalised.
        """
        rows = np.ones(y.size, dtype=bool) if judged is None else judged
        part = np.arange(y.size) % PARTS
        errors = np.empty(y.size)
        for each in range(PARTS):
            out = part == each
            inputs, weights = _fitted(z[~out], y[~out])
            errors[out] = y[out] - terms(z[out][:, inputs]) @ weights
        inputs, weights = _fitted(z, y)
        return cls(inputs, weights, max(float(np.sqrt(np.mean(errors[rows] ** 2))), LEAST_NOISE))

    def mean(self, z: Floats) -> Floats:
        """float64[m]: the predicted mean at z float64[m, d]."""
        value: Floats = terms(z[:, self.inputs]) @ self.weights
        return value


def _fitted(z: Floats, y: Floats) -> tuple[Ints, Floats]:
    # Forward selection: each input is the one most correlated with the residual; their number is chosen by leave-one-out error.
    scale = np.sqrt((z**2).sum(axis=0))
    left, chosen = y - y.mean(), list[int]()
    best: tuple[float, Ints, Floats] | None = None
    for _ in range(min(MOST_INPUTS, z.shape[1])):
        going = np.abs(z.T @ left) / scale
        going[chosen] = -1.0
        chosen.append(int(np.argmax(going)))
        inputs = np.array(chosen, dtype=np.int64)
        weights, error, left = _quadratic(terms(z[:, inputs]), y)
        if best is None or error < best[0]:
            best = error, inputs, weights
    assert best is not None
    return best[1], best[2]


def _quadratic(x: Floats, y: Floats) -> tuple[Floats, float, Floats]:
    # Weights by ridge regression, mean squared leave-one-out error, residuals.
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0.0
    inverse = np.linalg.inv(x.T @ x + np.diag(penalty))
    weights: Floats = inverse @ (x.T @ y)
    left: Floats = y - x @ weights
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    return weights, float(np.mean((left / np.maximum(1.0 - leverage, 0.05)) ** 2)), left


def terms(x: Floats) -> Floats:
    """float64[n, 1 + k + k (k + 1) / 2]: quadratic features, that is 1, every column, and every product of two."""
    first, second = np.triu_indices(x.shape[1])
    return np.hstack([np.ones((x.shape[0], 1)), x, x[:, first] * x[:, second]])


@dataclass(frozen=True, eq=False)
class Bands:
    """The likelihood of the targets for the sampler: for each emulator the band that a replicate must fall into."""

    emulators: tuple[Emulator, ...]
    low: Floats
    high: Floats

    def log_likelihood(self, z: Floats) -> Floats:
        """float64[m]: log-probability that a replicate falls into every band."""
        total = np.zeros(z.shape[0])
        for emulator, low, high in zip(self.emulators, self.low, self.high, strict=True):
            mean = emulator.mean(z)
            total += log_between((low - mean) / emulator.noise, (high - mean) / emulator.noise)
        return total


def log_between(a: Floats, b: Floats) -> Floats:
    """log(Φ(b) − Φ(a)) for a < b, accurate in both tails."""
    # In the upper tail both are near 1: use the mirrored tail.
    flip = a > 0.0
    low, high = np.where(flip, -b, a), np.where(flip, -a, b)
    top = log_ndtr(high)
    value: Floats = top + np.log1p(-np.exp(np.minimum(log_ndtr(low) - top, -1e-12)))
    return value


class Likelihood(Protocol):
    """The interface of a likelihood for the sampler."""

    def log_likelihood(self, z: Floats) -> Floats:
        """float64[m]: log-likelihood of vectors float64[m, d]."""


def slice_sample(
    bands: Likelihood, start: Floats, held: Ints, steps: int, rng: np.random.Generator
) -> Floats:
    """One draw from each of m chains: float64[m, d].

    start   float64[m, d], draws from the prior; columns `held` are fixed, so that they keep their prior distribution
    """
    z, here = start.copy(), bands.log_likelihood(start)
    for _ in range(steps):
        partner = rng.standard_normal(z.shape)
        partner[:, held] = 0.0
        level = here + np.log(rng.random(z.shape[0]))
        angle: Floats = rng.random((z.shape[0],)) * (2.0 * np.pi)
        low, high = angle - 2.0 * np.pi, angle.copy()
        free = z.copy()
        free[:, held] = 0.0
        waiting = np.arange(z.shape[0])
        moved, value = z.copy(), here.copy()
        while waiting.size:
            turn = angle[waiting, None]
            proposal = free[waiting] * np.cos(turn) + partner[waiting] * np.sin(turn)
            proposal[:, held] = z[waiting][:, held]
            found = bands.log_likelihood(proposal)
            good = found > level[waiting]
            moved[waiting[good]], value[waiting[good]] = proposal[good], found[good]
            waiting = waiting[~good]
            below = angle[waiting] < 0.0
            low[waiting] = np.where(below, angle[waiting], low[waiting])
            high[waiting] = np.where(below, high[waiting], angle[waiting])
            part = rng.random(waiting.size)
            angle[waiting] = low[waiting] + part * (high[waiting] - low[waiting])
        z, here = moved, value
    return z


def latin_hypercube(n: int, d: int, rng: np.random.Generator) -> Floats:
    """float64[n, d] in (0, 1): a Latin hypercube, in which every column has one value in each of n strata."""
    strata = np.stack([rng.permutation(n) for _ in range(d)], axis=1)
    drawn: NDArray[Any] = (strata + rng.random((n, d))) / n
    return drawn.astype(np.float64)
