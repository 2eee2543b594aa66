"""A scheme compiled to the scoring kernel's integer tables, and the vocabulary that turns an event into its codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine import scoring_tables as codes
from engine.scoring_tables import Ints, SchemeTables
from rewards.document import content_hash
from rewards.events import MOST_QUANTITY, VERIFICATION_LEVEL, object_key
from rewards.predicates import (
    WEEKDAYS,
    All,
    AnyOf,
    ChannelIn,
    Compare,
    Not,
    Predicate,
    SegmentIn,
    TagIn,
    WeekdayIn,
    words,
)
from rewards.scheme import Badge, Cap, IncentiveScheme, Rule, SchemeError, millipoints

MOST_WORDS = 60
MOST_EVENTS = 10_000_000
MOST_TOTAL = 2**62
_WINDOWS = {"day": codes.DAY, "week": codes.WEEK, "month": codes.MONTH, "total": codes.TOTAL}
_COMPARISONS = {
    "<": codes.LESS,
    "<=": codes.LESS_EQUAL,
    "==": codes.EQUAL,
    "!=": codes.NOT_EQUAL,
    ">=": codes.GREATER_EQUAL,
    ">": codes.GREATER,
}
_METRICS = {
    "points": codes.METRIC_POINTS,
    "awards": codes.METRIC_AWARDS,
    "events": codes.METRIC_EVENTS,
    "streak": codes.METRIC_STREAK,
}


@dataclass(frozen=True)
class Vocabulary:
    """Names that the scheme speaks of and their codes: kinds, channels, tags and segments, in order of appearance."""

    kinds: tuple[str, ...]
    channels: tuple[str, ...]
    tags: tuple[str, ...]
    segments: tuple[str, ...]

    @cached_property
    def kind_codes(self) -> dict[str, int]:
        """Code of each kind."""
        return {name: code for code, name in enumerate(self.kinds)}

    @cached_property
    def channel_codes(self) -> dict[str, int]:
        """Code of each channel."""
        return {name: code for code, name in enumerate(self.channels)}

    @cached_property
    def segment_codes(self) -> dict[str, int]:
        """Code of each segment."""
        return {name: code for code, name in enumerate(self.segments)}

    @cached_property
    def tag_bits(self) -> dict[str, int]:
        """Bit of each tag."""
        return {name: 1 << code for code, name in enumerate(self.tags)}

    def tag_mask(self, tags: tuple[str, ...]) -> int:
        """Mask of the tags that the scheme speaks of."""
        mask = 0
        for tag in tags:
            mask |= self.tag_bits.get(tag, 0)
        return mask


@dataclass(frozen=True)
class CompiledScheme:
    """A scheme with its tables, vocabulary and content hash."""

    scheme: IncentiveScheme
    tables: SchemeTables
    vocabulary: Vocabulary
    hash: str


def _vocabulary(scheme: IncentiveScheme) -> Vocabulary:
    trees = [tree for rule in scheme.rules for tree in (rule.when, *(m.when for m in rule.multipliers))]
    named = [pair for tree in trees for pair in words(tree)]
    kinds = [rule.on for rule in scheme.rules]
    kinds += [
        need.of
        for badge in scheme.badges
        for group in badge.groups
        for need in group
        if need.metric == "events"
    ]
    kinds += [kind for streak in scheme.streaks for kind in streak.kinds]

    def distinct(names: list[str], what: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(names))
        if len(found) > MOST_WORDS:
            raise SchemeError(
                f"scheme {scheme.name!r}: got {len(found)} {what}; at most {MOST_WORDS}; name fewer"
            )
        return found

    return Vocabulary(
        kinds=distinct(kinds, "event kinds"),
        channels=distinct(
            [*scheme.unrewarded_channels, *(w for f, w in named if f == "channel")], "channels"
        ),
        tags=distinct([w for f, w in named if f == "tag"], "tags"),
        segments=distinct([w for f, w in named if f == "segment"], "segments"),
    )


class _Program:
    """Postfix instructions of every condition, one after another."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.steps: list[tuple[int, int, int]] = []

    def add(self, predicate: Predicate | None) -> tuple[int, int]:
        """Append a condition; returns its start and end."""
        start = len(self.steps)
        if predicate is not None:
            self._emit(predicate)
        return start, len(self.steps)

    def _emit(self, predicate: Predicate) -> None:
        v = self.vocabulary
        match predicate:
            case All(all=parts) | AnyOf(any=parts):
                op = codes.OP_AND if isinstance(predicate, All) else codes.OP_OR
                for index, part in enumerate(parts):
                    self._emit(part)
                    if index:
                        self.steps.append((op, 0, 0))
            case Not(not_=part):
                self._emit(part)
                self.steps.append((codes.OP_NOT, 0, 0))
            case SegmentIn(segment=names):
                self.steps.append((codes.OP_SEGMENT, sum({1 << v.segment_codes[n] for n in names}), 0))
            case ChannelIn(channel=names):
                self.steps.append((codes.OP_CHANNEL, sum({1 << v.channel_codes[n] for n in names}), 0))
            case TagIn(tag=names):
                self.steps.append((codes.OP_TAG, v.tag_mask(names), 0))
            case WeekdayIn(weekday=names):
                self.steps.append((codes.OP_WEEKDAY, weekday_mask(names), 0))
            case Compare(compare=c):
                op = codes.OP_QUANTITY if c.field == "quantity" else codes.OP_VERIFICATION
                self.steps.append((op, _COMPARISONS[c.op], c.value))


