"""Carries the scoring state of people from version to version of a scheme.

Everything that is remembered has a name of its own, its identity, whatever its place in a list and whatever else a version changes of
it (decision 90). What a version does not name is kept and restored by the next version that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine import scoring_tables as codes
from engine.scoring_tables import Ints, SchemeTables, ScoreState, new_state
from rewards.events import object_key
from rewards.scheme.achievements import Badge
from rewards.scheme.scheme import IncentiveScheme

Aside = Mapping[int, Ints]
"""By identity, int64[n, width]: what the version in force does not name."""
NOTHING_ASIDE: Aside = {}
NO_NUMBERS: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Part:
    """Columns of a person's row that have an identity. `fresh` are their values before any event.

    `granted`: how much of the first column the scheme gave at the start of the window in the second; carried is what was used of it.
    """

    name: str
    identity: int
    start: int
    end: int
    fresh: tuple[int, ...]
    granted: int = 0

    @property
    def columns(self) -> slice:
        """Its columns in a row."""
        return slice(self.start, self.end)


def parts_of(
    scheme: IncentiveScheme, badges: Iterable[Badge], cap_names: Iterable[str], counter_names: Iterable[str]
) -> tuple[Part, ...]:
    """Every part of a row but the total, in the order of `engine.scoring_tables.StateColumns`."""
    never = codes.NEVER
    shapes: list[tuple[str, tuple[int, ...], int]] = []
    for rule in scheme.rules:
        window = rule.decay.window if rule.decay else "total"
        shapes += [(f"rule/{rule.id}", (0, never), 0), (f"decay/{rule.id}/{window}", (never, 0), 0)]
    shapes += [(f"cap/{name}", (never, 0), 0) for name in cap_names]
    shapes += [(f"count/{name}", (never, 0), 0) for name in counter_names]
    for streak in scheme.streaks:
        shapes.append((f"streak/{streak.id}", (0, never), 0))
        shapes.append((f"freezes/{streak.id}/{streak.freeze_window}", (0, never), streak.freezes))
        shapes.append((f"return/{streak.id}", (0, 0, 0, 0), 0))
    shapes += [(f"badge/{badge.id}", (0,), 0) for badge in badges]
    found, start = [], 1
    for name, fresh, granted in shapes:
        found.append(Part(name, object_key(name), start, start + len(fresh), fresh, granted))
        start += len(fresh)
    return tuple(found)


def carry_people(
    state: ScoreState, aside: Aside, old: tuple[Part, ...], new: tuple[Part, ...], tables: SchemeTables
) -> tuple[ScoreState, Aside]:
    """n people's state under a new version, and the state of parts that it lacks. Totals continue; objects are keyed by identity anyway."""
    fresh = new_state(tables, state.people.shape[0], 1)
    fresh.people[:, 0] = state.people[:, 0]
    left = dict(aside)
    for part in old:
        values = state.people[:, part.columns]
        if (values != part.fresh).any():
            left[part.identity] = _granted(values, part, -part.granted)
    for part in new:
        known = left.pop(part.identity, None)
        if known is not None:
            fresh.people[:, part.columns] = _granted(known, part, part.granted)
    kept = {identity: values.copy() for identity, values in left.items()}
    return ScoreState(fresh.people, state.objects.copy(), state.used.copy()), kept


def _granted(values: Ints, part: Part, change: int) -> Ints:
    """The values with a change of the remainder in a window, for those who had started one."""
    if not part.granted:
        return values
    found = values.copy()
    found[:, 0] += np.where(values[:, 1] == codes.NEVER, 0, change)
    return found


def packed(aside: Aside) -> Ints:
    """One person's: identity, width and values of each, by identity."""
    numbers = [(identity, values.shape[1], *values[0].tolist()) for identity, values in sorted(aside.items())]
    return np.array([one for record in numbers for one in record], dtype=np.int64)


def unpacked(numbers: Ints) -> Aside:
    """The inverse of `packed`."""
    found: dict[int, Ints] = {}
    at = 0
    while at < numbers.shape[0]:
        identity, width = int(numbers[at]), int(numbers[at + 1])
        found[identity] = numbers[at + 2 : at + 2 + width].reshape(1, width)
        at += 2 + width
    return found
