"""A forecast: weekly distributions of a scenario's outcomes with full provenance, sealed by a hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, Self

import numpy as np
import rfc8785
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, model_validator

from rewards.amounts import several
from rewards.document import parse_data
from rewards.fields import Day
from rewards.scheme.quantities import Part
from sims.doctor import version
from sims.ensemble.bridge import Daily, lived, outcome_specs, parameters_of
from sims.ensemble.executors import carried_out, choose_executor, processes_for, progress, work_of
from sims.ensemble.intervals import interval
from sims.ensemble.result import ALL, WEEK_DAYS, OutcomeSpec, over
from sims.ensemble.run import check_runs, check_seed
from sims.ensemble.sweep import Chunk, chunks
from sims.forecasting.posterior import Posterior, read_json_file

if TYPE_CHECKING:
    from sims.history.series import History
    from sims.scenario.scenario import Scenario

FORECAST = ("enrolled", "weekly_sharers", "shares", "human_clicks", "cost", "peer_trust")
"""Enrolled, active share, shares, human clicks, spend, trust."""
Values = NDArray[np.float64]
RUNS = 100
RUNS_LEAST = 20
NOT_GONE_ON = "the history to {last} knows no whole week from {first} on, when the scenario begins: the forecast does not go on from it"


class ForecastError(ValueError):
    """Raised where a forecast is impossible; the message names the value, the limit and the remedy."""


class GoingOn(Protocol):
    """Conditions the runs of a forecast on the history."""

    def __call__(
        self, daily: Mapping[str, Values], samples: Mapping[str, list[Values]], seed: int
    ) -> tuple[dict[str, list[Values]], list[str]]:
        """The samples float64[runs] by outcome and week after conditioning, and notes for readers of the forecast.

        `daily` is float64[runs, days] of everybody.
        """


class Provenance(Part):
    """Everything that a forecast depends on. `cut_off` is the last day of the data used; None: no data of the company."""

    groundswell: str
    scenario: str
    scenario_hash: str
    scheme_hashes: dict[str, str]
    posterior_hash: str
    posterior_vectors: int
    seed: int
    runs: int
    cut_off: Day | None
    history_hash: str | None


class Forecast(Part):
    """A forecast: `samples[outcome][week]` has a value a run. `hash` covers everything else, so that changes are detected."""

    kind: Literal["forecast"] = "forecast"
    provenance: Provenance
    first: Day
    weeks: Annotated[int, Field(ge=1, le=5300)]
    headcount: Annotated[int, Field(ge=1)]
    outcomes: tuple[dict[str, Any], ...]
    totals: dict[str, dict[str, Any]]
    weekly: dict[str, tuple[dict[str, Any], ...]]
    samples: dict[str, tuple[tuple[FiniteFloat, ...], ...]]
    warnings: tuple[str, ...] = ()
    hash: str

    @model_validator(mode="after")
    def _as_it_was_made(self) -> Self:
        if self.hash != seal(self.model_dump(mode="json")):
            raise ValueError(
                f"hash {self.hash[:16]!r}; the forecast was changed since it was made; use the file as `groundswell forecast` wrote it"
            )
        titled = {one.get("name") for one in self.outcomes if isinstance(one.get("title"), str)}
        for name, weekly in self.samples.items():
            if (
                name not in titled
                or len(weekly) != self.weeks
                or {*map(len, weekly)} != {self.provenance.runs}
            ):
                raise ValueError(
                    f"samples of {name!r}; a titled outcome with {self.provenance.runs} runs in each of {self.weeks} weeks is required; "
                    "use the file as `groundswell forecast` wrote it"
                )
        return self

    def dates(self) -> list[date]:
        """The first day of each week."""
        return [self.first + timedelta(days=WEEK_DAYS * week) for week in range(self.weeks)]


def seal(body: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the hash itself."""
    return sha256(rfc8785.dumps({name: value for name, value in body.items() if name != "hash"})).hexdigest()


def load_forecast(path: Path) -> Forecast:
    """The forecast in a file. Raises DocumentError naming it."""
    return parse_data(read_json_file(path, "forecast"), Forecast, str(path))


def forecast(
    scenario: "Scenario",
    posterior: Posterior,
    runs: int | None = None,
    seed: int | None = None,
    *,
    processes: int | None = None,
    history: "History | None" = None,
    going_on: "GoingOn | None" = None,
) -> Forecast:
    """The forecast of a scenario, each run with its own vector of the posterior, without weeks known in the history.

    going_on  conditions the runs on the history
    Raises ForecastError.
    """
    runs = check_runs(RUNS if runs is None else runs)
    if runs < RUNS_LEAST:
        raise ForecastError(f"runs: got {runs}; intervals of 90 % need at least {RUNS_LEAST}; ask for more")
    seed = check_seed(scenario.seed if seed is None else seed)
    known = (
        None
        if history is None
        else Known(history.last, sha256(rfc8785.dumps(history.model_dump(mode="json"))).hexdigest())
    )
    known_weeks(scenario, known)
    daily = _daily(_Asked(scenario, seed, posterior), runs, processes)
    alone = (
        [NOT_GONE_ON.format(last=history.last, first=scenario.start_date)]
        if history is not None and going_on is None
        else []
    )
    return sealed(scenario, posterior, daily, seed, known, warnings=alone, going_on=going_on)


