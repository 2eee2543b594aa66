"""The effect of a randomised rollout: a linear estimate, its cluster-robust error, and a randomisation-inference interval.

The estimate is linear in the outcomes, so that the test of every constant effect uses the same redrawn assignments. The interval of
effects that are not rejected is exact for any number of units and any correlation within them.
"""

from dataclasses import dataclass
from math import lgamma

import numpy as np

from sims.rollout.units import Floats, Ints, Units

DRAWS = 999
SLACK = 1e-9
DOUBLINGS, HALVINGS = 60, 60
MOST_TURNS, SETTLED = 500, 1e-12
CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Effect:
    """The estimated effect of the treatment on a person's rate a period.

    `low`, `high`: interval of the effects not rejected by the randomisation test at `alpha`; None: unbounded.

    `robust`: the interval from the cluster-robust error. `varied`: whether anything varies beside the treatment; where nothing does and
    there is no effect, the interval is unbounded, since the size of chance is unknown. `untreated`: the rate without treatment. `draws`:
    the number of possible assignments.
    """

    estimate: float
    error: float
    low: float | None
    high: float | None
    p_value: float
    alpha: float
    robust: tuple[float, float]
    varied: bool
    untreated: float
    treated_units: int
    untreated_units: int
    draws: float

    @property
    def told_apart(self) -> bool:
        """True where an effect of zero is rejected."""
        return self.p_value <= self.alpha


class NoContrastError(ValueError):
    """Raised where there is no contrast to estimate; the message names the value, the limit and the remedy."""


@dataclass(frozen=True)
class _Regression:
    """A partialled-out regression: outcome, weight, treatment and unit of each row.

    `on_outcome`, `on_own`: coefficients of the outcome, and of the actual treatment, on each redrawn treatment.
    """

    y: Floats
    weights: Floats
    own: Floats
    unit: Ints
    on_outcome: Floats
    on_own: Floats
    columns: int


def _coefficients(y: Floats, treatments: Floats, weights: Floats) -> Floats:
    """The coefficient of y on each treatment, all partialled out already; 0 where a treatment is collinear with the covariates."""
    spread = (treatments * treatments) @ weights
    return np.asarray(
        np.divide(treatments @ (weights * y), spread, out=np.zeros(spread.size), where=spread > SLACK)
    )


def effect(units: Units, alpha: float = 0.05, draws: int = DRAWS, seed: int = 1) -> Effect:
    """The effect by ANCOVA where all treated units start at once, else by two-way fixed effects of units and periods.

    Raises NoContrastError where nobody, or everybody, was treated in the observed periods.
    """
    periods = units.rates.shape[1]
    within = np.unique(units.starts[units.starts < periods])
    if within.size == 0 or ((units.starts <= within[0]).all() and within.size == 1):
        raise NoContrastError(
            f"treated within {periods} periods: {np.count_nonzero(units.starts < periods)} of {len(units.names)} units; "
            "an effect needs both kinds; wait, or treat others later"
        )
    rng = np.random.default_rng(seed)
    redrawn = _redrawn(units, draws, rng)
    regression = _parallel(units, redrawn, int(within[0])) if within.size == 1 else _staggered(units, redrawn)
    return _inferred(units, regression, alpha)


def assignments(starts: Ints, strata: Ints) -> float:
    """Number of distinct assignments that the randomisation could have produced."""
    total = 0.0
    for stratum in np.unique(strata):
        _, counts = np.unique(starts[strata == stratum], return_counts=True)
        total += lgamma(counts.sum() + 1) - sum(lgamma(one + 1) for one in counts)
    return float(np.exp(min(total, 600.0)))


def least_p(starts: Ints, strata: Ints) -> float:
    """The smallest attainable two-sided p-value, where the mirrored assignment is as extreme."""
    return min(1.0, 2.0 / assignments(starts, strata))


