"""The scoring kernel uncompiled, over plain lists: what the live program runs for one person and few events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from engine.plain import plain
from engine.scoring_kernel import score
from engine.scoring_tables import SchemeTables
from engine.scoring_terms import EventNumbers, key_of, rehash

Row = list[int]
Line = tuple[int, int, int, int]
"""As in `Awards`: index of the event, of the rule or badge, millipoints and reason."""
_SLOTS = 1 << 31
MOST_KEYS = 1 << 14
"""Of objects, remembered by a process."""


class Occasions(NamedTuple):
    """Events as `EventBatch` has them, each as one."""

    events: Sequence[EventNumbers]
    kinds: Sequence[int]
    roles: Sequence[int]
    leave: Sequence[Sequence[int]]


class Objects(dict[int, Row]):
    """A hash table of objects whose slots are created on first access."""

    def __missing__(self, slot: int) -> Row:
        self[slot] = found = [0, 0]
        return found

    def __len__(self) -> int:
        return _SLOTS

    def pairs(self) -> list[Row]:
        """Keys and values, by key."""
        return sorted([pair for pair in self.values() if pair[0]])


class PlainState(NamedTuple):
    """`ScoreState` as plain lists."""

    people: list[Row]
    objects: Objects
    used: Row

    @classmethod
    def of(cls, people: Iterable[Row], pairs: Sequence[Sequence[int]] = ()) -> PlainState:
        """From people's rows, which are copied, and keys and values of objects."""
        objects = Objects()
        _REHASH(pairs, objects)
        return cls([list(row) for row in people], objects, [len(pairs)])

    def copy(self) -> PlainState:
        """A state that shares nothing with this one."""
        objects = Objects({slot: pair[:] for slot, pair in self.objects.items() if pair[0]})
        return PlainState([row[:] for row in self.people], objects, self.used[:])


class PlainTables(NamedTuple):
    """`SchemeTables` as plain lists."""

    matrices: tuple[list[Row], ...]
    listed: Row
    general: Row

    @classmethod
    def of(cls, tables: SchemeTables) -> PlainTables:
        """Made once for all events of a scheme."""
        *matrices, listed, general = (table.tolist() for table in tables)
        return cls(tuple(matrices), listed, general)


def _ready(columns: Any, at: int) -> EventNumbers:
    """Here an event comes as one."""
    found: EventNumbers = columns[0][at]
    return found


def _noted(out: Any, _: int, event: int, item: int, amount: int, reason: int) -> None:
    """Here room needs no making."""
    out[1].append((event, item, amount, reason))


# Nothing is asked for ahead: an interpreter is no faster for it. Keys are asked for again whenever an event is folded again.
_KEY_OF = lru_cache(MOST_KEYS)(plain(key_of, {}))
_SCORE = plain(score, {"_event": _ready, "_write": _noted, "_AHEAD": 1 << 62, "key_of": _KEY_OF})
_REHASH = plain(rehash, {})
_ENDLESS = range(1 << 62)


def score_plain(tables: PlainTables, state: PlainState, occasions: Occasions) -> list[Line]:
    """Score the events: the state is moved on in its place, the entries are returned, equal to those of `score_batch`."""
    found: list[Line] = []
    progress = [0] * (2 + 2 * len(tables.matrices[2]))
    columns = (occasions.events, occasions.kinds, *(None,) * 10, occasions.roles)
    _SCORE(*tables, *state, columns, occasions.leave, (_ENDLESS, found), progress)
    return found
