"""One person's fold over events: the kernel, uncompiled, for the live program and for offline replay of small files.

    state = PersonState.new(compiled)
    state, outcome = award(compiled, state, event, PersonFacts(segment="sales"))

The state given is never changed. A rule whose beneficiary is the object's owner is fed with `role="owner"` and the owner's state; the
caller awards an event once for its subject and, where `event.owner` is another person, once more for the owner.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.scoring import score_batch
from engine.scoring_tables import BADGE, EventBatch, Ints, ScoreState, copy_state, new_state
from rewards.clock import local_date, microseconds, month_index
from rewards.events import VERIFICATION_LEVEL, Event, object_key
from rewards.reasons import KERNEL_REASONS, Reason, explain, points_text
from rewards.scheme import Rule, millipoints
from rewards.tables import CompiledScheme

Role = Literal["subject", "owner"]
_SMALL_TABLE = 16


@dataclass(frozen=True)
class PersonFacts:
    """What scoring needs to know of the beneficiary at the time of the event.

    `excused_days` counts required days excused by leave from the beginning up to the event's date (it never falls).
    """

    segment: str = ""
    team: str = ""
    zone: str = "UTC"
    excused_days: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the record: what a rule or badge gave for an event, and why."""

    item: str
    title: str
    kind: Literal["points", "badge"]
    amount_millipoints: int
    reason: Reason
    hold_hours: int = 0
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason in plain words."""
        return explain(self.reason, self.arguments)


@dataclass(frozen=True)
class Outcome:
    """What one event gave one person, rules in the scheme's order, then badges."""

    entries: tuple[Entry, ...]

    @property
    def amount_millipoints(self) -> int:
        """Sum of the entries."""
        return sum(entry.amount_millipoints for entry in self.entries)


