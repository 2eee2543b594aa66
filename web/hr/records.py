"""HR's page of periods and exports: a period is closed after a confirmation of its effects, and events are exported as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from rewards.events import to_cloudevent
from rewards.faults import BadValue, Fault
from rewards.language import said
from rewards.ledger.history import export_events, export_program
from rewards.ledger.periods import close_period
from rewards.people.accounts import Account
from rewards.people.organisations import get_organisation
from rewards.people.people import Person, get_person
from rewards.people.periods import end_of
from rewards.people.rights import Right
from rewards.store.session import Database
from web.problems import Problem, refused
from web.session import Exporter, PeriodCloser, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Field = Annotated[Plain, Form(max_length=64)]


@dataclass(frozen=True)
class RecordsContext:
    """Page context: `end`: the end of a period that awaits confirmation (None: none); `typed`: the value of the field."""

    account: Account
    person: Person
    zone: str
    closed_until: datetime | None
    end: datetime | None
    typed: str
    may_export: bool
    fault: str
    done: bool


def _page(
    request: Request,
    store: Database,
    account: Account,
    typed: str = "",
    end: datetime | None = None,
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    with store.read() as tx:
        home = get_organisation(tx, account.organisation)
        context = RecordsContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            zone=home.timezone if home else "UTC",
            closed_until=home.closed_until if home else None,
            end=end,
            typed=typed,
            may_export=account.may(Right.EVENTS_EXPORT),
            fault=fault,
            done="closed" in request.query_params,
        )
    return page(request, "hr/records.html", context, status)


@router.get("/hr/records")
def records(request: Request, store: Store, account: PeriodCloser) -> Response:
    """The end of the last closed period, and the exports."""
    return _page(request, store, account)


@router.post("/hr/records/period")
def close(
    request: Request, store: Store, account: PeriodCloser, until: Field = "", confirmed: Field = ""
) -> Response:
    """Ask for confirmation, then close the period with the same end."""
    org = account.organisation
    end: datetime | None = None
    try:
        with store.read() as tx:
            home = get_organisation(tx, org)
        if home is None:
            raise BadValue("organisation {org!r}: unknown; create it first", org=org)
        end = end_of(until, home.timezone)
        if end > now() or (home.closed_until is not None and end <= home.closed_until):
            raise BadValue(
                "period until {day}: limit after the last closing and not in the future; choose another end",
                day=end.isoformat(),
            )
        if confirmed != end.isoformat():
            return _page(request, store, account, until, end)
        with store.begin() as tx:
            close_period(tx, org, end, account.person, now())
    except Fault as fault:
        return _page(request, store, account, until, None, fault=str(fault), status=refused(fault))
    return RedirectResponse("/hr/records?closed=1", 303)


@router.get("/hr/records/events.jsonl")
def events(store: Store, account: Exporter) -> Response:
    """Every event with the context frozen at intake, one CloudEvent per line: the input of `groundswell replay` and `calibrate`."""

    def lines() -> Iterator[str]:
        with store.read() as tx:
            for event in export_events(tx, account.organisation):
                yield json.dumps(to_cloudevent(event), sort_keys=True, ensure_ascii=False) + "\n"

    headers = {"Content-Disposition": 'attachment; filename="events.jsonl"'}
    return StreamingResponse(lines(), media_type="application/jsonl; charset=utf-8", headers=headers)


@router.get("/hr/records/events.program.json")
def program(store: Store, account: Exporter) -> Response:
    """The other inputs of a replay: scheme versions, closed periods, and people without names."""
    with store.read() as tx:
        if get_organisation(tx, account.organisation) is None:
            raise Problem(404, said("the organisation is not in this database"))
        found = export_program(tx, account.organisation, now())
    headers = {"Content-Disposition": 'attachment; filename="events.program.json"'}
    return Response(found.model_dump_json(indent=1) + "\n", media_type="application/json", headers=headers)
