"""Counts of participants."""

from collections.abc import Collection

from sqlalchemy import and_, case, func, literal, select

from rewards.store import schema
from rewards.store.people import PRESENT, taking_part
from rewards.store.session import Transaction

PERSON = schema.person
EVENT = schema.event
# Event kinds of a person's own activity; clicks are made by others.
OWN_KINDS = ("share", "suggestion", "comment", "training", "lead", "kudos")


def sizes(tx: Transaction, organisation: str, enrolled_only: bool = False) -> dict[str, int]:
    """Number of people by segment who have not left; only the enrolled where `enrolled_only`."""
    found = cells(tx, organisation, enrolled_only, ("segment",))
    return {segment: people for (segment, _), people in found.items()}


def count_all(tx: Transaction, organisation: str) -> int:
    """Number of people ever, erased ones included."""
    query = select(func.count()).select_from(PERSON).where(PERSON.c.organisation_id == organisation)
    return int(tx.execute(query).scalar_one())


def sum_contacts(tx: Transaction, organisation: str) -> int:
    """Sum of the contacts of present people."""
    where = and_(PERSON.c.organisation_id == organisation, PERSON.c.status.in_(PRESENT))
    query = select(func.coalesce(func.sum(PERSON.c.contacts), 0)).where(where)
    return int(tx.execute(query).scalar_one())


def cells(
    tx: Transaction,
    organisation: str,
    enrolled_only: bool = False,
    kinds: Collection[str] = ("segment", "team"),
) -> dict[tuple[str, str], int]:
    """Number of people by segment and team ('' for a dimension not in `kinds`), inactive and erased ones excluded.

    `enrolled_only`: the enrolled among them. A read-only transaction counts once.
    """
    key = ("cells", organisation, enrolled_only, *(name in kinds for name in ("segment", "team")))
    if key in tx.memo and tx.is_snapshot:
        kept: dict[tuple[str, str], int] = tx.memo[key]
        return kept
    columns = [PERSON.c[name] if name in kinds else literal("").label(name) for name in ("segment", "team")]
    query = (
        select(*columns, func.count())
        .where(PERSON.c.organisation_id == organisation, taking_part(enrolled_only))
        .group_by(*(PERSON.c[name] for name in ("segment", "team") if name in kinds))
    )
    found = {(segment, team): int(people) for segment, team, people in tx.execute(query) if people}
    tx.memo[key] = found
    return found


def segments(tx: Transaction, organisation: str) -> dict[int, str]:
    """Segment by internal id, of people neither inactive nor erased."""
    query = select(PERSON.c.id, PERSON.c.segment).where(
        PERSON.c.organisation_id == organisation, taking_part(enrolled_only=False)
    )
    return {int(person): segment for person, segment in tx.execute(query)}


def active(
    tx: Transaction, organisation: str, from_us: int, lately_us: int, until_us: int, *, enrolled_only: bool
) -> dict[str, tuple[int, int]]:
    """By segment, number of people with activity of their own in (from, until], and in (lately, until].

    `enrolled_only`: the enrolled among them.
    """
    last = func.max(EVENT.c.occurred_us).label("last")
    busy = (
        select(EVENT.c.person_id, last)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.kind.in_(OWN_KINDS),
        )
        .group_by(EVENT.c.person_id)
        .subquery()
    )
    query = (
        select(PERSON.c.segment, func.count(), func.count(case((busy.c.last > lately_us, 1))))
        .join(busy, busy.c.person_id == PERSON.c.id)
        .where(taking_part(enrolled_only))
        .group_by(PERSON.c.segment)
    )
    return {segment: (int(people), int(few)) for segment, people, few in tx.execute(query)}


def kinds(tx: Transaction, organisation: str, from_us: int, until_us: int) -> dict[str, int]:
    """Number of events by kind in (from, until] that count: not late, not rejected, not voided."""
    query = (
        select(EVENT.c.kind, func.count())
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.scored,
            EVENT.c.voided_at_us.is_(None),
        )
        .group_by(EVENT.c.kind)
    )
    return {kind: int(events) for kind, events in tx.execute(query)}
