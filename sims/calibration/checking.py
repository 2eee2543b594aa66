"""Posterior predictive checks: a predictive p-value for every summary, and one for all of them jointly.

The joint test compares the observation's distance from the runs with each run's distance from the observation and all other runs: under
the model the observation is exchangeable with the runs. A single summary is compared with a Student distribution whose tails are as heavy
as those of the many runs simulated around the posterior, since few posterior runs do not determine tails and counts of small companies
have heavy ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from sims.calibration.laws import LEAST_SPREAD, Floats, distances, shrunk_covariance

ALARM = 0.05
ALARM_OF_ALL = 0.02


@dataclass(frozen=True, eq=False)
class Spreads:
    """Spread and tails of the summaries, estimated from runs other than the posterior's.

    least    float64[K], lower bound of a spread: a summary that happens to be equal in a few runs is not constant
    freedom  float64[K], degrees of freedom of a Student distribution with equally heavy tails
    """

    least: Floats
    freedom: Floats

    @classmethod
    def of(cls, least: Floats, runs: Floats) -> Spreads:
        """The estimate from the fourth moments of runs float64[m, K]."""
        away = runs - runs.mean(axis=0)
        squares = np.maximum((away**2).mean(axis=0), LEAST_SPREAD**2)
        heavier = (away**4).mean(axis=0) / squares**2 - 3.0
        return cls(least, np.where(heavier > 0.0, 4.0 + 6.0 / np.maximum(heavier, LEAST_SPREAD), np.inf))


@dataclass(frozen=True, eq=False)
class Check:
    """The result of a check.

    p         float64[K], two-sided p-value of each summary
    p_of_all  p-value of the joint distance of the observation from the runs
    excess    squared distance of the observation relative to the runs' mean squared distance
    away      float64[K], deviation of each summary from the runs' mean, in units of `spread` float64[K]
    flagged   summaries that the model does not reproduce, corrected for multiple testing
    """

    p: Floats
    p_of_all: float
    excess: float
    away: Floats
    spread: Floats
    flagged: tuple[int, ...]

    @property
    def suspicious(self) -> bool:
        """True where the observation is implausible under the calibrated model."""
        return bool(self.flagged) or self.p_of_all < ALARM_OF_ALL


def check(
    predicted: Floats,
    observed: Floats,
    spreads: Spreads | None = None,
    together: NDArray[np.bool_] | None = None,
) -> Check:
    """Check observed summaries float64[K] against posterior runs float64[n, K].

    together  bool[K], summaries that enter the joint test; all unless given. These and the others each get half of the false-positive rate
    """
    n, size = predicted.shape
    floor = np.maximum(LEAST_SPREAD, np.zeros(size) if spreads is None else spreads.least)
    whole = np.ones(size, dtype=np.bool_) if together is None else together
    rows = np.vstack([observed, predicted])
    spread = np.maximum(predicted.std(axis=0, ddof=1), floor) * np.sqrt(1.0 + 1.0 / n)
    away = np.abs(observed - predicted.mean(axis=0)) / spread
    freedom = np.full(size, n - 1.0) if spreads is None else np.minimum(n - 1.0, spreads.freedom)
    # A Student distribution with such tails has a standard deviation above one; the mean of a few runs has not.
    wider = np.where(freedom < n - 1.0, np.sqrt(freedom / (freedom - 2.0)), 1.0)
    p = np.asarray(2.0 * stdtr(freedom, -away * wider))
    parts = [part for part in (np.flatnonzero(whole), np.flatnonzero(~whole)) if part.size]
    flagged = tuple(sorted(int(part[at]) for part in parts for at in _holm(p[part], ALARM / len(parts))))
    # An observation within the range of the runs is not flagged, however badly the distribution fits.
    outside = (observed > predicted.max(axis=0)) | (observed < predicted.min(axis=0))
    p = np.where(outside, p, np.maximum(p, 1.0 / n))
    # Summaries that do not vary between runs carry no information about distances.
    alive = np.maximum(predicted.std(axis=0), floor) > LEAST_SPREAD
    far = _far(rows[:, whole & alive], floor[whole & alive])
    p_of_all = float(np.count_nonzero(far >= far[0])) / (n + 1)
    excess = float(far[0]) / max(float(far[1:].mean()), LEAST_SPREAD)
    return Check(p, p_of_all, excess, away, spread, flagged)


def _far(rows: Floats, floor: Floats) -> Floats:
    """float64[m]: the squared Mahalanobis distance of each row from the mean of the others."""
    found = np.zeros(rows.shape[0])
    for at in range(rows.shape[0]) if rows.shape[1] else ():
        others = np.delete(rows, at, axis=0)
        covariance = shrunk_covariance(others)
        covariance += np.diag(np.maximum(0.0, floor**2 - np.diag(covariance)))
        found[at] = distances((rows[at] - others.mean(axis=0))[None], covariance)[0]
    return found


def _holm(p: Floats, alarm: float) -> list[int]:
    found = []
    for rank, place in enumerate(np.argsort(p, kind="stable").tolist()):
        if p[place] * (p.size - rank) > alarm:
            break
        found.append(place)
    return found
