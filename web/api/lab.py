"""The scenario lab over the API: experiments as YAML with revisions as ETags, their runs, and the essay's figures.

The same rules as on the pages: who may read forecasts reads (`lab:read`), who may rehearse writes and runs (`lab:write`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from rewards.faults import BadValue
from rewards.fields import in_words
from rewards.jobs.queue import cancel, get_job
from rewards.lab.experiments import (
    Experiment,
    Run,
    create_experiment,
    get_experiment,
    get_run,
    list_experiments,
    list_runs,
    put_aside,
    run_again,
    save_experiment,
    stale,
)
from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.store.session import Transaction
from sims.lab.asking import ask_for_run, read_experiment
from sims.lab.essay import Played, played
from web.api.shared import (
    Cursor,
    IdempotencyKey,
    Limit,
    RowId,
    Strict,
    actor_of,
    cursor_of,
    link_next,
    number_of,
    once,
    problems,
)
from web.lab.runs import file_of
from web.problems import Problem
from web.runs import FileKind
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/lab", tags=["lab"])
Reader = Annotated[ApiToken, Depends(token_with("lab:read", "lab:write", "admin"))]
Author = Annotated[ApiToken, Depends(token_with("lab:write", "admin"))]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=200, description="The ETag that was read")
]
FileName = Annotated[
    str, Path(pattern=in_words(r"^[a-z0-9-]{1,40}$", "a name of up to 40 small letters, digits and -"))
]
MOST_YAML = 256_000


class NewExperiment(Strict):
    """The text of an experiment, as docs/lab.md describes it."""

    yaml: Annotated[str, Field(max_length=MOST_YAML)]


class ExperimentOut(Strict):
    """An experiment as it is now; its text is left out of lists."""

    id: int
    title: str
    revision: int
    put_aside: bool
    actor: str
    created_at: datetime
    changed_at: datetime
    yaml: str | None = None


class Experiments(Strict):
    """A page of experiments, the newest first."""

    experiments: list[ExperimentOut]
    next: str | None


class RunOut(Strict):
    """A run and how far it is; `fault` says why one failed."""

    id: int
    experiment: int
    revision: int
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    fault: str
    again_of: int | None
    spec_hash: str


class Runs(Strict):
    """The newest runs of an experiment."""

    runs: list[RunOut]


def _out(one: Experiment, whole: bool = False) -> ExperimentOut:
    return ExperimentOut(
        id=one.id,
        title=one.title,
        revision=one.revision,
        put_aside=one.put_aside,
        actor=one.actor,
        created_at=one.created_at,
        changed_at=one.changed_at,
        yaml=one.text if whole else None,
    )


def _run_out(run: Run) -> RunOut:
    job = run.job
    return RunOut.model_validate(
        {
            "id": job.id,
            "experiment": run.experiment,
            "revision": run.revision,
            "status": job.status,
            "done": job.done,
            "total": job.total,
            "asked_by": job.actor,
            "created_at": job.created_at,
            "finished_at": job.finished_at,
            "fault": job.fault,
            "again_of": job.again_of,
            "spec_hash": job.spec_hash,
        }
    )


def _etag(one: Experiment) -> str:
    return f'"e{one.id}.{one.revision}"'


def _title(tx: Transaction, organisation: str, yaml: str) -> str:
    found, _known = read_experiment(tx, organisation, yaml, now())
    if found.written is None:
        first = found.faults[0]
        raise BadValue("yaml:{line}: {fault}", line=first.line, fault=first.message)
    return found.written.title


@router.post(
    "/experiments",
    status_code=201,
    response_model=ExperimentOut,
    summary="Keep an experiment",
    responses=problems(409),
)
def create(
    request: Request, store: Store, token: Author, body: NewExperiment, key: IdempotencyKey = None
) -> Response:
    """422 with the line and the remedy where the text says no experiment."""

    def work(tx: Transaction) -> tuple[int, ExperimentOut, dict[str, str]]:
        title = _title(tx, token.organisation, body.yaml)
        made = create_experiment(tx, token.organisation, title, body.yaml, actor_of(token), now=now())
        return 201, _out(made, True), {"Location": f"/api/v1/lab/experiments/{made.id}", "ETag": _etag(made)}

    return once(request, store, token, key, body, work=work)


@router.get("/experiments", summary="Experiments", responses=problems())
def listed(
    request: Request,
    response: Response,
    store: Store,
    token: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Experiments:
    """Without their texts, and without those put aside."""
    with store.read() as tx:
        found = list_experiments(tx, token.organisation, limit + 1, number_of(cursor))
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    return Experiments(experiments=[_out(one) for one in found[:limit]], next=following)


@router.get("/experiments/{id}", summary="One experiment", responses=problems(404))
def one(response: Response, store: Store, token: Reader, id: RowId) -> ExperimentOut:
    """With its text; the ETag names its revision."""
    with store.read() as tx:
        found = get_experiment(tx, token.organisation, id)
    response.headers["ETag"] = _etag(found)
    return _out(found, True)


@router.put("/experiments/{id}", summary="Change an experiment", responses=problems(404, 409, 412, 428))
def change(
    response: Response, store: Store, token: Author, id: RowId, body: NewExperiment, if_match: IfMatch = None
) -> ExperimentOut:
    """If-Match is required, so that two authors do not overwrite each other."""
    if if_match is None:
        raise Problem(
            428, said("If-Match: got nothing; send the ETag that you read, so that no edit is lost")
        )
    revision = None
    if if_match.strip() != "*":
        found = re.fullmatch(rf'"e{id}\.([1-9][0-9]{{0,8}})"', if_match.strip())
        revision = int(found.group(1)) if found else 0
    with store.begin() as tx:
        title = _title(tx, token.organisation, body.yaml)
        saved = save_experiment(
            tx, token.organisation, id, title, body.yaml, revision=revision, actor=actor_of(token), now=now()
        )
    if saved.clash:
        raise stale(id, revision or 0, saved.experiment.revision)
    response.headers["ETag"] = _etag(saved.experiment)
    return _out(saved.experiment, True)


@router.post("/experiments/{id}/put-aside", summary="Take it out of the list", responses=problems(404, 409))
def aside(store: Store, token: Author, id: RowId) -> ExperimentOut:
    """Under its address it can still be read."""
    with store.begin() as tx:
        put_aside(tx, token.organisation, id, actor_of(token), now())
        return _out(get_experiment(tx, token.organisation, id))


@router.post(
    "/experiments/{id}/runs",
    status_code=201,
    response_model=RunOut,
    summary="Run it as it stands",
    responses=problems(404, 409),
)
def begin(request: Request, store: Store, token: Author, id: RowId, key: IdempotencyKey = None) -> Response:
    """A worker carries it out; 403 where too many of yours are under way."""

    def work(tx: Transaction) -> tuple[int, RunOut, dict[str, str]]:
        experiment = get_experiment(tx, token.organisation, id)
        job = ask_for_run(tx, token.organisation, experiment, actor=actor_of(token), now=now())
        made = get_run(tx, token.organisation, job)
        return 201, _run_out(made), {"Location": f"/api/v1/lab/runs/{job}"}

    return once(request, store, token, key, Strict(), work=work)


@router.get("/experiments/{id}/runs", summary="Its runs", responses=problems(404))
def runs(store: Store, token: Reader, id: RowId) -> Runs:
    """The newest first."""
    with store.read() as tx:
        get_experiment(tx, token.organisation, id)
        return Runs(runs=[_run_out(run) for run in list_runs(tx, token.organisation, id)])


@router.get("/runs/{id}", summary="How far a run is", responses=problems(404))
def run(store: Store, token: Reader, id: RowId) -> RunOut:
    """Its numbers are at `/result.json`, also while they narrow."""
    with store.read() as tx:
        return _run_out(get_run(tx, token.organisation, id))


@router.post("/runs/{id}/cancel", summary="End a run", responses=problems(404, 409))
def end(store: Store, token: Author, id: RowId) -> RunOut:
    """One that waits ends at once, one that runs as soon as its worker hears of it."""
    with store.begin() as tx:
        found = get_run(tx, token.organisation, id)
        cancel(tx, token.organisation, id, actor_of(token), now())
        return _run_out(Run(found.experiment, found.revision, get_job(tx, token.organisation, id)))


@router.post(
    "/runs/{id}/again",
    status_code=201,
    response_model=RunOut,
    summary="The very same once more",
    responses=problems(404, 409),
)
def repeat(request: Request, store: Store, token: Author, id: RowId, key: IdempotencyKey = None) -> Response:
    """The same numbers to the byte, under the same version of the program."""

    def work(tx: Transaction) -> tuple[int, RunOut, dict[str, str]]:
        job = run_again(tx, token.organisation, id, actor_of(token), now())
        return 201, _run_out(get_run(tx, token.organisation, job)), {"Location": f"/api/v1/lab/runs/{job}"}

    return once(request, store, token, key, Strict(), work=work)


_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"application/json": {}, "text/csv; charset=utf-8": {}, "image/svg+xml": {}},
    },
    **problems(404),
}


@router.get("/runs/{id}/{name}.{kind}", summary="A file", responses=_FILES, response_class=Response)
def file(store: Store, token: Reader, id: RowId, name: FileName, kind: FileKind) -> Response:
    """`result.json`, the tables `outcomes.csv`, `weeks.csv` and `curve.csv`, and a chart by the name of a scenario or an outcome as SVG."""
    return file_of(store, token.organisation, id, name, kind)


@router.get("/essay", summary="The essay's figures, and what is left of them", responses=problems())
def essay(token: Reader, numbers: Annotated[Played, Query()]) -> dict[str, Any]:
    """The arithmetic with one's own numbers, and the walk to a click."""
    return played(numbers)
