"""Rows of the inbox: `event`, unique by (organisation, source, id)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import CompoundSelect, and_, bindparam, literal, select, true, tuple_, update

from rewards.store import reviews, schema
from rewards.store.prepared import Prepared, inserting, one_of
from rewards.store.rows import EventRow, NewEventRow, ScoredEventRow
from rewards.store.session import Transaction

EVENT = schema.event
NAME = schema.person_identity
_INSERT = inserting(EVENT, NewEventRow, once=True)
_FIND = Prepared(
    EventRow,
    lambda _: select(EVENT).where(
        EVENT.c.organisation_id == bindparam("organisation"),
        EVENT.c.source == bindparam("source"),
        EVENT.c.event_id == bindparam("event_id"),
    ),
)
_AFTER_ALL_US = 2**62
_PIECE = 5_000
# Columns that a fold reads of an event, in the order of `rewards.ledger.inbox.InboxEvent`.
_FOLDED = (
    EVENT.c.id, EVENT.c.source, EVENT.c.event_id, EVENT.c.kind, EVENT.c.person_id, EVENT.c.owner_id, EVENT.c.occurred_us,
    EVENT.c.local_date, EVENT.c.zone, EVENT.c.object, EVENT.c.channel, EVENT.c.quantity, EVENT.c.verification, EVENT.c.tags,
    EVENT.c.voided_at_us,
)  # fmt: skip


def _scored(dialect: str, *, voided: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Events that count (or ever counted) with a person as subject or as owner: two queries, as each has its own index."""
    counts = and_(
        EVENT.c.scored,
        true() if voided else EVENT.c.voided_at_us.is_(None),
        EVENT.c.occurred_us >= bindparam("from_us"),
        EVENT.c.occurred_us < bindparam("before_us"),
    )
    mine, theirs = one_of(EVENT.c.person_id, dialect), one_of(EVENT.c.owner_id, dialect)
    owned = select(*_FOLDED, EVENT.c.owner_id.label("who")).where(
        theirs, EVENT.c.person_id != EVENT.c.owner_id, counts
    )
    return select(*_FOLDED, EVENT.c.person_id.label("who")).where(mine, counts).union_all(owned)


_SCORED = Prepared(ScoredEventRow, lambda dialect: _scored(dialect, voided=False))
_EVER_SCORED = Prepared(ScoredEventRow, lambda dialect: _scored(dialect, voided=True))
_CANONICAL = attrgetter("occurred_us", "source", "event_id")
_CHUNK = 500


