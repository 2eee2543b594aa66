"""One's own data: export of everything stored as JSON or CSV, and erasure."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault
from rewards.people.accounts import Account
from rewards.people.export import PersonalData, export_person
from rewards.people.people import Person, erase, get_person
from web.cells import text_cell
from web.problems import COOKIE, refused
from web.session import SignedIn, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DataContext:
    """Page context; `fault`: error message of a refused erasure."""

    account: Account
    person: Person
    fault: str


def _page(request: Request, store: Store, account: Account, fault: Fault | None = None) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    context = DataContext(account, person, "" if fault is None else str(fault))
    return page(request, "own/data.html", context, 200 if fault is None else refused(fault))


@router.get("/account/data")
def data(request: Request, store: Store, account: SignedIn) -> Response:
    """The export and erasure options."""
    return _page(request, store, account)


def _exported(store: Store, account: Account) -> PersonalData:
    with store.begin() as tx:
        return export_person(tx, account.organisation, account.person, account.person, now())


@router.get("/account/data.json")
def as_json(store: Store, account: SignedIn) -> Response:
    """Everything stored about the reader as one JSON document."""
    found = _exported(store, account)
    body = {
        "organisation": found.organisation,
        "person": found.person,
        "exported_at": found.exported_at.isoformat(),
        "tables": found.tables,
    }
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return _file(text.encode(), f"{found.person}.json", "application/json")


@router.get("/account/data.zip")
def as_tables(store: Store, account: SignedIn) -> Response:
    """Everything stored about the reader as a ZIP archive with one CSV file per table."""
    found = _exported(store, account)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in found.tables.items():
            archive.writestr(f"{name}.csv", table_text(rows))
    return _file(packed.getvalue(), f"{found.person}.zip", "application/zip")


def table_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with formulas escaped, and with a byte order mark, which spreadsheets need to detect UTF-8."""
    out = io.StringIO()
    names = list(rows[0]) if rows else []
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    return text_cell(text) if isinstance(value, str) else text


def _file(body: bytes, name: str, kind: str) -> Response:
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/account/erase")
def erase_me(
    request: Request, store: Store, account: SignedIn, confirm: Annotated[Plain, Form(max_length=64)]
) -> Response:
    """Erase the reader's identity; the id has to be typed, which prevents erasure by mistake."""
    try:
        if confirm.strip() != account.person:
            raise BadValue(
                "confirmation {confirm!r}: is not your id, {person!r}; type it to be erased",
                confirm=confirm,
                person=account.person,
            )
        with store.begin() as tx:
            erase(tx, account.organisation, account.person, now(), account.person)
    except Fault as fault:
        return _page(request, store, account, fault)
    response = RedirectResponse("/sign-in?erased=1", 303)
    response.delete_cookie(COOKIE, path="/")
    return response
