"""The program's use cases on events, entries and balances. `record` is the way in; everything else reads or undoes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.fold import UNTIL_REVIEWED_US, Folder, Stand, closed_until, replay_people
from rewards.groups import groups_shown
from rewards.intake import admit_due, record, waiting_people
from rewards.ledger import Draft, award_moves, on_dates, opposite, post
from rewards.people import find_row
from rewards.places import local_ordinal, places
from rewards.publication import SchemeVersion, publish_scheme, roll_back, scheme_in_force
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store import events as event_rows
from rewards.store import journal as rows
from rewards.store import organisations as organisation_rows
from rewards.store import participation as participation_rows
from rewards.store import people as people_rows
from rewards.store import states, trail
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, from_us, maybe_us, to_us
from rewards.undoing import opposites
from rewards.views import BadgeAward, BadgeView, Balances, EntryView, Receipt, of_rows

__all__ = [
    "BadgeView", "Balances", "EntryView", "Participation", "Receipt", "SchemeVersion", "badges_for", "balances",
    "close_period", "entries_for", "participation", "publish_scheme", "record", "release_due", "reverse_entry",
    "roll_back", "scheme_in_force",
]  # fmt: skip

PAGE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Participation:
    """Who takes part. `by_segment`: (segment, people, active in 28 days), those that may not be shown left out."""

    people: int
    active_7d: int
    active_28d: int
    shares_28d: int
    clicks_28d: int
    kudos_28d: int
    by_segment: tuple[tuple[str, int, int], ...]
    suppressed_segments: int


def balances(tx: Transaction, organisation: str, person: str) -> Balances:
    """The person's millipoints. Raises NotFound."""
    who = find_row(tx, organisation, person)
    found = [
        rows.balance_of(tx, organisation, account, who.id) or 0 for account in ("earned", "spendable", "held")
    ]
    return Balances(*found)


def entries_for(
    tx: Transaction, organisation: str, person: str, limit: int = 50, before: int | None = None
) -> list[EntryView]:
    """The person's entries, the newest first; `before` is the id of the last entry of the page before."""
    if not 1 <= limit <= PAGE_LIMIT:
        raise BadValue(f"page of {limit} entries: limit 1 to {PAGE_LIMIT}; ask for smaller pages")
    who = find_row(tx, organisation, person)
    return of_rows(tx, organisation, rows.page(tx, who.id, limit, before), Schemes.of(tx, organisation))


def badges_for(tx: Transaction, organisation: str, person: str) -> list[BadgeView]:
    """The person's badges, revoked ones included, in the order of their first awards."""
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    awards: dict[str, list[BadgeAward]] = {}
    for row in rows.badges_of(tx, who.id):
        award = BadgeAward(row.journal_id, from_us(row.awarded_us), maybe_us(row.revoked_us))
        awards.setdefault(row.badge, []).append(award)
    found = []
    for badge, made in awards.items():
        last = max(made, key=lambda award: (award.revoked_at is None, award.awarded_at, award.entry))
        entry = rows.get(tx, organisation, last.entry)
        version = NO_SCHEME if entry is None else entry.scheme_version
        title, description = schemes.badge_words(version, badge)
        found.append(BadgeView(badge, title, description, last.awarded_at, last.revoked_at, tuple(made)))
    return found


def reverse_entry(
    tx: Transaction, organisation: str, entry_id: int, actor: str, reason: str, now: datetime
) -> list[EntryView]:
    """Undo the event behind an entry, once; later events of the open period are counted again without it.

    An entry of a closed period is undone by an opposite booked today, and nothing else of that period moves.
    Raises NotFound for the entry, Conflict when it was undone before, Refused for an entry that is itself an undoing.
    """
    home = organisation_rows.find_shared(tx, organisation)
    row = rows.get(tx, organisation, entry_id)
    if home is None or row is None:
        raise NotFound(f"entry {entry_id}: not in organisation {organisation!r}; check the number")
    if row.reverses is not None:
        raise Refused(
            f"entry {entry_id}: undoes entry {row.reverses} and cannot be undone itself; record a new event"
        )
    now_us = to_us(now)
    event = event_rows.get(tx, organisation, row.event_ref) if row.event_ref else None
    if event is None:
        ids = _undo_alone(tx, organisation, row, now_us)
    else:
        ids = void_event(tx, organisation, home, event, now_us)
    trail.log(tx, organisation, actor, "entry.reverse", f"entry:{entry_id}", reason, now_us)
    created = [found for found in (rows.get(tx, organisation, id_) for id_ in ids) if found is not None]
    return of_rows(tx, organisation, created, Schemes.of(tx, organisation))


