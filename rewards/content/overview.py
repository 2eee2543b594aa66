"""The content desk's overview: the grid with filters for segment, channel, language, tag, week and state, and the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from rewards.content.desk import Status
from rewards.content.items import ContentItem, read_item
from rewards.faults import BadValue
from rewards.fields import name_of
from rewards.store import content as content_rows
from rewards.store import grid as grid_rows
from rewards.store.rows import GridRow as StoredLine
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

STATES = ("draft", "in_review", "rejected", "live", "planned", "expired", "recalled")
CALENDAR_WEEKS = 6


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item. `state`: of the published item, else of its draft; `draft`: the state of a change of a published item.

    `day`: the first day, else the day of publication, else that of the draft's last change.
    """

    item: ContentItem
    state: str
    draft: Status | None
    day: date

    @property
    def week(self) -> str:
        """The week of `day`."""
        return week_of(self.day)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of the grid; empty ones do not restrict it."""

    words: str = ""
    segment: str = ""
    channel: str = ""
    language: str = ""
    tag: str = ""
    week: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a page, their total number, and the choices of the filters."""

    rows: Sequence[GridRow]
    count: int
    segments: Sequence[str]
    channels: Sequence[str]
    languages: Sequence[str]
    tags: Sequence[str]
    weeks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the calendar: items that begin in it, and items that end; of what was recalled no end is to come."""

    name: str
    monday: date
    begins: Sequence[GridRow] = field(default_factory=tuple)
    ends: Sequence[GridRow] = field(default_factory=tuple)


def week_of(day: date) -> str:
    """The ISO week, written 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str) -> date:
    """The Monday of a week written 2026-W48. Raises BadValue."""
    try:
        year, _, number = week.partition("-W")
        if len(week) != len("2026-W48") or not (year + number).isascii():
            raise ValueError
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        raise BadValue("week {value!r}: not a week; write one like 2026-W48", value=week[:20]) from None


def _days(first: date, days: int, where: ZoneInfo) -> grid_rows.Days:
    begin, end = (
        to_us(datetime.combine(day, datetime.min.time(), where))
        for day in (first, first + timedelta(days=days))
    )
    return grid_rows.Days(first.toordinal(), first.toordinal() + days - 1, begin, end)


def _narrowed(filters: Filters, where: ZoneInfo) -> grid_rows.Narrowed | None:
    """The filters as a query; None where nothing can match."""
    days = None
    if filters.week:
        try:
            monday = monday_of(filters.week)
            if week_of(monday) != filters.week:
                return None
            days = _days(monday, 7, where)
        except (BadValue, OverflowError):
            return None
    # No database text holds a NUL, so that no item can match.
    if any("\0" in text for text in astuple(filters)):
        return None
    return grid_rows.Narrowed(
        words=filters.words.casefold().split(),
        segment=filters.segment,
        channel=name_of(filters.channel),
        language=filters.language,
        tag=name_of(filters.tag),
        days=days,
        state=filters.state,
    )


def _rows(
    tx: Transaction, organisation: str, asked: grid_rows.Narrowed, now: datetime, where: ZoneInfo, *, first: int = 0,
    limit: int | None = None
) -> list[GridRow]:  # fmt: skip
    """Items with their state, most recently changed first."""
    today = now.astimezone(where).date()
    lines = grid_rows.lines(tx, organisation, asked, to_us(now), today.toordinal(), first=first, limit=limit)
    documents = grid_rows.documents(tx, organisation, lines)
    return [_row(read_item(documents[line.item]), line, now, where) for line in lines]


def _row(item: ContentItem, line: StoredLine, now: datetime, where: ZoneInfo) -> GridRow:
    draft = cast("Status | None", line.status)
    since_us = line.changed_us if line.published_us is None else line.published_us
    day = item.starts_on or from_us(since_us or 0).astimezone(where).date()
    if line.published_us is None:
        return GridRow(item, str(draft), None, day)
    state = grid_rows.LIVE
    if line.recalled_us is not None:
        state = grid_rows.RECALLED
    elif line.expires_us is not None and line.expires_us <= to_us(now):
        state = grid_rows.EXPIRED
    elif item.starts_on is not None and item.starts_on > now.astimezone(where).date():
        state = grid_rows.PLANNED
    return GridRow(item, state, draft, day)


def grid(
    tx: Transaction, organisation: str, filters: Filters, now: datetime, zone: str, *, first: int = 0, limit: int | None = None
) -> list[GridRow]:  # fmt: skip
    """Matching rows, most recently changed first, from index `first` on."""
    where = ZoneInfo(zone)
    asked = _narrowed(filters, where)
    return [] if asked is None else _rows(tx, organisation, asked, now, where, first=first, limit=limit)


def grid_page(
    tx: Transaction, organisation: str, filters: Filters, now: datetime, zone: str, *, first: int, limit: int
) -> Grid:
    """A page of matching rows, with the choices of the filters."""
    where = ZoneInfo(zone)
    asked = _narrowed(filters, where)
    count = 0
    if asked is not None:
        count = grid_rows.count(tx, organisation, asked, to_us(now), now.astimezone(where).date().toordinal())
    chosen = grid_rows.choices(tx, organisation)
    starts, instants = grid_rows.days(tx, organisation)
    days = {date.fromordinal(day) for day in starts}
    days |= {from_us(instant).astimezone(where).date() for instant in instants}
    return Grid(
        grid(tx, organisation, filters, now, zone, first=first, limit=limit),
        count,
        chosen["segments"],
        chosen["channels"],
        chosen["language"],
        chosen["tags"],
        sorted({week_of(day) for day in days}, reverse=True),
    )


def calendar(tx: Transaction, organisation: str, first: date, now: datetime, zone: str) -> list[Week]:
    """CALENDAR_WEEKS weeks from the week of a day on."""
    where = ZoneInfo(zone)
    monday = first - timedelta(days=first.weekday())
    asked = grid_rows.Narrowed(days=_days(monday, 7 * CALENDAR_WEEKS, where), ending=True)
    rows = _rows(tx, organisation, asked, now, where)
    weeks = []
    for number in range(CALENDAR_WEEKS):
        start = monday + timedelta(weeks=number)
        name = week_of(start)
        begins = sorted((row for row in rows if row.week == name), key=lambda row: (row.day, row.item.id))
        ends = [
            row
            for row in rows
            if row.state != grid_rows.RECALLED
            and row.item.expires_at is not None
            and week_of(row.item.expires_at.astimezone(where).date()) == name
        ]
        weeks.append(Week(name, start, begins, ends))
    return weeks


def published_since(tx: Transaction, organisation: str, since: datetime) -> int:
    """Number of items published since an instant."""
    return content_rows.published_since(tx, organisation, to_us(since))


def first_published(tx: Transaction, organisation: str) -> datetime | None:
    """Instant of the first publication of an item; None without any."""
    return maybe_us(content_rows.first_published(tx, organisation))
