"""Rows of `person_link`: several accounts of one human."""

from sqlalchemy import delete, or_, select

from rewards.store import schema
from rewards.store.session import Transaction
from rewards.store.units import upsert

LINK = schema.person_link


def add(tx: Transaction, organisation: str, low: int, high: int, at_us: int) -> None:
    """Insert a link between two accounts of one human."""
    row = {"organisation_id": organisation, "low_id": low, "high_id": high, "created_at_us": at_us}
    tx.execute(upsert(tx, LINK).on_conflict_do_nothing(), row)


def linked(tx: Transaction, organisation: str, one: int, other: int) -> bool:
    """True when two accounts are of one human, directly or through other links."""
    found, fresh = {one}, {one}
    while fresh and other not in found:
        touches = or_(LINK.c.low_id.in_(fresh), LINK.c.high_id.in_(fresh))
        pairs = tx.execute(
            select(LINK.c.low_id, LINK.c.high_id).where(LINK.c.organisation_id == organisation, touches)
        )
        fresh = {id_ for low, high in pairs for id_ in (low, high)} - found
        found |= fresh
    return other in found


def drop_all(tx: Transaction, person_id: int) -> None:
    """Delete all links of a person."""
    tx.execute(delete(LINK).where(or_(LINK.c.low_id == person_id, LINK.c.high_id == person_id)))


def of_person(tx: Transaction, organisation: str, person_id: int) -> list[int]:
    """Accounts linked directly with a person's account."""
    touches = or_(LINK.c.low_id == person_id, LINK.c.high_id == person_id)
    pairs = tx.execute(
        select(LINK.c.low_id, LINK.c.high_id).where(LINK.c.organisation_id == organisation, touches)
    )
    return sorted({id_ for pair in pairs for id_ in pair} - {person_id})


def drop(tx: Transaction, organisation: str, low: int, high: int) -> bool:
    """Delete a link; False without one."""
    where = (LINK.c.organisation_id == organisation, LINK.c.low_id == low, LINK.c.high_id == high)
    return bool(tx.execute(delete(LINK).where(*where)).rowcount)
