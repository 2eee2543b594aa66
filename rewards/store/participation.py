"""Counts of who takes part."""

from sqlalchemy import distinct, func, select

from rewards.store import schema
from rewards.store.session import Transaction

PERSON = schema.person
EVENT = schema.event
# What people do themselves; a click is done by others.
OWN_KINDS = ("share", "suggestion", "comment", "training", "lead", "kudos")


def sizes(tx: Transaction, organisation: str) -> dict[str, int]:
    """People by segment, inactive and erased ones left out."""
    query = (
        select(PERSON.c.segment, func.count())
        .where(PERSON.c.organisation_id == organisation, PERSON.c.status.in_(("active", "paused")))
        .group_by(PERSON.c.segment)
    )
    return {segment: int(people) for segment, people in tx.execute(query)}


def cells(tx: Transaction, organisation: str) -> dict[tuple[str, str], int]:
    """People by segment and team, inactive and erased ones left out."""
    query = (
        select(PERSON.c.segment, PERSON.c.team, func.count())
        .where(PERSON.c.organisation_id == organisation, PERSON.c.status.in_(("active", "paused")))
        .group_by(PERSON.c.segment, PERSON.c.team)
    )
    return {(segment, team): int(people) for segment, team, people in tx.execute(query)}


def active(tx: Transaction, organisation: str, from_us: int, until_us: int) -> dict[str, int]:
    """People by segment who did something themselves in (from, until]."""
    query = (
        select(PERSON.c.segment, func.count(distinct(EVENT.c.person_id)))
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.kind.in_(OWN_KINDS),
            PERSON.c.status.in_(("active", "paused")),
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
