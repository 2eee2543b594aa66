"""The content grid, filtered, sorted and paged in SQL: the content desk's view of all items, and the items offered to a person.

Derived columns of each document (`rewards.store.facts`) serve the filters; documents are read for the lines shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)

from rewards.store import schema
from rewards.store.facts import one_of_list, values_of
from rewards.store.rows import GridRow, OfferedRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, EPOCH

FACT, ITEM, DRAFT, ASIDE = schema.content_fact, schema.content_item, schema.content_draft, schema.set_aside
LIVE, PLANNED, EXPIRED, RECALLED = "live", "planned", "expired", "recalled"
OLDEST_WEEKS = 8
_WEEK_US = 7 * DAY_US
_EPOCH_DAY = EPOCH.toordinal()
_ZONES_DAYS = 3
"""Wherever one is, a day is over after so many days of UTC."""


@dataclass(frozen=True, slots=True)
class Days:
    """Dates from `first` to `last`, with the instants at which they begin and end in the reader's time zone."""

    first: int
    last: int
    begin_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The desk's filters; an empty one filters nothing. `ending`: include items that end within the days."""

    words: Sequence[str] = ()
    segment: str = ""
    channel: str = ""
    language: str = ""
    tag: str = ""
    days: Days | None = None
    ending: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """The person to whom items are offered: segment, date, items shared, and steps of the time zone's offset (from day, microseconds)."""

    person_id: int
    segment: str
    now_us: int
    today: int
    shared: Collection[str]
    ahead: Sequence[tuple[int, int]]


def lines(
    tx: Transaction, organisation: str, asked: Narrowed, now_us: int, today: int, *, first: int = 0, limit: int | None = None
) -> list[GridRow]:  # fmt: skip
    """Items and drafts, most recently changed first."""
    found = _grid(tx, organisation, asked, now_us, today)
    columns = [found.c[name] for name in GridRow._fields]
    query = select(*columns).order_by(found.c.at_us.desc(), _in_order(tx, found.c.item).desc())
    if limit is not None:
        query = query.offset(first).limit(limit)
    return tx.rows(GridRow, query)


def count(tx: Transaction, organisation: str, asked: Narrowed, now_us: int, today: int) -> int:
    """Number of lines."""
    found = _grid(tx, organisation, asked, now_us, today)
    return int(tx.execute(select(func.count()).select_from(found)).scalar_one())


def choices(tx: Transaction, organisation: str) -> dict[str, list[str]]:
    """Values to filter by: segments, channels, tags and languages used by any line."""
    live = FACT.alias()
    beside = exists().where(
        live.c.organisation_id == organisation, live.c.item == FACT.c.item, ~live.c.drafted
    )
    where = and_(FACT.c.organisation_id == organisation, or_(~FACT.c.drafted, ~beside))
    found: dict[str, list[str]] = {}
    for name in ("segments", "channels", "tags", "language"):
        texts = tx.execute(select(FACT.c[name]).where(where).distinct()).scalars()
        values = ([text] if name == "language" else values_of(text) for text in texts)
        found[name] = sorted({one for some in values for one in some if one})
    return found


def days(tx: Transaction, organisation: str) -> tuple[set[int], set[int]]:
    """First days of lines that have one; for the others the first and last instant of each UTC day."""
    grid = _grid(tx, organisation, Narrowed(), 0, 0)
    starts = set(
        tx.execute(select(grid.c.starts_on).where(grid.c.starts_on.is_not(None)).distinct()).scalars()
    )
    query = select(func.min(grid.c.since_us), func.max(grid.c.since_us)).where(grid.c.starts_on.is_(None))
    instants = tx.execute(query.group_by(grid.c.since_us - grid.c.since_us % DAY_US))
    return starts, {instant for pair in instants for instant in pair}


def documents(tx: Transaction, organisation: str, rows: Sequence[GridRow]) -> dict[str, str]:
    """Documents by item, of some lines."""
    found: dict[str, str] = {}
    for table, names in (
        (ITEM, [row.item for row in rows if row.published_us is not None]),
        (DRAFT, [row.item for row in rows if row.published_us is None]),
    ):
        for start in range(0, len(names), 500):
            chosen = table.c.item.in_(names[start : start + 500])
            query = select(table.c.item, table.c.document).where(
                table.c.organisation_id == organisation, chosen
            )
            found.update((row.item, row.document) for row in tx.rows(OfferedRow, query))
    return found


