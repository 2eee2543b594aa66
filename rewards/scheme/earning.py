"""Rules: what earns points, how much, and what limits it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rewards.events import Kind, Verification
from rewards.faults import BadValue
from rewards.fields import Whole
from rewards.scheme.predicates import MOST_DEPTH, Predicate, depth
from rewards.scheme.quantities import Id, Nature, Part, Points, Ratio, Share, Title, Window

Beneficiary = Literal["subject", "owner"]


def check_depth(tree: Predicate | None) -> None:
    """Raises ValueError for a condition nested too deep."""
    if tree is not None and depth(tree) > MOST_DEPTH:
        raise BadValue("conditions nest at most {most_depth} deep; flatten this one", most_depth=MOST_DEPTH)


class Multiplier(Part):
    """A factor on the amount."""

    factor: Ratio = Field(description="from 0 to 1000, written like 3/2 or 1.5")
    when: Predicate | None = Field(None, description="applies where this condition holds; always, if none")

    @model_validator(mode="after")
    def _sound(self) -> Multiplier:
        check_depth(self.when)
        return self


class Cap(Part):
    """The most that can be earned in a window."""

    window: Window = Field(description="the employee's day, ISO week (from Monday) or month; total: for ever")
    points: Points = Field(description="at most so many points in each window")
    scope: Literal["rule", "object", "pair"] = Field(
        "rule",
        description="rule: all awards together; object: each object for itself; pair: each other person of the event for itself",
    )


class Decay(Part):
    """Each further award in the window is worth less."""

    factor: Share = Field(description="worth of an award as a part of the one before, from 0 to 1")
    window: Window = Field("total", description="when the amount is whole again")


class Rule(Part):
    """Points for a kind of event."""

    id: Id = Field(description="unique; keeps its meaning through versions of the scheme")
    title: Title = Field(description="what people call it")
    on: Kind = Field(
        description="the kind of event, such as share, click, lead, suggestion, training, comment"
    )
    beneficiary: Beneficiary = Field(
        "subject", description="who earns: the event's subject, or its owner (the other person it names)"
    )
    when: Predicate | None = Field(None, description="the condition on the event; always, if none")
    points: Points = Field(description="the base amount, with at most three decimals")
    per: Literal["event", "unit"] = Field(
        "event", description="unit: the base is multiplied by the event's quantity"
    )
    per_object: Literal["once", "each"] = Field(
        "each", description="once: an object earns a single award, ever"
    )
    decay: Decay | None = Field(None, description="how repeats fade")
    multipliers: Annotated[tuple[Multiplier, ...], Field(max_length=8)] = Field(
        (), description="applied in this order, each rounding down"
    )
    caps: Annotated[tuple[Cap, ...], Field(max_length=8)] = Field(
        (), description="applied last; the tightest wins"
    )
    cooldown_minutes: Annotated[int, Field(ge=0, le=525_600, strict=True), Whole] = Field(
        0, description="after an award the rule waits so long; an award of zero starts no wait"
    )
    verification: Verification = Field(
        "declared",
        description="the proof asked for: declared by oneself, a tracked click, or a connector to the network",
    )
    until_verified: Share = Field(
        0,
        validate_default=True,
        description="the part of the amount that is paid before there is proof; the rest follows when the same object is proven",
    )
    hold_hours: Annotated[int, Field(ge=0, le=8760, strict=True), Whole] = Field(
        0, description="points count at once, but can be spent only after so long"
    )
    nature: Nature = Field(Nature(), description="what kind of reward it is")

    @model_validator(mode="after")
    def _sound(self) -> Rule:
        check_depth(self.when)
        if self.until_verified > 0 and (self.verification == "declared" or self.per_object != "once"):
            raise BadValue(
                "rule {id!r} pays {until_verified} until verified; that needs verification tracked or connector and "
                "per_object once, so that the proof finds the object; add both or remove until_verified",
                id=self.id,
                until_verified=self.until_verified,
            )
        return self