def void_event(tx: Transaction, organisation: str, home: Any, event: Any, now_us: int) -> list[int]:
    """Count an event as never having happened; returns the new entries. Raises Conflict the second time."""
    who = [event.person_id, *([event.owner_id] if event.owner_id else [])]
    states.lock(tx, organisation, who)
    fresh = event_rows.get(tx, organisation, event.id)
    assert fresh is not None
    if fresh.voided_at_us is not None:
        raise Conflict(
            f"event of entry: already undone at {from_us(fresh.voided_at_us).isoformat()}; nothing to do"
        )
    event_rows.void(tx, event.id, now_us)
    if event.occurred_us < closed_until(home):
        return _undo_closed(tx, organisation, event, Schemes.of(tx, organisation), now_us)
    if not fresh.scored:
        # It earned nothing, and what said so is undone with it.
        found = rows.of_event(tx, [event.id])
        undone = {row.reverses for row in found}
        told = [row for row in found if row.reverses is None and row.id not in undone]
        return post(tx, organisation, opposites(tx, organisation, told, "reversal", "reversed"), now_us)
    return replay_people(tx, organisation, home, who, now_us)


def close_period(tx: Transaction, organisation: str, until: datetime, actor: str, now: datetime) -> None:
    """Freeze all that occurred before `until`. Raises BadValue for a future instant or one before the last closing."""
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound(f"organisation {organisation!r}: unknown; create it first")
    until_us, now_us = to_us(until), to_us(now)
    closed_us = closed_until(home)
    if not closed_us < until_us <= now_us:
        raise BadValue(
            f"period until {until.isoformat()}: limit after the last closing and not in the future; choose another end"
        )
    schemes = Schemes.of(tx, organisation)
    folder = Folder(tx, organisation, schemes, closed_us, now_us)
    states.rebase_idle(tx, organisation, until_us)
    busy = states.active_since(tx, organisation, until_us)
    people = people_rows.by_ids(tx, organisation, [row.person_id for row in busy])
    where = places(tx, list(people.values()))
    for row in busy:
        told = folder.open_events(row.person_id, until_us)
        stand, _ = folder.fold(
            row.person_id, where[row.person_id], Stand(row.base_version, row.base_state), told
        )
        states.rebase(tx, row.person_id, stand.version, stand.state)
    organisation_rows.close_until(tx, organisation, until_us)
    trail.log(tx, organisation, actor, "period.close", until.isoformat(), "", now_us)


def release_due(tx: Transaction, organisation: str, now: datetime) -> int:
    """Release awards whose waiting time is over and admit quarantined events whose time has come; returns how many."""
    now_us = to_us(now)
    organisation_rows.find_shared(tx, organisation)
    # All at once, in the order of ids: nobody waits in a circle.
    waiting = {row.person_id for row in rows.due(tx, organisation, now_us)}
    locked = states.lock(tx, organisation, sorted(waiting | waiting_people(tx, organisation, now_us)))
    due = [row for row in rows.due(tx, organisation, now_us) if row.person_id in locked]
    release(tx, organisation, due, "released", now_us)
    return len(due) + admit_due(tx, organisation, now)


def release(tx: Transaction, organisation: str, held: Sequence[Any], reason: str, now_us: int) -> list[int]:
    """Turn held entries into the person's own: an opposite of each, and the award anew; of closed periods, booked today."""
    if not held:
        return []
    postings = rows.postings_of(tx, [row.id for row in held])
    drafts: list[Draft] = []
    for row in held:
        undone = opposite(row, postings.get(row.id, ()), "release", reason)
        drafts += [undone, _own(row, undone, reason)]
    return post(tx, organisation, _in_the_open(tx, organisation, drafts, now_us), now_us)


