"""Counts of who takes part."""

from sqlalchemy import distinct, func, select

from rewards.store import schema
from rewards.store.people import taking_part
from rewards.store.session import Transaction

PERSON = schema.person
EVENT = schema.event
# What people do themselves; a click is done by others.
OWN_KINDS = ("share", "suggestion", "comment", "training", "lead", "kudos")


def sizes(tx: Transaction, organisation: str, enrolled_only: bool = False) -> dict[str, int]:
    """People by segment, inactive and erased ones left out; where only the enrolled take part, they alone."""
    query = (
        select(PERSON.c.segment, func.count())
        .where(PERSON.c.organisation_id == organisation, taking_part(enrolled_only))
        .group_by(PERSON.c.segment)
    )
    return {segment: int(people) for segment, people in tx.execute(query)}


def cells(tx: Transaction, organisation: str, enrolled_only: bool = False) -> dict[tuple[str, str], int]:
    """People by segment and team, inactive and erased ones left out; where only the enrolled take part, they alone."""
    query = (
        select(PERSON.c.segment, PERSON.c.team, func.count())
        .where(PERSON.c.organisation_id == organisation, taking_part(enrolled_only))
        .group_by(PERSON.c.segment, PERSON.c.team)
    )
    return {(segment, team): int(people) for segment, team, people in tx.execute(query)}


def segments(tx: Transaction, organisation: str) -> dict[int, str]:
    """Everybody's segment by internal id, inactive and erased ones left out."""
    query = select(PERSON.c.id, PERSON.c.segment).where(
        PERSON.c.organisation_id == organisation, taking_part(enrolled_only=False)
    )
    return {int(person): segment for person, segment in tx.execute(query)}


def active(
    tx: Transaction, organisation: str, from_us: int, until_us: int, enrolled_only: bool = False
) -> dict[str, int]:
    """People by segment who did something themselves in (from, until]; where only the enrolled take part, of them."""
    query = (
        select(PERSON.c.segment, func.count(distinct(EVENT.c.person_id)))
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.kind.in_(OWN_KINDS),
            taking_part(enrolled_only),
        )
        .group_by(PERSON.c.segment)
    )
    return {segment: int(people) for segment, people in tx.execute(query)}


def kinds(tx: Transaction, organisation: str, from_us: int, until_us: int) -> dict[str, int]:
    """Events by kind in (from, until]."""
    query = (
        select(EVENT.c.kind, func.count())
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.voided_at_us.is_(None),
        )
        .group_by(EVENT.c.kind)
    )
    return {kind: int(events) for kind, events in tx.execute(query)}
