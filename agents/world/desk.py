"""Content items of a run: publication, lifetime and qualities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from agents.setting.setting import Content, ContentKind
from engine.streams import Stream, normals, stream_key, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KIND, DAY, GREEN, TOPIC, APPEAL = 0, 1, 2, 3, 8
WORKING_DAYS = 5


@dataclass(frozen=True)
class Items:
    """Every item of a run, in order of publication; arrays of one length.

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

    @classmethod
    def side_by_side(cls, desks: Sequence[Items]) -> Items:
        """The items of several runs of one setting, concatenated."""
        if len(desks) == 1:
            return desks[0]
        columns = (
            "kind", "topic", "available", "expires", "polish", "useful", "promotional", "risk", "green_lit", "disclosure",
            "praises", "appeal",
        )  # fmt: skip
        return cls(
            ids=tuple(chain.from_iterable(one.ids for one in desks)),
            kinds=desks[0].kinds,
            first=np.cumsum([0, *(len(one.ids) for one in desks)]),
            **{name: np.concatenate([getattr(one, name) for one in desks]) for name in columns},
        )

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
    seed: int,
    run: int,
) -> Items:
    """All items that can be shared between `first_day` and `last_day`; a fractional number a week is met on average over weeks."""
    key = stream_key(seed, Stream.CONTENT, run)
    start = first_day - content.lifetime_days - approval_delay_days
    weeks = (last_day - start) // 7 + 1
    edges = np.floor(content.items_per_week * np.arange(weeks + 1)).astype(np.int64)
    week = np.repeat(np.arange(weeks), np.diff(edges))
    rows = np.arange(week.size, dtype=np.int64)
    day = start + 7 * week + np.floor(WORKING_DAYS * uniforms(key, 0, rows, DAY)).astype(np.int64)
    order = np.argsort(day, kind="stable")
    rows, day = rows[order], day[order]
    shares = np.cumsum([kind.share for kind in content.kinds])
    kind = np.searchsorted(shares / shares[-1], uniforms(key, 0, rows, KIND), side="right").astype(np.int64)
    names = topics(content, segments)
    turn = np.floor(len(segments) * uniforms(key, 0, rows, TOPIC)).astype(np.int64)
    fixed = np.array([-1 if k.topic is None else names.index(k.topic) for k in content.kinds], dtype=np.int64)

    def level(name: str) -> Floats:
        return np.array([getattr(k, name) for k in content.kinds], dtype=np.float64)[kind]

    return Items(
        ids=tuple(f"item-{row + 1:05d}" for row in rows),
        kinds=content.kinds,
        kind=kind,
        topic=np.where(fixed[kind] >= 0, fixed[kind], turn),
        available=day + approval_delay_days,
        expires=day + approval_delay_days + content.lifetime_days,
        polish=level("polish"),
        useful=level("useful"),
        promotional=level("promotional"),
        risk=level("risk"),
        green_lit=(uniforms(key, 0, rows, GREEN) < level("green_lit")).astype(np.float64),
        disclosure=level("disclosure"),
        praises=level("praises_others"),
        appeal=normals(key, 0, rows, APPEAL),
        first=np.array([0, rows.size], dtype=np.int64),
    )
