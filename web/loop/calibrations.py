"""Calibration jobs: on the program's own ledger history, or on another tool's file with mapped columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.faults import BadValue, Fault
from rewards.forecasts.recalibrations import Recalibration, of_hash
from rewards.jobs.queue import Job, get_job, jobs_before, list_jobs
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.people.uploads import find_upload, keep_upload
from rewards.publishing.drafts import OPEN, SchemeDraft, list_drafts
from rewards.publishing.publication import scheme_in_force
from rewards.store.session import Database, Transaction
from sims.calibration.runs import LEAST_RUNS
from sims.loop.calibrating import (
    KIND,
    MOST_RUNS,
    RUNS,
    InForce,
    ask_for_calibration,
    ask_for_calibration_on,
)
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.measured import measured
from web.loop.history_file import FileView, columns_from, look, name_of
from web.loop.typed import whole
from web.problems import Problem, refused
from web.progress import progress_of
from web.runs import Body, Standing, cancelled, repeated, standing_of, stream_of
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import Plain
from web.uploads import sent_file

router = APIRouter(include_in_schema=False)
PATH = "/calibrations"
MOST_ID, MOST_SHOWN = 2**53, 20
Id = Annotated[int, Path(ge=1, le=MOST_ID)]
UploadId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@dataclass(frozen=True)
class CalibrationsContext:
    """Page context: `jobs` with their progress; `live`: title of the scheme in force ("": none)."""

    account: Account
    person: Person
    jobs: Sequence[tuple[Job, str]]
    names: Mapping[str, str]
    live: str
    runs: str
    fewest: int
    fault: str
    mine: bool


@dataclass(frozen=True)
class FileContext:
    """Page context of the column mapping. `view`: the history parsed with the mapping; `values`: the other fields of the form."""

    account: Account
    person: Person
    id: str
    name: str
    view: FileView
    drafts: Sequence[SchemeDraft]
    live: str
    values: Mapping[str, str]
    fewest: int
    fault: str


@dataclass(frozen=True)
class CalibrationContext:
    """Page context of one calibration: its progress, and the posterior proposed."""

    account: Account
    person: Person
    standing: Standing
    told: Body | None
    proposed: Recalibration | None


def _list(
    request: Request, store: Database, account: Account, fault: str = "", status: int = 422, *, runs: str = ""
) -> Response:
    org = account.organisation
    with store.read() as tx:
        version = scheme_in_force(tx, org, now())
        jobs = list_jobs(tx, org, KIND, MOST_SHOWN)
        context = CalibrationsContext(
            account=account,
            person=get_person(tx, org, account.person),
            jobs=[(job, progress_of(job, jobs_before(tx, org, job.id))) for job in jobs],
            names=names_of(tx, org, {job.actor for job in jobs}),
            live="" if version is None else version.scheme.title,
            runs=runs or str(RUNS),
            fewest=LEAST_RUNS,
            fault=fault,
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "loop/calibrations.html", context, status if fault else 200)


@router.get(PATH)
def calibrations(request: Request, store: Store, account: ForecastReader) -> Response:
    """Past calibrations, and the possible inputs of a new one."""
    return _list(request, store, account)


@router.post(PATH)
def begin(
    request: Request,
    store: Store,
    account: Rehearser,
    runs: Annotated[Plain, Form(max_length=40)] = "",
) -> Response:
    """Start a calibration on the ledger's history."""
    try:
        count = _runs(runs)
        with store.begin() as tx:
            job = ask_for_calibration(
                tx, account.organisation, _assumed(tx, account), count, actor=account.person, now=now()
            )
    except Fault as fault:
        return _list(request, store, account, str(fault), refused(fault), runs=runs)
    return RedirectResponse(f"{PATH}/{job}", 303)


@router.post(PATH + "/files")
async def bring(request: Request, store: Store, account: Rehearser) -> Response:
    """Store an uploaded history file for a day and show its preview. The body is read only after authorisation."""
    name, data = await sent_file(request, most_fields=2)
    return await run_in_threadpool(_bring, request, store, account, name_of(name), data)


def _bring(request: Request, store: Database, account: Account, name: str, data: bytes) -> Response:
    if not data:
        fault = said(
            "no file came, or an empty one; choose a CSV file, an Excel workbook, or an exported history (.json)"
        )
        return _list(request, store, account, fault)
    with store.begin() as tx:
        kept = keep_upload(tx, account.organisation, account.person, name, data, now=now())
    return RedirectResponse(f"{PATH}/files/{kept.id}", 303)


