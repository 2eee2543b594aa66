"""Calibrates a scenario on a history: the posterior of the parameters given the company's own past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rfc8785

from sims.calibration.fit import Budget, Fit, Watched, fit
from sims.calibration.laws import LEAST_SPREAD, Floats
from sims.calibration.living import Asked, Lives, lives
from sims.calibration.prior import Prior
from sims.calibration.runs import LEAST_RUNS
from sims.calibration.series import CalibrationError, Observed, observed_of
from sims.calibration.summaries import Summary, summaries_of
from sims.calibration.weekly import Week, weeks_of
from sims.doctor import version
from sims.ensemble.intervals import interval
from sims.ensemble.run import check_seed
from sims.forecasting.posterior import Posterior, sealed
from sims.history.series import WEEK_DAYS

if TYPE_CHECKING:
    from sims.history.series import History
    from sims.scenario.scenario import Scenario

MOST_RUNS = 100_000
FOREMOST = 4
LEAST_WIDENED = 0.05
INFORMED = 0.25
"""A parameter whose variance shrank by less than this part is reported as not informed."""


@dataclass(frozen=True, eq=False)
class Question:
    """A calibration problem: the history's weeks, the scenario that simulates them, its free parameters, and the summaries."""

    observed: Observed
    scenario: Scenario
    prior: Prior
    summaries: tuple[Summary, ...]
    weeks: tuple[Week, ...]

    @classmethod
    def of(cls, history: History, scenario: Scenario) -> Question:
        """The problem for a history and a scenario. Raises CalibrationError where there is nothing to calibrate on."""
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
        return cls(observed, short, Prior.of(scenario), summaries_of(observed, changes), weeks_of(observed))

    @property
    def seen(self) -> Floats:
        """float64[K]: the history's own summaries."""
        found: Floats = self.of_runs(self._known[None])[0]
        return found

    @property
    def seen_weeks(self) -> Floats:
        """float64[W]: the history's own weeks."""
        found: Floats = self.weeks_of_runs(self._known[None])[0]
        return found

    @property
    def _known(self) -> Floats:
        return np.nan_to_num(self.observed.values)

    def of_runs(self, values: Floats) -> Floats:
        """float64[n, K] of runs float64[n, series, weeks]."""
        return np.stack([one.of(values) for one in self.summaries], axis=1)

    def weeks_of_runs(self, values: Floats) -> Floats:
        """float64[n, W] of runs float64[n, series, weeks]."""
        return (
            np.stack([one.of(values) for one in self.weeks], axis=1)
            if self.weeks
            else np.zeros((values.shape[0], 0))
        )

    def effect(self, at: int, usual: float) -> Floats:
        """float64[K]: change of the summaries due to one week's deviation from its usual value."""
        one, values = self.weeks[at], self._known
        values[one.series, one.week] = one.told(usual, values)
        return np.asarray(self.seen - self.of_runs(values[None])[0])

    def asked(self, seed: int) -> Asked:
        """The inputs shared by worker processes."""
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
    """The posterior of the scenario's parameters given the history.

    `kept`: a checkpoint file from which an interrupted calibration resumes, to the same bytes. Raises CalibrationError.
    """
    budget = budget_of(runs)
    seed = check_seed(scenario.seed if seed is None else seed)
    question = Question.of(history, scenario)
    with lives(question.asked(seed), budget.runs, processes, kept) as model:
        found = fitted(question, model, budget, seed)
    return document(question, found, history, scenario, budget=budget, seed=seed)


def budget_of(runs: int | None) -> Budget:
    """The division of `runs` into rounds. Raises CalibrationError for too few or too many."""
    if runs is None:
        return Budget()
    if not LEAST_RUNS <= runs <= MOST_RUNS:
        raise CalibrationError(
            f"runs: got {runs}; from {LEAST_RUNS} to {MOST_RUNS}; ask for {Budget().runs} unless it takes too long"
        )
    return Budget.of(runs)


def fitted(question: Question, model: Lives, budget: Budget, seed: int) -> Fit:
    """The fit to those of the history's summaries that the model can change at all."""
    seen, moved = np.append(question.seen, question.seen_weeks), Moved(question, model, weeks=True)
    rng = np.random.default_rng([seed, question.prior.size])
    watched = Watched(len(question.weeks), question.effect)
    return fit(moved, seen, question.prior.size, budget, rng, watched=watched)


