"""One person's events, folded by the kernel in canonical order, and the ledger brought to what the fold says.

In order, a new event extends the stored state. Out of order, after a reversal or a change of versions, the events
of the open period are folded again from its base; entries that came out differently are undone by opposites and
written anew, so that what stands equals what canonical order would have given.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from rewards.events import object_key
from rewards.ledger import Draft, award_moves, badge_of, opposite, post, undoing
from rewards.phrases import plural
from rewards.places import Place, local_ordinal, places
from rewards.reading import Read, read_ahead
from rewards.reasons import Reason
from rewards.schemes import NO_SCHEME, Schemes, TopUp, in_force
from rewards.scored import Fold, Scored
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store import reviews, states
from rewards.store.session import Transaction
from rewards.told import Told

UNTIL_REVIEWED_US = 2**62
AWARDED = str(Reason.AWARDED)
HELD = str(Reason.HELD_FOR_REVIEW)
ONCE_AWARDED = frozenset({str(Reason.ON_HOLD), HELD, "released", "approved"})
NOT_FOLDED = frozenset({str(Reason.LATE), str(Reason.CLOSED_PERIOD)})


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a fold stands."""

    version: int
    state: bytes


class Folder:
    """Collects the drafts of one transaction, to be posted together."""

    def __init__(
        self, tx: Transaction, organisation: str, schemes: Schemes, closed_us: int, now_us: int
    ) -> None:
        self.tx = tx
        self.organisation = organisation
        self.schemes = schemes
        self.closed_us = closed_us
        self.now_us = now_us
        self.drafts: list[Draft] = []
        self.under_review: set[int] = set()
        self._states: list[dict[str, Any]] = []
        self._read: dict[int, Read] = {}

    def read_ahead(self, since_us: Mapping[int, int]) -> None:
        """Read at once what replays of several people, each from an instant on, are going to ask for."""
        if since_us:
            self.under_review |= reviews.held_events(self.tx, self.organisation, sorted(since_us))
            self._read |= read_ahead(self.tx, self.closed_us, since_us)

    def is_late(self, stored: Any, fresh: Sequence[Told]) -> bool:
        """True where new events (in canonical order) begin before the last that was folded, and nothing else has them replayed."""
        last = (stored.last_us, stored.last_source, stored.last_event)
        return fresh[0].key <= last and not self._topped_up(fresh)

    def advance(self, person: Any, place: Place, stored: Any, fresh: Sequence[Told]) -> None:
        """Take in new events (in canonical order), replaying when they change what came before."""
        if self.is_late(stored, fresh):
            self.replay(person, place, stored, fresh[0].occurred_us)
            return
        if self._topped_up(fresh):
            self.replay(person, place, stored)
            return
        stand, drafts = self.fold(person.id, place, Stand(stored.scheme_version, stored.state), fresh)
        badges = {badge_of(draft) for draft in drafts if draft.kind == "badge"}
        if badges and journal_rows.holds_any(self.tx, self.organisation, person.id, badges):
            # A permanent badge outlived its events and is now earned again: once is enough.
            self.replay(person, place, stored)
            return
        self.drafts.extend(drafts)
        self._keep(person.id, stand, fresh[-1])

    def replay(self, person: Any, place: Place, stored: Any, since_us: int = states.BEFORE_ALL_US) -> None:
        """Fold the open period again and draft the differences from what stands.

        Nothing before `since_us` has changed; what is asked for then was read ahead.
        """
        told = self.open_events(person.id)
        stand, drafts = self._again(person, place, stored, told, since_us)
        self.drafts.extend(drafts)
        self._keep(person.id, stand, told[-1] if told else None)

    def differences(self, person: Any, place: Place, stored: Any) -> list[Draft]:
        """What a replay would post; nothing is kept."""
        return self._again(person, place, stored, self.open_events(person.id))[1]

    def _again(
        self,
        person: Any,
        place: Place,
        stored: Any,
        told: Sequence[Told],
        since_us: int = states.BEFORE_ALL_US,
    ) -> tuple[Stand, list[Draft]]:
        if person.id not in self._read:
            self.under_review |= reviews.held_events(self.tx, self.organisation, [person.id])
        start = Stand(stored.base_version, stored.base_state)
        stand, desired = self.fold(person.id, place, start, told, since_us=since_us)
        drafts = self._differences(person, place, start, desired, told, since_us)
        return stand, drafts + self._top_ups(person, place, start, told)

    def _topped_up(self, fresh: Sequence[Told]) -> bool:
        """True where an event falls into a span that a top-up covers."""
        if not self.schemes.has_top_ups:
            return False
        spans = self.schemes.top_ups(self.closed_us)
        return any(span.since_us <= told.occurred_us < span.until_us for span in spans for told in fresh)

    def _top_ups(self, person: Any, place: Place, start: Stand, told: Sequence[Told]) -> list[Draft]:
        """Each top-up as the events known now make it: what its version would have given more, never less than nothing."""
        if not self.schemes.has_top_ups:
            return []
        drafts: list[Draft] = []
        granted = 0
        for span in self.schemes.top_ups(self.closed_us):
            known = [one for one in told if one.occurred_us < span.until_us]

            def chosen(at_us: int, span: TopUp = span) -> int:
                return span.version if at_us >= span.since_us else in_force(span.before, at_us)

            def former(at_us: int, span: TopUp = span) -> int:
                return in_force(span.before, at_us)

            worlds = [
                sum(draft.amount for draft in self.fold(person.id, place, start, known, version_at)[1])
                for version_at in (chosen, former)
            ]
            rise = max(0, worlds[0] - worlds[1] - granted)
            granted += rise
            drafts.extend(self._top_up(person, span, rise))
        return drafts

    def _top_up(self, person: Any, span: TopUp, rise: int) -> list[Draft]:
        """The opposite of a top-up that stands at another amount, and the right one."""
        standing = journal_rows.top_ups(self.tx, self.organisation, span.version, person.id)
        if sum(row.amount for row in standing) == rise:
            return []
        if not standing and journal_rows.top_up_withdrawn(
            self.tx, self.organisation, span.version, person.id
        ):
            return []
        drafts = [opposite(row, (), "replay", "replayed") for row in standing]
        if rise:
            board = local_ordinal(self.now_us, self.schemes.zone(span.version))
            drafts.append(
                Draft(
                    person_id=person.id, origin="top_up", kind="points", rule="", amount=rise,
                    reason=str(Reason.TOP_UP), scheme_version=span.version, local_date=board, board_date=board,
                    team=person.team, occurred_us=self.now_us, moves=award_moves(person.id, rise, held=False),
                )
            )  # fmt: skip
        return drafts

    def open_events(
        self, person_id: int, before_us: int | None = None, *, voided: bool = False
    ) -> list[Told]:
        """The person's events of the open period that count (or ever counted), in canonical order."""
        if person_id in self._read and before_us is None and not voided:
            return self._read[person_id].told
        found = event_rows.scored_of(self.tx, [person_id], self.closed_us, before_us, voided=voided)
        return [Told.stored(row) for row in found[person_id]]

    def fold(
        self,
        person_id: int,
        place: Place,
        start: Stand,
        told: Sequence[Told],
        version_at: Callable[[int], int] | None = None,
        since_us: int = states.BEFORE_ALL_US,
    ) -> tuple[Stand, list[Draft]]:
        """The kernel over these events. `version_at` overrides which version is in force (for top-ups).

        Of events before `since_us` only badges are drafted.
        """
        choose = version_at or self.schemes.at
        fold = Fold.resume(self.schemes, start.version, start.state)
        drafts: list[Draft] = []
        for version, run in groupby(told, key=lambda one: choose(one.occurred_us)):
            if version == NO_SCHEME:
                drafts += [
                    self.zero(one, place, str(Reason.NO_SCHEME))
                    for one in run
                    if one.person_id == person_id and one.occurred_us >= since_us
                ]
                continue
            seen = [_seen_by(person_id, place, one) for one in run]
            silent = bisect_left(seen, since_us, key=lambda one: one.occurred_us)
            entries = fold.score(version, seen, person_id, place, silent)
            for one, scored in zip(seen, entries, strict=True):
                team = place.membership_at(one.occurred_us)[1]
                drafts.extend(self._draft(person_id, one, team, version, entry) for entry in scored)
        return Stand(fold.version, fold.to_bytes()), drafts

    def zero(self, told: Told, place: Place, reason: str) -> Draft:
        """An award of zero that the kernel never saw."""
        version = self.schemes.at(told.occurred_us)
        return Draft(
            person_id=told.person_id,
            origin="award",
            kind="points",
            rule="",
            amount=0,
            reason=reason,
            arguments={"grace": plural(self.schemes.grace_hours(version), "hour")},
            scheme_version=version,
            local_date=told.local_date,
            board_date=local_ordinal(told.occurred_us, self.schemes.zone(version)),
            team=place.membership_at(told.occurred_us)[1],
            occurred_us=told.occurred_us,
            event_ref=told.ref,
        )

    def post(self) -> list[int]:
        """Post the drafts and keep the states; returns the entries' ids."""
        undone = [draft.reverses for draft in self.drafts if draft.reverses is not None]
        postings = journal_rows.postings_of(self.tx, undone)
        self.drafts = [
            draft
            if draft.reverses is None
            else replace(draft, moves=undoing(postings.get(draft.reverses, ())))
            for draft in self.drafts
        ]
        ids = post(self.tx, self.organisation, self.drafts, self.now_us)
        states.save_many(self.tx, self._states)
        return ids

    def _draft(self, person_id: int, told: Told, team: str, version: int, scored: Scored) -> Draft:
        review = scored.amount > 0 and told.ref in self.under_review
        hold_us = UNTIL_REVIEWED_US if review else scored.hold_until_us
        held = hold_us is not None and hold_us > self.now_us
        return Draft(
            person_id=person_id,
            origin="award",
            kind=scored.kind,
            rule=scored.rule,
            amount=scored.amount,
            reason=HELD if review else scored.reason,
            arguments=dict(scored.arguments),
            scheme_version=version,
            local_date=told.local_date,
            board_date=local_ordinal(told.occurred_us, self.schemes.zone(version)),
            team=team,
            occurred_us=told.occurred_us,
            event_ref=told.ref,
            hold_until_us=hold_us if held else None,
            object_key=self._object_key(version, scored, told),
            moves=award_moves(person_id, scored.amount, held=held),
        )

    def _object_key(self, version: int, scored: Scored, told: Told) -> int | None:
        if scored.kind != "badge" or not self.schemes.is_once_per_object(version, scored.rule):
            return None
        return object_key(told.item)

    def _differences(
        self,
        person: Any,
        place: Place,
        start: Stand,
        desired: Sequence[Draft],
        told: Sequence[Told],
        since_us: int,
    ) -> list[Draft]:
        """Opposites of what stands and should not, and what should stand and does not, of events since an instant."""
        standing: dict[tuple[Any, ...], list[Any]] = {}
        for row in self._standing(person.id, since_us):
            if row.reason not in NOT_FOLDED:
                standing.setdefault((row.event_ref, row.kind, row.rule), []).append(row)
        fresh: list[Draft] = []
        for draft in desired:
            if draft.occurred_us < since_us:
                continue
            waiting = standing.get((draft.event_ref, draft.kind, draft.rule), [])
            same = next((row for row in waiting if _same(row, draft)), None)
            if same is None:
                fresh.append(replace(draft, origin="replay"))
            else:
                waiting.remove(same)
        wanted_badges = {badge_of(draft) for draft in desired if draft.kind == "badge"}
        alive = {one.ref for one in told}
        gone = [row for rows in standing.values() for row in rows]
        kept = [row for row in gone if self._is_for_good(row) and badge_of(row) not in wanted_badges]
        # What is for good outlives the events that earned it, not the version of the scheme that gave it.
        elsewhere = [row for row in kept if self.schemes.at(row.occurred_us) != row.scheme_version]
        fresh += self._ever_earned(person.id, place, start, {badge_of(row) for row in elsewhere})
        fresh = self._not_held_before(person.id, fresh)
        stays = {row.id for row in kept} - {row.id for row in elsewhere}
        gone = sorted((row for row in gone if row.id not in stays), key=lambda row: int(row.id))
        # What these moved is read for all people together, when everything is posted.
        undone = [
            opposite(row, (), "replay", "replayed" if row.event_ref in alive else "reversed") for row in gone
        ]
        return undone + fresh

    def _standing(self, person_id: int, since_us: int) -> list[Any]:
        """The person's entries of events since an instant, which were read ahead, that nothing has undone."""
        if since_us == states.BEFORE_ALL_US:
            return journal_rows.standing(self.tx, person_id, self.closed_us)
        return self._read[person_id].standing

    def _ever_earned(
        self, person_id: int, place: Place, start: Stand, badges: set[tuple[str, int]]
    ) -> list[Draft]:
        """Of these badges, those that the versions now in force give for good, were it for events undone since."""
        if not badges:
            return []
        _, drafts = self.fold(person_id, place, start, self.open_events(person_id, voided=True))
        return [
            replace(draft, origin="replay")
            for draft in drafts
            if self._is_for_good(draft) and badge_of(draft) in badges
        ]

    def _not_held_before(self, person_id: int, fresh: list[Draft]) -> list[Draft]:
        """Without badges that a closed period gave for good, although its events no longer reach them."""
        if not any(draft.kind == "badge" for draft in fresh):
            return fresh
        kept = journal_rows.badges_before(self.tx, person_id, self.closed_us)
        return [draft for draft in fresh if draft.kind != "badge" or badge_of(draft) not in kept]

    def _is_for_good(self, entry: Any) -> bool:
        return entry.kind == "badge" and self.schemes.is_permanent(entry.scheme_version, entry.rule)

    def _keep(self, person_id: int, stand: Stand, last: Told | None) -> None:
        self._states.append(
            {
                "key": person_id,
                "scheme_version": stand.version,
                "state": stand.state,
                "last_us": last.occurred_us if last else states.BEFORE_ALL_US,
                "last_source": last.source if last else "",
                "last_event": last.event_id if last else "",
            }
        )


