"""The audit log for HR, administrators and auditors: who did what to whom, when and why, as a page and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from rewards.content.content import titles_of
from rewards.faults import BadValue, Fault
from rewards.fields import day_of
from rewards.people.accounts import Account
from rewards.people.audit import Asked, Line, Log, every_line, known_actions, read_log
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.words import folded
from web.cells import text_cell
from web.hr.audit_words import CONTENT, Told, action_text, told
from web.problems import Problem, refused
from web.session import Auditor, Store
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Typed = Annotated[Plain, Query(max_length=128)]


@dataclass(frozen=True)
class AuditContext:
    """Page context of the audit log.

    `typed`: the filter's values; `actions`: codes and words of those to filter by, in the order of the words; `older`: address of the
    next page of older lines; `file`: address of the same lines as CSV.
    """

    account: Account
    person: Person
    typed: dict[str, str]
    lines: tuple[Told, ...]
    actions: list[tuple[str, str]]
    older: str | None
    file: str
    may_read_people: bool
    fault: str


def _asked(typed: dict[str, str]) -> Asked:
    days: list[date | None] = []
    for name in ("first", "last"):
        try:
            days.append(day_of(typed[name]) if typed[name] else None)
        except ValueError as error:
            raise BadValue(
                "{name} day: got {value!r}; {error}", name=name, value=typed[name][:40], error=error
            ) from None
    return Asked(typed["person"].strip(), typed["actor"].strip(), typed["action"].strip(), days[0], days[1])


@router.get("/hr/audit")
def log(
    request: Request,
    store: Store,
    account: Auditor,
    person: Typed = "",
    actor: Typed = "",
    action: Typed = "",
    first: Typed = "",
    last: Typed = "",
    after: Typed = "",
) -> Response:
    """One page of the audit log."""
    org = account.organisation
    typed = {"person": person, "actor": actor, "action": action, "first": first, "last": last}
    kept = {name: value for name, value in typed.items() if value}
    with store.read() as tx:
        reader = get_person(tx, org, account.person)
        try:
            found, fault, status = read_log(tx, org, _asked(typed), reader.timezone, after or None), "", 200
        except Fault as error:
            found, fault, status = Log((), None), str(error), refused(error)
        titles = titles_of(tx, org, {one.subject for one in found.lines if one.action.startswith(CONTENT)})
        context = AuditContext(
            account=account,
            person=reader,
            typed=typed,
            lines=tuple(told(one, titles) for one in found.lines),
            actions=sorted(
                ((one, action_text(one)) for one in known_actions(tx, org)), key=lambda one: folded(one[1])
            ),
            older=None if found.next is None else f"/hr/audit?{urlencode({**kept, 'after': found.next})}",
            file=f"/hr/audit.csv?{urlencode(kept)}",
            may_read_people=account.may(Right.PEOPLE_READ),
            fault=fault,
        )
    return page(request, "hr/audit.html", context, status)


@router.get("/hr/audit.csv")
def file(
    store: Store,
    account: Auditor,
    person: Typed = "",
    actor: Typed = "",
    action: Typed = "",
    first: Typed = "",
    last: Typed = "",
) -> Response:
    """Every line that matches the filter as CSV, newest first."""
    org = account.organisation
    typed = {"person": person, "actor": actor, "action": action, "first": first, "last": last}
    try:
        asked = _asked(typed)
        with store.read() as tx:
            zone = get_person(tx, org, account.person).timezone
            read_log(tx, org, asked, zone, None, limit=1)
    except Fault as error:
        raise Problem(refused(error), str(error)) from None

    def lines() -> Iterator[str]:
        with store.read() as tx:
            yield from _csv(every_line(tx, org, replace(asked), zone))

    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(found: Iterable[Line]) -> Iterator[str]:
    """Rows as CSV lines; text is escaped so that a spreadsheet does not run it as a formula."""
    yield _row(["time", "actor", "action", "subject", "person", "name", "reason"])
    for one in found:
        yield _row(
            [
                one.at.isoformat(),
                one.actor,
                one.action,
                one.subject,
                one.about or "",
                one.about_name or "",
                one.reason,
            ]
        )


def _row(cells: list[str]) -> str:
    made = io.StringIO()
    csv.writer(made).writerow(map(text_cell, cells))
    return made.getvalue()
