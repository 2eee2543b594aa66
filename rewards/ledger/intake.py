"""From an event to its entries: inbox, canonical order, fold, ledger, projections, outbox — one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rewards.clock import FUTURE_LIMIT, MICROSECOND
from rewards.events import Event, payload_hash
from rewards.faults import NotFound
from rewards.ledger.entries import EntryView, Receipt, of_draft, of_rows
from rewards.ledger.fold import LEFT, FoldBatch, closed_until
from rewards.ledger.history import to_event
from rewards.ledger.inbox import InboxEvent
from rewards.ledger.new_entries import NewEntry
from rewards.ledger.places import Place, places
from rewards.ledger.posting import post
from rewards.ledger.velocity import hold_unusual
from rewards.ledger.versions import Schemes
from rewards.store import events as rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import person_links, states, trail
from rewards.store.rows import EventRow, FoldedPersonRow, OrganisationRow
from rewards.store.session import Transaction
from rewards.store.units import dump, to_us

FUTURE_LIMIT_US = FUTURE_LIMIT // MICROSECOND
HOUR_US = 3_600_000_000
BATCH_LIMIT = 10_000

SCORED, LATE, CLOSED, QUARANTINED = "scored", "late", "closed_period", "quarantined"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event of the batch with its row in the inbox."""

    position: int
    event: InboxEvent
    status: str


def record(
    tx: Transaction,
    organisation: str,
    events: Sequence[Event],
    *,
    received_at: datetime,
    backfill: bool = False,
) -> list[Receipt]:
    """Record a batch of events and award them; one receipt per event, in the order given.

    The same (source, id) with the same payload gives the first answer again (`duplicate`), with another payload
    `conflict`. An event from beyond the future limit is `quarantined`, one older than the grace period `late`
    (unless `backfill`); closed periods stay frozen in any case. An event out of order replays what follows it.

    Raises NotFound for the organisation, ValueError for more than BATCH_LIMIT events.
    """
    if len(events) > BATCH_LIMIT:
        raise ValueError(f"batch of {len(events)} events: limit {BATCH_LIMIT}; send smaller batches")
    named = [name for event in events for name in (event.subject, event.owner) if name is not None]
    home, people = states.lock_people(tx, organisation, named)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    return _Intake(
        tx, organisation, home, people.values(), to_us(received_at), backfill=backfill, named=people
    ).take(events)


def admit_due(tx: Transaction, organisation: str, now: datetime) -> int:
    """End the quarantine of events that are no longer in the future; returns how many.

    Each of them ends, whatever happened to its people meanwhile: it counts, or an entry of zero gives the reason.
    """
    now_us = to_us(now)
    home = organisation_rows.find_shared(tx, organisation)
    if home is None:
        return 0
    people = states.lock_ids(tx, organisation, waiting_people(tx, organisation, now_us))
    # Read again under the locks: a rival may have ended some, and a merge moved others.
    due = [
        row for row in rows.quarantined(tx, organisation, now_us, BATCH_LIMIT) if people.keys() >= _named(row)
    ]
    _Intake(tx, organisation, home, people.values(), now_us, backfill=False).admit(due)
    return len(due)


def waiting_people(tx: Transaction, organisation: str, now_us: int) -> set[int]:
    """Whom `admit_due` concerns, by internal id."""
    waiting = rows.quarantined(tx, organisation, now_us, BATCH_LIMIT)
    return {id_ for row in waiting for id_ in _named(row)}


def _named(row: EventRow) -> set[int]:
    """The people of a stored event, by internal id."""
    return {id_ for id_ in (row.person_id, row.owner_id) if id_ is not None}


