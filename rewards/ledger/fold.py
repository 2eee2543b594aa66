"""Scoring a person's events as a fold in canonical order, and replaying the open period where that order changed.

An event that comes in order extends the stored state. After a late event, a reversal or a new version, the events of the open
period are folded again from the state at its beginning. Entries that differ afterwards are reversed and posted again, so that
the ledger equals what events in canonical order would have given.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from rewards.events import object_key
from rewards.ledger.differences import Ledger, Undoing, resolved
from rewards.ledger.inbox import InboxEvent
from rewards.ledger.live import Fold
from rewards.ledger.new_entries import NewEntry, award_moves, badge_of, opposite
from rewards.ledger.open_period import OUTSIDE, Basis, Line, Period, Periods, folded, lines_of, seen_by
from rewards.ledger.places import Place, local_ordinal, places
from rewards.ledger.posting import book
from rewards.ledger.versions import NO_SCHEME, Schemes, TopUp, in_force
from rewards.scoring.award import ScoredEntry
from rewards.scoring.reasons import Reason
from rewards.store import badges as badge_rows
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store import reviews, states
from rewards.store.rows import AnyPerson, AnyState, OrganisationRow
from rewards.store.session import Transaction

UNTIL_REVIEWED_US = 2**62
HOUR_US = 3_600_000_000
HELD = str(Reason.HELD_FOR_REVIEW)
LEFT = str(Reason.INACTIVE)
NOTHING: Line = (NO_SCHEME, ())
WHY_NOT = {NO_SCHEME: Reason.NO_SCHEME, OUTSIDE: Reason.NOT_ENROLLED}


@dataclass(frozen=True, slots=True)
class FoldState:
    """The state of a fold after its last event, and the scheme version whose layout the state has."""

    version: int
    state: bytes


@dataclass(frozen=True, slots=True)
class _Late:
    """A late event's effect on one person: `drafts` of what the `changed` events give now."""

    person_id: int
    period: Period
    drafts: list[NewEntry]
    changed: set[int]