def _grid(tx: Transaction, organisation: str, asked: Narrowed, now_us: int, today: int) -> CTE:
    """All lines: published items with their drafts, and drafts of unpublished items."""
    both = and_(DRAFT.c.organisation_id == ITEM.c.organisation_id, DRAFT.c.item == ITEM.c.item)
    changed = case((DRAFT.c.changed_us > ITEM.c.published_us, DRAFT.c.changed_us), else_=ITEM.c.published_us)
    published = (
        select(
            ITEM.c.item, ITEM.c.published_us, ITEM.c.expires_us, ITEM.c.recalled_us, DRAFT.c.status, DRAFT.c.changed_us,
            FACT.c.starts_on, changed.label("at_us"), ITEM.c.published_us.label("since_us"),
        )
        .join(FACT, and_(FACT.c.organisation_id == ITEM.c.organisation_id, FACT.c.item == ITEM.c.item, ~FACT.c.drafted))
        .outerjoin(DRAFT, both)
        .where(ITEM.c.organisation_id == organisation, *_holds(tx, asked, ITEM.c.published_us))
    )  # fmt: skip
    unseen = ~exists().where(
        ITEM.c.organisation_id == DRAFT.c.organisation_id, ITEM.c.item == DRAFT.c.item
    ).correlate(DRAFT)
    alone = (
        select(
            DRAFT.c.item, null().label("published_us"), FACT.c.expires_us, null().label("recalled_us"), DRAFT.c.status, DRAFT.c.changed_us,
            FACT.c.starts_on, DRAFT.c.changed_us.label("at_us"), DRAFT.c.changed_us.label("since_us"),
        )
        .join(FACT, and_(FACT.c.organisation_id == DRAFT.c.organisation_id, FACT.c.item == DRAFT.c.item, FACT.c.drafted))
        .where(DRAFT.c.organisation_id == organisation, unseen, *_holds(tx, asked, DRAFT.c.changed_us))
    )  # fmt: skip
    if asked.state:
        published = published.where(or_(DRAFT.c.status == asked.state, _is_in(asked.state, now_us, today)))
        alone = alone.where(DRAFT.c.status == asked.state)
    return published.union_all(alone).cte("grid")


def _is_in(state: str, now_us: int, today: int) -> ColumnElement[bool]:
    """Condition: the published item is in a state."""
    there = ITEM.c.recalled_us.is_(None)
    over = and_(ITEM.c.expires_us.is_not(None), ITEM.c.expires_us <= now_us)
    ahead = and_(FACT.c.starts_on.is_not(None), FACT.c.starts_on > today)
    known = {
        RECALLED: ~there,
        EXPIRED: and_(there, over),
        PLANNED: and_(there, ~over, ahead),
        LIVE: and_(there, ~over, ~ahead),
    }
    return known.get(state, literal(1) == 0)


def _holds(tx: Transaction, asked: Narrowed, since_us: ColumnElement[int]) -> list[ColumnElement[bool]]:
    found = [_has(tx, FACT.c.searched, word) for word in asked.words]
    if asked.segment:
        found.append(_is_for(tx, asked.segment))
    if asked.channel:
        found.append(_has(tx, FACT.c.channels, one_of_list(asked.channel)))
    if asked.tag:
        found.append(_has(tx, FACT.c.tags, one_of_list(asked.tag)))
    if asked.language:
        found.append(FACT.c.language == asked.language)
    if asked.days is not None:
        span = asked.days
        begins = or_(
            FACT.c.starts_on.between(span.first, span.last),
            and_(FACT.c.starts_on.is_(None), since_us >= span.begin_us, since_us < span.end_us),
        )
        ends = and_(FACT.c.expires_us >= span.begin_us, FACT.c.expires_us < span.end_us)
        found.append(or_(begins, ends) if asked.ending else begins)
    return found


