"""HR's import of a people file: upload, column mapping, preview of the differences, and applying exactly that preview."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from rewards.faults import BadValue, Conflict, Fault, NotFound
from rewards.jobs.importing import APPLY, KIND, LOOK, ask_to_apply, ask_to_look, is_large, upload_of
from rewards.jobs.queue import (
    CANCELLED,
    FAILED,
    RUNNING,
    Job,
    cancel,
    get_job,
    jobs_before,
    outcome_of,
    spec_of,
)
from rewards.jobs.queue import (
    DONE as JOB_DONE,
)
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.columns import FIELDS, guess, mapping_of, table_of
from rewards.people.people import Person, get_person
from rewards.people.preview import MOST_SHOWN, Looked, Shown, read, shown_of
from rewards.people.reimporting import Told, apply_import, plan_import
from rewards.people.rights import given_by
from rewards.people.uploads import Upload, drop_upload, find_upload, keep_upload
from rewards.store.session import Database, Transaction
from web.problems import refused
from web.progress import progress_of
from web.session import PeopleWriter, Store, now
from web.templating import page
from web.text import plain
from web.uploads import printable, sent_file

router = APIRouter(include_in_schema=False)
DONE = ("added", "changed", "deactivated", "left_out")
FOR_NEW = ("segment", "team", "timezone", "contacts")
MOST_TYPED = 64
JobId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True)
class ImportContext:
    """Page context of the upload form. `done`: counts of the rows applied, by name."""

    account: Account
    person: Person
    fault: str
    done: Mapping[str, int]


@dataclass(frozen=True)
class PreviewContext:
    """Page context of the preview. `columns`: the column number of each field, 0 for none; `plan` None: the mapping is incomplete.

    `in_background`: a worker previews and applies it. `seen`: whether it was previewed.
    """

    account: Account
    person: Person
    upload: Upload
    header: tuple[str, ...]
    count: int
    fields: Mapping[str, str]
    columns: Mapping[str, int]
    for_new: Mapping[str, str]
    plan: Shown | None
    most: int
    fault: str
    in_background: bool
    seen: bool


@dataclass(frozen=True)
class JobContext:
    """Progress of a worker with a large file. `applies`: the job changes people; `words`: the progress in a sentence."""

    account: Account
    person: Person
    job: Job
    upload: str
    applies: bool
    words: str


@router.get("/hr/import")
def choose(request: Request, store: Store, account: PeopleWriter) -> Response:
    """The upload form."""
    done = {}
    for name in DONE:
        text = request.query_params.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 10:
            done[name] = int(text)
    return _choose(request, store, account, done=done)


def _choose(
    request: Request,
    store: Database,
    account: Account,
    fault: str = "",
    done: Mapping[str, int] | None = None,
) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    context = ImportContext(account=account, person=person, fault=fault, done=done or {})
    return page(request, "hr/import.html", context, 422 if fault else 200)


@router.post("/hr/import")
async def send(request: Request, store: Store, account: PeopleWriter) -> Response:
    """Store an uploaded file and show its preview. The body is read only after authorisation."""
    name, data = await sent_file(request, most_fields=4)
    return await run_in_threadpool(_send, request, store, account, name, data)


def _send(request: Request, store: Database, account: Account, name: str, data: bytes) -> Response:
    try:
        if not data:
            raise BadValue("no file came, or an empty one; choose a CSV file or an Excel workbook")
        large = is_large(data)
        if not large:
            table_of(data)
        org, me, job = account.organisation, account.person, 0
        with store.begin() as tx:
            kept = keep_upload(tx, org, me, printable(name), data, now=now())
            if large:
                gives = given_by(account.rights)
                job = ask_to_look(tx, org, kept, None, gives=gives, actor=me, now=now())
    except Fault as fault:
        return _choose(request, store, account, str(fault))
    return RedirectResponse(f"/hr/import/job/{job}" if large else f"/hr/import/{kept.id}", 303)


@router.get("/hr/import/{upload}")
def preview(request: Request, store: Store, account: PeopleWriter, upload: str) -> Response:
    """The changes that the file would make, with its columns as guessed or mapped."""
    return _preview(request, store, account, upload, dict(request.query_params))


def _preview(
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
        large = is_large(kept.sheet)
        if not large:
            looked = _look(tx, account, kept, given)
        elif kept.looked is not None:
            looked = read(kept.looked)
        else:
            looked = Looked((), 0, {}, {}, None)
        context = PreviewContext(
            account=account,
            person=get_person(tx, org, account.person),
            upload=kept,
            header=looked.header,
            count=looked.rows,
            fields=FIELDS,
            columns={field: looked.columns.get(field, -1) + 1 for field in FIELDS},
            for_new={**dict.fromkeys(FOR_NEW, ""), **looked.for_new},
            plan=looked.shown,
            most=MOST_SHOWN,
            fault=fault or looked.fault,
            in_background=large,
            seen=bool(looked.header),
        )
    return page(request, "hr/import_preview.html", context, max(status, 422) if looked.fault else status)


def _look(tx: Transaction, account: Account, kept: Upload, given: Mapping[str, str]) -> Looked:
    """Preview a file within the request."""
    table = table_of(kept.sheet)
    for_new = {
        "contacts": "100",
        **{name: given.get(f"new_{name}", "")[:MOST_TYPED] for name in FOR_NEW if f"new_{name}" in given},
    }
    try:
        columns = _columns(table.header, given)
        told = Told(columns, **for_new)
        plan = plan_import(tx, account.organisation, table, kept.digest, told, gives=given_by(account.rights))
    except Fault as found:
        return Looked(table.header, len(table.rows), guess(table.header), for_new, None, str(found))
    return Looked(table.header, len(table.rows), columns, for_new, shown_of(plan))


def _columns(header: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    """Field names to column numbers from the form's lists; guessed where the form names none."""
    chosen = {field: given[f"column_{field}"] for field in FIELDS if f"column_{field}" in given}
    for field, number in chosen.items():
        if not (number.isascii() and number.isdecimal() and len(number) < 5 and int(number) <= len(header)):
            raise BadValue(
                "column for {field}: got {value!r}; limit {count}; choose one of the list",
                field=field,
                value=number[:20],
                count=len(header),
            )
    if not chosen:
        return mapping_of(header, {})
    found = {field: int(number) - 1 for field, number in chosen.items() if int(number) > 0}
    if "id" not in found:
        raise BadValue("id: no column is chosen for it; choose the column that holds each person's id")
    return found


