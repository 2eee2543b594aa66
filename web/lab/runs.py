"""Pages of a run of an experiment: progress, results, and downloads. Workers carry it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.jobs.queue import Job, outcome_of
from rewards.lab.experiments import Experiment, Run, get_experiment, get_run, run_again
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.store.session import Transaction
from web.jobs import LAB_RUNS
from web.lab.desk import MOST_NUMBER
from web.lab.view import Outcome, curve_csv, outcomes_csv, svg_of, weeks_csv
from web.lab.view import outcome_of as view_of
from web.runs import FileKind, FileName, Sheets, Standing, cancelled, standing_of, stream_of, taken_away
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
RUNS = LAB_RUNS
RunId = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
SHEETS: Sheets = {"outcomes": outcomes_csv, "weeks": weeks_csv, "curve": curve_csv}


@dataclass(frozen=True)
class RunContext:
    """Page context of one run. `outcome`: the results known so far (None: none yet)."""

    account: Account
    person: Person
    run: Run
    standing: Standing
    experiment: Experiment
    outcome: Outcome | None


@router.get(RUNS + "/{id}")
def shown(request: Request, store: Store, account: ForecastReader, id: RunId) -> Response:
    """A run's progress and its interim results."""
    org = account.organisation
    with store.read() as tx:
        run = get_run(tx, org, id)
        standing, body = standing_of(tx, account, run.job, RUNS)
        context = RunContext(
            account=account,
            person=get_person(tx, org, account.person),
            run=run,
            standing=standing,
            experiment=get_experiment(tx, org, run.experiment),
            outcome=None if body is None else view_of(body),
        )
    return page(request, "lab/run.html", context)


@router.post(RUNS + "/{id}/cancel")
def end(store: Store, account: Rehearser, id: RunId) -> Response:
    """Cancel a run."""
    return cancelled(store, account, id, RUNS, _job)


@router.post(RUNS + "/{id}/again")
def repeat(store: Store, account: Rehearser, id: RunId) -> Response:
    """Queue a repetition of a run."""
    with store.begin() as tx:
        job = run_again(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{RUNS}/{job}", 303)


@router.get(RUNS + "/{id}/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: RunId) -> Response:
    """Progress as server-sent events, until the job has ended or the page must reconnect."""
    return await stream_of(request, store, account, id, _job)


def _job(tx: Transaction, organisation: str, id: int) -> Job:
    return get_run(tx, organisation, id).job


@router.get(RUNS + "/{id}/{name}.{kind}")
def file(store: Store, account: ForecastReader, id: RunId, name: FileName, kind: FileKind) -> Response:
    """The complete result as JSON, its tables as CSV, a chart as SVG."""
    return file_of(store, account.organisation, id, name, kind)


def file_of(store: Store, organisation: str, id: int, name: str, kind: FileKind) -> Response:
    """A file of a run. Raises NotFound, and Problem for an unknown file or without a result."""
    with store.read() as tx:
        get_run(tx, organisation, id)
        text, kept = outcome_of(tx, organisation, id)
    return taken_away("lab", id, text, name, kind, sheets=SHEETS, chart=svg_of, whole=kept is not None)
