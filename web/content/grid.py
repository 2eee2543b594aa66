"""The content desk's overview of all items: as a grid, and as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from rewards.content.overview import (
    CALENDAR_WEEKS,
    STATES,
    Filters,
    Grid,
    Week,
    calendar,
    grid_page,
    monday_of,
    week_of,
)
from rewards.content.suggestions import suggestions_waiting
from rewards.faults import BadValue
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from web.session import Needs, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Reader = Annotated[Account, Depends(Needs(Right.CONTENT_READ))]
MOST_ROWS = 50
Short = Annotated[Plain, Query(max_length=200)]


@dataclass(frozen=True)
class GridContext:
    """Page context of the grid, filtered by `filters`; `columns` are the channels of the rows shown."""

    account: Account
    person: Person
    grid: Grid
    filters: Filters
    columns: Sequence[str]
    number: int
    more: bool
    query: str
    waiting: int
    states: Sequence[str]


@dataclass(frozen=True)
class CalendarContext:
    """Page context of the calendar: some weeks, and links to those before and after."""

    account: Account
    person: Person
    weeks: Sequence[Week]
    before: str
    after: str
    today: str


@router.get("/content")
def overview(
    request: Request,
    store: Store,
    account: Reader,
    q: Short = "",
    segment: Short = "",
    channel: Short = "",
    language: Short = "",
    tag: Short = "",
    week: Short = "",
    state: Short = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """All items and drafts, filtered by segment, channel, language, tag, week and state."""
    filters = Filters(q, segment, channel, language, tag, week, state)
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        first = (number - 1) * MOST_ROWS
        found = grid_page(
            tx, account.organisation, filters, now(), person.timezone, first=first, limit=MOST_ROWS
        )
        context = GridContext(
            account=account,
            person=person,
            grid=found,
            filters=filters,
            columns=sorted({name for row in found.rows for name in row.item.channels}),
            number=number,
            more=found.count > first + MOST_ROWS,
            query=urlencode(
                {"q": q, **{name: one for name, one in asdict(filters).items() if name != "words"}}
            ),
            waiting=suggestions_waiting(tx, account.organisation),
            states=STATES,
        )
    return page(request, "content/grid.html", context)


@router.get("/content/calendar")
def by_week(request: Request, store: Store, account: Reader, week: Short = "") -> Response:
    """First and last days of items, week by week."""
    at = now()
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        monday = monday_of(week or week_of(at.date()))
        try:
            before, after = (monday + timedelta(weeks=weeks) for weeks in (-CALENDAR_WEEKS, CALENDAR_WEEKS))
            weeks = calendar(tx, account.organisation, monday, at, person.timezone)
        except OverflowError:
            raise BadValue(
                "week {value!r}: no calendar goes so far; choose a nearer one", value=week[:20]
            ) from None
        context = CalendarContext(account, person, weeks, week_of(before), week_of(after), week_of(at.date()))
    return page(request, "content/calendar.html", context)