@dataclass(frozen=True)
class PersonState:
    """What scoring remembers of one person under one scheme."""

    score: ScoreState

    @classmethod
    def new(cls, compiled: CompiledScheme) -> PersonState:
        """The state before any event."""
        return cls(new_state(compiled.tables, 1, _SMALL_TABLE))

    @property
    def earned_millipoints(self) -> int:
        """All that was ever awarded (ranks)."""
        return int(self.score.earned[0])

    def badges(self, compiled: CompiledScheme) -> tuple[str, ...]:
        """Ids of the badges held, in the scheme's order."""
        return tuple(
            b.id for b, held in zip(compiled.scheme.badges, self.score.badges[0], strict=True) if held
        )

    def streak_days(self, compiled: CompiledScheme) -> dict[str, int]:
        """Length of each streak as it stood on its last active date."""
        return {s.id: int(self.score.streak[0, index, 0]) for index, s in enumerate(compiled.scheme.streaks)}

    def to_bytes(self) -> bytes:
        """A canonical form: equal states, equal bytes, whatever their history."""
        parts = [part.astype("<i8").tobytes() for part in self.score[:-3]]
        used = np.flatnonzero(self.score.object_keys)
        order = used[np.argsort(self.score.object_keys[used])]
        parts.append(self.score.object_keys[order].astype("<i8").tobytes())
        parts.append(self.score.object_values[order].astype("<i8").tobytes())
        shapes = [len(part) for part in parts]
        return struct.pack(f"<{len(shapes)}q", *shapes) + b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes, compiled: CompiledScheme) -> PersonState:
        """The state that `to_bytes` wrote under the same scheme. Raises ValueError where the shapes differ."""
        empty = new_state(compiled.tables, 1, _SMALL_TABLE)
        count = len(empty) - 1
        sizes = struct.unpack_from(f"<{count}q", data)
        at, arrays = 8 * count, []
        for size in sizes:
            arrays.append(np.frombuffer(data, "<i8", size // 8, at).astype(np.int64))
            at += size
        fixed = [a.reshape(e.shape) for a, e in zip(arrays[:-2], empty[:-3], strict=True)]
        keys, values = arrays[-2], arrays[-1]
        slots = max(_SMALL_TABLE, 1 << (2 * len(keys) + 1).bit_length())
        table_keys, table_values = np.zeros(slots, np.int64), np.zeros(slots, np.int64)
        for key, value in zip(keys.tolist(), values.tolist(), strict=True):
            slot = key % slots
            while table_keys[slot]:
                slot = (slot + 1) % slots
            table_keys[slot], table_values[slot] = key, value
        return cls(ScoreState._make([*fixed, table_keys, table_values, np.array([len(keys)], np.int64)]))


def batch_of(
    compiled: CompiledScheme, event: Event, facts: PersonFacts, role: Role = "subject"
) -> EventBatch:
    """The event as a batch of one, for person 0."""
    v = compiled.vocabulary
    day = event.local_date or local_date(event.occurred_at, event.zone or facts.zone)

    def one(value: int) -> Ints:
        return np.array([value], dtype=np.int64)

    return EventBatch(
        person=one(0),
        kind=one(v.kind_codes.get(event.kind, -1)),
        object=one(object_key(event.object)),
        occurred_at_us=one(microseconds(event.occurred_at)),
        local_date=one(day.toordinal()),
        month=one(month_index(day)),
        channel=one(v.channel_codes.get(event.channel or "", -1)),
        tags=one(v.tag_mask(event.tags)),
        segment=one(v.segment_codes.get(facts.segment, -1)),
        verification=one(VERIFICATION_LEVEL[event.verification]),
        quantity=one(event.quantity),
        role=one(0 if role == "subject" else 1),
        excused=one(facts.excused_days),
    )


def award(
    compiled: CompiledScheme, state: PersonState, event: Event, facts: PersonFacts, role: Role = "subject"
) -> tuple[PersonState, Outcome]:
    """Score one event for one person with the kernel uncompiled; returns the new state and the entries."""
    score, awards = score_batch(
        compiled.tables, copy_state(state.score), batch_of(compiled, event, facts, role), False
    )
    entries = tuple(
        entry_of(compiled, int(item), int(amount), int(reason))
        for item, amount, reason in zip(awards.item, awards.amount_millipoints, awards.reason, strict=True)
    )
    if not entries and role == "subject":
        entries = (Entry("", "", "points", 0, Reason.NO_RULE),)
    return PersonState(score), Outcome(entries)


def entry_of(compiled: CompiledScheme, item: int, amount: int, reason_code: int) -> Entry:
    """A kernel entry with the scheme's names and the arguments of its explanation."""
    reason = KERNEL_REASONS[reason_code]
    if reason_code == BADGE:
        badge = compiled.scheme.badges[item]
        bonus = f" and {points_text(amount)} points" if amount else ""
        return Entry(
            badge.id, badge.title, "badge", amount, reason, 0, {"title": badge.title, "bonus": bonus}
        )
    rule = compiled.scheme.rules[item]
    held = rule.hold_hours if amount else 0
    if held and reason is Reason.AWARDED:
        reason = Reason.ON_HOLD
    return Entry(rule.id, rule.title, "points", amount, reason, held, _arguments(compiled, rule, amount))


def _arguments(compiled: CompiledScheme, rule: Rule, amount: int) -> dict[str, str]:
    caps = [*rule.caps, *compiled.scheme.caps]
    names = [
        f"the limit of {points_text(millipoints(c.points))} a {c.window}" for c in caps if c.window != "total"
    ]
    names += [
        f"the limit of {points_text(millipoints(c.points))} in all" for c in caps if c.window == "total"
    ]
    return {
        "title": rule.title,
        "points": points_text(amount),
        "wanted": points_text(millipoints(rule.points)),
        "cap": " or ".join(names),
        "cooldown": f"{rule.cooldown_minutes} minutes",
        "verification": {
            "declared": "any",
            "tracked": "a tracked click as",
            "connector": "the network's own",
        }[rule.verification],
        "hold": f"{rule.hold_hours} hours",
    }


def carry(state: PersonState, old: CompiledScheme, new: CompiledScheme) -> PersonState:
    """One person's state under a new version, as `carry_score` says."""
    return PersonState(carry_score(state.score, old, new))


def carry_score(state: ScoreState, old: CompiledScheme, new: CompiledScheme) -> ScoreState:
    """The state of n people under a new version: totals, and the counters of what both versions have, by id.

    Caps go by their place under their rule. What the new version does not know is dropped; objects once awarded stay so.
    """
    fresh = new_state(new.tables, state.earned.shape[0], 1)
    before, now = old.scheme, new.scheme
    rules = [r.id for r in before.rules], [r.id for r in now.rules]
    _copy(*rules, state, fresh, ("last_award_us", "decay_window", "decay_count", "awards"))
    _copy(_cap_names(old), _cap_names(new), state, fresh, ("cap_window", "cap_used"))
    _copy([b.id for b in before.badges], [b.id for b in now.badges], state, fresh, ("badges",))
    _copy([s.id for s in before.streaks], [s.id for s in now.streaks], state, fresh, ("streak",))
    _copy(list(old.vocabulary.kinds), list(new.vocabulary.kinds), state, fresh, ("events",))
    return fresh._replace(
        earned=state.earned.copy(),
        object_keys=state.object_keys.copy(),
        object_values=state.object_values.copy(),
        object_count=state.object_count.copy(),
    )


def _cap_names(compiled: CompiledScheme) -> list[str]:
    rules = compiled.scheme.rules
    named = [f"{rule.id}/{at}/{cap.window}/{cap.scope}" for rule in rules for at, cap in enumerate(rule.caps)]
    return named + [f"/{at}/{cap.window}" for at, cap in enumerate(compiled.scheme.caps)]


def _copy(
    old: list[str], new: list[str], source: ScoreState, target: ScoreState, fields: tuple[str, ...]
) -> None:
    for at, name in enumerate(new):
        if name in old:
            for part in fields:
                getattr(target, part)[:, at] = getattr(source, part)[:, old.index(name)]


__all__ = [
    "Entry",
    "Outcome",
    "PersonFacts",
    "PersonState",
    "Reason",
    "award",
    "batch_of",
    "carry",
    "carry_score",
    "entry_of",
    "explain",
]