@router.post("/hr/import/{upload}")
async def apply(request: Request, store: Store, account: PeopleWriter, upload: str) -> Response:
    """Apply the file exactly as previewed."""
    async with request.form(max_files=0, max_fields=40) as form:
        given = _texts(form)
    return await run_in_threadpool(_apply, request, store, account, upload, given)


def _texts(form: FormData) -> dict[str, str]:
    found = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            try:
                found[name] = plain(value)
            except ValueError:
                continue
    return found


def _told(header: Sequence[str], given: Mapping[str, str]) -> Told:
    for_new = {name: given.get(f"new_{name}", "")[:MOST_TYPED] for name in FOR_NEW}
    return Told(_columns(header, given), **for_new)


def _apply(
    request: Request, store: Database, account: Account, upload: str, given: Mapping[str, str]
) -> Response:
    org, gives = account.organisation, given_by(account.rights)
    stamp, leave_out, missing = given.get("stamp", ""), "leave_out" in given, "deactivate_missing" in given
    try:
        with store.begin() as tx:
            kept = find_upload(tx, org, upload, now())
            if is_large(kept.sheet):
                job = ask_to_apply(
                    tx, org, kept, _told(_seen(kept).header, given), stamp=stamp, leave_out=leave_out, deactivate_missing=missing,
                    gives=gives, actor=account.person, now=now(),
                )  # fmt: skip
                return RedirectResponse(f"/hr/import/job/{job}", 303)
            table = table_of(kept.sheet)
            done = apply_import(
                tx, org, table, kept.digest, _told(table.header, given), actor=account.person, now=now(), stamp=stamp,
                leave_out=leave_out, deactivate_missing=missing, gives=gives,
            )  # fmt: skip
            drop_upload(tx, org, upload)
    except Fault as fault:
        return _preview(request, store, account, upload, given, fault=str(fault), status=refused(fault))
    return RedirectResponse(_applied(asdict(done)), 303)


