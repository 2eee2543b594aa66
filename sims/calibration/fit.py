"""Calibrate–emulate–sample (Cleary et al. 2021) on anything that turns vectors into summaries.

An ensemble smoother walks from the prior to where the data are likely; what moves the summaries there is a few combinations of parameters.
Runs around that place, everything else drawn from the prior, fit an emulator of those combinations, from which their posterior is sampled.
What the history has beside the emulator moves everything else, by a regression. What summaries do not see stays at its prior.
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
"""In spreads: what is out by more counts for nothing either way, and numbers stay numbers."""


class Model(Protocol):
    """Lives vectors."""

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """Summaries float64[n, K] of vectors float64[n, d]; every wave has its own chance."""


@dataclass(frozen=True)
class Budget:
    """Runs of the model in each round of the smoother, around what it found, and by the posterior at the end.

    A part of each round is run again to measure chance; around what was found there are twice as many.
    """

    ensemble: int = 100
    rounds: int = 4
    local: int = 200
    predictive: int = 100

    @classmethod
    def of(cls, runs: int) -> Budget:
        """So many runs, divided as the default is."""
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
        """All of them."""
        return (
            self.rounds * (self.ensemble + self.ensemble // ECHOED)
            + LOCAL_ROUNDS * self.local
            + self.predictive
        )


@dataclass(frozen=True, eq=False)
class Fit:
    """A posterior, and how it was come by.

    across     float64[d, k], the combinations that the data move
    w          float64[m, k], their posterior
    law        of whole vectors under the posterior
    z          float64[DRAWS, d], draws of it
    predicted  float64[predictive, K], summaries lived by the first of them
    chance     float64[K], how far chance alone moves each summary
    widened    how many times the noise of what was measured was enlarged, where it was enlarged most
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
    """What runs around one place say: of the combinations that move summaries most, and of everything else."""

    emulator: LocalEmulator
    remainder: Remainder

    @classmethod
    def fit(cls, design: Design, across: Floats, z: Floats, s: Floats) -> Around:
        """Fit to vectors float64[n, d] and their summaries float64[n, K]."""
        emulator = LocalEmulator.fit(design, z @ across, s)
        return cls(emulator, Remainder.fit(across, z, emulator.left))

    def posterior(self, observed: Floats, noise: Floats, rng: np.random.Generator) -> tuple[Floats, Vectors]:
        """Combinations float64[m, k] and the law of whole vectors, given summaries float64[K] with so much noise."""
        w = self.emulator.sample(observed, rng, noise)
        return w, self.remainder.given(w, self.emulator.beside(observed, w), noise)


@dataclass(frozen=True)
class Watched:
    """The last `count` numbers of the model's are no summaries: nothing is learnt from them, and the fit is checked by them.

    effect  float64[K] of the place of one of them among these and what it usually is: how far its being as it is moved the summaries
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
    """The posterior of vectors that are standard normal under the prior, given summaries float64[K] and whatever is watched beside them."""
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
            # The last of these are drawn from a law that is twice as wide as the posterior, and no wider than the prior.
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
    """float64[m, K]: for each thing that does not fit, by how much it may have moved the summaries.

    A summary that does not fit may be wrong by as much as it is out; what does not fit and is only watched, by all that it did to them.
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
    """The smoother's ensembles and their summaries, the ensemble after its last step, and how far chance alone moves a summary.

    alive   bool[K], summaries that the model moves at all; `s` has only these
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
    """ES-MDA from the prior; `learnt` bool[K] are the summaries that it moves by, all unless given."""
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
    """float64[n, d]: vectors with these combinations, and the prior's of everything else."""
    free = rng.standard_normal((w.shape[0], across.shape[0]))
    return free - (free @ across) @ across.T + w @ across.T


def affordable(runs: int) -> int:
    """How many combinations so many runs can tell a quadratic of, twice over."""
    return max(k for k in range(1, MOST_DIRECTIONS + 1) if k == 1 or 1 + k + k * (k + 1) // 2 <= runs // 2)


def capped(covariance: Floats) -> Floats:
    """No wider than the prior in any direction."""
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = (vectors * np.clip(values, 1e-6, 1.0)) @ vectors.T
    return found