def weekday_mask(days: tuple[str, ...]) -> int:
    """Bits of the named weekdays, Monday bit 0."""
    return sum({1 << WEEKDAYS.index(day) for day in days})


def _matrix(rows: list[tuple[int, ...]], columns: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _identity(name: str) -> int:
    """A number for a name that stays the same in later versions of the scheme."""
    return object_key(name) >> 32


def _cap_row(cap: Cap, name: str) -> tuple[int, int, int, int]:
    return _WINDOWS[cap.window], int(cap.scope == "object"), millipoints(cap.points), _identity(name)


def _largest(rule: Rule) -> int:
    """The most millipoints that one award before caps can come to."""
    amount = millipoints(rule.points) * (MOST_QUANTITY if rule.per == "unit" else 1)
    for multiplier in rule.multipliers:
        if multiplier.factor > 1:
            amount = amount * multiplier.factor.numerator // multiplier.factor.denominator + 1
    return amount


def _refuse_overflow(scheme: IncentiveScheme) -> None:
    """Totals over any history that the program takes must fit int64 with room; intermediate products too."""
    for rule in scheme.rules:
        largest = _largest(rule)
        product = largest * max([m.factor.numerator for m in rule.multipliers], default=1)
        if product >= MOST_TOTAL:
            raise SchemeError(
                f"rule {rule.id!r}: one award could come to {largest} millipoints; totals must stay below 2^62; "
                "lower points or multipliers"
            )
        total_caps = [millipoints(c.points) for c in rule.caps if c.window == "total" and c.scope == "rule"]
        total = min([largest * MOST_EVENTS, *total_caps])
        if total * max(len(scheme.rules), 1) >= MOST_TOTAL:
            raise SchemeError(
                f"rule {rule.id!r}: {MOST_EVENTS} awards could come to {total} millipoints; totals must stay below 2^62; "
                "lower points or multipliers, or add a cap with window total"
            )


def _requirements(
    badge: Badge, v: Vocabulary, rules: dict[str, int], streaks: dict[str, int]
) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    for number, group in enumerate(badge.groups):
        for need in group:
            index = {"awards": rules, "events": v.kind_codes, "streak": streaks}.get(need.metric, {}).get(
                need.of, 0
            )
            least = need.at_least * 1000 if need.metric == "points" else need.at_least
            rows.append((number, _METRICS[need.metric], index, least))
    return rows


def compile_scheme(scheme: IncentiveScheme) -> CompiledScheme:
    """The scheme's tables. Raises SchemeError where totals could overflow int64 or too many names are used."""
    _refuse_overflow(scheme)
    v = _vocabulary(scheme)
    program = _Program(v)
    rules: list[tuple[int, ...]] = []
    multipliers: list[tuple[int, ...]] = []
    caps: list[tuple[int, ...]] = []
    for rule in scheme.rules:
        when = program.add(rule.when)
        first_multiplier, first_cap = len(multipliers), len(caps)
        for m in rule.multipliers:
            multipliers.append((m.factor.numerator, m.factor.denominator, *program.add(m.when)))
        caps.extend(_cap_row(cap, f"{rule.id}/{at}/{cap.window}") for at, cap in enumerate(rule.caps))
        factor, window = (rule.decay.factor, rule.decay.window) if rule.decay else (1, "total")
        rules.append(
            (
                v.kind_codes[rule.on],
                int(rule.beneficiary == "owner"),
                millipoints(rule.points),
                int(rule.per == "unit"),
                int(rule.per_object == "once"),
                VERIFICATION_LEVEL[rule.verification],
                rule.cooldown_minutes * 60_000_000,
                factor.numerator,
                factor.denominator,
                _WINDOWS[window],
                *when,
                first_multiplier,
                len(multipliers),
                first_cap,
                len(caps),
                _identity(rule.id),
            )
        )
    own_caps = len(caps)
    caps.extend(_cap_row(cap, f"/{at}/{cap.window}") for at, cap in enumerate(scheme.caps))
    badges: list[tuple[int, ...]] = []
    needs: list[tuple[int, ...]] = []
    rule_index = {rule.id: index for index, rule in enumerate(scheme.rules)}
    streak_index = {streak.id: index for index, streak in enumerate(scheme.streaks)}
    for badge in scheme.badges:
        rows = _requirements(badge, v, rule_index, streak_index)
        badges.append((len(needs), len(needs) + len(rows), millipoints(badge.points)))
        needs.extend(rows)
    streaks: list[tuple[int, ...]] = [
        (sum({1 << v.kind_codes[kind] for kind in s.kinds}), weekday_mask(s.days), s.freezes)
        for s in scheme.streaks
    ]
    unrewarded = sum({1 << v.channel_codes[name] for name in scheme.unrewarded_channels})
    tables = SchemeTables(
        rule=_matrix(rules, codes.RULE_COLUMNS),
        multiplier=_matrix(multipliers, 4),
        cap=_matrix(caps, 4),
        program=_matrix(list(program.steps), 3),
        badge=_matrix(badges, 3),
        requirement=_matrix(needs, 4),
        streak=_matrix(streaks, 3),
        general=np.array([own_caps, unrewarded, len(v.kinds)], dtype=np.int64),
    )
    return CompiledScheme(scheme, tables, v, content_hash(scheme))
