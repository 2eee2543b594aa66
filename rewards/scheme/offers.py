"""Leaderboards, recognition between people, and the rewards that points buy."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from rewards.fields import Whole
from rewards.scheme.quantities import (
    SYMBOLIC,
    Days,
    Id,
    Nature,
    Part,
    Points,
    Share,
    SymbolicNature,
    Text,
    Title,
    Window,
)  # fmt: skip

Few = Annotated[int, Field(ge=1, le=1000, strict=True), Whole]


class Leaderboard(Part):
    """A board over earned points. Equal points share a rank (1-2-2-4); no bottom ranks are shown."""

    id: Id = Field(description="unique")
    title: Title = Field(description="what people call it")
    window: Window = Field(
        "month", description="what is added up; a new window begins at zero, by the calendar's zone"
    )
    group: Literal["everyone", "segment", "team"] = Field(
        "everyone", description="one board for all, one for each segment, or teams against each other"
    )
    neighbours: Annotated[int, Field(ge=0, le=50, strict=True), Whole] = Field(
        2, description="places shown above and below the reader"
    )
    top: Annotated[int, Field(ge=0, le=100, strict=True), Whole] = Field(
        10, description="first places shown; 0: neighbours only"
    )
    per_head: bool = Field(False, description="teams are compared by the average of their members")
    minimum_group: Annotated[int, Field(ge=2, le=1000, strict=True), Whole] = Field(
        5, description="smaller groups are not shown at all, nor those from which they could be computed"
    )
    pseudonyms: bool = Field(
        False, description="names are replaced by pseudonyms, on every board of persons in the scheme"
    )


class Kudos(Part):
    """Thanks that colleagues give: an allowance a period, a gift a time, and limits a pair."""

    allowance: Points = Field(
        Decimal(100), description="points everybody can give away in a period; the rest lapses"
    )
    period: Literal["week", "month"] = Field("month", description="when the allowance is new")
    gift: Points = Field(Decimal(10), description="points of one thanks")
    per_pair: Few = Field(3, description="thanks from one person to the same other within 28 days")
    reciprocal_limit: Few = Field(
        2, description="thanks both ways between two people before somebody looks at them"
    )
    spendable: bool = Field(False, description="whether the points received can be spent")


class Highlight(Part):
    """Exclusive recognition: at the end of every period those who shared most items are thanked, once late events cannot count."""

    title: Title = Field(description="what people call it; keeps its meaning through versions of the scheme")
    share: Share = Field(
        description="the part of the people who get it, at most, rounded up to a whole person"
    )
    every_days: Days = Field(28, description="how often")
    nature: SymbolicNature = Field(SYMBOLIC, description="what kind of reward it is")


class Nomination(Part):
    """An award for which colleagues name each other and a person decides, once a round, when it is over."""

    id: Id = Field(description="unique")
    title: Title = Field(description="what people call it")
    every_days: Days = Field(
        28, description="how long one round lasts; the first begins on the day the award takes effect"
    )
    per_person: Few = Field(1, description="people that everybody may nominate in a round")
    winners: Few = Field(1, description="at most so many winners in a round")
    points: Points = Field(Decimal(0), description="points for each winner")
    nature: SymbolicNature = Field(SYMBOLIC, description="what kind of reward it is")


class Recognition(Part):
    """Recognition between people."""

    kudos: Kudos | None = Field(None, description="thanks between colleagues; none, if left out")
    highlights: Annotated[tuple[Highlight, ...], Field(max_length=8)] = Field(
        (), description="exclusive recognition"
    )
    nominations: Annotated[tuple[Nomination, ...], Field(max_length=8)] = Field(
        (), description="awards by nomination"
    )


class AwardBudget(Part):
    """A budget of spendable points over all awards. Points beyond it count for ranks and badges, but cannot be spent."""

    points: Points = Field(
        description="spendable points of all people in a window; who is booked first gets them"
    )
    window: Window = Field("month", description="when the budget is whole again, by the calendar's zone")


class Reward(Part):
    """Something spendable points buy. Buying never lowers a rank."""

    id: Id = Field(description="unique")
    title: Title = Field(description="what people call it")
    description: Text = Field("", description="what people read about it")
    points: Points = Field(description="its price")
    stock: Annotated[int, Field(ge=0, le=10_000_000, strict=True), Whole] | None = Field(
        None, description="how many there are; no limit, if none"
    )
    budget_points: Points | None = Field(
        None, description="points that can go into it in a calendar month, over all people; no limit, if none"
    )
    approval: bool = Field(False, description="somebody approves each claim; points return if it is declined")
    refund: Literal["always", "before_approval"] = Field(
        "before_approval",
        description="until when people can cancel a claim for the points to return: until it is approved, where nobody approves it on "
        "the day "
        "of the claim, or always; what is handed out should not come back",
    )
    unit_cost_cents: Annotated[int, Field(ge=0, le=100_000_000, strict=True), Whole] = Field(
        0, description="what one costs the company, in cents; employees do not see it"
    )
    nature: Nature = Field(Nature(), description="what kind of reward it is")
