"""Whether a posterior's runs look like what was observed: a predictive p-value for every summary, and one for all of them together.

As a whole what was observed is held against the runs as each run is held against what was observed and all other runs: where the model
lived it, it is one more run among them. A single summary is held against a law whose tails are as heavy as those of the many runs that were
lived around the posterior: its own few say little of how far a run goes once in a thousand, and counts of small companies go far.
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
    """What other runs than a posterior's say of how far summaries go.

    least    float64[K], the least that a spread can be: a summary that happens to be the same in few runs is not fixed
    freedom  float64[K], degrees of freedom of Student's law with tails as heavy as theirs
    """

    least: Floats
    freedom: Floats

    @classmethod
    def of(cls, least: Floats, runs: Floats) -> Spreads:
        """By the fourth moments of runs float64[m, K]."""
        away = runs - runs.mean(axis=0)
        squares = np.maximum((away**2).mean(axis=0), LEAST_SPREAD**2)
        heavier = (away**4).mean(axis=0) / squares**2 - 3.0
        return cls(least, np.where(heavier > 0.0, 4.0 + 6.0 / np.maximum(heavier, LEAST_SPREAD), np.inf))


@dataclass(frozen=True, eq=False)
class Check:
    """What came of it.

    p         float64[K], two-sided, of each summary
    p_of_all  chance of a run as far from the others as what was observed
    excess    how many times as far (squared) it is as such runs are on average
    away      float64[K], how far each summary is from the runs' mean, in `spread` float64[K]
    flagged   summaries that the model does not produce, allowing for how many are looked at
    """

    p: Floats
    p_of_all: float
    excess: float
    away: Floats
    spread: Floats
    flagged: tuple[int, ...]

    @property
    def suspicious(self) -> bool:
        """Whether what happened is not what the calibrated model would have happen."""
        return bool(self.flagged) or self.p_of_all < ALARM_OF_ALL


def check(
    predicted: Floats,
    observed: Floats,
    spreads: Spreads | None = None,
    together: NDArray[np.bool_] | None = None,
) -> Check:
    """Hold summaries float64[K] against runs float64[n, K] by the posterior.

    together  bool[K], the summaries that are looked at as a whole too; all unless given. Of these and of the others each half of all false
              alarms may come
    """
    n, size = predicted.shape
    floor = np.maximum(LEAST_SPREAD, np.zeros(size) if spreads is None else spreads.least)
    whole = np.ones(size, dtype=np.bool_) if together is None else together
    rows = np.vstack([observed, predicted])
    spread = np.maximum(predicted.std(axis=0, ddof=1), floor) * np.sqrt(1.0 + 1.0 / n)
    away = np.abs(observed - predicted.mean(axis=0)) / spread
    freedom = np.full(size, n - 1.0) if spreads is None else np.minimum(n - 1.0, spreads.freedom)
    # A law with such tails has a spread above one; that of a mean of few runs has not.
    wider = np.where(freedom < n - 1.0, np.sqrt(freedom / (freedom - 2.0)), 1.0)
    p = np.asarray(2.0 * stdtr(freedom, -away * wider))
    parts = [part for part in (np.flatnonzero(whole), np.flatnonzero(~whole)) if part.size]
    flagged = tuple(sorted(int(part[at]) for part in parts for at in _holm(p[part], ALARM / len(parts))))
    # A run that may stand anywhere among the others is not told to be far by the tail of a law that does not fit.
    outside = (observed > predicted.max(axis=0)) | (observed < predicted.min(axis=0))
    p = np.where(outside, p, np.maximum(p, 1.0 / n))
    # What never differs between runs says nothing of how far others are.
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
