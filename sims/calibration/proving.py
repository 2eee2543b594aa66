"""Simulation-based calibration of one synthetic company: history, calibration, and forecasts by every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sims.calibration.baselines import rejection, smoother_alone
from sims.calibration.calibrate import INFORMED, Moved, Question, digits, fitted
from sims.calibration.fit import Budget, Fit
from sims.calibration.going_on import gone_on, of_everybody
from sims.calibration.laws import Floats
from sims.calibration.living import lives
from sims.calibration.series import Series
from sims.calibration.synthetic import AHEAD, TRUTH, Company, company, futures, life
from sims.forecasting.baselines import baselines
from sims.history.series import ALL, WEEK_DAYS

FORECAST_RUNS, PRIOR_RUNS, KNOWN_RUNS = 200, 100, 60
FORECAST = ("enrolled", "weekly_sharers", "shares", "clicks")
WAVES = ("truth", "known", "prior", "posterior", "smoother", "rejection")
"""Waves of random numbers by method; the truth's is wave TRUTH."""
GOING_ON = {"prior": "prior, going on", "posterior": "posterior, going on"}


@dataclass(frozen=True)
class Asked:
    """Settings of a proof. `beside`: number from which companies are also given to the baselines."""

    seed: int
    runs: int
    beside: int


@dataclass(frozen=True, eq=False)
class Lived:
    """One company with all its simulations.

    lived   float64[series, weeks], history and the weeks after it
    draws   vectors float64[n, d] of each method
    runs    float64[n, series, weeks] of each method, and of futures from the true state ("known")
    """

    company: Company
    truth: Floats
    lived: Floats
    question: Question
    found: Fit
    draws: dict[str, Floats]
    runs: dict[str, Floats]


def prove_one(asked: Asked, number: int) -> dict[str, Any]:
    """The row of one company: ranks of its true parameters and of its future."""
    return told(live_one(asked, number))


def live_one(asked: Asked, number: int) -> Lived:
    """Draw a company, simulate it, calibrate on its history, and forecast it by every method."""
    one = company(number, asked.seed)
    truth, lived = life(one)
    question, found = calibrated(one, lived, asked)
    rng = np.random.default_rng([one.seed, TRUTH + 1])
    draws = {"prior": rng.standard_normal((PRIOR_RUNS, question.prior.size)), "posterior": found.z}
    if number >= asked.beside:
        size, seen, runs = question.prior.size, question.seen, Budget.of(asked.runs).runs
        with lives(question.asked(one.seed + 1), 1, processes=1) as model:
            draws["smoother"] = smoother_alone(Moved(question, model), seen, size, runs, rng=rng)
        with lives(question.asked(one.seed + 2), 1, processes=1) as model:
            draws["rejection"] = rejection(Moved(question, model), seen, size, runs, rng=rng)
    by_method = {"known": futures(one, truth, KNOWN_RUNS), **ahead(one, draws)}
    return Lived(one, truth, lived, question, found, draws, by_method)


def calibrated(one: Company, lived: Floats, asked: Asked) -> tuple[Question, Fit]:
    """The calibration problem and fit, as for a customer's history."""
    question = one.question(lived)
    with lives(question.asked(one.seed), 1, processes=1) as model:
        return question, fitted(question, model, Budget.of(asked.runs), one.seed)


def ahead(one: Company, draws: Mapping[str, Floats]) -> dict[str, Floats]:
    """{method: float64[n, series, weeks]}: history and forecast simulated from its vectors."""
    with lives(one.asked(), 1, processes=1) as model:
        return {name: model(TRUTH + WAVES.index(name), z[:FORECAST_RUNS], name) for name, z in draws.items()}


def told(each: Lived) -> dict[str, Any]:
    """The row written to the file."""
    one, found = each.company, each.found
    return {
        "number": one.number,
        "headcount": one.headcount,
        "weeks": one.weeks,
        "change": one.change,
        "directions": int(found.across.shape[1]),
        "inflation": digits(found.inflation),
        "p_of_all": digits(found.checked.p_of_all),
        "suspicious": found.checked.suspicious,
        "combinations": _combinations(found, each.truth),
        "parameters": _parameters(each.question, found, each.truth, each.draws),
        "forecasts": forecasts_of(each),
    }


def _combinations(found: Fit, truth: Floats) -> list[float]:
    """The rank of the truth in every combination that the data inform."""
    true = truth @ found.across
    return [
        _rank(found.w[:, at], float(true[at]))
        for at in range(true.size)
        if 1.0 - found.w[:, at].var() >= INFORMED
    ]


def _parameters(
    question: Question, found: Fit, truth: Floats, draws: dict[str, Floats]
) -> list[dict[str, Any]]:
    """For every informed parameter: the rank of the truth, and the error of each method's mean in prior standard deviations."""
    factor = question.prior.factor
    _, variance = found.law.spread(factor)
    true, scores = factor @ truth, {name: z @ factor.T for name, z in draws.items()}
    return [
        {
            "name": question.prior.names[at],
            "contraction": digits(1.0 - float(variance[at])),
            "truth": digits(float(true[at])),
            "ranks": {name: _rank(x[:, at], float(true[at])) for name, x in scores.items()},
            "errors": {name: digits(float(x[:, at].mean() - true[at])) for name, x in scores.items()},
        }
        for at in np.flatnonzero(1.0 - variance >= INFORMED).tolist()
    ]


def forecasts_of(each: Lived) -> list[dict[str, Any]]:
    """For every measure and week ahead: outcome, rank, and the CRPS of each method and of the naive forecasts."""
    one = each.company
    places = {name: one.series.index(Series(ALL, name)) for name in FORECAST}
    samples = {
        name: {measure: runs[:, place, one.weeks :] for measure, place in places.items()}
        for name, runs in each.runs.items()
    }
    samples |= {title: _gone_on(each, name) for name, title in GOING_ON.items() if name in each.runs}
    rows = []
    for name, place in places.items():
        known = each.lived[place, : one.weeks].tolist()
        for week in range(AHEAD):
            actual = float(each.lived[place, one.weeks + week])
            of = {method: values[name][:, week] for method, values in samples.items()}
            naive = {method: _crps(actual, values) for method, values in baselines(known, week + 1).items()}
            rows.append(
                {
                    "measure": name,
                    "week": week + 1,
                    "actual": actual,
                    "ranks": {method: _rank(values, actual) for method, values in of.items()},
                    "crps": {method: _crps(actual, values) for method, values in of.items()},
                    "naive": naive,
                }
            )
    return rows


def _gone_on(each: Lived, method: str) -> dict[str, Floats]:
    """A method's runs conditioned on the observed past, as in the product's forecast."""
    one, runs = each.company, each.runs[method]
    observed = of_everybody(each.question.observed)
    places = [one.series.index(own) for own in observed.series]
    z = each.draws[method][: runs.shape[0]]
    w = z @ each.found.across if method == "posterior" else np.zeros((z.shape[0], 0))
    later = {name: runs[:, one.series.index(Series(ALL, name)), one.weeks :] for name in FORECAST}
    changes = [day for day in one.scenario.change_days if day < one.weeks * WEEK_DAYS]
    return gone_on(observed, changes, runs[:, places, : one.weeks], later, w=w, heads=float(one.headcount))


def _rank(values: Floats, truth: float) -> float:
    """Share of the draws below; a tie counts half."""
    return digits(float(np.mean((values < truth) + 0.5 * (values == truth))))


def _crps(actual: float, values: Floats) -> float:
    # Importing it compiles kernels for seconds, so that it is imported only to score.
    from scoringrules import crps_ensemble

    return digits(float(crps_ensemble(actual, values)))
