"""Reconciling the ledger with a replay: reversals of entries that no longer hold, and the entries that are missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rewards.amounts import points_text
from rewards.ledger.new_entries import NewEntry, badge_of, opposite
from rewards.ledger.versions import Schemes
from rewards.scoring.reasons import Reason
from rewards.store import badges as badge_rows
from rewards.store import journal as rows
from rewards.store.rows import ComparedRow, JournalRow
from rewards.store.session import Transaction
from rewards.store.states import BEFORE_ALL_US

AWARDED = str(Reason.AWARDED)
SUPERSEDED = "superseded"
EMPTY = str(Reason.BUDGET_EMPTY)
HELD = str(Reason.HELD_FOR_REVIEW)
ONCE_AWARDED = frozenset({str(Reason.ON_HOLD), HELD, "released", "approved"})
NOT_FOLDED = frozenset({str(Reason.LATE), str(Reason.CLOSED_PERIOD), str(Reason.INACTIVE)})


@dataclass(frozen=True, slots=True)
class Undoing:
    """An entry to be reversed, by its id, and why."""

    entry: int
    why: str


def resolved(tx: Transaction, found: Sequence[NewEntry | Undoing]) -> list[NewEntry]:
    """The drafts, with the reversal in place of each `Undoing`; entries of several people are read in one query."""
    gone = {one.entry: one.why for one in found if isinstance(one, Undoing)}
    entries, postings = rows.with_postings(tx, gone)
    opposites = {row.id: opposite(row, postings.get(row.id, ()), "replay", gone[row.id]) for row in entries}
    return [opposites[one.entry] if isinstance(one, Undoing) else one for one in found]


class Ledger:
    """A person's entries in force for some events, and what has to change to match a replay of these events."""

    def __init__(
        self,
        tx: Transaction,
        schemes: Schemes,
        person_id: int,
        closed_us: int,
        standing: Sequence[JournalRow | ComparedRow],
    ) -> None:
        self.tx = tx
        self.schemes = schemes
        self.person_id = person_id
        self.closed_us = closed_us
        self._standing: dict[tuple[object, ...], list[JournalRow | ComparedRow]] = {}
        for row in standing:
            if row.reason not in NOT_FOLDED:
                self._standing.setdefault((row.event_ref, row.kind, row.rule), []).append(row)

    def differences(
        self,
        desired: Sequence[NewEntry],
        alive: set[int],
        earned: Callable[[], set[tuple[str, int]]],
        once_counted: Callable[[], Sequence[NewEntry]],
    ) -> tuple[list[Undoing], list[NewEntry]]:
        """The entries to reverse, oldest first, and the drafts to post.

        `alive` are the events that count, and `earned` the badges that all events of the open period give: they are held whenever
        they were earned.

        A permanent badge outlives the events that earned it: of those held and no longer earned, the ledger keeps the ones that
        the events `once_counted` give, undone events included. So neither the order of arrival nor a withdrawn version matters.
        """
        fresh = self._missing(desired)
        lost = {badge_of(row) for row in self._left() if self._is_for_good(row)}
        if lost := lost and lost - earned():
            again = {badge_of(d): d for d in reversed(once_counted()) if self._is_for_good(d)}
            fresh += self._missing([draft for badge, draft in again.items() if badge in lost])
        fresh = self._not_held_before(fresh)
        gone = sorted(self._left(), key=lambda row: int(row.id))
        undone = [Undoing(row.id, self._why_undone(row, alive)) for row in gone]
        superseded = [row for row, one in zip(gone, undone, strict=True) if one.why == SUPERSEDED]
        return undone, _with_changes(fresh, superseded)

    def _left(self) -> list[JournalRow | ComparedRow]:
        return [row for found in self._standing.values() for row in found]

    def _missing(self, desired: Sequence[NewEntry]) -> list[NewEntry]:
        """The desired drafts without an equal entry; an entry that equals one is no longer `_left`."""
        fresh: list[NewEntry] = []
        for draft in desired:
            key = (draft.event_ref, draft.kind, draft.rule)
            if not self._takes(key, draft.amount, draft.scheme_version, draft.reason):
                fresh.append(replace(draft, origin="replay"))
        return fresh

    def _takes(self, key: tuple[int | None, str, str], amount: int, version: int, reason: str) -> bool:
        waiting = self._standing.get(key, [])
        same = next((row for row in waiting if _same(row, amount, version, reason)), None)
        if same is None:
            return False
        waiting.remove(same)
        return True

    def _is_for_good(self, entry: NewEntry | JournalRow | ComparedRow) -> bool:
        return entry.kind == "badge" and self.schemes.is_permanent(entry.scheme_version, entry.rule)

    def _not_held_before(self, fresh: list[NewEntry]) -> list[NewEntry]:
        """Without badges that a closed period gave for good, although its events no longer reach them."""
        if self.closed_us == BEFORE_ALL_US or not any(draft.kind == "badge" for draft in fresh):
            return fresh
        kept = badge_rows.badges_before(self.tx, self.person_id, self.closed_us)
        return [draft for draft in fresh if draft.kind != "badge" or badge_of(draft) not in kept]

    def _why_undone(self, row: JournalRow | ComparedRow, alive: set[int]) -> str:
        """Why an entry is reversed: its event was undone, another version is in force, or an earlier event changed it."""
        if row.event_ref not in alive:
            return "reversed"
        if self.schemes.at(row.occurred_us) == row.scheme_version:
            return "replayed"
        return SUPERSEDED if self.schemes.holds(row.scheme_version) else "rolled_back"


def _same(row: JournalRow | ComparedRow, amount: int, version: int, reason: str) -> bool:
    """True where an entry agrees with a fold's result, regardless of whether the award was held, released or approved."""
    if reason == HELD and row.reason != HELD:
        # It counted before, and now waits for a review.
        return False
    if row.reason == EMPTY:
        # How much of it is spendable is decided by the pool when the draft is posted, not by the fold.
        return bool(row.amount == amount and row.scheme_version == version)
    if row.amount != amount or row.scheme_version != version:
        return False
    once = [AWARDED if one in ONCE_AWARDED else one for one in (row.reason, reason)]
    return bool(once[0] == once[1])


def _with_changes(fresh: list[NewEntry], superseded: Sequence[JournalRow | ComparedRow]) -> list[NewEntry]:
    """The drafts; where another version of the scheme changed an amount, the new entry refers to the former one."""
    before = {(row.event_ref, row.rule): row for row in superseded if row.kind == "points" and row.rule}
    return [_with_change(draft, before.get((draft.event_ref, draft.rule))) for draft in fresh]


def _with_change(draft: NewEntry, row: JournalRow | ComparedRow | None) -> NewEntry:
    if row is None or draft.kind != "points" or row.amount == draft.amount:
        return draft
    change = {"former": points_text(row.amount), "way": "lowered" if draft.amount < row.amount else "raised"}
    return replace(draft, arguments={**draft.arguments, **change})
