"""Schemes scored by hand: events of a few days in, and what they came to out, by the compiled kernel and by the live one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from rewards.document import load_document
from rewards.events import Event
from rewards.people_file import PersonRow
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonFacts, PersonState, award
from rewards.scoring.replay import replay
from rewards.scoring.tables import CompiledScheme, compile_scheme

Spans = tuple[tuple[date, date], ...]
LENGTH, LONGEST = 0, 6


class Came(NamedTuple):
    """What the events came to: entries as (rule or badge, millipoints, reason)."""

    entries: list[tuple[str, int, str]]
    streaks: dict[str, int]
    longest: dict[str, int]
    badges: tuple[str, ...]

    @property
    def paid(self) -> list[int]:
        """Millipoints, entry by entry."""
        return [amount for _, amount, _ in self.entries]

    @property
    def reasons(self) -> list[str]:
        """Reason codes, entry by entry."""
        return [reason for _, _, reason in self.entries]


Way = Callable[[CompiledScheme, list[Event], Spans, str], Came]


@cache
def compiled(text: str) -> CompiledScheme:
    """The scheme of a text without name and title."""
    return compile_scheme(load_document(f"name: s\ntitle: S\n{text}", IncentiveScheme, "s"))


def on(day: int, kind: str = "share", **rest: Any) -> dict[str, Any]:
    """An event of ana's on a day of November 2026, which began on a Sunday; `after` is how long after eight o'clock."""
    return {"day": day, "kind": kind, **rest}


def events_of(acts: tuple[dict[str, Any], ...]) -> list[Event]:
    """The events, a second after each other unless told otherwise; each with an object of its own unless it names one."""
    found = []
    for number, act in enumerate(acts):
        fields = {"source": "s", "id": f"{number:03d}", "subject": "ana", "object": f"o{number}", **act}
        start = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(days=fields.pop("day") - 1)
        fields["occurred_at"] = start + fields.pop("after", timedelta(seconds=number))
        found.append(Event(**fields))
    return found


def live(scheme: CompiledScheme, events: list[Event], leave: Spans = (), segment: str = "sales") -> Came:
    """Event by event, uncompiled, the state going through bytes each time."""
    days_off = tuple((first.toordinal(), last.toordinal()) for first, last in leave)
    state, entries = PersonState.new(scheme), []
    for event in events:
        kept = PersonState.from_bytes(state.to_bytes(), scheme)
        state, outcome = award(scheme, kept, event, PersonFacts(segment=segment, leave=days_off))
        entries += [(one.item, one.amount_millipoints, str(one.reason)) for one in outcome.entries]
        assert state.score.used == [len(state.score.objects.pairs())], "a slot is taken once"
    rows = state.columns(scheme).streak[0].tolist()
    names = [streak.id for streak in scheme.scheme.streaks]
    return Came(
        entries,
        {name: row[LENGTH] for name, row in zip(names, rows, strict=True)},
        {name: row[LONGEST] for name, row in zip(names, rows, strict=True)},
        state.badges(scheme),
    )


def replayed(scheme: CompiledScheme, events: list[Event], leave: Spans = (), segment: str = "sales") -> Came:
    """All at once, compiled."""
    ana = PersonRow(id="ana", segment=segment, team="t", timezone="UTC", contacts=0, leave=leave)
    others = [
        PersonRow(id=name, segment="lab", team="t", timezone="UTC", contacts=0)
        for name in sorted({one.owner for one in events if one.owner})
    ]
    found = replay(events, scheme, [ana, *others])
    (stand,) = [one for one in found.standings if one.person == "ana"]
    entries = [
        (one.entry.item, one.entry.amount_millipoints, str(one.entry.reason))
        for one in found.entries
        if one.person == "ana"
    ]
    return Came(entries, stand.streaks, stand.longest_streaks, stand.badges)
