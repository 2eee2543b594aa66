"""Taking entries back, each on the account that has by now what it gave: accounts may have become one since."""

from collections.abc import Sequence
from typing import Any

from rewards.ledger import Draft, inherited, opposite
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store.session import Transaction


def opposites(
    tx: Transaction, organisation: str, entries: Sequence[Any], origin: str, reason: str
) -> list[Draft]:
    """The opposites of rows of the journal, in their order."""
    postings = journal_rows.postings_of(tx, [row.id for row in entries])
    heirs = people_rows.heirs(tx, organisation, [row.person_id for row in entries if row.person_id])
    return [inherited(opposite(row, postings.get(row.id, ()), origin, reason), heirs) for row in entries]
