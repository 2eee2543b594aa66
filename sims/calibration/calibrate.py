"""A history and a scenario in, a posterior out: what is known of the parameters once this company's own past has been seen."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rfc8785

from sims.calibration.fit import Budget, Fit, fit
from sims.calibration.laws import LEAST_SPREAD, Floats
from sims.calibration.living import Asked, Lives, lives
from sims.calibration.prior import Prior
from sims.calibration.series import CalibrationError, Observed, observed_of
from sims.calibration.summaries import Summary, summaries_of
from sims.doctor import version
from sims.ensemble.intervals import interval
from sims.ensemble.run import check_seed
from sims.forecasting.posterior import Posterior, sealed
from sims.history.series import WEEK_DAYS

if TYPE_CHECKING:
    from sims.history.series import History
    from sims.scenario.scenario import Scenario

LEAST_RUNS, MOST_RUNS = 200, 100_000
FOREMOST = 4
INFORMED = 0.25
"""A parameter whose variance shrank by less than this is told to stay at its prior."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is calibrated: the history's weeks, the scenario that lives them, its free parameters, and what the two are held together by."""

    observed: Observed
    scenario: Scenario
    prior: Prior
    summaries: tuple[Summary, ...]

    @classmethod
    def of(cls, history: History, scenario: Scenario) -> Question:
        """Raises CalibrationError where there is nothing to calibrate on."""
        observed = observed_of(history, scenario)
        days = observed.weeks * WEEK_DAYS
        short = scenario.model_copy(
            update={
                "horizon_days": days,
                "split_day": min(scenario.split_day, days - 1),
                "splits": observed.dimensions,
            }
        )
        changes = [day for day in scenario.change_days if day < days]
        return cls(observed, short, Prior.of(scenario), summaries_of(observed, changes))

    @property
    def seen(self) -> Floats:
        """float64[K]: the history's own summaries."""
        found: Floats = self.of_runs(np.nan_to_num(self.observed.values)[None])[0]
        return found

    def of_runs(self, values: Floats) -> Floats:
        """float64[n, K] of runs float64[n, series, weeks]."""
        return np.stack([one.of(values) for one in self.summaries], axis=1)

    def asked(self, seed: int) -> Asked:
        """As the workers share it."""
        return Asked(self.scenario, seed, self.prior, self.observed.series, self.observed.weeks)


def calibrate(
    history: History,
    scenario: Scenario,
    runs: int | None = None,
    seed: int | None = None,
    *,
    processes: int | None = None,
    kept: Path | None = None,
) -> Posterior:
    """The posterior.

    `kept`: a file for what is done, from which an interrupted calibration goes on to the same bytes. Raises CalibrationError.
    """
    budget = budget_of(runs)
    seed = check_seed(scenario.seed if seed is None else seed)
    question = Question.of(history, scenario)
    with lives(question.asked(seed), budget.runs, processes, kept) as model:
        found = fitted(question, model, budget, seed)
    return document(question, found, history, scenario, budget=budget, seed=seed)


def budget_of(runs: int | None) -> Budget:
    """Raises CalibrationError for too few or too many."""
    if runs is None:
        return Budget()
    if not LEAST_RUNS <= runs <= MOST_RUNS:
        raise CalibrationError(
            f"runs: got {runs}; from {LEAST_RUNS} to {MOST_RUNS}; ask for {Budget().runs} unless it takes too long"
        )
    return Budget.of(runs)


def fitted(question: Question, model: Lives, budget: Budget, seed: int) -> Fit:
    """The fit to what the history has of summaries that the model can move at all."""
    seen, moved = question.seen, Moved(question, model)
    rng = np.random.default_rng([seed, question.prior.size])
    return fit(moved, seen, question.prior.size, budget, rng)


@dataclass
class Moved:
    """The model, from vectors to summaries."""

    question: Question
    model: Lives

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """Summaries float64[n, K] of vectors float64[n, d]."""
        return self.question.of_runs(self.model(wave, z, label))