class _Intake:
    """One call of `record` or `admit_due`. The people are rows of `person` with their locked states."""

    def __init__(
        self,
        tx: Transaction,
        organisation: str,
        home: OrganisationRow,
        people: Iterable[FoldedPersonRow],
        now_us: int,
        *,
        backfill: bool,
        named: Mapping[str, FoldedPersonRow] | None = None,
    ) -> None:
        self.tx = tx
        self.organisation = organisation
        self.home = home
        self.now_us = now_us
        self.backfill = backfill
        self.schemes = Schemes.of(tx, organisation)
        self.closed_us = closed_until(home)
        self.receipts: dict[int, Receipt] = {}
        self.named = named or {}
        self.people: dict[int, FoldedPersonRow] = {row.id: row for row in people}
        self.places: dict[int, Place] = places(tx, list(self.people.values()))

    def take(self, events: Sequence[Event]) -> list[Receipt]:
        taken, repeated = self._into_inbox(events)
        self._count(taken)
        for position in repeated:
            self._repeat(position, events[position])
        for position, event in enumerate(events):
            note = self._note(event)
            if note:
                self.receipts[position] = replace(self.receipts[position], note=note)
        return [self.receipts[position] for position in range(len(events))]

    def admit(self, due: Sequence[EventRow]) -> None:
        """Count quarantined events that are no longer in the future, given as rows of the inbox."""
        self._count([self._end_quarantine(row, position) for position, row in enumerate(due)])

    def _count(self, taken: Sequence[Arrival]) -> None:
        counted = [one for one in taken if one.status == SCORED]
        batch = FoldBatch(self.tx, self.organisation, self.schemes, self.closed_us, self.now_us)
        fresh = [(one.event.person_id, one.event.occurred_us) for one in counted]
        held = hold_unusual(
            self.tx, self.organisation, self.schemes, fresh, self.closed_us, now_us=self.now_us
        )
        batch.under_review = {row.id for row in held}
        entries = self._settle(batch, counted, held)
        for one in taken:
            self._answer(one, entries.get(one.event.ref, ()))
        self._tell(taken)

    def _into_inbox(self, events: Sequence[Event]) -> tuple[list[Arrival], list[int]]:
        """Insert new events. Returns them, and the positions of events seen before."""
        rows_in: list[dict[str, Any]] = []
        positions: dict[tuple[str, str], int] = {}
        repeated: list[int] = []
        for position, event in enumerate(events):
            if event.subject not in self.named:
                self.receipts[position] = Receipt(event.source, event.id, "unknown_person", "unknown_person")
            elif self._is_away(self.named[event.subject], to_us(event.occurred_at)):
                self.receipts[position] = Receipt(event.source, event.id, "rejected", LEFT)
            elif (event.source, event.id) in positions:
                repeated.append(position)
            else:
                positions[event.source, event.id] = position
                rows_in.append(self._row(event))
        ids = rows.add_new(self.tx, rows_in)
        taken: list[Arrival] = []
        for row in rows_in:
            key = (row["source"], row["event_id"])
            if key in ids:
                taken.append(Arrival(positions[key], _inbox_event(ids[key], row), row["status"]))
            else:
                admitted = self._admit(row, events[positions[key]], positions[key])
                if admitted is None:
                    repeated.append(positions[key])
                else:
                    taken.append(admitted)
        return taken, sorted(repeated)

    def _admit(self, row: dict[str, Any], event: Event, position: int) -> Arrival | None:
        """A quarantined event sent again when its time has come."""
        stored = rows.find(self.tx, self.organisation, row["source"], row["event_id"])
        if stored is None or stored.status != QUARANTINED or row["status"] == QUARANTINED:
            return None
        if self._contradicts(stored, event):
            return None
        return self._end_quarantine(stored, position)

    def _end_quarantine(self, row: EventRow, position: int) -> Arrival:
        """A quarantined event with its present status. It arrived early, so it cannot be late; its date and zone were frozen on arrival."""
        person = self.people[row.person_id]
        status = CLOSED if row.occurred_us < self.closed_us else SCORED
        if self._is_away(person, row.occurred_us):
            status = LEFT
        owner = None if row.owner_id is None else self.people.get(row.owner_id)
        owner_id = self._earning_owner(owner, row.person_id, row.occurred_us)
        rows.admit(self.tx, row.id, status, status == SCORED, owner_id, received_us=self.now_us)
        return Arrival(position, _inbox_event(row.id, {**row._asdict(), "owner_id": owner_id}), status)

    def _row(self, event: Event) -> dict[str, Any]:
        person = self.named[event.subject]
        at_us = to_us(event.occurred_at)
        day, zone = self.places[person.id].date_at(at_us)
        status = self._status(at_us)
        return {
            "organisation_id": self.organisation,
            "source": event.source,
            "event_id": event.id,
            "payload_hash": payload_hash(event),
            "kind": event.kind,
            "person_id": person.id,
            "owner_id": self._earning_owner(self.named.get(event.owner or ""), person.id, at_us),
            "occurred_us": at_us,
            "received_us": self.now_us,
            "local_date": day,
            "zone": zone,
            "object": event.object,
            "channel": event.channel,
            "tags": dump(list(event.tags)),
            "quantity": event.quantity,
            "verification": event.verification,
            "status": status,
            "scored": status == SCORED,
            "backfilled": self.backfill,
            "voided_at_us": None,
        }

    def _earning_owner(self, owner: FoldedPersonRow | None, person_id: int, at_us: int) -> int | None:
        """The owner who earns by the event too; None for one unknown or absent then, and for another account of the same human."""
        if owner is None or self._is_away(owner, at_us):
            return None
        if owner.id != person_id and person_links.linked(self.tx, self.organisation, person_id, owner.id):
            return None
        return int(owner.id)

    def _is_away(self, person: FoldedPersonRow, at_us: int) -> bool:
        """True for an instant after the person was deactivated or during an absence; earlier events still count."""
        return self.places[person.id].is_away(at_us)

    def _note(self, event: Event) -> str:
        """A note about people of the event who are unknown or were away."""
        named = {"subject": event.subject, "owner": event.owner}
        notes = []
        for role, name in named.items():
            if name is not None and name not in self.named:
                notes.append(f"{role} {name!r}: nobody has this id; import the person")
            elif name is not None and self._is_away(self.named[name], to_us(event.occurred_at)):
                notes.append(f"{role} {name!r}: was not with the company then; nothing is earned for them")
        return "; ".join(notes)

    def _status(self, at_us: int) -> str:
        if at_us > self.now_us + FUTURE_LIMIT_US:
            return QUARANTINED
        if at_us < self.closed_us:
            return CLOSED
        if not self.backfill and at_us < self.now_us - self._grace_us(at_us):
            return LATE
        return SCORED

    def _grace_us(self, at_us: int) -> int:
        return self.schemes.grace_hours(self.schemes.at(at_us) or self.schemes.at(self.now_us)) * HOUR_US

    def _settle(
        self, batch: FoldBatch, counted: Sequence[Arrival], held: Sequence[EventRow]
    ) -> dict[int, tuple[EntryView, ...]]:
        """Fold each beneficiary's new events, or replay where one came out of order; post everything at once."""
        fresh: dict[int, list[InboxEvent]] = {}
        for one in counted:
            for person_id in one.event.beneficiaries:
                fresh.setdefault(person_id, []).append(one.event)
        refs = {one.event.ref for one in counted}
        earlier = {id_ for row in held if row.id not in refs for id_ in (row.person_id, row.owner_id) if id_}
        ordered = {person_id: sorted(mine, key=_key) for person_id, mine in sorted(fresh.items())}
        late = [
            person_id
            for person_id, mine in ordered.items()
            if person_id not in earlier
            and batch.is_late(self.places[person_id], self.people[person_id], mine)
        ]
        batch.read_ahead(late)
        for person_id, mine in ordered.items():
            person = self.people[person_id]
            if person_id in earlier:
                batch.replay(person, self.places[person_id], person)
            else:
                batch.advance(person, self.places[person_id], person, mine)
        self._replay_others(batch, earlier - set(fresh))
        ids = batch.post()
        events = {one.event.ref: one.event for one in counted}
        entries: dict[int, list[EntryView]] = {}
        for id_, draft in zip(ids, batch.drafts, strict=True):
            if draft.event_ref in events and draft.reverses is None:
                view = of_draft(
                    id_,
                    draft,
                    self.schemes,
                    self._external(draft.person_id),
                    events[draft.event_ref],
                    now_us=self.now_us,
                )
                entries.setdefault(draft.event_ref, []).append(view)
        return {ref: tuple(views) for ref, views in entries.items()}

    def _external(self, person_id: int | None) -> str | None:
        return None if person_id is None else self.people[person_id].external_id

    def _replay_others(self, batch: FoldBatch, ids: Collection[int]) -> None:
        """Replay people without an event in the batch, one of whose earlier events now waits for review."""
        if not ids:
            return
        locked = states.lock(self.tx, self.organisation, sorted(ids))
        people = people_rows.by_ids(self.tx, self.organisation, locked)
        where = places(self.tx, list(people.values()))
        for person_id, stored in sorted(locked.items()):
            batch.replay(people[person_id], where[person_id], stored)

    def _answer(self, one: Arrival, entries: tuple[EntryView, ...]) -> None:
        event = one.event
        if one.status == QUARANTINED:
            receipt = Receipt(event.source, event.event_id, "quarantined", "future")
        elif one.status == SCORED:
            receipt = Receipt(event.source, event.event_id, *outcome(entries), entries)
        else:
            draft = self._refused_entry(one)
            (id_,) = post(self.tx, self.organisation, [draft], self.now_us)
            view = of_draft(
                id_, draft, self.schemes, self._external(event.person_id), event, now_us=self.now_us
            )
            status = "rejected" if one.status == LEFT else "late"
            receipt = Receipt(event.source, event.event_id, status, one.status, (view,))
        self.receipts[one.position] = receipt

    def _refused_entry(self, one: Arrival) -> NewEntry:
        """A zero entry with its reason: too late, in a closed period, or of a person who had left."""
        event = one.event
        batch = FoldBatch(self.tx, self.organisation, self.schemes, self.closed_us, self.now_us)
        return batch.zero(event, self.places[event.person_id], one.status)

    def _contradicts(self, stored: EventRow, event: Event) -> bool:
        """True where the payload differs from that of the stored event with the same key.

        Payloads stored before tags had a canonical order are hashed again; ids merged since name the same people.
        """
        if stored.payload_hash == payload_hash(event):
            return False
        names = {row.id: (row.external_id, "") for row in self.people.values() if row.external_id}
        said = [
            payload_hash(event.model_copy(update={"subject": subject, "owner": owner}))
            for subject in self._names(event.subject)
            for owner in self._names(event.owner)
        ]
        return stored.payload_hash not in said and payload_hash(to_event(stored, names)) not in said

    def _tell(self, taken: Sequence[Arrival]) -> None:
        messages = [
            (f"event.{self.receipts[one.position].status}", {"event": one.event.ref, "kind": one.event.kind})
            for one in taken
        ]
        trail.tell(self.tx, self.organisation, messages, self.now_us)

    def _names(self, name: str | None) -> list[str | None]:
        """The ids of an account and of those merged into it; the name alone where nobody has it."""
        row = self.named.get(name or "")
        if row is None or not row.has_history:
            return [name]
        return [row.external_id, *(one.external_id for one in people_rows.aliases_of(self.tx, row.id))]

    def _repeat(self, position: int, event: Event) -> None:
        """The answer to a key seen before: the first answer again, or a conflict."""
        stored = rows.find(self.tx, self.organisation, event.source, event.id)
        assert stored is not None
        if self._contradicts(stored, event):
            self.receipts[position] = Receipt(event.source, event.id, "conflict", "other_payload")
            return
        found = journal_rows.of_event(self.tx, [stored.id])
        own = [row for row in found if row.reverses is None]
        entries = tuple(of_rows(self.tx, self.organisation, own, self.schemes))
        reason = stored.status if stored.status != SCORED else outcome(entries)[1]
        self.receipts[position] = Receipt(event.source, event.id, "duplicate", reason, entries)


def outcome(entries: Sequence[EntryView]) -> tuple[str, str]:
    """(status, reason) of an event from its entries."""
    for view in entries:
        if view.amount_millipoints > 0 or view.kind != "points":
            return "awarded", view.reason
    return "zero", entries[0].reason if entries else "no_rule"


def _key(event: InboxEvent) -> tuple[int, str, str]:
    return event.key


def _inbox_event(ref: int, row: dict[str, Any]) -> InboxEvent:
    return InboxEvent.from_row(ref, row)