def _in_the_open(tx: Transaction, organisation: str, drafts: Sequence[Draft], now_us: int) -> list[Draft]:
    """The same drafts, those of closed periods on today's dates: no closed board changes."""
    home = organisation_rows.find_shared(tx, organisation)
    schemes = Schemes.of(tx, organisation)
    today = local_ordinal(now_us, schemes.zone(schemes.at(now_us)))
    closed_us = closed_until(home)
    return [on_dates(one, today, today) if one.occurred_us < closed_us else one for one in drafts]


def held_entries(tx: Transaction, event_ref: int) -> list[Any]:
    """Entries of an event, whoever earned them, that wait for a review."""
    found = rows.of_event(tx, [event_ref])
    undone = {row.reverses for row in found}
    return [row for row in found if row.hold_until_us == UNTIL_REVIEWED_US and row.id not in undone]


def participation(tx: Transaction, organisation: str, now: datetime) -> Participation:
    """How many take part. Segments that are too small, or would tell of one that is, are not shown."""
    now_us = to_us(now)
    may = groups_shown(tx, organisation, now, kinds=["segment"]).segments
    sizes = participation_rows.sizes(tx, organisation)
    month = participation_rows.active(tx, organisation, now_us - 28 * DAY_US, now_us)
    week = participation_rows.active(tx, organisation, now_us - 7 * DAY_US, now_us)
    counts = participation_rows.kinds(tx, organisation, now_us - 28 * DAY_US, now_us)
    shown = tuple(
        (segment, size, month.get(segment, 0)) for segment, size in sorted(sizes.items()) if segment in may
    )
    return Participation(
        people=sum(sizes.values()),
        active_7d=sum(week.values()),
        active_28d=sum(month.values()),
        shares_28d=counts.get("share", 0),
        clicks_28d=counts.get("click", 0),
        kudos_28d=counts.get("kudos", 0),
        by_segment=shown,
        suppressed_segments=len(sizes) - len(shown),
    )


def _own(row: Any, undone: Draft, reason: str) -> Draft:
    from dataclasses import replace

    return replace(
        undone,
        amount=row.amount,
        reverses=None,
        hold_until_us=None,
        reason=reason,
        moves=award_moves(row.person_id, row.amount, held=False),
    )


def _undo_alone(tx: Transaction, organisation: str, row: Any, now_us: int) -> list[int]:
    """Undo an entry that no event made (a top-up, a bonus)."""
    if row.person_id is not None:
        states.lock(tx, organisation, [row.person_id])
    if rows.is_reversed(tx, row.id):
        raise Conflict(f"entry {row.id}: already undone; nothing to do")
    if row.origin not in ("top_up", "merge", "bonus"):
        raise Refused(
            f"entry {row.id} of origin {row.origin!r}: only awards are undone; cancel the claim or gift instead"
        )
    if row.origin == "merge":
        # Its own two entries stand for the accounts themselves.
        drafts = [opposite(row, rows.postings_of(tx, [row.id]).get(row.id, ()), "reversal", "reversed")]
    else:
        drafts = opposites(tx, organisation, [row], "reversal", "reversed")
    return post(tx, organisation, _in_the_open(tx, organisation, drafts, now_us), now_us)


def _undo_closed(tx: Transaction, organisation: str, event: Any, schemes: Schemes, now_us: int) -> list[int]:
    """Undo what an event of a closed period gave, today; permanent badges stay, whatever they paid stays with them."""
    standing = [
        row
        for row in rows.of_event(tx, [event.id])
        if row.reverses is None and not rows.is_reversed(tx, row.id)
        if row.kind != "badge" or not schemes.is_permanent(row.scheme_version, row.rule)
    ]
    board = local_ordinal(now_us, schemes.zone(schemes.at(now_us)))
    undone = opposites(tx, organisation, standing, "reversal", "reversed")
    return post(tx, organisation, [on_dates(draft, board, board) for draft in undone], now_us)
