"""Decomposition of the variance between runs into parameter uncertainty and chance.

Run r has its own parameters. Some runs have an *echo*: the same parameters with other random numbers. By the law of total variance
Var Y = Var E[Y | parameters] + E Var[Y | parameters]; half the mean squared difference of a run and its echo is an unbiased estimate of
the second term for any model, and the remainder of the total variance is the first. Errors are jackknife errors over runs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.float64]

# In small ensembles every run has an echo; in large ones one in four suffices, and beyond 64 the error is dominated by the runs.
ECHOES_LEAST, ECHOES_MOST, RUNS_AN_ECHO = 16, 64, 4


@dataclass(frozen=True)
class Uncertainty:
    """Parts of the variance between runs: `parameters` and `chance` add up to 1; `error` is the standard error of either."""

    parameters: float
    chance: float
    error: float
    echoes: int

    def as_json(self, width: float) -> dict[str, float]:
        """Plain JSON values; for a 90 % interval of `width` also its width by chance alone, if the parameters were known."""
        return {**vars(self), "p90_width": width, "p90_width_by_chance_alone": width * self.chance**0.5}


def echoes_for(runs: int) -> int:
    """Number of an ensemble's first runs that have an echo."""
    return min(runs, max(ECHOES_LEAST, min(ECHOES_MOST, runs // RUNS_AN_ECHO)))


def uncertainty(values: Runs, echoes: Runs) -> Uncertainty | None:
    """The decomposition of Var(values), shape (runs,); `echoes`, shape (K,), belong to the first K runs.

    None where it is undefined: fewer than two echoes, or no variance.
    """
    runs, pairs = values.size, echoes.size
    if pairs < 2 or (np.ptp(values) == 0.0 and np.ptp(echoes) == 0.0):
        return None
    centre = float(values.mean())
    mine, again = values - centre, np.zeros(runs)
    again[:pairs] = echoes - centre
    # Contributions of each run and its echo: leaving one run out subtracts its contribution from each sum.
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
    """The part of the variance due to chance, from sums over runs and echoes; NaN where there is no variance."""
    within = apart / np.maximum(pairs, 1.0) / 2.0
    # A run and its echo are not independent: their covariance is the part due to parameters.
    tied = 2.0 * pairs / number
    free = number - 1.0 - tied
    variance = (squares - total**2 / number - tied * within) / np.where(free > 0.0, free, np.nan)
    return np.asarray(within / np.where(variance > 0.0, variance, np.nan))
