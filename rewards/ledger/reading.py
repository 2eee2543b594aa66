"""What replays of several people ask for, read together: two questions for all of them, not two for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from rewards.ledger.told import Told
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store.rows import ComparedRow
from rewards.store.session import Transaction


@dataclass(frozen=True, slots=True)
class Read:
    """For one person: all events of the open period that ever counted, and the entries that stand of those from an instant on."""

    ever: list[Told]
    standing: list[ComparedRow]


def read_ahead(tx: Transaction, closed_us: int, since_us: Mapping[int, int]) -> dict[int, Read]:
    """By person, each from an instant of their own on."""
    told = {
        id_: [Told.stored(row) for row in rows]
        for id_, rows in event_rows.scored_of(tx, sorted(since_us), closed_us, voided=True).items()
    }
    changed = {
        id_: {one.ref for one in mine if one.occurred_us >= since_us[id_]} for id_, mine in told.items()
    }
    # An event can concern two people, and be from before one's instant and after the other's.
    standing = journal_rows.standing_of(tx, set().union(*changed.values()))
    return {
        id_: Read(mine, [row for row in standing.get(id_, ()) if row.event_ref in changed[id_]])
        for id_, mine in told.items()
    }
