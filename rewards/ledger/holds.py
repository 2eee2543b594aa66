"""Held entries: awards that wait for a time to pass, or for a reviewer's decision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rewards.ledger.fold import UNTIL_REVIEWED_US
from rewards.ledger.intake import admit_due, waiting_people
from rewards.ledger.new_entries import NewEntry, award_moves, opposite
from rewards.ledger.posting import post
from rewards.ledger.undo import in_the_open
from rewards.store import journal as rows
from rewards.store import organisations as organisation_rows
from rewards.store import states
from rewards.store.rows import JournalRow
from rewards.store.session import Transaction
from rewards.store.units import to_us


def release_due(tx: Transaction, organisation: str, now: datetime) -> int:
    """Release awards whose holding time is over and admit quarantined events that are due; returns how many."""
    now_us = to_us(now)
    organisation_rows.find_shared(tx, organisation)
    # All locks at once, in the order of ids, so that two transactions cannot deadlock.
    waiting = {rows.person_of(row) for row in rows.due(tx, organisation, now_us)}
    locked = states.lock(tx, organisation, sorted(waiting | waiting_people(tx, organisation, now_us)))
    due = [row for row in rows.due(tx, organisation, now_us) if row.person_id in locked]
    release(tx, organisation, due, "released", now_us)
    return len(due) + admit_due(tx, organisation, now)


def release(
    tx: Transaction, organisation: str, held: Sequence[JournalRow], reason: str, now_us: int
) -> list[int]:
    """Move held entries to the earned account: each is reversed and posted again as an award; those of closed periods are booked today."""
    if not held:
        return []
    postings = rows.postings_of(tx, [row.id for row in held])
    drafts: list[NewEntry] = []
    for row in held:
        undone = opposite(row, postings.get(row.id, ()), "release", reason)
        drafts += [undone, _own(row, undone, reason)]
    return post(tx, organisation, in_the_open(tx, organisation, drafts, now_us), now_us)


def held_entries(tx: Transaction, event_ref: int) -> list[JournalRow]:
    """Entries of an event, of the subject and the owner, that wait for a review."""
    found = rows.of_event(tx, [event_ref])
    undone = {row.reverses for row in found}
    return [row for row in found if row.hold_until_us == UNTIL_REVIEWED_US and row.id not in undone]


def _own(row: JournalRow, undone: NewEntry, reason: str) -> NewEntry:
    return replace(
        undone,
        amount=row.amount,
        reverses=None,
        hold_until_us=None,
        reason=reason,
        moves=award_moves(rows.person_of(row), row.amount, held=False),
    )
