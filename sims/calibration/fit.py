"""Calibrate–emulate–sample (Cleary et al. 2021) for any function from vectors to summaries.

An ensemble smoother moves from the prior to the region of high likelihood, where the summaries respond to a few combinations of
parameters. Runs around that region, with everything else drawn from the prior, fit an emulator of those combinations, from which their
posterior is sampled. The residual of the history updates all other parameters by a regression. What the summaries do not inform stays at
its prior.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sims.calibration.checking import Check, Spreads, check
from sims.calibration.emulator import MOST_DIRECTIONS, Design, LocalEmulator, directions
from sims.calibration.laws import LEAST_SPREAD, Floats, largest_ratio
from sims.calibration.remainder import Remainder, Vectors
from sims.calibration.smoother import chance_of, smoothed
from sims.validation.emulator import latin_hypercube

WIDER = 2.0
ECHOED = 4
LOCAL_ROUNDS = 2
DRAWS = 300
MOST_WIDENED = 25.0
FARTHEST = 50.0
"""Clip of standardised values: beyond it they make no difference, and results stay finite."""


class Model(Protocol):
    """A function that simulates vectors."""

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """Summaries float64[n, K] of vectors float64[n, d]; every wave has its own random numbers."""


@dataclass(frozen=True)
class Budget:
    """Numbers of model runs: in each round of the smoother, around its result, and from the posterior at the end.

    A part of each round is replicated to measure chance; around the result there are twice as many.
    """

    ensemble: int = 100
    rounds: int = 4
    local: int = 200
    predictive: int = 100

    @classmethod
    def of(cls, runs: int) -> Budget:
        """A budget of `runs` runs with the proportions of the default."""
        part = runs / Budget().runs
        one = cls()
        return cls(
            round(one.ensemble * part / ECHOED) * ECHOED,
            one.rounds,
            round(one.local * part),
            round(one.predictive * part),
        )

    @property
    def runs(self) -> int:
        """Total number of runs."""
        return (
            self.rounds * (self.ensemble + self.ensemble // ECHOED)
            + LOCAL_ROUNDS * self.local
            + self.predictive
        )


@dataclass(frozen=True, eq=False)
class Fit:
    """A posterior with its diagnostics.

    across     float64[d, k], the combinations that the data inform
    w          float64[m, k], their posterior sample
    law        distribution of whole vectors under the posterior
    z          float64[DRAWS, d], draws from it
    predicted  float64[predictive, K], simulated summaries of the first of them
    chance     float64[K], standard deviation of each summary by chance alone
    widened    largest factor by which the measured noise was inflated
    """

    across: Floats
    w: Floats
    law: Vectors
    z: Floats
    predicted: Floats
    checked: Check
    inflation: float
    widened: float
    chance: Floats


@dataclass(frozen=True, eq=False)
class Around:
    """Runs around one point: an emulator of the most informed combinations, and a regression for everything else."""

    emulator: LocalEmulator
    remainder: Remainder

    @classmethod
    def fit(cls, design: Design, across: Floats, z: Floats, s: Floats) -> Around:
        """Fit both to vectors float64[n, d] and their summaries float64[n, K]."""
        emulator = LocalEmulator.fit(design, z @ across, s)
        return cls(emulator, Remainder.fit(across, z, emulator.left))

    def posterior(self, observed: Floats, noise: Floats, rng: np.random.Generator) -> tuple[Floats, Vectors]:
        """Posterior draws of the combinations float64[m, k] and the distribution of whole vectors, given summaries float64[K] and noise."""
        w = self.emulator.sample(observed, rng, noise)
        return w, self.remainder.given(w, self.emulator.beside(observed, w), noise)


@dataclass(frozen=True)
class Watched:
    """The last `count` outputs of the model are not summaries: they are used to check the fit, not to learn from.

    effect  function of an index among them and its usual value: float64[K], the change of the summaries due to its deviation
    """

    count: int
    effect: Callable[[int, float], Floats]


def fit(
    model: Model,
    observed: Floats,
    d: int,
    budget: Budget,
    rng: np.random.Generator,
    *,
    watched: Watched | None = None,
) -> Fit:
    """The posterior of vectors that are standard normal under the prior, given summaries float64[K] and further watched outputs."""
    learnt = np.arange(observed.size) < observed.size - (0 if watched is None else watched.count)
    walked = walk(model, observed, d, budget, rng, learnt=learnt)
    alive = walked.alive
    across, strength = (
        directions(np.vstack(walked.z), np.vstack(walked.s), rng, affordable(budget.local))
        if alive.any()
        else (np.zeros((d, 0)), np.zeros(0))
    )
    k = across.shape[1]
    around, w, law = None, np.zeros((DRAWS, 0)), Vectors.unmoved(DRAWS, d)
    spreads = Spreads(walked.chance, np.full(observed.size, np.inf))
    if k:
        ensemble = walked.last @ across
        straight = np.diag(1.0 / (1.0 + strength**2))
        design = Design(ensemble.mean(axis=0), capped(np.cov(ensemble.T).reshape(k, k) + straight))
        seen_z, seen = np.zeros((0, d)), np.zeros((0, observed.size))
        for turn in range(LOCAL_ROUNDS):
            if around is not None:
                design = Design(w.mean(axis=0), capped(WIDER * np.cov(w.T).reshape(k, k)))
            drawn = whole(design.draw(budget.local, rng), across, rng)
            lived = model(budget.rounds * 2 + turn, drawn, "around it")
            seen_z, seen = np.vstack([seen_z, drawn]), np.vstack([seen, lived])
            # The last of these are drawn from a distribution twice as wide as the posterior, but no wider than the prior.
            spreads = Spreads.of(lived.std(axis=0) / np.sqrt(WIDER), seen)
            near = (design.scaled(seen_z @ across) ** 2).sum(axis=1) <= design.reach**2
            around = Around.fit(design, across, seen_z[near], seen[near][:, alive])
            w, law = around.posterior(observed[alive], around.emulator.noise, rng)
    z = law.draw(DRAWS, rng)
    predicted = model(budget.rounds * 2 + LOCAL_ROUNDS, z[: budget.predictive], "by the posterior")
    checked, widened = check(predicted, observed, spreads, learnt), 1.0
    if around is not None and checked.suspicious:
        noise = around.emulator.doubted(
            float(np.clip(checked.excess, 1.0, MOST_WIDENED)),
            _doubts(checked, predicted, learnt, watched)[:, alive],
        )
        widened = largest_ratio(noise, around.emulator.noise)
        w, law = around.posterior(observed[alive], noise, rng)
        z = law.draw(DRAWS, rng)
    inflation = 1.0 if around is None else around.emulator.inflation
    return Fit(across, w, law, z, predicted, checked, inflation, widened, walked.chance)


def _doubts(checked: Check, predicted: Floats, learnt: NDArray[np.bool_], watched: Watched | None) -> Floats:
    """float64[m, K]: possible errors of the summaries, one row for each misfit.

    A misfitting summary may be wrong by its whole deviation; a misfitting watched output, by its whole effect on the summaries.
    """
    found = [np.zeros(learnt.size)]
    for at in checked.flagged:
        effect = np.zeros(learnt.size)
        if learnt[at]:
            effect[at] = min(float(checked.away[at]), FARTHEST) * checked.spread[at]
        elif watched is not None:
            summaries = int(learnt.sum())
            effect[:summaries] = watched.effect(at - summaries, float(predicted[:, at].mean()))
        found.append(effect)
    return np.array(found)


@dataclass(frozen=True, eq=False)
class Walked:
    """The smoother's ensembles and their summaries, its final ensemble, and the variation of summaries by chance.

    alive   bool[K], summaries that vary in the model at all; `s` contains only these
    """

    z: list[Floats]
    s: list[Floats]
    last: Floats
    chance: Floats
    alive: NDArray[np.bool_]


def walk(
    model: Model,
    observed: Floats,
    d: int,
    budget: Budget,
    rng: np.random.Generator,
    *,
    learnt: NDArray[np.bool_] | None = None,
) -> Walked:
    """ES-MDA from the prior; `learnt` bool[K] are the summaries that it assimilates, all unless given."""
    z = ndtri(latin_hypercube(budget.ensemble, d, rng))
    lived_z, lived_s = [], []
    alive, spread = np.zeros(observed.size, dtype=np.bool_), np.zeros(observed.size)
    for turn in range(budget.rounds):
        s = model(2 * turn, z, f"step {turn + 1} of {budget.rounds}")
        again = model(2 * turn + 1, z[: budget.ensemble // ECHOED], "chance alone")
        if turn == 0:
            alive = (s.std(axis=0) > LEAST_SPREAD) & (True if learnt is None else learnt)
        s, again = s[:, alive], again[:, alive]
        chance = chance_of(s[: again.shape[0]], again)
        spread[alive] = np.sqrt(np.diag(chance))
        lived_z.append(z)
        lived_s.append(s)
        if alive.any():
            z = smoothed(z, s, observed[alive], chance, factor=float(budget.rounds), rng=rng)
    return Walked(lived_z, lived_s, z, spread, alive)


def whole(w: Floats, across: Floats, rng: np.random.Generator) -> Floats:
    """float64[n, d]: vectors with these combinations, and everything else drawn from the prior."""
    free = rng.standard_normal((w.shape[0], across.shape[0]))
    return free - (free @ across) @ across.T + w @ across.T


def affordable(runs: int) -> int:
    """Number of combinations for which `runs` runs are twice as many as a quadratic has coefficients."""
    return max(k for k in range(1, MOST_DIRECTIONS + 1) if k == 1 or 1 + k + k * (k + 1) // 2 <= runs // 2)


def capped(covariance: Floats) -> Floats:
    """The covariance limited to that of the prior in every direction."""
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = (vectors * np.clip(values, 1e-6, 1.0)) @ vectors.T
    return found