def add_new(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> dict[tuple[str, str], int]:
    """Insert new events; returns their ids by (source, id). Events with known keys are left unchanged."""
    if not rows:
        return {}
    return {(row.source, row.event_id): row.id for row in tx.ask(_INSERT, rows)}


def find(tx: Transaction, organisation: str, source: str, event_id: str) -> EventRow | None:
    """One event by its key."""
    key = {"organisation": organisation, "source": source, "event_id": event_id}
    return next(iter(tx.ask(_FIND, [key])), None)


def get(tx: Transaction, organisation: str, event_ref: int) -> EventRow | None:
    """One event by its row."""
    where = and_(EVENT.c.organisation_id == organisation, EVENT.c.id == event_ref)
    return tx.row(EventRow, select(EVENT).where(where))


def by_refs(tx: Transaction, refs: Iterable[int]) -> dict[int, EventRow]:
    """Events by row id."""
    wanted = sorted(set(refs))
    found: dict[int, EventRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        where = EVENT.c.id.in_(wanted[start : start + _CHUNK])
        found.update((row.id, row) for row in tx.rows(EventRow, select(EVENT).where(where)))
    return found


def scored_of(
    tx: Transaction, ids: Sequence[int], from_us: int, before_us: int | None = None, *, voided: bool = False
) -> dict[int, list[ScoredEventRow]]:
    """Events that count (with `voided`: that ever counted) by person as subject or owner, in canonical order."""
    statement = _EVER_SCORED if voided else _SCORED
    before = _AFTER_ALL_US if before_us is None else before_us
    return _by_person(ids, tx.ask_each(statement, sorted(ids), from_us=from_us, before_us=before))


def scored_and_held(
    tx: Transaction, organisation: str, ids: Sequence[int], from_us: int
) -> tuple[dict[int, list[ScoredEventRow]], set[int]]:
    """As `scored_of` with `voided`, and the ids of events held by an open review."""
    rows, held = tx.ask_both(
        tx.each(_EVER_SCORED, ids, from_us=from_us, before_us=_AFTER_ALL_US),
        tx.each(reviews.HELD, ids, organisation=organisation),
    )
    return _by_person(ids, rows), {row.event_ref for row in held}


def _by_person(ids: Sequence[int], rows: Iterable[ScoredEventRow]) -> dict[int, list[ScoredEventRow]]:
    """Rows by person, in canonical order. Sorted in Python, not by the database, whose collations differ."""
    found: dict[int, list[ScoredEventRow]] = {id_: [] for id_ in ids}
    for row in sorted(rows, key=_CANONICAL):
        found[row.who].append(row)
    return found


def last_scored(tx: Transaction, organisation: str, but: Sequence[str] = ()) -> int | None:
    """Instant of the latest event that counts, of anybody but the people given."""
    query = select(EVENT.c.occurred_us).where(EVENT.c.organisation_id == organisation, EVENT.c.scored)
    if but:
        known = select(NAME.c.person_id).where(
            NAME.c.organisation_id == organisation, NAME.c.external_id.in_(but)
        )
        query = query.where(EVENT.c.person_id.not_in(known))
    return tx.execute(query.order_by(EVENT.c.occurred_us.desc()).limit(1)).scalar_one_or_none()


def own_between(tx: Transaction, person_id: int, from_us: int, until_us: int) -> list[EventRow]:
    """The person's own events that count and occurred in (from, until), in canonical order."""
    query = select(EVENT).where(
        EVENT.c.person_id == person_id,
        EVENT.c.occurred_us > from_us,
        EVENT.c.occurred_us < until_us,
        EVENT.c.scored,
        EVENT.c.voided_at_us.is_(None),
    )
    return sorted(tx.rows(EventRow, query), key=lambda row: (row.occurred_us, row.source, row.event_id))


def void(tx: Transaction, event_ref: int, at_us: int) -> None:
    """Void an event: from now on it counts as if it had never happened."""
    tx.execute(update(EVENT).where(EVENT.c.id == event_ref).values(voided_at_us=at_us))


def admit(
    tx: Transaction, event_ref: int, status: str, scored: bool, owner_id: int | None, *, received_us: int
) -> None:
    """Admit a quarantined event whose time has come; `owner_id` may earn from it."""
    values = {"status": status, "scored": scored, "owner_id": owner_id, "received_us": received_us}
    tx.execute(update(EVENT).where(EVENT.c.id == event_ref).values(**values))


def quarantined(tx: Transaction, organisation: str, before_us: int, limit: int) -> list[EventRow]:
    """Quarantined events due by now, oldest first."""
    where = and_(
        EVENT.c.organisation_id == organisation,
        EVENT.c.status == "quarantined",
        EVENT.c.occurred_us <= before_us,
    )
    return tx.rows(
        EventRow, select(EVENT).where(where).order_by(EVENT.c.occurred_us, EVENT.c.id).limit(limit)
    )


def in_order(tx: Transaction, organisation: str, since_us: int) -> Iterator[EventRow]:
    """All events of the organisation from an instant on, by time; some thousands are in memory at once."""
    query = select(EVENT).where(EVENT.c.organisation_id == organisation)
    query = query.order_by(EVENT.c.occurred_us, EVENT.c.id).limit(_PIECE)
    found = tx.rows(EventRow, query.where(EVENT.c.occurred_us >= since_us))
    while found:
        yield from found
        last = tuple_(literal(found[-1].occurred_us), literal(found[-1].id))
        # The first condition is implied by the second, and is what an index over instants is searched by.
        after = and_(
            EVENT.c.occurred_us >= found[-1].occurred_us, tuple_(EVENT.c.occurred_us, EVENT.c.id) > last
        )
        found = tx.rows(EventRow, query.where(after)) if len(found) == _PIECE else []