def _seen(kept: Upload) -> Looked:
    if kept.looked is None:
        raise Conflict("this file was not looked at yet; have a look at what it would do first")
    return read(kept.looked)


def _applied(done: Mapping[str, int]) -> str:
    """The address of the result page."""
    return "/hr/import?" + "&".join(f"{name}={done[name]}" for name in DONE)


@router.post("/hr/import/{upload}/look")
async def look(request: Request, store: Store, account: PeopleWriter, upload: str) -> Response:
    """Have a worker preview a large file, with its columns as mapped."""
    async with request.form(max_files=0, max_fields=40) as form:
        given = _texts(form)
    return await run_in_threadpool(_ask_to_look, request, store, account, upload, given)


def _ask_to_look(
    request: Request, store: Database, account: Account, upload: str, given: Mapping[str, str]
) -> Response:
    org, me = account.organisation, account.person
    try:
        with store.begin() as tx:
            kept = find_upload(tx, org, upload, now())
            told = None if kept.looked is None else _told(_seen(kept).header, given)
            gives = given_by(account.rights)
            job = ask_to_look(tx, org, kept, told, gives=gives, actor=me, now=now())
    except Fault as fault:
        return _preview(request, store, account, upload, given, fault=str(fault), status=refused(fault))
    return RedirectResponse(f"/hr/import/job/{job}", 303)


@router.get("/hr/import/job/{id}")
def under_way(request: Request, store: Store, account: PeopleWriter, id: JobId) -> Response:
    """A worker's progress with a large file; redirects to the result when the job has ended."""
    org = account.organisation
    with store.read() as tx:
        job = _job(tx, org, id)
        upload, what = upload_of(spec_of(tx, org, id))
        body = outcome_of(tx, org, id)[0]
        before = jobs_before(tx, org, id)
        person = get_person(tx, org, account.person)
    if job.status == JOB_DONE:
        return RedirectResponse(f"/hr/import/{upload}" if what == LOOK else _applied(json.loads(body)), 303)
    context = JobContext(account, person, job, upload, what == APPLY, _words(job, before))
    return page(request, "hr/import_job.html", context)


def _job(tx: Transaction, organisation: str, id: int) -> Job:
    job = get_job(tx, organisation, id)
    if job.kind != KIND:
        raise NotFound("job {job}: not in this organisation; look at the list of jobs", job=id)
    return job


def _words(job: Job, before: int) -> str:
    """The progress in a sentence."""
    if job.status == FAILED:
        return _("It could not be done: {fault}. Nothing was changed.").format(fault=job.fault)
    if job.status == CANCELLED:
        return _("It was cancelled. Nothing was changed.")
    if job.status == RUNNING and not job.cancelling:
        return _("{percent} % done.").format(percent=job.done)
    return progress_of(job, before)


@router.post("/hr/import/job/{id}/cancel")
def stop(store: Store, account: PeopleWriter, id: JobId) -> Response:
    """Cancel the job; nothing is changed. A job that has ended cannot be cancelled."""
    with store.begin() as tx:
        if not _job(tx, account.organisation, id).ended:
            cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"/hr/import/job/{id}", 303)


@router.post("/hr/import/{upload}/forget")
def forget(store: Store, account: PeopleWriter, upload: str) -> Response:
    """Delete an uploaded file that is not to be imported."""
    with store.begin() as tx:
        drop_upload(tx, account.organisation, upload)
    return RedirectResponse("/hr/import", 303)