def _seen_by(person_id: int, place: Place, told: Told) -> Told:
    """The event on the person's own date: what was frozen with it is the subject's, an owner's caps and streaks go by their own."""
    if told.person_id == person_id:
        return told
    day, zone = place.date_at(told.occurred_us)
    return replace(told, local_date=day, zone=zone)


def _same(row: Any, draft: Draft) -> bool:
    """Equal in what they give and why; whether an award waited, was released or approved makes no difference."""
    if draft.reason == HELD and row.reason != HELD:
        # It counted, and now waits for a human look.
        return False
    reasons = [AWARDED if reason in ONCE_AWARDED else reason for reason in (row.reason, draft.reason)]
    return (row.amount, row.scheme_version, reasons[0]) == (draft.amount, draft.scheme_version, reasons[1])


def replay_people(
    tx: Transaction, organisation: str, home: Any, ids: Sequence[int], now_us: int, *, idle_too: bool = False
) -> list[int]:
    """Count the open period again for these people; returns the new entries. `home` is the organisation's row.

    People without any event or badge so far are passed over unless `idle_too`.
    """
    locked = states.lock(tx, organisation, ids)
    busy = locked if idle_too else states.every(tx, sorted(locked))
    folder = Folder(tx, organisation, Schemes.of(tx, organisation), closed_until(home), now_us)
    people = people_rows.by_ids(tx, organisation, locked)
    where = places(tx, list(people.values()))
    for person_id, stored in sorted(locked.items()):
        if person_id in busy:
            folder.replay(people[person_id], where[person_id], stored)
    return folder.post()


def closed_until(home: Any) -> int:
    """The instant before which everything is frozen, in microseconds."""
    return states.BEFORE_ALL_US if home.closed_until_us is None else int(home.closed_until_us)