def document(
    question: Question, found: Fit, history: History, scenario: Scenario, *, budget: Budget, seed: int
) -> Posterior:
    """The posterior as it is written: vectors, what the data moved and what not, and whether the model fits at all."""
    prior = question.prior
    told = [*question.observed.notes, *misfits(question, found)]
    mean, variance = found.spread(prior.factor)
    values = prior.values(found.z)
    body: dict[str, Any] = {
        "provenance": {
            "made_by": "groundswell calibrate",
            "groundswell": version(),
            "history_hash": sha256(rfc8785.dumps(history.model_dump(mode="json"))).hexdigest(),
            "cut_off": history.last.isoformat(),
            "weeks": question.observed.weeks,
            "scenario": scenario.name,
            "scenario_hash": scenario.content_hash(),
            "prior": "the stored posterior of published findings, and declared priors; as far apart in activity as companies are",
            "seed": seed,
            "runs": budget.runs,
        },
        "names": list(prior.names),
        "values": values.tolist(),
        "calibration": {
            "directions": int(found.across.shape[1]),
            "inflation": digits(found.inflation),
            "widened": digits(found.widened),
            "p_of_all": digits(found.checked.p_of_all),
            "warnings": told,
            "parameters": {
                name: {
                    "contraction": digits(max(0.0, 1.0 - float(variance[at]))),
                    "moved": bool(1.0 - variance[at] >= INFORMED),
                    "prior": _spread(prior.knots[at]),
                    "posterior": _spread(values[:, at]),
                    "shift": digits(float(mean[at])),
                }
                for at, name in enumerate(prior.names)
            },
            "combinations": _combinations(question, found),
            "stated": list(prior.stated),
            "coordinates": [[digits(one) for one in row] for row in (found.z @ found.across).tolist()],
            "summaries": _predicted(question, found),
        },
    }
    return sealed(body)


def _combinations(question: Question, found: Fit) -> list[dict[str, Any]]:
    """Which combinations of parameters the data inform, the most informed first.

    Each with how far it goes with its foremost parameters (correlations under the prior).
    """
    loads = question.prior.factor @ found.across
    spread = 1.0 - found.w.var(axis=0)
    return [
        {
            "contraction": digits(max(0.0, float(spread[at]))),
            "shift": digits(float(found.w[:, at].mean())),
            "with": {
                question.prior.names[place]: digits(float(loads[place, at]))
                for place in np.argsort(-np.abs(loads[:, at]), kind="stable")[:FOREMOST].tolist()
            },
        }
        for at in np.argsort(-spread, kind="stable").tolist()
        if spread[at] >= INFORMED
    ]


def _predicted(question: Question, found: Fit) -> list[dict[str, Any]]:
    """Each summary as it was observed, and as the posterior has it."""
    rows = []
    for at, (one, seen) in enumerate(zip(question.summaries, question.seen, strict=True)):
        lived = np.array([one.told(value) for value in found.predicted[:, at].tolist()])
        rows.append(
            {
                "label": one.label,
                "observed": digits(one.told(float(seen))),
                **{key: _short(value) for key, value in interval(lived).as_json().items()},
                "p": digits(float(found.checked.p[at])),
                "chance": digits(float(found.chance[at])),
            }
        )
    return rows


def misfits(question: Question, found: Fit) -> list[str]:
    """One line for each summary that the calibrated model does not produce, and one for all together."""
    lines = []
    for at in found.checked.flagged:
        one, low_high = question.summaries[at], np.quantile(found.predicted[:, at], (0.05, 0.95))
        low, high = (one.told(float(value)) for value in low_high)
        if found.predicted[:, at].std() <= LEAST_SPREAD:
            lines.append(
                f"does not fit: {one.label} was {one.told(float(question.seen[at])):.3g}, and nothing in the scenario brings any: add what "
                "was there, such as a tool or a reward, or leave the column out"
            )
            continue
        lines.append(
            f"does not fit: {one.label} was {one.told(float(question.seen[at])):.3g}, and the calibrated model has {low:.3g} to {high:.3g} "
            f"(90 %; p {found.checked.p[at]:.2g}): correct the data if they are wrong; else something happened that the scenario lacks"
        )
    if found.checked.suspicious:
        lines.append(
            f"the history as a whole is {'unlike' if not found.checked.flagged else 'partly unlike'} what the calibrated model lives "
            f"(p {found.checked.p_of_all:.2g}); the posterior was widened for it, {found.widened:.3g} times the variance of "
            "what was measured"
        )
    return lines


def _spread(values: Floats) -> dict[str, Any]:
    found = interval(np.asarray(values))
    return {"median": digits(found.median), "p90": [digits(one) for one in found.p90]}


def _short(value: float | list[float]) -> float | list[float]:
    return [digits(one) for one in value] if isinstance(value, list) else digits(value)


def digits(value: float) -> float:
    """Four significant digits: more than these are chance."""
    return float(f"{value:.4g}")
