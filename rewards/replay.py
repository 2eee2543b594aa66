"""Offline replay: events and a scheme in, every entry with its reason, balances, badges and streaks out.

The same kernel as live and simulated, compiled over all people at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.scoring import score_batch
from engine.scoring_tables import EventBatch, new_state
from rewards.award import Entry, Reason, entry_of
from rewards.clock import frozen_date, microseconds, month_index
from rewards.document import DocumentError
from rewards.events import (
    VERIFICATION_LEVEL,
    Event,
    EventError,
    canonical_order,
    object_key,
    parse_cloudevent,
    payload_hash,
)
from rewards.people_file import PersonRow
from rewards.tables import CompiledScheme


@dataclass(frozen=True)
class ReplayEntry:
    """An entry with the person and event it belongs to."""

    person: str
    source: str
    event: str
    entry: Entry


@dataclass(frozen=True)
class Replay:
    """What the events come to under the scheme."""

    scheme_hash: str
    entries: tuple[ReplayEntry, ...]
    balances_millipoints: dict[str, int]
    badges: dict[str, tuple[str, ...]]
    streaks: dict[str, dict[str, int]]
    duplicates: int

    def as_json(self) -> dict[str, Any]:
        """A JSON object, keys in a fixed order."""
        return {
            "kind": "replay",
            "scheme_hash": self.scheme_hash,
            "duplicates": self.duplicates,
            "balances": [
                {"person": p, "millipoints": m, "badges": list(self.badges[p]), "streaks": self.streaks[p]}
                for p, m in sorted(self.balances_millipoints.items())
            ],
            "entries": [
                {
                    "person": e.person,
                    "source": e.source,
                    "event": e.event,
                    "item": e.entry.item,
                    "kind": e.entry.kind,
                    "millipoints": e.entry.amount_millipoints,
                    "reason": e.entry.reason.value,
                    "why": e.entry.why,
                }
                for e in self.entries
            ],
        }


def read_events(path: Path) -> list[Event]:
    """CloudEvents of a JSONL file, one a line. Raises DocumentError naming file and line."""
    events = []
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    events.append(parse_cloudevent(json.loads(line)))
                except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
                    raise DocumentError(
                        f"{path}:{number}: not JSON; one CloudEvents object a line; mend the line"
                    ) from None
                except EventError as error:
                    raise DocumentError(f"{path}:{number}: {error}") from None
    except OSError as error:
        raise DocumentError(f"{path}:1: cannot be read ({error.strerror}); name a readable file") from None
    return events


def _distinct(events: Iterable[Event]) -> tuple[list[Event], int]:
    """Events in canonical order, each (source, id) once. Raises DocumentError where one id has two payloads."""
    seen: dict[tuple[str, str], str] = {}
    kept: list[Event] = []
    duplicates = 0
    for event in canonical_order(events):
        key, digest = (event.source, event.id), payload_hash(event)
        if seen.setdefault(key, digest) != digest:
            raise DocumentError(
                f"event {event.id!r} of {event.source!r}: got two payloads; an id stands for one; rename one"
            )
        if len(seen) == len(kept):
            duplicates += 1
        else:
            kept.append(event)
    return kept, duplicates


def _batch(compiled: CompiledScheme, occasions: list[tuple[Event, PersonRow, int, int]]) -> EventBatch:
    """Occasions (event, person, row, role) as kernel arrays; local dates frozen person by person."""
    v = compiled.vocabulary
    last: dict[int, Any] = {}
    columns: list[tuple[int, ...]] = []
    for event, person, row, role in occasions:
        day = event.local_date or frozen_date(event.occurred_at, event.zone or person.timezone, last.get(row))
        last[row] = day
        columns.append(
            (
                row,
                v.kind_codes.get(event.kind, -1),
                object_key(event.object),
                microseconds(event.occurred_at),
                day.toordinal(),
                month_index(day),
                v.channel_codes.get(event.channel or "", -1),
                v.tag_mask(event.tags),
                v.segment_codes.get(person.segment, -1),
                VERIFICATION_LEVEL[event.verification],
                event.quantity,
                role,
                0,
            )
        )
    return EventBatch(
        *np.array(columns, dtype=np.int64).reshape(len(columns), len(EventBatch._fields)).T.copy()
    )


def replay(
    events: Iterable[Event], compiled: CompiledScheme, people: Sequence[PersonRow] | None = None
) -> Replay:
    """Score the events offline. Without `people` everyone named is taken, in zone UTC and no segment.

    Raises DocumentError for a person that `people` lacks and for one id with two payloads.
    """
    ordered, duplicates = _distinct(events)
    if people is None:
        names = dict.fromkeys(n for e in ordered for n in (e.subject, e.owner) if n)
        people = [PersonRow(id=n, segment="all", team="all", timezone="UTC", contacts=0) for n in names]
    rows = {person.id: row for row, person in enumerate(people)}
    occasions = []
    for event in ordered:
        for name, role in ((event.subject, 0), (event.owner, 1)):
            if name is not None and name not in rows:
                raise DocumentError(
                    f"event {event.id!r}: got person {name!r}; not among the people; add the person or drop the event"
                )
            if name is not None:
                occasions.append((event, people[rows[name]], rows[name], role))
    state, awards = score_batch(
        compiled.tables, new_state(compiled.tables, len(people)), _batch(compiled, occasions)
    )
    found: list[list[Entry]] = [[] for _ in occasions]
    for at, item, amount, reason in zip(*(column.tolist() for column in awards), strict=True):
        found[at].append(entry_of(compiled, item, amount, reason))
    entries: list[ReplayEntry] = []
    for (event, person, _, role), got in zip(occasions, found, strict=True):
        lines = got or ([Entry("", "", "points", 0, Reason.NO_RULE)] if role == 0 else [])
        entries.extend(ReplayEntry(person.id, event.source, event.id, entry) for entry in lines)
    badges, streaks = compiled.scheme.badges, compiled.scheme.streaks
    return Replay(
        scheme_hash=compiled.hash,
        entries=tuple(entries),
        balances_millipoints={p.id: int(state.earned[r]) for r, p in enumerate(people)},
        badges={
            p.id: tuple(b.id for b, h in zip(badges, state.badges[r], strict=True) if h)
            for r, p in enumerate(people)
        },
        streaks={
            p.id: {s.id: int(state.streak[r, at, 0]) for at, s in enumerate(streaks)}
            for r, p in enumerate(people)
        },
        duplicates=duplicates,
    )
