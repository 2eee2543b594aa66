"""Whether a posterior's runs look like what was observed: a predictive p-value for every summary, and one for all of them together.

What was observed is held against the runs as each run is held against what was observed and all other runs. Where the model lived what
was observed it is one more run among them, and is flagged as often as any of them would be: in the share of cases that is stated, however
few runs there are, however skewed they are, and however many summaries are looked at.
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
    least: Floats | None = None,
    together: NDArray[np.bool_] | None = None,
) -> Check:
    """Hold summaries float64[K] against runs float64[n, K] by the posterior.

    least     float64[K], the least that a spread can be: a summary that happens to be the same in few runs is not fixed
    together  bool[K], the summaries that are looked at as a whole too; all unless given
    """
    n = predicted.shape[0]
    floor = np.maximum(LEAST_SPREAD, np.zeros(observed.size) if least is None else least)
    rows = np.vstack([observed, predicted])
    away, spread = _each_from_the_others(rows, floor)
    p = np.asarray(2.0 * stdtr(n - 1, -away[0]))
    flagged = _flagged(away, p)
    # A run that may stand anywhere among the others is not told to be far by the tail of a law that does not fit.
    outside = (observed > predicted.max(axis=0)) | (observed < predicted.min(axis=0))
    p = np.where(outside, p, np.maximum(p, 1.0 / n))
    # What never differs between runs says nothing of how far others are.
    alive = np.maximum(predicted.std(axis=0), floor) > LEAST_SPREAD
    whole = alive if together is None else alive & together
    far = _far(rows[:, whole], floor[whole])
    p_of_all = float(np.count_nonzero(far >= far[0])) / (n + 1)
    excess = float(far[0]) / max(float(far[1:].mean()), LEAST_SPREAD)
    return Check(p, p_of_all, excess, away[0], spread[0], flagged)


def _each_from_the_others(rows: Floats, floor: Floats) -> tuple[Floats, Floats]:
    """float64[m, K]: how far each row is from the mean of the others, in their spread; and that spread."""
    m = rows.shape[0]
    from_all = rows - rows.mean(axis=0)
    left = (from_all**2).sum(axis=0) - from_all**2 * m / (m - 1)
    spread = np.sqrt(np.maximum(np.maximum(left, 0.0) / (m - 2), floor**2) * (1.0 + 1.0 / (m - 1)))
    return np.asarray(np.abs(from_all) * m / (m - 1) / spread), np.asarray(spread)


def _far(rows: Floats, floor: Floats) -> Floats:
    """float64[m]: the squared Mahalanobis distance of each row from the mean of the others."""
    found = np.zeros(rows.shape[0])
    for at in range(rows.shape[0]) if rows.shape[1] else ():
        others = np.delete(rows, at, axis=0)
        covariance = shrunk_covariance(others)
        covariance += np.diag(np.maximum(0.0, floor**2 - np.diag(covariance)))
        found[at] = distances((rows[at] - others.mean(axis=0))[None], covariance)[0]
    return found


def _flagged(away: Floats, p: Floats) -> tuple[int, ...]:
    """Summaries of the first row that are farther out than the farthest of nearly all other rows, and than normal noise goes.

    The first is Westfall & Young's (1993) step-down, the second Holm's (1979): of few runs the farthest is not far, and runs that are
    skewed go farther than normal noise.
    """
    left = np.ones(p.size, dtype=np.bool_)
    found = []
    for place in np.argsort(-away[0], kind="stable").tolist():
        as_far = 1 + np.count_nonzero(away[1:, left].max(axis=1) >= away[0, place])
        if as_far > ALARM * away.shape[0] or p[place] * left.sum() > ALARM:
            break
        found.append(place)
        left[place] = False
    return tuple(sorted(found))
