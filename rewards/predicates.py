"""Conditions on an event: a typed tree that is compiled to integers and never evaluated as code."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

MOST_DEPTH = 8
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class All(_Node):
    """Every part holds."""

    all: Annotated[tuple[Predicate, ...], Field(min_length=1, max_length=16)]


class AnyOf(_Node):
    """At least one part holds."""

    any: Annotated[tuple[Predicate, ...], Field(min_length=1, max_length=16)]


class Not(_Node):
    """The part does not hold."""

    not_: Predicate = Field(alias="not")
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Comparison(BaseModel):
    """A number of the event against a constant."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    field: Literal["quantity", "verification"]
    op: Literal["<", "<=", "==", "!=", ">=", ">"]
    value: Annotated[int, Field(ge=0, le=1_000_000)]


class Compare(_Node):
    """Compare a number of the event: quantity, or verification (0 declared, 1 tracked, 2 connector)."""

    compare: Comparison


Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1, max_length=60)
]


class SegmentIn(_Node):
    """The beneficiary's segment at the time of the event is one of these."""

    segment: Words


class ChannelIn(_Node):
    """The event's channel is one of these."""

    channel: Words


class TagIn(_Node):
    """The event carries at least one of these content tags."""

    tag: Words


class WeekdayIn(_Node):
    """The event's local date falls on one of these days."""

    weekday: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], Field(min_length=1)
    ]


_TAGS = ("all", "any", "not", "compare", "segment", "channel", "tag", "weekday")


_TAG_OF: dict[type, str] = {
    All: "all",
    AnyOf: "any",
    Not: "not",
    Compare: "compare",
    SegmentIn: "segment",
    ChannelIn: "channel",
    TagIn: "tag",
    WeekdayIn: "weekday",
}


def _which(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((tag for tag in _TAGS if tag in value), "not" if "not_" in value else None)
    return _TAG_OF.get(type(value))


Predicate = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Compare, Tag("compare")]
    | Annotated[SegmentIn, Tag("segment")]
    | Annotated[ChannelIn, Tag("channel")]
    | Annotated[TagIn, Tag("tag")]
    | Annotated[WeekdayIn, Tag("weekday")],
    Discriminator(
        _which,
        custom_error_type="predicate",
        custom_error_message="not a condition; one of all, any, not, compare, segment, channel, tag, weekday; use one of these",
    ),
]

for _model in (All, AnyOf, Not):
    _model.model_rebuild()


def depth(predicate: Predicate) -> int:
    """Levels of nesting; 1 for a leaf."""
    match predicate:
        case All(all=parts) | AnyOf(any=parts):
            return 1 + max(depth(part) for part in parts)
        case Not(not_=part):
            return 1 + depth(part)
        case _:
            return 1


def words(predicate: Predicate | None) -> list[tuple[str, str]]:
    """Every (field, word) that the tree names, field being segment, channel or tag, in order of appearance."""
    match predicate:
        case All(all=parts) | AnyOf(any=parts):
            return [pair for part in parts for pair in words(part)]
        case Not(not_=part):
            return words(part)
        case SegmentIn(segment=names):
            return [("segment", name) for name in names]
        case ChannelIn(channel=names):
            return [("channel", name) for name in names]
        case TagIn(tag=names):
            return [("tag", name) for name in names]
        case _:
            return []