class FoldBatch:
    """Collects the drafts of one transaction, to be posted together."""

    def __init__(
        self, tx: Transaction, organisation: str, schemes: Schemes, closed_us: int, now_us: int
    ) -> None:
        self.tx = tx
        self.organisation = organisation
        self.schemes = schemes
        self.closed_us = closed_us
        self.now_us = now_us
        self.drafts: list[NewEntry] = []
        self._found: list[NewEntry | Undoing | _Late] = []
        self.under_review: set[int] = set()
        self._states: list[dict[str, object]] = []
        self._read: dict[int, list[InboxEvent]] = {}

    def read_ahead(self, ids: Collection[int]) -> None:
        """Read in one query what the late events of several people need."""
        if not ids:
            return
        found, held = event_rows.scored_and_held(self.tx, self.organisation, sorted(ids), self.closed_us)
        self.under_review |= held
        self._read |= {id_: list(map(InboxEvent.stored, rows)) for id_, rows in found.items()}

    def is_late(self, place: Place, stored: AnyState, fresh: Sequence[InboxEvent]) -> bool:
        """True where new events (in canonical order) begin before the last that was folded, and change nothing before them."""
        last = (stored.last_us, stored.last_source, stored.last_event)
        return fresh[0].key <= last and not self._reaches_back(place, stored, fresh)

    def advance(self, person: AnyPerson, place: Place, stored: AnyState, fresh: Sequence[InboxEvent]) -> None:
        """Score new events (in canonical order); replays the open period where they change earlier entries."""
        if self.is_late(place, stored, fresh):
            self._take_late(person, place, stored, fresh)
            return
        if self._reaches_back(place, stored, fresh):
            self.replay(person, place, stored)
            return
        state, drafts = self.fold(person.id, place, FoldState(stored.scheme_version, stored.state), fresh)
        badges = {badge_of(draft) for draft in drafts if draft.kind == "badge"}
        if badges and badge_rows.holds_any(self.tx, self.organisation, person.id, badges):
            # A permanent badge outlived its events and is now earned again: once is enough.
            self.replay(person, place, stored)
            return
        self._found += drafts
        self._keep(person.id, state, fresh[-1])

    def replay(self, person: AnyPerson, place: Place, stored: AnyState) -> None:
        """Replay the open period and draft the differences to the ledger."""
        ever = self.open_events(person.id, voided=True)
        state, drafts, events = self._again(person, place, stored, ever)
        self._found += drafts
        self._keep(person.id, state, events[-1] if events else None)

    def _take_late(
        self, person: AnyPerson, place: Place, stored: AnyState, fresh: Sequence[InboxEvent]
    ) -> None:
        """Insert late events, already read with the others, into the open period.

        The ledger has what the events without them gave, so that only events that give something else now are compared with it.
        """
        ever = self._read[person.id]
        events = [one for one in ever if one.voided_at_us is None]
        new = {one.ref for one in fresh}
        basis = Basis(stored.base_version, stored.base_state, place, self.schemes.token)
        memory = Periods.of(self.tx.database)
        known = memory.get(person.id, basis) if basis.schemes else None
        places_of_new = [at for at, one in enumerate(events) if one.ref in new]
        former = [one for one in events if one.ref not in new]
        before = folded(self.schemes, person.id, basis, former, known)
        # The same objects as in the previous period: their decoded forms are cached by identity, and earlier checkpoints stay valid.
        after = before.events.copy()
        for at in places_of_new:
            after.insert(at, events[at])
        first = places_of_new[0]
        now = folded(self.schemes, person.id, basis, after, before, same=first)
        gave = {one.ref: line for one, line in zip(before.events[first:], before.lines[first:], strict=True)}
        changed = {
            one.ref: (one, line)
            for one, line in zip(now.seen[first:], now.lines[first:], strict=True)
            if gave.get(one.ref) != line
        }
        badges = any(
            entry.kind != "points"
            for ref, (_, line) in changed.items()
            for entry in (*line[1], *gave.get(ref, NOTHING)[1])
        )
        if (badges and len(events) < len(ever)) or self.schemes.top_ups(self.closed_us):
            # A badge that outlived its events, and a top-up, depend on more than the events that count.
            self.replay(person, place, stored)
            return
        drafts = [d for one, line in changed.values() for d in self._drafts(person.id, place, one, line)]
        self._found.append(_Late(person.id, now, drafts, set(changed)))
        self._keep(person.id, FoldState(now.version, now.state), after[-1])
        memory.keep(person.id, now)

    def differences(self, person: AnyPerson, place: Place, stored: AnyState) -> list[NewEntry]:
        """The entries that a replay would post; nothing is stored."""
        found = self._again(person, place, stored, self.open_events(person.id, voided=True))[1]
        return resolved(self.tx, found)

    def _again(
        self, person: AnyPerson, place: Place, stored: AnyState, ever: Sequence[InboxEvent]
    ) -> tuple[FoldState, list[NewEntry | Undoing], list[InboxEvent]]:
        """The state after a replay of the open period, the differences, and those of the events `ever` scored that count."""
        if person.id not in self._read:
            self.under_review |= reviews.held_events(self.tx, self.organisation, [person.id])
        start = FoldState(stored.base_version, stored.base_state)
        events = [one for one in ever if not one.voided]
        standing = journal_rows.standing(self.tx, person.id, self.closed_us)

        def once_counted() -> list[NewEntry]:
            return [] if len(events) == len(ever) else self.fold(person.id, place, start, ever)[1]

        ledger = Ledger(self.tx, self.schemes, person.id, self.closed_us, standing)
        state, desired = self.fold(person.id, place, start, events)
        earned = {badge_of(draft) for draft in desired if draft.kind == "badge"}
        gone, fresh = ledger.differences(desired, {one.ref for one in events}, lambda: earned, once_counted)
        return state, [*gone, *fresh, *self._top_ups(person, place, start, events)], events

    def _compared(self, late: Sequence["_Late"]) -> dict[int, list[NewEntry | Undoing]]:
        """By person, the differences that late events make; the entries they change are read in one query."""
        standing = journal_rows.standing_of(self.tx, set().union(*(one.changed for one in late)))
        found: dict[int, list[NewEntry | Undoing]] = {}
        for one in late:
            mine = [row for row in standing.get(one.person_id, ()) if row.event_ref in one.changed]
            ledger = Ledger(self.tx, self.schemes, one.person_id, self.closed_us, mine)
            gone, fresh = ledger.differences(one.drafts, one.changed, partial(self._earned, one.period), list)
            found[one.person_id] = [*gone, *fresh]
        return found

    def _earned(self, period: Period) -> set[tuple[str, int]]:
        """The badges that a period's events give."""
        return {
            (entry.item, self._object_key(version, entry, one) or badge_rows.NO_OBJECT)
            for one, (version, entries) in zip(period.events, period.lines, strict=True)
            for entry in entries
            if entry.kind == "badge"
        }

    def _reaches_back(self, place: Place, stored: AnyState, fresh: Sequence[InboxEvent]) -> bool:
        """True where new events can change entries of events before them."""
        return self._topped_up(fresh) or any(place.may_go_back(event, stored.last_us) for event in fresh)

    def _topped_up(self, fresh: Sequence[InboxEvent]) -> bool:
        """True where an event falls into a span that a top-up covers."""
        if not self.schemes.has_top_ups:
            return False
        spans = self.schemes.top_ups(self.closed_us)
        return any(span.since_us <= event.occurred_us < span.until_us for span in spans for event in fresh)

    def _top_ups(
        self, person: AnyPerson, place: Place, start: FoldState, events: Sequence[InboxEvent]
    ) -> list[NewEntry]:
        """Each top-up recomputed: what its version would have given beyond the versions before it, never below 0."""
        if not self.schemes.has_top_ups:
            return []
        drafts: list[NewEntry] = []
        granted = 0
        for span in self.schemes.top_ups(self.closed_us):
            known = [one for one in events if one.occurred_us < span.until_us]

            def chosen(at_us: int, span: TopUp = span) -> int:
                return span.version if at_us >= span.since_us else in_force(span.before, at_us)

            def former(at_us: int, span: TopUp = span) -> int:
                return in_force(span.before, at_us)

            worlds = [
                sum(draft.amount for draft in self.fold(person.id, place, start, known, version_at)[1])
                for version_at in (chosen, former)
            ]
            # The amount of an older top-up is contained in the amount of this one.
            rise = max(0, worlds[0] - worlds[1] - granted)
            granted += rise
            drafts.extend(self._top_up(person, span, rise))
        return drafts

    def _top_up(self, person: AnyPerson, span: TopUp, rise: int) -> list[NewEntry]:
        """The reversal of a top-up whose amount has changed, and the new one."""
        standing = journal_rows.top_ups(self.tx, self.organisation, span.version, person.id)
        if sum(row.amount for row in standing) == rise:
            return []
        if not standing and journal_rows.top_up_withdrawn(
            self.tx, self.organisation, span.version, person.id
        ):
            return []
        postings = journal_rows.postings_of(self.tx, [row.id for row in standing])
        drafts = [opposite(row, postings.get(row.id, ()), "replay", "replayed") for row in standing]
        if rise:
            board = local_ordinal(self.now_us, self.schemes.zone(span.version))
            drafts.append(
                NewEntry(
                    person_id=person.id, origin="top_up", kind="points", rule="", amount=rise,
                    reason=str(Reason.TOP_UP), scheme_version=span.version, local_date=board, board_date=board,
                    team=person.team, occurred_us=self.now_us, moves=award_moves(person.id, rise, held=False),
                )
            )  # fmt: skip
        return drafts

    def open_events(
        self, person_id: int, before_us: int | None = None, *, voided: bool = False
    ) -> list[InboxEvent]:
        """The person's events of the open period that count (or ever counted), in canonical order."""
        if person_id in self._read and before_us is None and voided:
            return self._read[person_id]
        found = event_rows.scored_of(self.tx, [person_id], self.closed_us, before_us, voided=voided)
        return [InboxEvent.stored(row) for row in found[person_id]]

    def fold(
        self,
        person_id: int,
        place: Place,
        start: FoldState,
        events: Sequence[InboxEvent],
        version_at: Callable[[int], int] | None = None,
    ) -> tuple[FoldState, list[NewEntry]]:
        """The kernel over these events. `version_at` overrides which version is in force (for top-ups)."""
        fold = Fold.resume(self.schemes, start.version, start.state)
        seen = seen_by(person_id, place, events)
        lines = lines_of(fold, person_id, place, seen, {}, version_at=version_at)
        drafts = [
            draft
            for one, line in zip(seen, lines, strict=True)
            for draft in self._drafts(person_id, place, one, line)
        ]
        return FoldState(fold.version, fold.to_bytes()), drafts

    def _drafts(self, person_id: int, place: Place, event: InboxEvent, line: Line) -> list[NewEntry]:
        version, entries = line
        why_not = WHY_NOT.get(version)
        if why_not is not None:
            own = event.person_id == person_id
            return [self.zero(event, place, str(why_not))] if own else []
        then = place.of(event.ref)
        return [self._draft(person_id, event, then, version, entry) for entry in entries]

    def zero(self, event: InboxEvent, place: Place, reason: str) -> NewEntry:
        """An award of zero for an event that was not scored."""
        version = self.schemes.at(event.occurred_us)
        return NewEntry(
            person_id=event.person_id,
            origin="award",
            kind="points",
            rule="",
            amount=0,
            reason=reason,
            arguments={"grace_hours": str(self.schemes.grace_hours(version))},
            scheme_version=version,
            local_date=event.local_date,
            board_date=local_ordinal(event.occurred_us, self.schemes.zone(version)),
            team=place.of(event.ref).membership_at(event.occurred_us)[1],
            occurred_us=event.occurred_us,
            event_ref=event.ref,
        )

    def post(self) -> list[int]:
        """Post the drafts and keep the states; returns the entries' ids."""
        late = [one for one in self._found if isinstance(one, _Late)]
        compared = self._compared(late) if late else {}
        found: list[NewEntry | Undoing] = []
        for one in self._found:
            found += compared[one.person_id] if isinstance(one, _Late) else [one]
        self.drafts, ids = book(self.tx, self.organisation, resolved(self.tx, found), self.now_us)
        states.save_many(self.tx, self._states)
        return ids

    def _waits(self, ref: int, entry: ScoredEntry) -> bool:
        """True where a human looks at the award first."""
        return ref in self.under_review and entry.amount_millipoints > 0

    def _draft(
        self, person_id: int, event: InboxEvent, then: Place, version: int, entry: ScoredEntry
    ) -> NewEntry:
        review = self._waits(event.ref, entry)
        hold_us = UNTIL_REVIEWED_US if review else event.occurred_us + entry.hold_hours * HOUR_US
        # A replay after the waiting time posts the award as released: it must not wait a second time.
        held = (review or entry.hold_hours > 0) and hold_us > self.now_us
        return NewEntry(
            person_id=person_id,
            origin="award",
            kind=entry.kind,
            rule=entry.item,
            amount=entry.amount_millipoints,
            reason=HELD if review else str(entry.reason),
            arguments=dict(entry.arguments),
            scheme_version=version,
            local_date=event.local_date,
            board_date=local_ordinal(event.occurred_us, self.schemes.zone(version)),
            team=then.membership_at(event.occurred_us)[1],
            occurred_us=event.occurred_us,
            event_ref=event.ref,
            hold_until_us=hold_us if held else None,
            object_key=self._object_key(version, entry, event),
            moves=award_moves(person_id, entry.amount_millipoints, held=held),
        )

    def _object_key(self, version: int, entry: ScoredEntry, event: InboxEvent) -> int | None:
        if entry.kind != "badge" or not self.schemes.is_once_per_object(version, entry.item):
            return None
        return object_key(event.item)

    def _keep(self, person_id: int, state: FoldState, last: InboxEvent | None) -> None:
        self._states.append(
            {
                "key": person_id,
                "scheme_version": state.version,
                "state": state.state,
                "last_us": last.occurred_us if last else states.BEFORE_ALL_US,
                "last_source": last.source if last else "",
                "last_event": last.event_id if last else "",
            }
        )


def replay_people(
    tx: Transaction,
    organisation: str,
    home: OrganisationRow | None,
    ids: Sequence[int],
    now_us: int,
    *,
    idle_too: bool = False,
) -> list[int]:
    """Count the open period again for these people; returns the new entries. `home` is the organisation's row.

    People without any event or badge so far are skipped unless `idle_too`.
    """
    locked = states.lock(tx, organisation, ids)
    busy = locked if idle_too else states.every(tx, sorted(locked))
    batch = FoldBatch(tx, organisation, Schemes.of(tx, organisation), closed_until(home), now_us)
    people = people_rows.by_ids(tx, organisation, locked)
    where = places(tx, list(people.values()))
    for person_id, stored in sorted(locked.items()):
        if person_id in busy:
            batch.replay(people[person_id], where[person_id], stored)
    return batch.post()


def closed_until(home: OrganisationRow | None) -> int:
    """The instant before which everything is frozen, in microseconds."""
    closed_us = None if home is None else home.closed_until_us
    return states.BEFORE_ALL_US if closed_us is None else closed_us
