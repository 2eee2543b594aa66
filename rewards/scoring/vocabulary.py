"""The names that a scheme speaks of and their codes, and its conditions as postfix programs over those codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine import scoring_tables as codes
from rewards.events import VERIFICATION_LEVEL
from rewards.fields import name_of
from rewards.language import msg
from rewards.scheme.achievements import COUNTED
from rewards.scheme.predicates import (
    WEEKDAYS,
    All,
    AnyOf,
    ChannelIn,
    Compare,
    In,
    Not,
    Predicate,
    SegmentIn,
    TagIn,
    WeekdayIn,
    words,
)
from rewards.scheme.scheme import IncentiveScheme, SchemeError

MOST_WORDS = 60
_COMPARISONS = {
    "<": codes.LESS,
    "<=": codes.LESS_EQUAL,
    "==": codes.EQUAL,
    "!=": codes.NOT_EQUAL,
    ">=": codes.GREATER_EQUAL,
    ">": codes.GREATER,
}


@dataclass(frozen=True)
class Vocabulary:
    """Names that the scheme speaks of and their codes: kinds, channels, tags and segments, in order of appearance.

    Channels and tags are in the canonical form of `rewards.fields.name_of`.
    """

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

    def channel_code(self, channel: str | None) -> int:
        """Code of a channel, however it is written; -1 for none and for one that the scheme does not speak of."""
        return -1 if channel is None else self.channel_codes.get(name_of(channel), -1)

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
            mask |= self.tag_bits.get(name_of(tag), 0)
        return mask


def vocabulary_of(scheme: IncentiveScheme) -> Vocabulary:
    """The scheme's vocabulary. Raises SchemeError where it names too many things of one sort."""
    named = [pair for tree in scheme.conditions() for pair in words(tree)]
    kinds = [rule.on for rule in scheme.rules]
    for badge in scheme.badges:
        kinds += [need.of for group in badge.groups for need in group if need.metric in COUNTED]
        kinds += [penalty.on for penalty in badge.penalties]
    kinds += [kind for streak in scheme.streaks for kind in streak.kinds]
    segments = [word for field, word in named if field == "segment"]
    segments += [segment for holiday in scheme.calendar.holidays for segment in holiday.segments]

    def distinct(names: list[str], too_many: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(names))
        if len(found) > MOST_WORDS:
            raise SchemeError(too_many, name=scheme.name, count=len(found), most=MOST_WORDS)
        return found

    return Vocabulary(
        kinds=distinct(kinds, msg("scheme {name!r}: got {count} event kinds; at most {most}; name fewer")),
        channels=distinct(
            [name_of(name) for name in (*(w for f, w in named if f == "channel"), *scheme.unpaid_channels)],
            msg("scheme {name!r}: got {count} channels; at most {most}; name fewer"),
        ),
        tags=distinct(
            [name_of(w) for f, w in named if f == "tag"],
            msg("scheme {name!r}: got {count} tags; at most {most}; name fewer"),
        ),
        segments=distinct(segments, msg("scheme {name!r}: got {count} segments; at most {most}; name fewer")),
    )


class PredicateProgram:
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
                self.steps.append((codes.OP_CHANNEL, sum({1 << v.channel_code(n) for n in names}), 0))
            case TagIn(tag=names):
                self.steps.append((codes.OP_TAG, v.tag_mask(names), 0))
            case WeekdayIn(weekday=names):
                self.steps.append((codes.OP_WEEKDAY, weekday_mask(names), 0))
            case Compare(compare=c):
                self.steps.append(_comparison(c.field, _COMPARISONS[c.op], c.value))
            case In(in_=membership):
                for index, value in enumerate(membership.values):
                    self.steps.append(_comparison(membership.field, codes.EQUAL, value))
                    if index:
                        self.steps.append((codes.OP_OR, 0, 0))


def _comparison(field: str, comparison: int, value: int | str) -> tuple[int, int, int]:
    if isinstance(value, str):
        return codes.OP_VERIFICATION, comparison, VERIFICATION_LEVEL[value]
    return codes.OP_QUANTITY, comparison, value


def weekday_mask(days: tuple[str, ...]) -> int:
    """Bits of the named weekdays, Monday bit 0."""
    return sum({1 << WEEKDAYS.index(day) for day in days})