@dataclass(frozen=True)
class Known:
    """The data available to a forecast: the last day of the history, and its hash."""

    last: date
    hash: str


def sealed(
    scenario: "Scenario",
    posterior: Posterior,
    daily: Mapping[str, NDArray[np.float64]],
    seed: int,
    known: Known | None,
    *,
    warnings: Sequence[str] = (),
    going_on: "GoingOn | None" = None,
) -> Forecast:
    """The sealed forecast from simulated runs: `daily` is float64[runs, days] of each outcome."""
    skipped = known_weeks(scenario, known)
    weeks = scenario.horizon_days // WEEK_DAYS
    spans = [slice(week * WEEK_DAYS, (week + 1) * WEEK_DAYS) for week in range(skipped, weeks)]
    specs, headcount = outcome_specs(), int(np.median(daily["headcount"][:, 0]))
    samples = {name: [_by_the_end(specs[name], daily, span) for span in spans] for name in FORECAST}
    whole = slice(skipped * WEEK_DAYS, weeks * WEEK_DAYS)
    totals = {name: _by_the_end(specs[name], daily, whole) for name in FORECAST}
    notes: list[str] = []
    if going_on is not None:
        samples, notes = going_on(daily, samples, seed)
        totals = {
            name: np.sum(weekly, axis=0) if specs[name].kind == "flow" else weekly[-1]
            for name, weekly in samples.items()
        }
    body: dict[str, Any] = {
        "kind": "forecast",
        "provenance": {
            "groundswell": version(),
            "scenario": scenario.name,
            "scenario_hash": scenario.content_hash(),
            "scheme_hashes": scenario.scheme_hashes(),
            "posterior_hash": posterior.hash(),
            "posterior_vectors": len(posterior.values),
            "seed": seed,
            "runs": len(daily["headcount"]),
            "cut_off": None if known is None else known.last.isoformat(),
            "history_hash": None if known is None else known.hash,
        },
        "first": (scenario.start_date + timedelta(days=skipped * WEEK_DAYS)).isoformat(),
        "weeks": len(spans),
        "headcount": headcount,
        "outcomes": [specs[name].as_json() for name in FORECAST],
        "totals": {name: interval(values).as_json() for name, values in totals.items()},
        "weekly": {name: [interval(values).as_json() for values in found] for name, found in samples.items()},
        "samples": {name: [values.tolist() for values in found] for name, found in samples.items()},
        "warnings": [
            *_warnings(scenario),
            *notes,
            *warnings,
            *(f"posterior: {one}" for one in posterior.warnings),
        ],
    }
    return Forecast.model_validate(body | {"hash": seal(body)})


def _by_the_end(
    spec: OutcomeSpec, daily: Mapping[str, NDArray[np.float64]], days: slice
) -> NDArray[np.float64]:
    """A flow's sum over some days; a stock's level at their end, as in a weekly history."""
    return over(spec, daily, days) if spec.kind == "flow" else daily[spec.name][:, days.stop - 1]


def known_weeks(scenario: "Scenario", known: Known | None) -> int:
    """Number of the scenario's weeks that the history covers. Raises ForecastError where that is all of them."""
    weeks = scenario.horizon_days // WEEK_DAYS
    if weeks < 1:
        raise ForecastError(
            f"horizon_days: got {scenario.horizon_days}; a forecast has at least one week; ask for 7 days or more"
        )
    if known is None:
        return 0
    reached = -(-((known.last - scenario.start_date).days + 1) // WEEK_DAYS)
    if reached >= weeks:
        raise ForecastError(
            f"history to {known.last}; the scenario's weeks from {scenario.start_date} end before a week after it; lengthen horizon_days"
        )
    return max(0, reached)


def _warnings(scenario: "Scenario") -> list[str]:
    notes = []
    left = scenario.horizon_days % WEEK_DAYS
    if left:
        notes.append(
            f"{several(left, 'day')} after the last whole week {'is' if left == 1 else 'are'} left out"
        )
    return notes


@dataclass(frozen=True)
class _Asked:
    """The inputs shared by worker processes."""

    scenario: "Scenario"
    seed: int
    posterior: Posterior


def _daily(asked: _Asked, runs: int, processes: int | None) -> dict[str, NDArray[np.float64]]:
    """float64[runs, days] of every outcome that is counted, for everybody."""
    count = processes_for(processes, work_of([asked.scenario], runs))
    tasks = chunks([asked.scenario], range(runs), count)
    found: list[Daily] = []
    with (
        carried_out(choose_executor(count, len(tasks)), run_chunk, asked, tasks) as results,
        progress(f"{runs} runs", runs) as advance,
    ):
        for dailies in results:
            found += dailies
            advance(len(dailies))
    return {name: np.stack([run[ALL][name] for run in found]) for name in found[0][ALL]}


def run_chunk(asked: _Asked, chunk: Chunk) -> list[Daily]:
    """Simulate some runs, each with its vector; outcomes of everybody."""
    sample = asked.posterior.sample()
    named = [
        (asked.seed, run, parameters_of(asked.scenario, asked.seed, run, posterior=sample))
        for run in chunk.runs
    ]
    return [{ALL: dailies[0][ALL]} for dailies in lived([(asked.scenario, named)])]
