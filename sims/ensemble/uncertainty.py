"""How much of an interval's width is what we do not know of people, and how much is chance.

Run r has its own parameters. Some runs have an *echo*: the same parameters, another chance. By the law of total variance
Var Y = Var E[Y | parameters] + E Var[Y | parameters]; half the mean squared difference of a run and its echo estimates the second
term without bias, whatever the model, and what is left of the whole variance is the first. Errors are those of the jackknife over
runs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.float64]

# Few runs have an echo each; of many one in four is enough, and beyond 64 the error is that of the runs themselves.
ECHOES_LEAST, ECHOES_MOST, RUNS_AN_ECHO = 16, 64, 4


@dataclass(frozen=True)
class Uncertainty:
    """Parts of the variance between runs: `parameters` and `chance` add up to 1; `error` is the standard error of either."""

    parameters: float
    chance: float
    error: float
    echoes: int

    def as_json(self, width: float) -> dict[str, float]:
        """For a 90 % interval of that width: also how wide chance alone would leave it, were the parameters known."""
        return {**vars(self), "p90_width": width, "p90_width_by_chance_alone": width * self.chance**0.5}


def echoes_for(runs: int) -> int:
    """How many runs of an ensemble, the first ones, have an echo."""
    return min(runs, max(ECHOES_LEAST, min(ECHOES_MOST, runs // RUNS_AN_ECHO)))


def uncertainty(values: Runs, echoes: Runs) -> Uncertainty | None:
    """The split of Var(values), shape (runs,); `echoes`, shape (K,), belong to the first K of them.

    None where there is nothing to split: fewer than two echoes, or no spread at all.
    """
    runs, pairs = values.size, echoes.size
    if pairs < 2 or (np.ptp(values) == 0.0 and np.ptp(echoes) == 0.0):
        return None
    centre = float(values.mean())
    mine, again = values - centre, np.zeros(runs)
    again[:pairs] = echoes - centre
    # Row by row what a run and its echo add; without one run, each sum lacks that.
    paired = np.arange(runs) < pairs
    number = 1.0 + paired
    apart = np.where(paired, (mine - again) ** 2, 0.0)
    parts = (paired.astype(np.float64), number, mine + again, mine**2 + again**2, apart)
    whole = [float(part.sum()) for part in parts]
    share = float(_chance(*(np.array([total]) for total in whole))[0])
    if not np.isfinite(share):
        return None
    left = _chance(*(total - part for total, part in zip(whole, parts, strict=True)))
    left = np.where(np.isfinite(left), left, share)
    error = float(np.sqrt((runs - 1) / runs * np.sum((left - left.mean()) ** 2)))
    chance = min(max(share, 0.0), 1.0)
    return Uncertainty(1.0 - chance, chance, min(error, 1.0), int(pairs))


def _chance(pairs: Runs, number: Runs, total: Runs, squares: Runs, apart: Runs) -> Runs:
    """The part of the variance that is chance, from sums over runs and echoes; not a number where there is no variance."""
    within = apart / np.maximum(pairs, 1.0) / 2.0
    # A run and its echo are no two independent values: their covariance is the part that is parameters.
    tied = 2.0 * pairs / number
    free = number - 1.0 - tied
    variance = (squares - total**2 / number - tied * within) / np.where(free > 0.0, free, np.nan)
    return np.asarray(within / np.where(variance > 0.0, variance, np.nan))