def _redrawn(units: Units, draws: int, rng: np.random.Generator) -> Ints:
    """int64[draws, units]: redrawn starts, permuted within the strata."""
    order = np.argsort(units.strata, kind="stable")
    keys = rng.random((draws, order.size)) + units.strata[order]
    found = np.empty((draws, order.size), dtype=np.int64)
    shuffled = np.argsort(keys, axis=1)
    found[:, order] = units.starts[order][shuffled]
    return found


def _parallel(units: Units, redrawn: Ints, start: int) -> _Regression:
    """The ANCOVA regression with one row a unit: rate after the start, adjusted for the rate before."""
    after = _mean(units.rates[:, start:])
    known = np.isfinite(after)
    before = _mean(units.rates[:, :start]) if start else np.zeros(after.size)
    # A unit without a baseline gets the mean baseline.
    before = np.where(np.isfinite(before), before, np.nanmean(before) if np.isfinite(before).any() else 0.0)[
        known
    ]
    weights, strata = units.people[known], units.strata[known]
    _, strata = np.unique(strata, return_inverse=True)
    order = np.argsort(strata, kind="stable")
    weights, before = weights[order], before[order]
    bounds = np.flatnonzero(np.r_[True, np.diff(strata[order]) > 0])

    def centred(values: Floats) -> Floats:
        sums = np.add.reduceat(values * weights, bounds, axis=-1) / np.add.reduceat(weights, bounds)
        sizes = np.diff(np.r_[bounds, weights.size])
        return np.asarray(values - np.repeat(sums, sizes, axis=-1))

    leaning = centred(before)
    spread = float(leaning @ (weights * leaning))
    covariate = start > 0 and spread > SLACK and weights.size - bounds.size > 4

    def free(values: Floats) -> Floats:
        here = centred(values)
        if not covariate:
            return here
        slope = (here @ (weights * leaning)) / spread
        return np.asarray(here - np.multiply.outer(slope, leaning))

    periods = units.rates.shape[1]
    own = free((units.starts[known][order] < periods).astype(np.float64))
    others = free((redrawn[:, known][:, order] < periods).astype(np.float64))
    y, place = free(after[known][order]), np.arange(weights.size, dtype=np.int64)
    on_outcome, on_own = (_coefficients(one, others, weights) for one in (y, own))
    return _Regression(y, weights, own, place, on_outcome, on_own, bounds.size + 1 + covariate)


