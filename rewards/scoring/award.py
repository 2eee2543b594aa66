"""One person's fold over events: the kernel, uncompiled, for the live program and for offline replay of small files.

    state = PersonState.new(compiled)
    state, outcome = award(compiled, state, event, PersonFacts(segment="sales"))

The state given is never changed. A rule whose beneficiary is the object's owner is evaluated with `role="owner"` and the owner's state; the
caller awards an event once for its subject and, where `event.owner` is another person, once more for the owner.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import numpy as np

from engine import scoring_tables as codes
from engine.scoring_plain import Occasions, PlainState, score_plain
from engine.scoring_tables import Ints, ScoreState, StateColumns, columns, new_objects
from engine.scoring_terms import EventNumbers as Occasion
from rewards.amounts import points_text
from rewards.clock import local_date, microseconds, month_index
from rewards.events import VERIFICATION_LEVEL, Event, object_key
from rewards.scheme.scheme import Badge, millipoints
from rewards.scoring.carrying import NO_NUMBERS, carry_people, packed, unpacked
from rewards.scoring.reasons import KERNEL_REASONS, Reason, explain
from rewards.scoring.tables import CompiledScheme

Role = Literal["subject", "owner"]
_NUMBER_BYTES = 8
_MOST_EXPLAINED = 4096
_BADGES = frozenset({codes.BADGE, codes.BADGE_LOST})


@dataclass(frozen=True)
class PersonFacts:
    """The facts about the beneficiary at the time of the event. `leave` holds first and last dates, as ordinals."""

    segment: str = ""
    team: str = ""
    zone: str = "UTC"
    leave: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class ScoredEntry:
    """One line of the record: what a rule or badge gave for an event, and why."""

    item: str
    title: str
    kind: Literal["points", "badge", "badge_lost"]
    amount_millipoints: int
    reason: Reason
    hold_hours: int = 0
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason in plain words."""
        return explain(self.reason, self.arguments)


_NO_RULE = (ScoredEntry("", "", "points", 0, Reason.NO_RULE),)


@dataclass(frozen=True)
class ScoredEvent:
    """The entries of one event for one person, rules in the scheme's order, then badges."""

    entries: tuple[ScoredEntry, ...]

    @property
    def amount_millipoints(self) -> int:
        """Sum of the entries."""
        return sum(entry.amount_millipoints for entry in self.entries)


@dataclass(frozen=True)
class PersonState:
    """The scoring state of one person under one scheme, and state kept for other schemes (`rewards.scoring.carrying.packed`)."""

    score: PlainState
    aside: Ints = field(default_factory=lambda: NO_NUMBERS)

    @classmethod
    def new(cls, compiled: CompiledScheme) -> PersonState:
        """The state before any event."""
        return cls(PlainState.of([compiled.fresh_row]))

    def copy(self) -> PersonState:
        """A state that can go another way."""
        return PersonState(self.score.copy(), self.aside)

    @property
    def row(self) -> list[int]:
        """The person's numbers; `columns` names the parts."""
        return self.score.people[0]

    def columns(self, compiled: CompiledScheme) -> StateColumns:
        """The parts of the row by name, to be read."""
        return columns(compiled.tables, self._arrays())

    @property
    def earned_millipoints(self) -> int:
        """All that was ever awarded (ranks)."""
        return self.row[0]

    def badges(self, compiled: CompiledScheme) -> tuple[str, ...]:
        """Ids of the badges held, levels included, in the scheme's order."""
        held = self.columns(compiled).badge[0] == codes.HELD
        return tuple(badge.id for badge, has in zip(compiled.badges, held, strict=True) if has)

    def reached(self, compiled: CompiledScheme, badge: int) -> list[int]:
        """The present count of each requirement of a badge (its place in `compiled.badges`), group by group, points in millipoints.

        Counts per object are 0, since no object is given here.
        """
        now = self.columns(compiled)
        first, end = (int(place) for place in compiled.tables.badge[badge, :2])
        found = []
        for _, metric, index, _ in compiled.tables.requirement[first:end].tolist():
            if metric == codes.METRIC_POINTS:
                found.append(int(now.earned[0]))
            elif metric == codes.METRIC_AWARDS:
                found.append(int(now.rule[0, index, codes.AWARDS]))
            elif metric == codes.METRIC_COUNTER:
                found.append(max(0, int(now.counter[0, index, 1])))
            else:
                found.append(int(now.streak[0, index, codes.LENGTH]))
        return found

    def to_bytes(self) -> bytes:
        """A canonical form: equal states, equal bytes, whatever their history."""
        pairs = self.score.objects.pairs()
        numbers = (len(pairs), *self.row, *chain.from_iterable(pairs))
        return struct.pack(f"<{len(numbers)}q", *numbers) + self.aside.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, compiled: CompiledScheme) -> PersonState:
        """The state that `to_bytes` wrote under the same scheme. Raises ValueError where the shapes differ."""
        size, width = len(data) // _NUMBER_BYTES, len(compiled.fresh_row)
        objects, *numbers = struct.unpack_from(f"<{size}q", data)
        end = width + 2 * objects
        if len(numbers) < end:
            raise ValueError(
                f"state of {len(data)} bytes; scheme {compiled.scheme.name!r} takes at least {_NUMBER_BYTES * (1 + end)}; fold again"
            )
        pairs = list(zip(numbers[width:end:2], numbers[width + 1 : end : 2], strict=True))
        aside = np.array(numbers[end:], dtype=np.int64) if len(numbers) > end else NO_NUMBERS
        return cls(PlainState.of([numbers[:width]], pairs), aside)

    def _arrays(self) -> ScoreState:
        """The row as the kernel's array, without objects."""
        return ScoreState(np.array(self.score.people, dtype=np.int64), *new_objects(1))

    def carried(self, old: CompiledScheme, new: CompiledScheme) -> PersonState:
        """The state under a new version (`rewards.scoring.carrying`); the old one must not be used any more."""
        found, aside = carry_people(self._arrays(), unpacked(self.aside), old.parts, new.parts, new.tables)
        return PersonState(self.score._replace(people=found.people.tolist()), packed(aside))


