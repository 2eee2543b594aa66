"""The desk's view of everything: the grid by segment, channel, language, tag, week and state, and the calendar of weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rewards.content.content import listed
from rewards.content.desk import Status, drafts
from rewards.content.items import ContentItem
from rewards.faults import BadValue
from rewards.fields import name_of
from rewards.store import content as rows
from rewards.store.session import Transaction
from rewards.store.units import to_us

STATES = ("draft", "in_review", "rejected", "live", "planned", "expired", "recalled")
CALENDAR_WEEKS = 6


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item. `state`: of what is published, else of its draft; `draft`: the state of a change beside what is published.

    `day`: its first day, else that of its publication, else that of the draft's last change.
    """

    item: ContentItem
    state: str
    draft: Status | None
    day: date

    @property
    def week(self) -> str:
        """The week of its day."""
        return week_of(self.day)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the grid is narrowed to; what is empty does not."""

    words: str = ""
    segment: str = ""
    channel: str = ""
    language: str = ""
    tag: str = ""
    week: str = ""
    state: str = ""

    def take(self, row: GridRow) -> bool:
        """Whether a row is among what was asked for."""
        item = row.item
        tags = (*item.tags, item.topic)
        return (
            all(
                word in f"{item.id} {item.title} {item.summary}".casefold()
                for word in self.words.casefold().split()
            )
            and (not self.segment or item.is_for(self.segment))
            and (not self.channel or name_of(self.channel) in item.channels)
            and (not self.language or item.language == self.language)
            and (not self.tag or name_of(self.tag) in tags)
            and (not self.week or row.week == self.week)
            and (not self.state or self.state in (row.state, row.draft))
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows asked for, and what there is to choose from."""

    rows: Sequence[GridRow]
    segments: Sequence[str]
    channels: Sequence[str]
    languages: Sequence[str]
    tags: Sequence[str]
    weeks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the calendar: what begins in it, and what ends."""

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


def every_row(tx: Transaction, organisation: str, now: datetime, zone: str) -> list[GridRow]:
    """All items with their state, what changed last first."""
    where = ZoneInfo(zone)
    beside = {item.id: (item, status, at) for item, status, at in drafts(tx, organisation)}
    found: list[tuple[datetime, GridRow]] = []
    for one in listed(tx, organisation):
        item, draft = one.item, beside.pop(one.item.id, None)
        day = item.starts_on or one.published_at.astimezone(where).date()
        state = "live"
        if one.recalled_at is not None:
            state = "recalled"
        elif item.expires_at is not None and item.expires_at <= now:
            state = "expired"
        elif item.starts_on is not None and item.starts_on > now.astimezone(where).date():
            state = "planned"
        at = max(one.published_at, draft[2]) if draft else one.published_at
        found.append((at, GridRow(item, state, draft[1] if draft else None, day)))
    for item, status, at in beside.values():
        found.append((at, GridRow(item, status, None, item.starts_on or at.astimezone(where).date())))
    return [row for _, row in sorted(found, key=lambda pair: (pair[0], pair[1].item.id), reverse=True)]


def grid(tx: Transaction, organisation: str, filters: Filters, now: datetime, zone: str) -> Grid:
    """The rows that the filters take, and the filters' own choices."""
    rows = every_row(tx, organisation, now, zone)
    items = [row.item for row in rows]
    return Grid(
        [row for row in rows if filters.take(row)],
        sorted({segment for item in items for segment in item.segments}),
        sorted({channel for item in items for channel in item.channels}),
        sorted({item.language for item in items if item.language}),
        sorted({tag for item in items for tag in (*item.tags, item.topic) if tag}),
        sorted({row.week for row in rows}, reverse=True),
    )


def calendar(tx: Transaction, organisation: str, first: date, now: datetime, zone: str) -> list[Week]:
    """CALENDAR_WEEKS weeks from that of a day on."""
    rows = every_row(tx, organisation, now, zone)
    where = ZoneInfo(zone)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    for number in range(CALENDAR_WEEKS):
        start = monday + timedelta(weeks=number)
        name = week_of(start)
        begins = sorted((row for row in rows if row.week == name), key=lambda row: (row.day, row.item.id))
        ends = [
            row
            for row in rows
            if row.item.expires_at is not None
            and week_of(row.item.expires_at.astimezone(where).date()) == name
        ]
        weeks.append(Week(name, start, begins, ends))
    return weeks


def published_since(tx: Transaction, organisation: str, since: datetime) -> int:
    """How many items came onto the grid since an instant."""
    return rows.published_since(tx, organisation, to_us(since))