@dataclass
class Moved:
    """The model as a function from vectors to summaries, followed by single weeks where requested."""

    question: Question
    model: Lives
    weeks: bool = False

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """Summaries float64[n, K] of vectors float64[n, d]."""
        values = self.model(wave, z, label)
        found = self.question.of_runs(values)
        return np.hstack([found, self.question.weeks_of_runs(values)]) if self.weeks else found


def document(
    question: Question, found: Fit, history: History, scenario: Scenario, *, budget: Budget, seed: int
) -> Posterior:
    """The posterior document: vectors, informed and uninformed parameters, and goodness of fit."""
    prior = question.prior
    told = [*question.observed.notes, *misfits(question, found)]
    mean, variance = found.law.spread(prior.factor)
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
    """The combinations of parameters that the data inform, most informed first.

    Each with its correlations (under the prior) with the parameters that contribute most.
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
    """Each summary as observed, and its posterior predictive distribution."""
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
    """One line for each summary, and each measure with weeks, that the calibrated model does not reproduce, and one for the joint test."""
    summaries, flagged = len(question.summaries), found.checked.flagged
    lines = [_misfit(question, found, at) for at in flagged if at < summaries]
    odd: dict[int, list[int]] = {}
    for at in flagged:
        if at >= summaries:
            odd.setdefault(question.weeks[at - summaries].series, []).append(at)
    for places in odd.values():
        # The most deviant week and the numbers of the others: an outage over several weeks is one finding.
        farthest = max(places, key=lambda at: found.checked.away[at])
        others = [str(question.weeks[at - summaries].week + 1) for at in places if at != farthest]
        line = _misfit(question, found, farthest)
        lines.append(f"{line}; nor does it fit in week {', '.join(others)}" if others else line)
    if not found.checked.suspicious:
        return lines
    told = "partly unlike" if found.checked.flagged else "unlike"
    head = (
        f"the history as a whole is {told} what the calibrated model lives (p {found.checked.p_of_all:.2g})"
    )
    if found.widened > 1.0 + LEAST_WIDENED:
        lines.append(
            f"{head}; the posterior was widened for it, up to {found.widened:.3g} times the variance of what was measured"
        )
    else:
        lines.append(
            f"{head}; the posterior was not widened for it: no parameter follows from what does not fit"
        )
    return lines


def _misfit(question: Question, found: Fit, at: int) -> str:
    seen, told, label = _as_told(question, at)
    lived = found.predicted[:, at]
    if lived.std() <= LEAST_SPREAD and at < len(question.summaries) and found.chance[at] <= LEAST_SPREAD:
        return (
            f"does not fit: {label} was {told(seen):.3g}, and nothing in the scenario brings any: add what was there, such as a tool or "
            "a reward, or leave the column out"
        )
    low, high = (told(float(value)) for value in np.quantile(lived, (0.05, 0.95)))
    return (
        f"does not fit: {label} was {told(seen):.3g}, and the calibrated model has {low:.3g} to {high:.3g} "
        f"(90 %; p {found.checked.p[at]:.2g}): correct the data if they are wrong; else something happened that the scenario lacks"
    )


def _as_told(question: Question, at: int) -> tuple[float, Callable[[float], float], str]:
    """(observed value, its back-transformation, label) of a summary or week."""
    summaries = len(question.summaries)
    if at < summaries:
        one = question.summaries[at]
        return float(question.seen[at]), one.told, one.label
    week, values = question.weeks[at - summaries], np.nan_to_num(question.observed.values)
    return float(question.seen_weeks[at - summaries]), lambda value: week.told(value, values), week.label


def _spread(values: Floats) -> dict[str, Any]:
    found = interval(np.asarray(values))
    return {"median": digits(found.median), "p90": [digits(one) for one in found.p90]}


def _short(value: float | list[float]) -> float | list[float]:
    return [digits(one) for one in value] if isinstance(value, list) else digits(value)


def digits(value: float) -> float:
    """The value rounded to four significant digits; further digits are noise."""
    return float(f"{value:.4g}")
