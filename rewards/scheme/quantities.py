"""Field types that every part of a scheme shares: points, rationals, ids, titles, and what kind of reward something is.

Amounts are written in points with at most three decimals and counted in integer millipoints.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_serializer,
)

from rewards.bounds import decimal_of, fraction_of
from rewards.faults import BadValue, Worded
from rewards.fields import Normal, Whole, like

MILLIPOINTS = 1000
MOST_POINTS = Decimal(1_000_000)
Window = Literal["day", "week", "month", "total"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class SchemeError(Worded):
    """A scheme that cannot be put in force: the value, the limit and the remedy, in one line."""


def _decimal(value: object) -> object:
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(repr(value))
    if isinstance(value, str):
        return decimal_of(value.strip())
    if isinstance(value, bool | float):
        raise BadValue(
            "points are a number from 0 to {most_points}; write a number in that range",
            most_points=MOST_POINTS,
        )
    return value


def _milli(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MOST_POINTS:
        raise BadValue(
            "points lie from 0 to {most_points}; write a number in that range", most_points=MOST_POINTS
        )
    if value * MILLIPOINTS != (value * MILLIPOINTS).to_integral_value():
        raise BadValue("points have at most three decimals; round it")
    return value.normalize() + 0


def _fraction(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | Fraction):
        raise BadValue("not a rational; write one like 1/2 or 1.5")
    try:
        ratio = fraction_of(value.strip()) if isinstance(value, str) else _exactly(value)
    except (ValueError, ZeroDivisionError):
        raise BadValue("not a rational; write one like 1/2 or 1.5") from None
    if not 0 <= ratio <= 1000 or ratio.denominator > 10_000:
        raise BadValue("rationals lie from 0 to 1000 with a denominator up to 10000; write a simpler one")
    return ratio


def _exactly(value: float | Decimal | Fraction) -> Fraction:
    """The exact number; a float by its shortest decimal representation."""
    if isinstance(value, Decimal):
        return fraction_of(str(value))
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _part_of_one(value: Fraction) -> Fraction:
    if value > 1:
        raise BadValue("this factor lies from 0 to 1; use a multiplier to raise an amount")
    return value


Points = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    AfterValidator(_milli),
    PlainSerializer(lambda v: format(v, "f"), return_type=str),
    Field(json_schema_extra={"minimum": 0, "maximum": int(MOST_POINTS)}),
]
Ratio = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    Field(
        json_schema_extra={
            "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d+(/\d+|\.\d+)?$"}]
        }
    ),
]
Share = Annotated[Ratio, AfterValidator(_part_of_one)]
Id = Annotated[
    str,
    like(r"^[a-z][a-z0-9_-]{0,47}$", "an id: a small letter, then up to 47 small letters, digits, _ or -"),
]
Title = Annotated[
    str, Field(min_length=1, max_length=120), like(r"^[^\x00-\x1f\x7f]+$", "one line of plain text")
]
Text = Annotated[str, Field(max_length=2000)]
Label = Annotated[str, Field(min_length=1, max_length=64), Normal]
Days = Annotated[int, Field(ge=1, le=366, strict=True), Whole]


def millipoints(points: Decimal) -> int:
    """Points as integer millipoints, exact."""
    return int(points * MILLIPOINTS)


class Part(BaseModel):
    """A part of a scheme: frozen, and nothing unknown is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Nature(Part):
    """The kind of a reward, for the simulation, in which people respond differently to each kind."""

    worth: Literal["tangible", "symbolic"] = Field(
        "tangible", description="tangible: it can be exchanged for something; symbolic: it cannot"
    )
    publicity: Literal["public", "private"] = Field("private", description="whether colleagues see it")
    expectation: Literal["expected", "surprise"] = Field(
        "expected", description="whether people know beforehand that they can get it"
    )

    @model_serializer
    def _in_full(self) -> dict[str, str]:
        # The default of an omitted field differs between the parts of a scheme.
        return {"worth": self.worth, "publicity": self.publicity, "expectation": self.expectation}


SYMBOLIC = Nature(worth="symbolic", publicity="public")


def _symbolic(value: object) -> object:
    return SYMBOLIC.model_dump() | value if isinstance(value, dict) else value


SymbolicNature = Annotated[Nature, BeforeValidator(_symbolic)]
"""A nature whose defaults are symbolic, public and expected."""