def _staggered(units: Units, redrawn: Ints) -> _Regression:
    """The fixed-effects regression with one row a unit and period, demeaned by unit and period."""
    known = np.isfinite(units.rates)
    weights = np.where(known, units.people[:, np.newaxis], 0.0)
    by_unit = np.maximum(weights.sum(axis=1), SLACK)[:, np.newaxis]
    by_period = np.maximum(weights.sum(axis=0), SLACK)
    periods = np.arange(units.rates.shape[1])

    def free(values: Floats) -> Floats:
        # Demeaning once is exact for a complete panel; with gaps both means are removed alternately until convergence.
        for _ in range(MOST_TURNS):
            mean = (values * weights).sum(axis=-1, keepdims=True) / by_unit
            values = values - mean
            level = (values * weights).sum(axis=-2, keepdims=True) / by_period
            values = values - level
            if np.abs(level).max() < SETTLED and np.abs(mean).max() < SETTLED:
                break
        return np.where(known, values, 0.0)

    def treatment(starts: Ints) -> Floats:
        return free((periods >= starts[..., np.newaxis]).astype(np.float64)).reshape(*starts.shape[:-1], -1)

    scale = max(float(np.nanmax(np.abs(units.rates))), SLACK)
    y = free(np.where(known, units.rates, 0.0) / scale).ravel() * scale
    own, flat = treatment(units.starts), weights.ravel()
    at_once = max(1, CELLS_AT_ONCE // flat.size)
    found = []
    for first in range(0, len(redrawn), at_once):
        others = treatment(redrawn[first : first + at_once])
        found.append([_coefficients(one, others, flat) for one in (y, own)])
    on_outcome, on_own = (np.concatenate(one) for one in zip(*found, strict=True))
    cells = np.flatnonzero(flat > 0)
    unit = np.repeat(np.arange(len(units.names), dtype=np.int64), periods.size)[cells]
    return _Regression(y[cells], flat[cells], own[cells], unit, on_outcome, on_own, periods.size + 1)


def _inferred(units: Units, found: _Regression, alpha: float) -> Effect:
    estimate = float(_coefficients(found.y, found.own[np.newaxis], found.weights)[0])
    spread = float((found.own**2) @ found.weights)
    if spread <= SLACK:
        raise NoContrastError(
            f"treatment of {len(units.names)} units: no stratum has both kinds; an effect needs both; draw within larger strata"
        )
    # Imported here, since pages import this module and few web processes ever compute an effect.
    from scipy.special import stdtrit

    scores = np.bincount(found.unit, found.weights * found.own * (found.y - estimate * found.own))
    clusters, rows = np.unique(found.unit).size, found.y.size
    free = max(1, min(clusters - 1, rows - found.columns))
    factor = clusters / max(1, clusters - 1) * (rows - 1) / max(1, rows - found.columns)
    error = float(np.sqrt(factor * (scores**2).sum())) / spread
    a, b = found.on_outcome, found.on_own
    least = SLACK * max(1.0, float(np.nanmax(np.abs(units.rates))))
    varied, some = error > least, abs(estimate) > least
    low, high = (
        _bound(a, b, estimate, error, side=side, alpha=alpha) if varied or some else None
        for side in (-1.0, 1.0)
    )
    reach = float(stdtrit(free, 1.0 - alpha / 2.0)) * error
    began = units.treated
    rates = np.where(began, np.nan, units.rates)
    since = int(units.starts.min())
    untreated = rates[:, since:] if np.isfinite(rates[:, since:]).any() else rates
    weights = np.where(np.isfinite(untreated), units.people[:, np.newaxis], 0.0)
    treated = int(np.count_nonzero(units.starts < units.rates.shape[1]))
    return Effect(
        estimate=estimate,
        error=error,
        low=low,
        high=high,
        p_value=_p_value(a, b, estimate, 0.0),
        alpha=alpha,
        robust=(estimate - reach, estimate + reach),
        varied=varied,
        untreated=float(np.nansum(untreated * weights) / weights.sum()),
        treated_units=treated,
        untreated_units=len(units.names) - treated,
        draws=assignments(units.starts, units.strata),
    )


def _p_value(a: Floats, b: Floats, estimate: float, effect: float) -> float:
    """p-value of a hypothesised effect: the part of assignments at least as extreme as the actual one, which is included."""
    far = abs(estimate - effect)
    as_far = np.abs(a - effect * b) >= far - SLACK * max(1.0, far)
    return float((1 + np.count_nonzero(as_far)) / (1 + a.size))


def _bound(a: Floats, b: Floats, estimate: float, error: float, *, side: float, alpha: float) -> float | None:
    """The bound of the interval on one side, beyond which the test rejects; None where it never does."""
    step = max(error, abs(estimate) * 1e-3, 1e-12)
    for _ in range(DOUBLINGS):
        if _p_value(a, b, estimate, estimate + side * step) <= alpha:
            break
        step *= 2.0
    else:
        return None
    inside, outside = 0.0, step
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2.0
        if _p_value(a, b, estimate, estimate + side * middle) <= alpha:
            outside = middle
        else:
            inside = middle
    return estimate + side * outside


def _mean(rates: Floats) -> Floats:
    known = np.isfinite(rates)
    count = known.sum(axis=1)
    sums = np.where(known, rates, 0.0).sum(axis=1)
    return np.asarray(np.divide(sums, count, out=np.full(count.size, np.nan), where=count > 0))
