"""Reversals: of an event, as if it had never happened, or of one entry.

A reversal is booked on the account that holds by now what the entry gave: accounts may have been merged since.
"""

from collections.abc import Sequence
from datetime import datetime

from rewards.faults import Conflict, NotFound, Refused
from rewards.ledger.entries import EntryView, of_rows
from rewards.ledger.fold import closed_until, replay_people
from rewards.ledger.new_entries import NewEntry, inherited, on_dates, opposite
from rewards.ledger.places import local_ordinal
from rewards.ledger.posting import post
from rewards.ledger.versions import Schemes
from rewards.store import events as event_rows
from rewards.store import journal as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import states, trail
from rewards.store.rows import EventRow, JournalRow, OrganisationRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us


def opposites(
    tx: Transaction, organisation: str, entries: Sequence[JournalRow], origin: str, reason: str
) -> list[NewEntry]:
    """The reversals of journal rows, in their order."""
    postings = rows.postings_of(tx, [row.id for row in entries])
    heirs = people_rows.heirs(tx, organisation, [row.person_id for row in entries if row.person_id])
    return [inherited(opposite(row, postings.get(row.id, ()), origin, reason), heirs) for row in entries]


def reverse_entry(
    tx: Transaction, organisation: str, entry_id: int, actor: str, reason: str, *, now: datetime
) -> list[EntryView]:
    """Reverse the event behind an entry, once; the later events of the open period are replayed without it.

    An entry of a closed period is reversed by an entry booked today, and nothing else of that period moves.
    Raises NotFound for the entry, Conflict when it was reversed before, Refused for an entry that is itself a reversal.
    """
    home = organisation_rows.find_shared(tx, organisation)
    row = rows.get(tx, organisation, entry_id)
    if home is None or row is None:
        raise NotFound(
            "entry {entry_id}: not in organisation {organisation!r}; check the number",
            entry_id=entry_id,
            organisation=organisation,
        )
    if row.reverses is not None:
        raise Refused(
            "entry {entry_id}: undoes entry {reverses} and cannot be undone itself; record a new event",
            entry_id=entry_id,
            reverses=row.reverses,
        )
    now_us = to_us(now)
    event = event_rows.get(tx, organisation, row.event_ref) if row.event_ref else None
    if event is None:
        ids = _undo_alone(tx, organisation, row, now_us)
    else:
        ids = void_event(tx, organisation, home, event, now_us)
    trail.log(tx, organisation, actor, "entry.reverse", f"entry:{entry_id}", reason=reason, at_us=now_us)
    created = [found for found in (rows.get(tx, organisation, id_) for id_ in ids) if found is not None]
    return of_rows(tx, organisation, created, Schemes.of(tx, organisation))


def void_event(
    tx: Transaction, organisation: str, home: OrganisationRow, event: EventRow, now_us: int
) -> list[int]:
    """Count an event as never having happened; returns the new entries. Raises Conflict the second time."""
    who = [event.person_id, *([event.owner_id] if event.owner_id else [])]
    states.lock(tx, organisation, who)
    fresh = event_rows.get(tx, organisation, event.id)
    assert fresh is not None
    if fresh.voided_at_us is not None:
        raise Conflict(
            "event of entry: already undone at {day}; nothing to do",
            day=from_us(fresh.voided_at_us).isoformat(),
        )
    event_rows.void(tx, event.id, now_us)
    if event.occurred_us < closed_until(home):
        return _undo_closed(tx, organisation, event, Schemes.of(tx, organisation), now_us)
    if not fresh.scored:
        # It earned nothing: only the entries of zero that gave the reason are reversed.
        found = rows.of_event(tx, [event.id])
        undone = {row.reverses for row in found}
        standing = [row for row in found if row.reverses is None and row.id not in undone]
        return post(tx, organisation, opposites(tx, organisation, standing, "reversal", "reversed"), now_us)
    return replay_people(tx, organisation, home, who, now_us)


def in_the_open(
    tx: Transaction, organisation: str, drafts: Sequence[NewEntry], now_us: int
) -> list[NewEntry]:
    """The drafts, with those of closed periods booked on today's dates, so that no closed board changes."""
    home = organisation_rows.find_shared(tx, organisation)
    schemes = Schemes.of(tx, organisation)
    today = local_ordinal(now_us, schemes.zone(schemes.at(now_us)))
    closed_us = closed_until(home)
    return [on_dates(one, today, today) if one.occurred_us < closed_us else one for one in drafts]


def _undo_alone(tx: Transaction, organisation: str, row: JournalRow, now_us: int) -> list[int]:
    """Reverse an entry without an event (a top-up, a bonus)."""
    if row.person_id is not None:
        states.lock(tx, organisation, [row.person_id])
    if rows.is_reversed(tx, row.id):
        raise Conflict("entry {id}: already undone; nothing to do", id=row.id)
    if row.origin not in ("top_up", "merge", "bonus"):
        raise Refused(
            "entry {id} of origin {origin!r}: only awards are undone; cancel the claim or gift instead",
            id=row.id,
            origin=row.origin,
        )
    if row.origin == "merge":
        # The merge's own two entries only move points between the accounts: reversing them would split the merge.
        drafts = [opposite(row, rows.postings_of(tx, [row.id]).get(row.id, ()), "reversal", "reversed")]
    else:
        drafts = opposites(tx, organisation, [row], "reversal", "reversed")
    return post(tx, organisation, in_the_open(tx, organisation, drafts, now_us), now_us)


def _undo_closed(
    tx: Transaction, organisation: str, event: EventRow, schemes: Schemes, now_us: int
) -> list[int]:
    """Reverse the awards of an event of a closed period today; permanent badges and their points stay."""
    standing = [
        row
        for row in rows.of_event(tx, [event.id])
        if row.reverses is None and not rows.is_reversed(tx, row.id)
        if row.kind != "badge" or not schemes.is_permanent(row.scheme_version, row.rule)
    ]
    board = local_ordinal(now_us, schemes.zone(schemes.at(now_us)))
    undone = opposites(tx, organisation, standing, "reversal", "reversed")
    return post(tx, organisation, [on_dates(draft, board, board) for draft in undone], now_us)
