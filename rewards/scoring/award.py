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

from engine import scoring_tables as codes
from engine.scoring import score_batch
from engine.scoring_tables import EventBatch, Ints, ScoreState, columns, copy_state, new_state
from engine.scoring_terms import rehash
from rewards.amounts import points_text
from rewards.clock import local_date, microseconds, month_index
from rewards.events import VERIFICATION_LEVEL, Event, object_key
from rewards.scheme.scheme import Badge, millipoints
from rewards.scoring.carrying import NO_NUMBERS, carry_people, packed, unpacked
from rewards.scoring.reasons import KERNEL_REASONS, Reason, explain
from rewards.scoring.tables import CompiledScheme

Role = Literal["subject", "owner"]
_SMALL_TABLE = 16
_MOST_EXPLAINED = 4096
_BADGES = frozenset({codes.BADGE, codes.BADGE_LOST})


@dataclass(frozen=True)
class PersonFacts:
    """What scoring needs to know of the beneficiary at the time of the event. `leave` holds first and last dates, as ordinals."""

    segment: str = ""
    team: str = ""
    zone: str = "UTC"
    leave: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Entry:
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
    """What scoring remembers of one person: under one scheme, and what that scheme does not name (`rewards.scoring.carrying.packed`)."""

    score: ScoreState
    aside: Ints = field(default_factory=lambda: NO_NUMBERS)

    @classmethod
    def new(cls, compiled: CompiledScheme) -> PersonState:
        """The state before any event."""
        return cls(new_state(compiled.tables, 1, _SMALL_TABLE))

    @property
    def earned_millipoints(self) -> int:
        """All that was ever awarded (ranks)."""
        return int(self.score.people[0, 0])

    def badges(self, compiled: CompiledScheme) -> tuple[str, ...]:
        """Ids of the badges held, levels included, in the scheme's order."""
        held = columns(compiled.tables, self.score).badge[0] == codes.HELD
        return tuple(badge.id for badge, has in zip(compiled.badges, held, strict=True) if has)

    def streak_days(self, compiled: CompiledScheme) -> dict[str, int]:
        """Length of each streak as it stood on its last active date."""
        found = columns(compiled.tables, self.score).streak[0, :, codes.LENGTH]
        return {s.id: int(days) for s, days in zip(compiled.scheme.streaks, found, strict=True)}

    def reached(self, compiled: CompiledScheme, badge: int) -> list[int]:
        """What each requirement of a badge (its place in `compiled.badges`) has come to, group by group, points in millipoints.

        What is counted within one object is 0: it is kept by object, and there is no object here.
        """
        now = columns(compiled.tables, self.score)
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
        used = self.score.objects[self.score.objects[:, 0] != 0]
        parts = (self.score.people, used[np.argsort(used[:, 0])], self.aside)
        return struct.pack("<q", len(used)) + b"".join(part.astype("<i8").tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes, compiled: CompiledScheme) -> PersonState:
        """The state that `to_bytes` wrote under the same scheme. Raises ValueError where the shapes differ."""
        (objects,) = struct.unpack_from("<q", data)
        numbers = np.frombuffer(data, "<i8", offset=8).astype(np.int64)
        score = new_state(compiled.tables, 1, max(_SMALL_TABLE, 1 << (2 * objects + 1).bit_length()))
        width = score.people.shape[1]
        if numbers.shape[0] < width + 2 * objects:
            raise ValueError(
                f"state of {len(data)} bytes; scheme {compiled.scheme.name!r} takes at least {8 * (1 + width + 2 * objects)}; fold again"
            )
        score.people[0] = numbers[:width]
        end = width + 2 * objects
        rehash.py_func(numbers[width:end].reshape(objects, 2), score.objects)
        score.used[0] = objects
        return cls(score, numbers[end:])


