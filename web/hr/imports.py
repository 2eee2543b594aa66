"""HR's import of a file: sent, its columns told, its differences looked at, and then applied as they were shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from rewards.faults import BadValue, Fault
from rewards.people.accounts import Account
from rewards.people.columns import FIELDS, Table, guess, mapping_of, table_of
from rewards.people.people import Person, get_person
from rewards.people.reimporting import Plan, Told, apply_import, plan_import
from rewards.people.rights import given_by
from rewards.people.uploads import Upload, drop_upload, find_upload, keep_upload
from rewards.store.session import Database
from web.problems import refused
from web.session import PeopleWriter, Store, now
from web.templating import page
from web.text import plain

router = APIRouter(include_in_schema=False)
MOST_ROWS_SHOWN = 100
FOR_NEW = ("segment", "team", "timezone", "contacts")
MOST_TYPED = 64


@dataclass(frozen=True)
class ImportContext:
    """The page that takes a file. `done`: counts of what was applied, by name."""

    account: Account
    person: Person
    fault: str
    done: Mapping[str, int]


@dataclass(frozen=True)
class PreviewContext:
    """What a file would do. `columns`: the number of the column of each field, 0 for none; `plan` None: the columns say too little."""

    account: Account
    person: Person
    upload: Upload
    header: tuple[str, ...]
    count: int
    fields: Mapping[str, str]
    columns: Mapping[str, int]
    for_new: Mapping[str, str]
    plan: Plan | None
    most: int
    fault: str


@router.get("/hr/import")
def choose(request: Request, store: Store, account: PeopleWriter) -> Response:
    """The form that takes a file."""
    done = {}
    for name in ("added", "changed", "deactivated", "left_out"):
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
    """Keep a file and show what it would do. It is read here, after the asker is known, and not before."""
    async with request.form(max_files=1, max_fields=4) as form:
        sent = form.get("file")
        name, data = (sent.filename or "", await sent.read()) if isinstance(sent, UploadFile) else ("", b"")
    return await run_in_threadpool(_send, request, store, account, name, data)


def _send(request: Request, store: Database, account: Account, name: str, data: bytes) -> Response:
    try:
        if not data:
            raise BadValue("no file came, or an empty one; choose a CSV file or an Excel workbook")
        table_of(data)
        with store.begin() as tx:
            kept = keep_upload(tx, account.organisation, account.person, _printable(name), data, now=now())
    except Fault as fault:
        return _choose(request, store, account, str(fault))
    return RedirectResponse(f"/hr/import/{kept.id}", 303)


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable() and not "\ud800" <= letter <= "\udfff")


@router.get("/hr/import/{upload}")
def preview(request: Request, store: Store, account: PeopleWriter, upload: str) -> Response:
    """What the file would do, with its columns as they are guessed or were told."""
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
        table = table_of(kept.sheet)
        for_new = {
            "contacts": "100",
            **{name: given.get(f"new_{name}", "")[:MOST_TYPED] for name in FOR_NEW if f"new_{name}" in given},
        }
        plan = None
        try:
            columns = _columns(table, given)
            told = Told(columns, **for_new)
            plan = plan_import(tx, org, table, kept.digest, told, gives=given_by(account.rights))
        except Fault as found:
            columns = guess(table.header)
            fault, status = fault or str(found), max(status, 422)
        context = PreviewContext(
            account=account,
            person=get_person(tx, org, account.person),
            upload=kept,
            header=table.header,
            count=len(table.rows),
            fields=FIELDS,
            columns={field: columns.get(field, -1) + 1 for field in FIELDS},
            for_new={**dict.fromkeys(FOR_NEW, ""), **for_new},
            plan=plan,
            most=MOST_ROWS_SHOWN,
            fault=fault,
        )
    return page(request, "hr/import_preview.html", context, status)


def _columns(table: Table, given: Mapping[str, str]) -> dict[str, int]:
    """Columns by their numbers as the page's lists have them; where none is given, as guessed."""
    told = {field: given[f"column_{field}"] for field in FIELDS if f"column_{field}" in given}
    for field, number in told.items():
        if not (
            number.isascii() and number.isdecimal() and len(number) < 5 and int(number) <= len(table.header)
        ):
            raise BadValue(
                "column for {field}: got {value!r}; limit {count}; choose one of the list",
                field=field,
                value=number[:20],
                count=len(table.header),
            )
    if not told:
        return mapping_of(table.header, {})
    found = {field: int(number) - 1 for field, number in told.items() if int(number) > 0}
    if "id" not in found:
        raise BadValue("id: no column is chosen for it; choose the column that holds each person's id")
    return found


@router.post("/hr/import/{upload}")
async def apply(request: Request, store: Store, account: PeopleWriter, upload: str) -> Response:
    """Apply the file as it was shown."""
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


def _apply(
    request: Request, store: Database, account: Account, upload: str, given: Mapping[str, str]
) -> Response:
    org = account.organisation
    try:
        with store.begin() as tx:
            kept = find_upload(tx, org, upload, now())
            table = table_of(kept.sheet)
            for_new = {name: given.get(f"new_{name}", "")[:MOST_TYPED] for name in FOR_NEW}
            told = Told(_columns(table, given), **for_new)
            done = apply_import(
                tx, org, table, kept.digest, told, actor=account.person, now=now(), stamp=given.get("stamp", ""),
                leave_out="leave_out" in given, deactivate_missing="deactivate_missing" in given, gives=given_by(account.rights),
            )  # fmt: skip
            drop_upload(tx, org, upload)
    except Fault as fault:
        return _preview(request, store, account, upload, given, fault=str(fault), status=refused(fault))
    counts = (
        f"added={done.added}&changed={done.changed}&deactivated={done.deactivated}&left_out={done.left_out}"
    )
    return RedirectResponse(f"/hr/import?{counts}", 303)


@router.post("/hr/import/{upload}/forget")
def forget(store: Store, account: PeopleWriter, upload: str) -> Response:
    """Forget a file that is not wanted after all."""
    with store.begin() as tx:
        drop_upload(tx, account.organisation, upload)
    return RedirectResponse("/hr/import", 303)