def _has(tx: Transaction, column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    find = func.instr if tx.dialect == "sqlite" else func.strpos
    return find(column, part) > 0


def _is_for(tx: Transaction, segment: str) -> ColumnElement[bool]:
    return or_(FACT.c.segments == "", _has(tx, FACT.c.segments, one_of_list(segment)))


def _in_order(tx: Transaction, column: ColumnElement[str]) -> ColumnElement[str]:
    """The id column in code point order, whatever the database's collation."""
    return column.collate("C") if tx.dialect == "postgresql" else column


def offered(
    tx: Transaction, organisation: str, reader: Reader, first: int, limit: int, *, anywhere: bool = True, aside: bool = False
) -> list[str]:  # fmt: skip
    """Documents of items available to a person, in display order.

    `anywhere`: items with an open channel, else items without one; of the former, `aside` selects dismissed ones or the others.
    """
    query = _there(tx, organisation, reader).where(
        FACT.c.open_somewhere if anywhere else ~FACT.c.open_somewhere
    )
    if anywhere:
        put = ITEM.c.item.in_(select(ASIDE.c.item).where(ASIDE.c.person_id == reader.person_id))
        query = query.where(put if aside else ~put)
    query = query.order_by(*_place(tx, organisation, reader)).offset(first).limit(limit)
    return [row.document for row in tx.rows(OfferedRow, query)]


def green_lit(tx: Transaction, organisation: str, reader: Reader, since_us: int | None) -> list[str]:
    """Documents of all items that a person may share, newest first; `since_us`: published after an instant."""
    query = _there(tx, organisation, reader).where(FACT.c.open_somewhere)
    if since_us is not None:
        query = query.where(ITEM.c.published_us > since_us)
    query = query.order_by(ITEM.c.published_us.desc(), _in_order(tx, ITEM.c.item))
    return [row.document for row in tx.rows(OfferedRow, query)]


def _there(tx: Transaction, organisation: str, reader: Reader) -> Select[tuple[str, str]]:
    """Items not recalled, not expired, begun in the reader's time zone, and for the reader's segment."""
    return (
        select(ITEM.c.item, ITEM.c.document)
        .join(
            FACT,
            and_(
                FACT.c.organisation_id == ITEM.c.organisation_id, FACT.c.item == ITEM.c.item, ~FACT.c.drafted
            ),
        )
        .where(
            ITEM.c.organisation_id == organisation,
            ITEM.c.recalled_us.is_(None),
            or_(ITEM.c.expires_us.is_(None), ITEM.c.expires_us > reader.now_us),
            or_(FACT.c.starts_on.is_(None), FACT.c.starts_on <= reader.today),
            _is_for(tx, reader.segment),
        )
    )


def _place(
    tx: Transaction, organisation: str, reader: Reader
) -> list[ColumnElement[int] | ColumnElement[str]]:
    """Sort keys: unshared first, then age in weeks less the bonus for segment and topic, then newest.

    A read-only transaction builds them once.
    """
    key = ("place", organisation, reader)
    if not (tx.is_snapshot and key in tx.memo):
        tx.memo[key] = _placed(tx, organisation, reader)
    kept: list[ColumnElement[int] | ColumnElement[str]] = tx.memo[key]
    return kept


def _placed(
    tx: Transaction, organisation: str, reader: Reader
) -> list[ColumnElement[int] | ColumnElement[str]]:
    ahead = _ahead(_lately(tx, organisation, reader))
    begun = cast(FACT.c.starts_on - _EPOCH_DAY, BigInteger) * DAY_US - ahead
    since = case((begun > ITEM.c.published_us, begun), else_=ITEM.c.published_us)
    weeks = (reader.now_us - since) // _WEEK_US
    age = case((weeks < 0, 0), (weeks > OLDEST_WEEKS, OLDEST_WEEKS), else_=weeks)
    fits = case((FACT.c.segments != "", 2), else_=0)
    shared = sorted(reader.shared)
    known: ColumnElement[int] = literal(0)
    order: list[ColumnElement[int] | ColumnElement[str]] = []
    if shared:
        order.append(case((ITEM.c.item.in_(shared), 1), else_=0))
        there = _there(tx, organisation, reader).where(ITEM.c.item.in_(shared), FACT.c.topic != "")
        topics = set(tx.execute(there.with_only_columns(FACT.c.topic).distinct()).scalars())
        known = case((FACT.c.topic.in_(sorted(topics)), 1), else_=0) if topics else known
    return [*order, age - fits - known, since.desc(), ITEM.c.published_us.desc(), _in_order(tx, ITEM.c.item)]


def _lately(tx: Transaction, organisation: str, reader: Reader) -> Sequence[tuple[int, int]]:
    """The time zone's offset steps that can matter: none from long before the oldest item was published."""
    oldest = tx.execute(
        select(func.min(ITEM.c.published_us)).where(ITEM.c.organisation_id == organisation)
    ).scalar()
    day = 0 if oldest is None else _EPOCH_DAY + int(oldest) // DAY_US - _ZONES_DAYS
    past = sum(step[0] <= day for step in reader.ahead)
    known = reader.ahead[max(0, past - 1) :]
    return [known[0], *(step for step in known[1:] if step[0] <= reader.today)]


def _ahead(steps: Sequence[tuple[int, int]]) -> ColumnElement[int]:
    """The reader's UTC offset on an item's first day; `steps`: (from day, microseconds), the first also for all earlier days."""
    (_, first), *others = steps
    if not others:
        return literal(first)
    return case(*((FACT.c.starts_on >= day, us) for day, us in reversed(others)), else_=first)
