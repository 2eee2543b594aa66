"""A run of an experiment: how far it is, what came out, and what can be taken away. The work itself is the workers'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.jobs.queue import Job, cancel, jobs_before, outcome_of, repeats
from rewards.lab.experiments import Experiment, Run, get_experiment, get_run, run_again
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from web.jobs import LAB_RUNS
from web.lab.desk import MOST_NUMBER
from web.lab.view import Body, Outcome, curve_csv, opened, outcomes_csv, svg_of, weeks_csv
from web.lab.view import outcome_of as view_of
from web.problems import Problem
from web.progress import followed, progress_of
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
RUNS = LAB_RUNS
RunId = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
FileName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
FileKind = Literal["json", "csv", "svg"]
SHEETS: Mapping[str, Callable[[Body], str | None]] = {
    "outcomes": outcomes_csv,
    "weeks": weeks_csv,
    "curve": curve_csv,
}
MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class RunContext:
    """One run. `outcome`: what is known so far (None: nothing yet); `same`: whether it repeats another one to the byte."""

    account: Account
    person: Person
    run: Run
    job: Job
    experiment: Experiment
    progress: str
    asker: str
    outcome: Outcome | None
    content_hash: str
    kept_at: datetime | None
    same: bool | None
    mine: bool


@router.get(RUNS + "/{id}")
def shown(request: Request, store: Store, account: ForecastReader, id: RunId) -> Response:
    """How far it is, and what is known."""
    org = account.organisation
    with store.read() as tx:
        run = get_run(tx, org, id)
        text, kept = outcome_of(tx, org, id)
        body = opened(text)
        context = RunContext(
            account=account,
            person=get_person(tx, org, account.person),
            run=run,
            job=run.job,
            experiment=get_experiment(tx, org, run.experiment),
            progress=progress_of(run.job, jobs_before(tx, org, id)),
            asker=names_of(tx, org, [run.job.actor]).get(run.job.actor, run.job.actor),
            outcome=None if body is None else view_of(body),
            content_hash="" if kept is None else kept.content_hash,
            kept_at=None if kept is None else kept.saved_at,
            same=repeats(tx, org, run.job, kept),
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "lab/run.html", context)


@router.post(RUNS + "/{id}/cancel")
def end(store: Store, account: Rehearser, id: RunId) -> Response:
    """End it."""
    with store.begin() as tx:
        get_run(tx, account.organisation, id)
        cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{RUNS}/{id}", 303)


@router.post(RUNS + "/{id}/again")
def repeat(store: Store, account: Rehearser, id: RunId) -> Response:
    """The very same once more."""
    with store.begin() as tx:
        job = run_again(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{RUNS}/{job}", 303)


@router.get(RUNS + "/{id}/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: RunId) -> Response:
    """Progress as server-sent events, until it has ended or the page has to ask anew."""

    def look() -> tuple[Job, int]:
        with store.read() as tx:
            return get_run(tx, account.organisation, id).job, jobs_before(tx, account.organisation, id)

    return await followed(request, look)


@router.get(RUNS + "/{id}/{name}.{kind}")
def file(store: Store, account: ForecastReader, id: RunId, name: FileName, kind: FileKind) -> Response:
    """The result whole as JSON, its tables as CSV, a chart as SVG."""
    return file_of(store, account.organisation, id, name, kind)


def file_of(store: Store, organisation: str, id: int, name: str, kind: FileKind) -> Response:
    """A file of a run. Raises NotFound, and Problem where there is no such file, or no numbers yet."""
    with store.read() as tx:
        get_run(tx, organisation, id)
        text, _kept = outcome_of(tx, organisation, id)
    body = opened(text)
    if body is None:
        raise Problem(404, said("run {id}: has no numbers yet; wait for the first", id=id))
    made: str | None = None
    if kind == "json" and name == "result":
        made = text
    elif kind == "csv" and name in SHEETS:
        made = SHEETS[name](body)
    elif kind == "svg":
        made = svg_of(body, name)
    if made is None:
        raise Problem(404, said("run {id}: has no file {name}.{kind}", id=id, name=name, kind=kind))
    disposition = f'attachment; filename="lab-{id}-{name}.{kind}"'
    return Response(made, media_type=MEDIA[kind], headers={"Content-Disposition": disposition})
