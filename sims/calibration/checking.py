"""Whether a posterior's runs look like what was observed: a predictive p-value for every summary, and one for all of them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
    flagged   summaries that the model does not produce, allowing for how many are looked at (Holm)
    """

    p: Floats
    p_of_all: float
    excess: float
    flagged: tuple[int, ...]

    @property
    def suspicious(self) -> bool:
        """Whether what happened is not what the calibrated model would have happen."""
        return bool(self.flagged) or self.p_of_all < ALARM_OF_ALL


def check(predicted: Floats, observed: Floats) -> Check:
    """Hold summaries float64[K] against runs float64[n, K] by the posterior."""
    n = predicted.shape[0]
    spread = np.maximum(predicted.std(axis=0, ddof=1), LEAST_SPREAD) * np.sqrt(1.0 + 1.0 / n)
    p = np.asarray(2.0 * stdtr(n - 1, -np.abs(observed - predicted.mean(axis=0)) / spread))
    # A run that may stand anywhere among the others is not told to be far by the tail of a law that does not fit.
    outside = (observed > predicted.max(axis=0)) | (observed < predicted.min(axis=0))
    p = np.where(outside, p, np.maximum(p, 1.0 / n))
    # What never differs between runs says nothing of how far others are.
    alive = predicted.std(axis=0) > LEAST_SPREAD
    runs = predicted[:, alive]
    mine = _far(observed[alive], runs)
    theirs = np.array([_far(runs[at], np.delete(runs, at, axis=0)) for at in range(n)])
    p_of_all = float((1 + np.count_nonzero(theirs >= mine)) / (n + 1))
    return Check(p, p_of_all, mine / max(float(theirs.mean()), LEAST_SPREAD), _holm(p))


def _far(one: Floats, others: Floats) -> float:
    """Squared Mahalanobis distance from the mean of others."""
    return float(distances((one - others.mean(axis=0))[None], shrunk_covariance(others))[0])


def _holm(p: Floats) -> tuple[int, ...]:
    found = []
    for rank, place in enumerate(np.argsort(p, kind="stable").tolist()):
        if p[place] * (p.size - rank) > ALARM:
            break
        found.append(place)
    return tuple(sorted(found))
