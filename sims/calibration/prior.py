"""The prior of a company's parameters.

The stored posterior of published findings, the declared priors of parameters not in it, and an additional between-company variance.

Every parameter vector is the image of a standard normal one: each parameter keeps its marginal distribution, and the correlations are
those of the stored sample (a Gaussian copula).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from agents.parameters.default_posterior import DefaultPosterior, default_posterior
from agents.parameters.parameters import DECLARATIONS, MECHANISMS, PRESETS, Parameters
from sims.calibration.laws import LEAST_SPREAD, Floats, shrunk_correlation

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

GRID = 200
DIGITS = 5
COMPANIES_DIFFER = {"base_log_odds": 0.8}
"""Standard deviation between companies, in log-odds, or in logarithms where the parameter is flat in these. Published findings are means
over companies, and bands of such means. Our assumption (decision 212)."""


@dataclass(frozen=True, eq=False)
class Prior:
    """A prior: `names` are the free parameters, `stated` those that the scenario sets.

    knots   float64[d, GRID]: each parameter's quantiles at (place + 1/2) / GRID
    factor  float64[d, d]: normal scores are z @ factor.T
    """

    names: tuple[str, ...]
    stated: tuple[str, ...]
    knots: Floats
    factor: Floats

    @classmethod
    def of(cls, scenario: Scenario, stored: DefaultPosterior | None = None) -> Prior:
        """The prior of a scenario's parameters."""
        stored = stored or default_posterior()
        named = stated_by(scenario)
        free = tuple(name for name in DECLARATIONS if name not in named)
        grid = (np.arange(GRID) + 0.5) / GRID
        columns = dict(zip(stored.names, stored.values.T, strict=True))
        knots = [
            of_one_company(
                name,
                np.quantile(columns[name], grid)
                if name in columns
                else np.array([DECLARATIONS[name].quantile(float(u)) for u in grid]),
            )
            for name in free
        ]
        within = [place for place, name in enumerate(free) if name in columns]
        known = np.stack([columns[free[place]] for place in within], axis=1)
        correlation = np.eye(len(free))
        correlation[np.ix_(within, within)] = shrunk_correlation(scores(known))
        return cls(
            free, named, np.array(knots), np.asarray(np.linalg.cholesky(correlation), dtype=np.float64)
        )

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return len(self.names)

    def values(self, z: Floats) -> Floats:
        """float64[n, d]: values of the free parameters."""
        u, grid = ndtr(z @ self.factor.T), (np.arange(GRID) + 0.5) / GRID
        found = np.stack([np.interp(u[:, at], grid, self.knots[at]) for at in range(self.size)], axis=1)
        return short(found)

    def full(self, values: Floats) -> Parameters:
        """Parameters for one row of `values`; values set by the scenario are applied by the caller."""
        return Parameters(**dict(zip(self.names, values.tolist(), strict=True)))


def of_one_company(name: str, knots: Floats) -> Floats:
    """Quantiles widened about their median by the between-company variance, for levels of activity; others unchanged."""
    if name not in COMPANIES_DIFFER:
        return knots
    stated = DECLARATIONS[name]
    in_logs = stated.scale == "log"
    x = np.log(knots) if in_logs else knots
    middle = float(np.median(x))
    x = middle + (x - middle) * float(
        np.hypot(1.0, COMPANIES_DIFFER[name] / max(float(x.std()), LEAST_SPREAD))
    )
    return np.clip(np.exp(x) if in_logs else x, stated.least, stated.most)


def stated_by(scenario: Scenario) -> tuple[str, ...]:
    """Parameters that a scenario sets: by its preset, its own values, and mechanisms that are off."""
    chosen = scenario.parameters
    off = {name for each in chosen.off for name in MECHANISMS[each]}
    told = {*PRESETS[chosen.preset], *chosen.values, *off}
    return tuple(name for name in DECLARATIONS if name in told)


def scores(x: Floats) -> Floats:
    """Normal scores of each column of float64[n, k]."""
    places = np.argsort(np.argsort(x, axis=0, kind="stable"), axis=0, kind="stable")
    found: Floats = ndtri((places + 0.5) / x.shape[0])
    return found


def short(x: Floats) -> Floats:
    """Values rounded to the digits of a posterior file, so that the simulated values are those written."""
    return np.array([float(f"{value:.{DIGITS}g}") for value in x.ravel().tolist()]).reshape(x.shape)
