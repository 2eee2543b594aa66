"""Views of the ledger: entries with their reasons, receipts, balances and badges of a person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rewards.faults import BadValue
from rewards.ledger.new_entries import NewEntry
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.store import badges as badge_rows
from rewards.store import events as event_rows
from rewards.store import journal as rows
from rewards.store import people as people_rows
from rewards.store.persons import find_row
from rewards.store.rows import JournalRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us

PAGE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class EntryView:
    """One ledger entry, readable by the person it belongs to."""

    id: int
    person: str | None
    kind: str
    rule: str
    rule_title: str
    amount_millipoints: int
    reason: str
    why: str
    scheme_version: int
    source: str | None
    event_id: str | None
    event_kind: str | None
    object: str | None
    occurred_at: datetime
    recorded_at: datetime
    origin: str
    reverses: int | None
    held_until: datetime | None


class EventWords(Protocol):
    """The part of an event that an entry shows."""

    @property
    def source(self) -> str:
        """The system that sent it."""

    @property
    def event_id(self) -> str:
        """Its id there."""

    @property
    def kind(self) -> str:
        """The kind of the event."""

    @property
    def object(self) -> str:
        """The object of the event."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one event. `note` names people who are unknown or were absent: they earn nothing, the others do."""

    source: str
    id: str
    status: str
    reason: str
    entries: tuple[EntryView, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Balances:
    """Millipoints: earned ranks, spendable buys, held waits."""

    earned: int
    spendable: int
    held: int


@dataclass(frozen=True, slots=True)
class BadgeAward:
    """One award of a badge: the entry that made it."""

    entry: int
    awarded_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class BadgeView:
    """A badge that a person holds, or held. The dates are those of the last award in force.

    `awards` has one for each object where the badge is earned once per object, the oldest first.
    """

    badge: str
    title: str
    description: str
    awarded_at: datetime
    revoked_at: datetime | None
    awards: tuple[BadgeAward, ...]

    @property
    def times(self) -> int:
        """Number of awards in force."""
        return sum(award.revoked_at is None for award in self.awards)


def of_rows(
    tx: Transaction, organisation: str, journal_rows: Sequence[JournalRow], schemes: Schemes
) -> list[EntryView]:
    """Views of stored entries."""
    events = event_rows.by_refs(tx, [row.event_ref for row in journal_rows if row.event_ref is not None])
    names = people_rows.names(tx, organisation, [row.person_id for row in journal_rows if row.person_id])
    found = []
    for row in journal_rows:
        event = None if row.event_ref is None else events.get(row.event_ref)
        named = None if row.person_id is None else names.get(row.person_id)
        found.append(
            EntryView(
                id=row.id,
                person=None if named is None else named[0],
                kind=row.kind,
                rule=row.rule,
                rule_title=schemes.title(row.scheme_version, row.rule),
                amount_millipoints=row.amount,
                reason=row.reason,
                why=schemes.why(row.reason, json.loads(row.arguments)),
                scheme_version=row.scheme_version,
                source=None if event is None else event.source,
                event_id=None if event is None else event.event_id,
                event_kind=None if event is None else event.kind,
                object=None if event is None else event.object,
                occurred_at=from_us(row.occurred_us),
                recorded_at=from_us(row.recorded_us),
                origin=row.origin,
                reverses=row.reverses,
                held_until=maybe_us(row.hold_until_us),
            )
        )
    return found


def of_draft(
    id_: int, draft: NewEntry, schemes: Schemes, person: str | None, event: EventWords, *, now_us: int
) -> EntryView:
    """The view of an entry just posted."""
    return EntryView(
        id=id_,
        person=person,
        kind=draft.kind,
        rule=draft.rule,
        rule_title=schemes.title(draft.scheme_version, draft.rule),
        amount_millipoints=draft.amount,
        reason=draft.reason,
        why=schemes.why(draft.reason, draft.arguments),
        scheme_version=draft.scheme_version,
        source=event.source,
        event_id=event.event_id,
        event_kind=event.kind,
        object=event.object,
        occurred_at=from_us(draft.occurred_us),
        recorded_at=from_us(now_us),
        origin=draft.origin,
        reverses=draft.reverses,
        held_until=maybe_us(draft.hold_until_us),
    )


def balances(tx: Transaction, organisation: str, person: str) -> Balances:
    """The person's millipoints. Raises NotFound."""
    who = find_row(tx, organisation, person)
    found = [
        rows.balance_of(tx, organisation, account, who.id) or 0 for account in ("earned", "spendable", "held")
    ]
    return Balances(*found)


def balances_of(tx: Transaction, organisation: str, people: Sequence[str]) -> list[Balances]:
    """The millipoints of each of these people, by external id. Raises NotFound."""
    found = people_rows.find_many(tx, organisation, people)
    for one in people:
        if one not in found:
            find_row(tx, organisation, one)
    held = rows.balances_of(tx, organisation, [found[one].id for one in people])
    return [
        Balances(*(held.get((found[one].id, name), 0) for name in ("earned", "spendable", "held")))
        for one in people
    ]


def points_outstanding(tx: Transaction, organisation: str) -> int:
    """Millipoints that all people together could spend."""
    return rows.held_by_all(tx, organisation, "spendable")


def entries_for(
    tx: Transaction, organisation: str, person: str, limit: int = 50, before: int | None = None
) -> list[EntryView]:
    """The person's entries, the newest first; `before` is the id of the last entry of the page before."""
    if not 1 <= limit <= PAGE_LIMIT:
        raise BadValue(
            "page of {limit} entries: limit 1 to {page_limit}; ask for smaller pages",
            limit=limit,
            page_limit=PAGE_LIMIT,
        )
    who = find_row(tx, organisation, person)
    return of_rows(tx, organisation, rows.page(tx, who.id, limit, before), Schemes.of(tx, organisation))


def badges_for(tx: Transaction, organisation: str, person: str) -> list[BadgeView]:
    """The person's badges, revoked ones included, in the order of their first awards."""
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    awards: dict[str, list[BadgeAward]] = {}
    for row in badge_rows.badges_of(tx, who.id):
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