def batch_of(compiled: CompiledScheme, event: Event, facts: PersonFacts, role: Role = "subject") -> Occasions:
    """The event as a batch of one, for person 0."""
    v = compiled.vocabulary
    other = event.counterpart(role == "owner")
    day = event.local_date or local_date(event.occurred_at, event.zone or facts.zone)
    one = Occasion(
        person=0,
        item=object_key(event.item),
        counterpart=-1 if other is None else object_key(other),
        at_us=microseconds(event.occurred_at),
        date=day.toordinal(),
        month=month_index(day),
        channel=v.channel_code(event.channel),
        tags=v.tag_mask(event.tags),
        segment=v.segment_codes.get(facts.segment, -1),
        verification=VERIFICATION_LEVEL[event.verification],
        quantity=event.quantity,
    )
    leave = [(0, *dates) for dates in facts.leave]
    return Occasions([one], [v.kind_codes.get(event.kind, -1)], [0 if role == "subject" else 1], leave)


def award(
    compiled: CompiledScheme, state: PersonState, event: Event, facts: PersonFacts, role: Role = "subject"
) -> tuple[PersonState, ScoredEvent]:
    """Score one event for one person with the kernel uncompiled; returns the new state and the entries."""
    after = state.copy()
    (entries,) = award_batch(compiled, after, batch_of(compiled, event, facts, role))
    return after, ScoredEvent(entries)


def award_batch(
    compiled: CompiledScheme, state: PersonState, batch: Occasions
) -> list[tuple[ScoredEntry, ...]]:
    """Score several events of one person in the order given, with the kernel uncompiled; the state given is moved on.

    Entries by event. A subject's event without any rule has one entry with the reason NO_RULE.
    """
    found: list[tuple[ScoredEntry, ...]] = [()] * len(batch.kinds)
    known = compiled.explained
    for at, item, amount, reason in score_plain(compiled.plain_tables, state.score, batch):
        found[at] += (known.get((item, amount, reason)) or _explained(compiled, item, amount, reason),)
    for at, owner in enumerate(batch.roles):
        if not owner and not found[at]:
            found[at] = _NO_RULE
    return found


def _explained(compiled: CompiledScheme, item: int, amount: int, reason_code: int) -> ScoredEntry:
    """As `entry_of`, and remembered."""
    kept = compiled.explained
    if len(kept) >= _MOST_EXPLAINED:
        kept.clear()
    found = kept[item, amount, reason_code] = entry_of(compiled, item, amount, reason_code)
    return found


def badge_arguments(badge: Badge, amount: int) -> dict[str, str]:
    """The arguments of the explanation of a badge's entry."""
    return {"title": badge.title, "points": points_text(amount)}


def entry_of(compiled: CompiledScheme, item: int, amount: int, reason_code: int) -> ScoredEntry:
    """A kernel entry with the scheme's names and the arguments of its explanation."""
    code = codes.reason_code(reason_code)
    reason = KERNEL_REASONS[code]
    if code in _BADGES:
        badge = compiled.badges[item]
        kind: Literal["badge", "badge_lost"] = "badge" if code == codes.BADGE else "badge_lost"
        return ScoredEntry(badge.id, badge.title, kind, amount, reason, 0, badge_arguments(badge, amount))
    rule = compiled.scheme.rules[item]
    held = rule.hold_hours if amount else 0
    if held and reason is Reason.AWARDED:
        reason = Reason.ON_HOLD
    arguments = {"title": rule.title, "points": points_text(amount)}
    if reason in (Reason.CAP_PARTIAL, Reason.CAP_REACHED):
        cap, wanted = codes.capped(reason_code)
        arguments |= {"wanted": points_text(wanted), **_limit(compiled, cap)}
    elif reason is Reason.COOLDOWN:
        arguments["cooldown_minutes"] = str(rule.cooldown_minutes)
    elif reason is Reason.ON_HOLD:
        arguments["hold_hours"] = str(rule.hold_hours)
    elif rule.verification != "declared":
        arguments["proof"] = rule.verification
    return ScoredEntry(rule.id, rule.title, "points", amount, reason, held, arguments)


def _limit(compiled: CompiledScheme, index: int) -> dict[str, str]:
    """The arguments of the explanation of a cap, given its index in the tables."""
    rule, cap = compiled.caps[index]
    return {
        "cap_window": cap.window,
        "cap_points": points_text(millipoints(cap.points)),
        "cap_scope": cap.scope,
        "cap_rules": "" if rule else "all",
    }


__all__ = [
    "PersonFacts",
    "PersonState",
    "Reason",
    "ScoredEntry",
    "ScoredEvent",
    "award",
    "award_batch",
    "batch_of",
    "entry_of",
    "explain",
]
