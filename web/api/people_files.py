"""HR's file, the audit log and the closing of periods over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from rewards.fields import Day, Instant
from rewards.language import said
from rewards.ledger.periods import close_period
from rewards.people.accounts import ApiToken
from rewards.people.audit import Asked, read_log
from rewards.people.columns import mapping_of, table_of
from rewards.people.organisations import get_organisation
from rewards.people.reimporting import Told, apply_plan, plan_import, plan_to_apply
from rewards.people.rights import given_by
from rewards.people.uploads import digest_of
from rewards.store.session import Database
from web.api.shared import Cursor, Limit, Strict, actor_of, link_next, problems
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["people"])
Writer = Annotated[ApiToken, Depends(token_with("people:write", "admin"))]
Admin = Annotated[ApiToken, Depends(token_with("admin"))]
_GIVES = given_by(())
"""A token gives no roles beyond the employee's: that takes the right to administer accounts."""
Text = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]
Maps = Annotated[
    list[Annotated[str, Query(max_length=200)]] | None,
    Query(alias="map", max_length=40, description="FIELD=COLUMN; guessed unless told"),
]


class RowFaultOut(Strict):
    """A fault in a row, its position and the remedy."""

    line: int
    column: str
    value: str
    why: str


class ChangeOut(Strict):
    """One person whose row differs: [field, what is known, what the file says]."""

    id: str
    fields: list[tuple[str, str, str]]


class AppliedOut(Strict):
    """The result of an import."""

    added: int
    changed: int
    unchanged: int
    deactivated: int
    left_out: int


class ImportOut(Strict):
    """The differences of a file, and what was applied (None: nothing). `stamp` is a digest of all that is shown."""

    columns: dict[str, str]
    added: list[str]
    changed: list[ChangeOut]
    unchanged: int
    missing: list[str]
    deactivated: list[str]
    errors: list[RowFaultOut]
    stamp: str
    applied: AppliedOut | None


class LineOut(Strict):
    """One line of the audit log; `person` where it is about somebody whom one may name."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    person: str | None
    reason: str


class LogOut(Strict):
    """The newest lines first; `next` is the cursor of the following page, None on the last."""

    lines: list[LineOut]
    next: str | None


class End(Strict):
    """The end of a period."""

    until: Instant


class PeriodsOut(Strict):
    """Until when all is frozen; None: nothing is."""

    closed_until: datetime | None


def _pairs(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        field, equals, column = one.partition("=")
        if not equals:
            raise Problem(
                422,
                said(
                    "map: got {value!r}; a field and a column are needed; write team=Abteilung",
                    value=one[:60],
                ),
            )
        found[field.strip()] = column.strip()
    return found


@router.post(
    "/people/import",
    summary="A CSV file or an Excel workbook of people, compared and applied",
    responses=problems(409, 412),
    openapi_extra={
        "requestBody": {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "required": True,
        }
    },
)
async def import_file(
    request: Request,
    store: Store,
    token: Writer,
    maps: Maps = None,
    segment: Text = "",
    team: Text = "",
    timezone: Text = "",
    contacts: Text = "100",
    dry_run: bool = True,
    leave_out: bool = False,
    deactivate_missing: bool = False,
    stamp: Text = "",
) -> ImportOut:
    """The body is the file. A dry run, which is the default, shows the differences with a stamp; sent again with `dry_run=false` and the
    stamp, what was shown is applied. Who is missing stays unless `deactivate_missing` is asked for.
    """
    data = await request.body()
    told = (segment, team, timezone, contacts)
    choices = (dry_run, leave_out, deactivate_missing, stamp)
    return await run_in_threadpool(_import, store, token, data, _pairs(maps or []), told, choices=choices)


def _import(
    store: Database,
    token: ApiToken,
    data: bytes,
    maps: dict[str, str],
    for_new: tuple[str, str, str, str],
    *,
    choices: tuple[bool, bool, bool, str],
) -> ImportOut:
    dry_run, leave_out, deactivate_missing, stamp = choices
    table, digest, org = table_of(data), digest_of(data), token.organisation
    told = Told(mapping_of(table.header, maps), *for_new)
    if dry_run:
        with store.read() as tx:
            plan, applied = plan_import(tx, org, table, digest, told, gives=_GIVES), None
    else:
        with store.begin() as tx:
            plan = plan_to_apply(tx, org, table, digest, told, gives=_GIVES)
            done = apply_plan(
                tx, org, plan, actor=actor_of(token), now=now(), stamp=stamp or None, leave_out=leave_out,
                deactivate_missing=deactivate_missing,
            )  # fmt: skip
        applied = AppliedOut(
            added=done.added, changed=done.changed, unchanged=done.unchanged, deactivated=done.deactivated, left_out=done.left_out
        )  # fmt: skip
    return ImportOut(
        columns={field: table.header[at] for field, at in told.columns.items()},
        added=[row.id for row in plan.added],
        changed=[ChangeOut(id=one.id, fields=list(one.fields)) for one in plan.changed],
        unchanged=plan.unchanged,
        missing=[id_ for id_, _ in plan.missing],
        deactivated=[id_ for id_, _ in plan.deactivated],
        errors=[RowFaultOut(line=f.line, column=f.column, value=f.value, why=f.why) for f in plan.faults],
        stamp=plan.stamp,
        applied=applied,
    )


@router.get("/audit", summary="The audit log", responses=problems(404))
def audit(
    request: Request,
    response: Response,
    store: Store,
    token: Admin,
    person: Text = "",
    actor: Text = "",
    action: Text = "",
    first: Day | None = None,
    last: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LogOut:
    """Days are in the organisation's zone. Decisions of people about their own participation are not listed."""
    with store.read() as tx:
        home = get_organisation(tx, token.organisation)
        zone = home.timezone if home else "UTC"
        found = read_log(
            tx, token.organisation, Asked(person, actor, action, first, last), zone, cursor, limit=limit
        )
    link_next(request, response, found.next)
    lines = [
        LineOut(id=o.id, at=o.at, actor=o.actor, action=o.action, subject=o.subject, person=o.about, reason=o.reason)
        for o in found.lines
    ]  # fmt: skip
    return LogOut(lines=lines, next=found.next)


@router.get("/periods", summary="Until when all is closed", responses=problems())
def periods(store: Store, token: Admin) -> PeriodsOut:
    """Closed periods; earlier events are frozen."""
    with store.read() as tx:
        home = get_organisation(tx, token.organisation)
    return PeriodsOut(closed_until=home.closed_until if home else None)


@router.post("/periods", status_code=201, summary="Close a period, for good", responses=problems(409))
def close(store: Store, token: Admin, body: End) -> PeriodsOut:
    """Close a period. It cannot be undone: earlier entries never change again."""
    with store.begin() as tx:
        close_period(tx, token.organisation, body.until, actor_of(token), now())
    return PeriodsOut(closed_until=body.until)