@router.get(PATH + "/files/{upload}")
def mapped(request: Request, store: Store, account: Rehearser, upload: UploadId) -> Response:
    """The preview of a file with guessed or mapped columns."""
    return _file(request, store, account, upload, dict(request.query_params))


@router.post(PATH + "/files/{upload}")
async def begin_on(request: Request, store: Store, account: Rehearser, upload: UploadId) -> Response:
    """Start a calibration on an uploaded file."""
    async with request.form(max_files=0, max_fields=60) as form:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_begin_on, request, store, account, upload, given)


def _begin_on(
    request: Request, store: Database, account: Account, upload: str, given: Mapping[str, str]
) -> Response:
    org, me = account.organisation, account.person
    with store.read() as tx:
        kept = find_upload(tx, org, upload, now())
    view = look(kept.name, kept.sheet, columns_from(given))
    try:
        if view.history is None:
            raise BadValue("{fault}", fault=view.fault)
        count, in_force, since = _runs(given.get("runs", "")), _in_force(given), _since(given)
        with store.begin() as tx:
            job = ask_for_calibration_on(
                tx, org, view.history, kept.name, _assumed(tx, account), runs=count,
                in_force=in_force, since=since, actor=me, now=now(),
            )  # fmt: skip
    except Fault as fault:
        return _file(request, store, account, upload, given, fault=str(fault), status=refused(fault))
    return RedirectResponse(f"{PATH}/{job}", 303)


def _file(
    request: Request,
    store: Database,
    account: Account,
    upload: str,
    given: Mapping[str, str],
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        kept = find_upload(tx, org, upload, now())
        version = scheme_in_force(tx, org, now())
        context = FileContext(
            account=account,
            person=get_person(tx, org, account.person),
            id=upload,
            name=kept.name,
            view=look(kept.name, kept.sheet, columns_from(given)),
            drafts=[one for one in list_drafts(tx, org) if one.status == OPEN],
            live="" if version is None else version.scheme.title,
            values={
                "in_force": given.get("in_force", "nothing"),
                "since": given.get("since", "")[:40],
                "runs": given.get("runs", "")[:40] or str(RUNS),
            },
            fewest=LEAST_RUNS,
            fault=fault,
        )
    return page(request, "loop/calibration_file.html", context, status)


@router.get(PATH + "/{id}")
def calibration(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """One calibration: its progress, and the posterior proposed."""
    org = account.organisation
    with store.read() as tx:
        standing, told = standing_of(tx, account, _job(tx, org, id), PATH)
        context = CalibrationContext(
            account=account,
            person=get_person(tx, org, account.person),
            standing=standing,
            told=told,
            proposed=None if told is None else of_hash(tx, org, told["posterior"]),
        )
    return page(request, "loop/calibration.html", context)


@router.post(PATH + "/{id}/cancel")
def end(store: Store, account: Rehearser, id: Id) -> Response:
    """Cancel a calibration."""
    return cancelled(store, account, id, PATH, _job)


@router.post(PATH + "/{id}/again")
def repeat(store: Store, account: Rehearser, id: Id) -> Response:
    """Start a new job with the same specification."""
    return repeated(store, account, id, PATH, _job)


@router.get(PATH + "/{id}/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """Progress as server-sent events, until the job has ended or the page must reconnect."""
    return await stream_of(request, store, account, id, _job)


def _job(tx: Transaction, organisation: str, id: int) -> Job:
    job = get_job(tx, organisation, id)
    if job.kind != KIND:
        raise Problem(404, said("job {id}: is another kind of work", id=id))
    return job


def _assumed(tx: Transaction, account: Account) -> Assumptions:
    return Assumptions.model_validate(measured(tx, account.organisation, now()).values)


def _runs(text: str) -> int:
    return whole("runs", text.strip(), LEAST_RUNS, MOST_RUNS) if text.strip() else RUNS


def _in_force(given: Mapping[str, str]) -> InForce | int:
    wanted = given.get("in_force", "nothing")
    if wanted in ("nothing", "tool", "live"):
        return wanted  # type: ignore[return-value]
    return whole("in_force", wanted.removeprefix("draft-"), 1, MOST_ID)


def _since(given: Mapping[str, str]) -> date | None:
    text = given.get("since", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadValue(
            "{name}: got {value!r}; a date like 2026-03-31 is required; mend it",
            name="since",
            value=text[:40],
        ) from None