def batch_of(
    compiled: CompiledScheme, event: Event, facts: PersonFacts, role: Role = "subject"
) -> EventBatch:
    """The event as a batch of one, for person 0."""
    v = compiled.vocabulary
    other = event.counterpart(role == "owner")
    day = event.local_date or local_date(event.occurred_at, event.zone or facts.zone)

    def one(value: int) -> Ints:
        return np.array([value], dtype=np.int64)

    return EventBatch(
        person=one(0),
        kind=one(v.kind_codes.get(event.kind, -1)),
        object=one(object_key(event.item)),
        counterpart=one(-1 if other is None else object_key(other)),
        occurred_at_us=one(microseconds(event.occurred_at)),
        local_date=one(day.toordinal()),
        month=one(month_index(day)),
        channel=one(v.channel_code(event.channel)),
        tags=one(v.tag_mask(event.tags)),
        segment=one(v.segment_codes.get(facts.segment, -1)),
        verification=one(VERIFICATION_LEVEL[event.verification]),
        quantity=one(event.quantity),
        role=one(0 if role == "subject" else 1),
        leave=np.array([(0, *dates) for dates in facts.leave], dtype=np.int64).reshape(-1, 3),
    )


def award(
    compiled: CompiledScheme, state: PersonState, event: Event, facts: PersonFacts, role: Role = "subject"
) -> tuple[PersonState, Outcome]:
    """Score one event for one person with the kernel uncompiled; returns the new state and the entries."""
    copied = PersonState(copy_state(state.score), state.aside)
    after, (entries,) = award_batch(compiled, copied, batch_of(compiled, event, facts, role))
    return after, Outcome(entries)


def award_batch(
    compiled: CompiledScheme, state: PersonState, batch: EventBatch, silent: int = 0
) -> tuple[PersonState, list[tuple[Entry, ...]]]:
    """Score several events of one person in the order given, with the kernel uncompiled; the state given is used up.

    Entries by event. A subject's event that no rule concerns has one that says so. Of the first `silent` events only badges are told.
    """
    score, awards = score_batch(compiled.tables, state.score, batch, False)
    found: list[list[Entry]] = [[] for _ in range(batch.person.shape[0])]
    for at, item, amount, reason in zip(*(column.tolist() for column in awards), strict=True):
        if at >= silent or codes.reason_code(reason) in _BADGES:
            found[at].append(_explained(compiled, item, amount, reason))
    no_rule = Entry("", "", "points", 0, Reason.NO_RULE)
    for at, owner in enumerate(batch.role.tolist()):
        if at >= silent and not owner and not found[at]:
            found[at].append(no_rule)
    return PersonState(score, state.aside), [tuple(entries) for entries in found]


def _explained(compiled: CompiledScheme, item: int, amount: int, reason_code: int) -> Entry:
    """As `entry_of`, from memory where it can be."""
    kept, key = compiled.explained, (item, amount, reason_code)
    found: Entry | None = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_EXPLAINED:
            kept.clear()
        found = kept[key] = entry_of(compiled, item, amount, reason_code)
    return found


def badge_arguments(badge: Badge, amount: int) -> dict[str, str]:
    """What the explanation of a badge's entry speaks of."""
    return {"title": badge.title, "points": points_text(amount)}


def entry_of(compiled: CompiledScheme, item: int, amount: int, reason_code: int) -> Entry:
    """A kernel entry with the scheme's names and the arguments of its explanation."""
    code = codes.reason_code(reason_code)
    reason = KERNEL_REASONS[code]
    if code in _BADGES:
        badge = compiled.badges[item]
        kind: Literal["badge", "badge_lost"] = "badge" if code == codes.BADGE else "badge_lost"
        return Entry(badge.id, badge.title, kind, amount, reason, 0, badge_arguments(badge, amount))
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
    return Entry(rule.id, rule.title, "points", amount, reason, held, arguments)


def _limit(compiled: CompiledScheme, index: int) -> dict[str, str]:
    """What the explanation says of a cap, by its place among all caps: those of rules in order, then the scheme's own."""
    cap = compiled.caps[index]
    return {
        "cap_window": cap.window,
        "cap_points": points_text(millipoints(cap.points)),
        "cap_scope": cap.scope,
        "cap_rules": "all" if index >= compiled.tables.general[0] else "",
    }


def carry(state: PersonState, old: CompiledScheme, new: CompiledScheme) -> PersonState:
    """One person's state under a new version, as `rewards.scoring.carrying` says."""
    score, aside = carry_people(state.score, unpacked(state.aside), old.parts, new.parts, new.tables)
    return PersonState(score, packed(aside))


__all__ = [
    "Entry",
    "Outcome",
    "PersonFacts",
    "PersonState",
    "Reason",
    "award",
    "award_batch",
    "batch_of",
    "carry",
    "entry_of",
    "explain",
]
