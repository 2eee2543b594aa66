"""Conditions on an event: a typed tree that is compiled to integers and never evaluated as code."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from rewards.events import MOST_QUANTITY, VERIFICATION_LEVEL
from rewards.faults import BadValue
from rewards.fields import Normal
from rewards.language import msg

MOST_DEPTH = 8
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_ALIASED = ConfigDict(
    frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
)


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
    model_config = _ALIASED


def _constant(value: object) -> object:
    number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_QUANTITY
    if not number and not (isinstance(value, str) and value in VERIFICATION_LEVEL):
        raise BadValue(
            "a constant is a whole number from 0 to {most_quantity}, or declared, tracked or connector; write one of these",
            most_quantity=MOST_QUANTITY,
        )
    return value


Constant = Annotated[int | str, BeforeValidator(_constant)]


def _fits(field: str, value: int | str) -> None:
    if (field == "verification") != isinstance(value, str):
        if field == "verification":
            raise BadValue(
                "verification got {value!r}; it is declared, tracked or connector; write one of these",
                value=value,
            )
        raise BadValue("{field} got {value!r}; it is a whole number; write one", field=field, value=value)


class Comparison(_Node):
    """`field` of the event (quantity or verification) against a constant; proof rises from declared to tracked to connector."""

    field: Literal["quantity", "verification"]
    op: Literal["<", "<=", "==", "!=", ">=", ">"]
    value: Constant

    @model_validator(mode="after")
    def _sound(self) -> Comparison:
        _fits(self.field, self.value)
        return self


class Compare(_Node):
    """A comparison holds."""

    compare: Comparison


class Membership(_Node):
    """`field` of the event (quantity or verification) is one of `values`."""

    field: Literal["quantity", "verification"]
    values: Annotated[tuple[Constant, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _sound(self) -> Membership:
        for value in self.values:
            _fits(self.field, value)
        return self


class In(_Node):
    """A membership holds."""

    in_: Membership = Field(alias="in")
    model_config = _ALIASED


Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=64), Normal], ...], Field(min_length=1, max_length=60)
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


_TAGS = ("all", "any", "not", "compare", "in", "segment", "channel", "tag", "weekday")


TAG_OF: dict[type, str] = {
    All: "all",
    AnyOf: "any",
    Not: "not",
    Compare: "compare",
    In: "in",
    SegmentIn: "segment",
    ChannelIn: "channel",
    TagIn: "tag",
    WeekdayIn: "weekday",
}


def _which(value: object) -> str | None:
    if isinstance(value, dict):
        return next((tag for tag in _TAGS if tag in value or f"{tag}_" in value), None)
    return TAG_OF.get(type(value))


Predicate = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Compare, Tag("compare")]
    | Annotated[In, Tag("in")]
    | Annotated[SegmentIn, Tag("segment")]
    | Annotated[ChannelIn, Tag("channel")]
    | Annotated[TagIn, Tag("tag")]
    | Annotated[WeekdayIn, Tag("weekday")],
    Discriminator(
        _which,
        custom_error_type="predicate",
        custom_error_message=msg(
            "not a condition; a condition is one of all, any, not, compare, in, segment, channel, tag, weekday; use one of these"
        ),
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
