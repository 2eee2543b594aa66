"""Rows of people that HR changes: future moves, and managers."""

from sqlalchemy import delete, select, update

from rewards.store import schema
from rewards.store.session import Transaction

PERSON = schema.person
MEMBERSHIP = schema.membership


def drop_membership_ahead(tx: Transaction, person_id: int, from_us: int) -> bool:
    """Delete a future membership; False without one."""
    where = (MEMBERSHIP.c.person_id == person_id, MEMBERSHIP.c.from_us == from_us, MEMBERSHIP.c.ahead)
    return bool(tx.execute(delete(MEMBERSHIP).where(*where)).rowcount)


def memberships_due(tx: Transaction, organisation: str, now_us: int) -> list[int]:
    """People with a future membership that has begun by now."""
    where = (MEMBERSHIP.c.organisation_id == organisation, MEMBERSHIP.c.ahead, MEMBERSHIP.c.from_us <= now_us)
    return list(tx.execute(select(MEMBERSHIP.c.person_id).where(*where)).scalars())


def settle_memberships(tx: Transaction, person_id: int, now_us: int) -> None:
    """Mark the person's memberships that have begun as no longer in the future."""
    where = (MEMBERSHIP.c.person_id == person_id, MEMBERSHIP.c.ahead, MEMBERSHIP.c.from_us <= now_us)
    tx.execute(update(MEMBERSHIP).where(*where).values(ahead=False))


def manager_of(tx: Transaction, person_id: int) -> int | None:
    """A person's manager."""
    found: int | None = tx.execute(select(PERSON.c.manager_id).where(PERSON.c.id == person_id)).scalar()
    return found
