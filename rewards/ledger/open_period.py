"""The fold of a person's open period, event by event, kept in memory so that a late event replays only what follows it.

A late event changes nothing before it, so the fold resumes from an intermediate state instead of the beginning. A period in memory
is used only as far as its events equal those just read from the database, so it can never be out of date.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from rewards.ledger.inbox import InboxEvent
from rewards.ledger.live import Fold, Read
from rewards.ledger.places import Place
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scoring.award import PersonState, ScoredEntry
from rewards.store.session import Database

MOST_EVENTS = 20_000
"""Remembered by a process: some tens of megabytes."""
_LEAST_BETWEEN, _MOST_MARKS = 8, 8
_OCCURRED = attrgetter("occurred_us")
Line = tuple[int, tuple[ScoredEntry, ...]]
"""The result of an event: the version of the scheme that scores it (NO_SCHEME or OUTSIDE for none), and the entries."""
OUTSIDE = -2
"""In place of a version that is for the enrolled alone, of what happened to somebody who was not."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The inputs of a fold other than its events."""

    version: int
    state: bytes
    place: Place
    schemes: str


@dataclass(frozen=True, slots=True)
class Period:
    """An open period folded: its events in canonical order, on the dates that count, and what each gives.

    `marks` are states on the way, each before the event of its number; `read` are the events in the kernel's codes.
    """

    basis: Basis
    events: list[InboxEvent]
    seen: list[InboxEvent]
    lines: list[Line]
    marks: list[tuple[int, int, PersonState | None]]
    read: Read
    version: int
    state: bytes

    def same_until(self, events: Sequence[InboxEvent]) -> int:
        """Length of the common prefix of these events and the period's own."""
        if self.events == events:
            return len(events)
        pairs = enumerate(zip(self.events, events, strict=False))
        return next((at for at, (one, other) in pairs if one != other), min(len(self.events), len(events)))


class Periods:
    """The periods that a process remembers, those used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Period] = OrderedDict()
        self._events = 0

    @classmethod
    def of(cls, database: Database) -> Periods:
        """The cached periods of one database."""
        found: Periods = database.cache.setdefault("open periods", cls())
        return found

    def get(self, person_id: int, basis: Basis) -> Period | None:
        """The person's period, if it has the same basis."""
        with self._lock:
            found = self._kept.get(person_id)
            if found is None or found.basis != basis:
                return None
            self._kept.move_to_end(person_id)
            return found

    def keep(self, person_id: int, period: Period) -> None:
        """Remember one, and evict those used longest ago above MOST_EVENTS."""
        with self._lock:
            former = self._kept.pop(person_id, None)
            self._kept[person_id] = period
            self._events += len(period.events) - (len(former.events) if former else 0)
            while self._events > MOST_EVENTS:
                _, gone = self._kept.popitem(last=False)
                self._events -= len(gone.events)


def folded(
    schemes: Schemes,
    person_id: int,
    basis: Basis,
    events: Sequence[InboxEvent],
    known: Period | None = None,
    *,
    same: int | None = None,
) -> Period:
    """The period with these events; the first `same` events, shared with a `known` period, are reused from it."""
    if same is None:
        same = known.same_until(events) if known else 0
    if known and same == len(events) == len(known.events):
        return known
    place = basis.place
    marks = [mark for mark in known.marks if mark[0] <= same] if known else []
    if marks:
        at, version, state = marks[-1]
        fold = Fold(schemes, version, state and state.copy())
    else:
        at, fold = 0, Fold.resume(schemes, basis.version, basis.state)
    seen, lines = (known.seen[:at], known.lines[:at]) if known else ([], [])
    seen = seen + seen_by(person_id, place, events[at:], seen[-1].local_date if seen else 0)
    step = max(_LEAST_BETWEEN, len(events) // _MOST_MARKS)
    read: Read = known.read if known else {}
    while at < len(events):
        if not marks or at > marks[-1][0]:
            marks.append((at, *fold.stand()))
        lines = lines + lines_of(fold, person_id, place, seen[at : at + step], read)
        at = min(at + step, len(events))
    return Period(basis, list(events), seen, lines, marks, read, fold.version, fold.to_bytes())


def lines_of(
    fold: Fold,
    person_id: int,
    place: Place,
    seen: Sequence[InboxEvent],
    read: Read,
    *,
    version_at: Callable[[int], int] | None = None,
) -> list[Line]:
    """The result of each event, advancing the fold. `version_at` overrides which version is in force."""
    lines: list[Line] = []
    for version, run in _runs(fold.schemes, place, seen, version_at):
        if version == NO_SCHEME:
            lines += [(NO_SCHEME, ())] * len(run)
            continue
        then = place.of(run[0].ref)
        for counts, some in _taking_part(fold.schemes, version, then, run):
            if counts:
                lines += [(version, entries) for entries in fold.score(version, some, person_id, then, read)]
            else:
                lines += [(OUTSIDE, ())] * len(some)
    return lines


def _taking_part(
    schemes: Schemes, version: int, place: Place, run: Sequence[InboxEvent]
) -> Iterator[tuple[bool, Sequence[InboxEvent]]]:
    """Consecutive runs of events with whether the person took part, where the version requires membership."""
    if not schemes.asks_enrolment(version):
        yield True, run
        return
    for counts, some in groupby(run, key=lambda one: place.is_enrolled(one.occurred_us)):
        yield counts, list(some)


def _runs(
    schemes: Schemes, place: Place, seen: Sequence[InboxEvent], version_at: Callable[[int], int] | None
) -> Iterator[tuple[int, Sequence[InboxEvent]]]:
    """Events on end that one version scores, where the person was in one place."""
    if version_at is None and not place.formerly:
        ends = [at_us for at_us, _ in schemes.turns] if seen else []
        cuts = [bisect_left(seen, at_us, key=_OCCURRED) for at_us in ends]
        for version, start, end in zip(
            (NO_SCHEME, *(version for _, version in schemes.turns)),
            (0, *cuts),
            (*cuts, len(seen)),
            strict=False,
        ):
            if start < end:
                yield version, seen[start:end]
        return
    choose = version_at or schemes.at
    for (version, _), some in groupby(seen, key=lambda one: (choose(one.occurred_us), id(place.of(one.ref)))):
        yield version, list(some)


def seen_by(person_id: int, place: Place, events: Sequence[InboxEvent], used: int = 0) -> list[InboxEvent]:
    """The events on the person's own dates, which never go back; `used` is the last date before them."""
    found = []
    for one in events:
        if one.person_id != person_id:
            # The date frozen with the event is the subject's; an owner's caps and streaks use the owner's date.
            day, zone = place.of(one.ref).date_at(one.occurred_us)
            one = one._replace(local_date=day, zone=zone)
        # Dates never go back, although a person who changes zones may see one twice: windows of caps and streaks only move on.
        used = max(used, one.local_date)
        found.append(one if one.local_date == used else one._replace(local_date=used))
    return found
