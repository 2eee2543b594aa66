"""Simulated events as the live program would receive them, with exact times, pending until their local day is over."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rewards.events import Verification

Ints = NDArray[np.int64]

SOURCE = "groundswell/simulation"
# Alphabetical: at one instant the canonical order is that of the ids, and an id begins with the kind.
KINDS = ("click", "contact", "lead", "share")
CLICK, CONTACT, LEAD, SHARE = range(4)
# A share is declared, a click tracked by its link; contacts gained and leads come through a connector.
VERIFICATIONS: tuple[Verification, ...] = ("tracked", "connector", "connector", "declared")


class Rows(NamedTuple):
    """Events as columns, int64[n].

    person         row of the staff
    kind           index of `KINDS`
    seconds        UTC, whole seconds
    day            simulated day of the person's local date
    item           index of the content item
    channel        index of the content's channels
    number         number of the share that caused the event, unique in a run
    ordinal        index of the click among that share's clicks
    """

    person: Ints
    kind: Ints
    seconds: Ints
    day: Ints
    item: Ints
    channel: Ints
    number: Ints
    ordinal: Ints

    @classmethod
    def empty(cls) -> Rows:
        """No events."""
        return cls(*(np.empty(0, dtype=np.int64) for _ in cls._fields))

    def take(self, rows: NDArray[np.generic]) -> Rows:
        """The events selected by an index array or mask."""
        return Rows(*(column[rows] for column in self))

    def ordered(self) -> Rows:
        """The events in canonical order: by instant, then id."""
        return self.take(self.order(np.arange(self.day.size)))

    def order(self, rows: Ints) -> Ints:
        """These row numbers in canonical order."""
        instant = self.seconds[rows] * len(KINDS) + self.kind[rows]
        order = np.argsort(instant)
        rising = instant[order]
        same = rising[1:] == rising[:-1]
        # Few events share a second: only these need the full sort key.
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same)) if same.any() else order[:0]
        mine = order[tied]
        at = rows[mine]
        order[tied] = mine[np.lexsort((mine, self.ordinal[at], self.number[at], instant[mine]))]
        return rows[order]

    def event_id(self, row: int) -> str:
        """The event's deterministic id; ids sort like (kind, number, ordinal)."""
        return f"{KINDS[self.kind[row]]}-{self.number[row]:09d}-{self.ordinal[row]:06d}"


def joined(parts: list[Rows]) -> Rows:
    """The events of several parts, concatenated."""
    if not parts:
        return Rows.empty()
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class Waiting:
    """Pending events: those whose local day is not over yet (a click may follow its share by days)."""

    def __init__(self) -> None:
        self._rows = Rows.empty()

    def copy(self) -> Waiting:
        """An independent copy, for a fork."""
        found = Waiting()
        found._rows = self._rows
        return found

    def add(self, rows: Rows) -> None:
        """Add events."""
        self._rows = joined([self._rows, rows])

    def due(self, day: int) -> Rows:
        """Remove and return all events with a local day up to `day`, in canonical order."""
        ripe = self._rows.day <= day
        out = self._rows.take(self._rows.order(np.flatnonzero(ripe)))
        self._rows = self._rows.take(np.flatnonzero(~ripe))
        return out
