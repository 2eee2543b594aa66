"""Ledger entries of points awarded without a single event behind them."""

from sqlalchemy import true

from rewards.store import journal, schema
from rewards.store.rows import JournalRow
from rewards.store.session import Transaction

JOURNAL = schema.journal
ORIGIN = "bonus"


def standing(tx: Transaction, organisation: str, person_id: int | None = None) -> list[JournalRow]:
    """Bonus entries that are not reversed, of everybody or of one person, oldest first."""
    whose = true() if person_id is None else JOURNAL.c.person_id == person_id
    return journal.not_undone(tx, organisation, JOURNAL.c.origin == ORIGIN, whose)
