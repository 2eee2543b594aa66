"""Entries of points that no single event gave."""

from typing import Any

from sqlalchemy import Row, select, true

from rewards.store import schema
from rewards.store.session import Transaction

JOURNAL = schema.journal
ORIGIN = "bonus"


def standing(tx: Transaction, organisation: str, person_id: int | None = None) -> list[Row[Any]]:
    """Bonuses that nothing undid, of everybody or of one person, oldest first."""
    other = JOURNAL.alias()
    query = (
        select(JOURNAL)
        .join(other, other.c.reverses == JOURNAL.c.id, isouter=True)
        .where(
            JOURNAL.c.organisation_id == organisation,
            JOURNAL.c.origin == ORIGIN,
            true() if person_id is None else JOURNAL.c.person_id == person_id,
            other.c.id.is_(None),
        )
        .order_by(JOURNAL.c.id)
    )
    return list(tx.execute(query))
