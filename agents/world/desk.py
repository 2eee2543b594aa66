"""Content items of runs: publication, lifetime and qualities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.setting.setting import Content, ContentKind
from agents.world.draws import normals_each, uniforms_each
from agents.world.lanes import Draw, keys_of
from engine.streams import Stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KIND, DAY, GREEN, TOPIC, APPEAL = 0, 1, 2, 3, 8
WORKING_DAYS = 5


@dataclass(frozen=True)
class Items:
    """Every item of some runs of one setting, run after run and in order of publication; arrays of one length.

    available, expires   first day on which it can be shared, and first day on which it no longer can
    topic                column of the audience's interests; the segments' topics come first
    polish … praises     levels of its kind, from 0 to 1
    appeal               standard normal draw
    first                int64[R + 1]: first item of each run
    """

    ids: tuple[str, ...]
    kinds: tuple[ContentKind, ...]
    kind: Ints
    topic: Ints
    available: Ints
    expires: Ints
    polish: Floats
    useful: Floats
    promotional: Floats
    risk: Floats
    green_lit: Floats
    disclosure: Floats
    praises: Floats
    appeal: Floats
    first: Ints

    def on(self, day: int) -> Ints:
        """Indexes of the items that can be shared on `day`. What is offered to all is what the last one asked for the same day was told."""
        known = self._last.get(day)
        if known is None:
            known = np.flatnonzero((self.available <= day) & (day < self.expires))
            known.flags.writeable = False
            self._last.clear()
            self._last[day] = known
        return known

    @cached_property
    def _last(self) -> dict[int, Ints]:
        return {}


def topics(content: Content, segments: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the topics: the segments, then those that only content has."""
    named = [kind.topic for kind in content.kinds if kind.topic is not None]
    return tuple(dict.fromkeys([*segments, *named]))


def publish_all(
    content: Content,
    segments: tuple[str, ...],
    approval_delay_days: int,
    first_day: int,
    last_day: int,
    *,
    draws: Sequence[Draw],
) -> Items:
    """All items of each run that can be shared between `first_day` and `last_day`.

    A fractional number a week is met on average over weeks.
    """
    keys, runs = keys_of(draws, Stream.CONTENT), len(draws)
    start = first_day - content.lifetime_days - approval_delay_days
    weeks = (last_day - start) // 7 + 1
    edges = np.floor(content.items_per_week * np.arange(weeks + 1)).astype(np.int64)
    week = np.repeat(np.arange(weeks), np.diff(edges))
    lane = np.repeat(np.arange(runs, dtype=np.int64), week.size)
    rows = np.tile(np.arange(week.size, dtype=np.int64), runs)

    def uniforms(ordinal: int) -> Floats:
        return uniforms_each(keys, lane, 0, rows, ordinal)

    days = start + 7 * np.tile(week, runs) + np.floor(WORKING_DAYS * uniforms(DAY)).astype(np.int64)
    order = np.argsort(days.reshape(runs, week.size), axis=1, kind="stable")
    rows, day = order.reshape(-1), np.take_along_axis(days.reshape(order.shape), order, axis=1).reshape(-1)
    shares = np.cumsum([kind.share for kind in content.kinds])
    kind = np.searchsorted(shares / shares[-1], uniforms(KIND), side="right").astype(np.int64)
    names = topics(content, segments)
    turn = np.floor(len(segments) * uniforms(TOPIC)).astype(np.int64)
    fixed = np.array([-1 if k.topic is None else names.index(k.topic) for k in content.kinds], dtype=np.int64)

    called = [f"item-{row + 1:05d}" for row in range(week.size)]

    def level(name: str) -> Floats:
        return np.array([getattr(k, name) for k in content.kinds], dtype=np.float64)[kind]

    return Items(
        ids=tuple(map(called.__getitem__, rows.tolist())),
        kinds=content.kinds,
        kind=kind,
        topic=np.where(fixed[kind] >= 0, fixed[kind], turn),
        available=day + approval_delay_days,
        expires=day + approval_delay_days + content.lifetime_days,
        polish=level("polish"),
        useful=level("useful"),
        promotional=level("promotional"),
        risk=level("risk"),
        green_lit=(uniforms(GREEN) < level("green_lit")).astype(np.float64),
        disclosure=level("disclosure"),
        praises=level("praises_others"),
        appeal=normals_each(keys, lane, 0, rows, APPEAL),
        first=week.size * np.arange(runs + 1, dtype=np.int64),
    )
