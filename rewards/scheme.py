"""`IncentiveScheme`: the one document that is simulated and run live. Frozen, content-hashed, nothing unknown taken.

Amounts are written in points with at most three decimals and counted in integer millipoints. Order of arithmetic for a rule:
base x quantity (if per unit), then decay, then multipliers in the order written, each dividing down; then caps, the tightest wins.
"""

from __future__ import annotations

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
    model_validator,
)

from rewards.events import Kind, Verification
from rewards.people_file import Zone
from rewards.predicates import MOST_DEPTH, Predicate, depth

MILLIPOINTS = 1000
MOST_POINTS = Decimal(1_000_000)
Window = Literal["day", "week", "month", "total"]


class SchemeError(ValueError):
    """A scheme that cannot be put in force: the value, the limit and the remedy, in one line."""


def _decimal(value: object) -> object:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, bool):
        raise ValueError("must be a number of points; write a number")
    return value


def _milli(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MOST_POINTS:
        raise ValueError(f"points lie from 0 to {MOST_POINTS}; write a number in that range")
    if value * MILLIPOINTS != (value * MILLIPOINTS).to_integral_value():
        raise ValueError("points have at most three decimals; round it")
    return value.normalize() + 0


def _fraction(value: object) -> Fraction:
    try:
        ratio = Fraction(repr(value) if isinstance(value, float) else str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError("not a rational; write one like 1/2 or 1.5") from None
    if not 0 <= ratio <= 1000 or ratio.denominator > 10_000:
        raise ValueError("rationals lie from 0 to 1000 with a denominator up to 10000; write a simpler one")
    return ratio


Points = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    AfterValidator(_milli),
    PlainSerializer(lambda v: format(v, "f"), return_type=str),
]
Ratio = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    Field(json_schema_extra={"type": "string"}),
]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
Title = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, Field(max_length=2000)]


def millipoints(points: Decimal) -> int:
    """Points as integer millipoints, exact."""
    return int(points * MILLIPOINTS)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Nature(_Part):
    """What kind of reward it is: the simulation needs it, because people answer differently."""

    worth: Literal["tangible", "symbolic"] = "tangible"
    publicity: Literal["public", "private"] = "private"
    expectation: Literal["expected", "surprise"] = "expected"


class Multiplier(_Part):
    """A factor on the amount where the condition holds (always, if none)."""

    factor: Ratio
    when: Predicate | None = None


class Cap(_Part):
    """At most `points` in each window, counted over the rule or over the rule and one object."""

    window: Window
    points: Points
    scope: Literal["rule", "object"] = "rule"


class Decay(_Part):
    """Each further award within the window is worth `factor` of the one before."""

    factor: Ratio
    window: Window = "total"

    @model_validator(mode="after")
    def _shrinks(self) -> Decay:
        if self.factor > 1:
            raise ValueError("decay factor lies from 0 to 1; use a multiplier to raise an amount")
        return self


class Rule(_Part):
    """Points for a kind of event."""

    id: Id
    title: Title
    on: Kind
    beneficiary: Literal["subject", "owner"] = "subject"
    when: Predicate | None = None
    points: Points
    per: Literal["event", "unit"] = "event"
    per_object: Literal["once", "each"] = "each"
    decay: Decay | None = None
    multipliers: Annotated[tuple[Multiplier, ...], Field(max_length=8)] = ()
    caps: Annotated[tuple[Cap, ...], Field(max_length=8)] = ()
    cooldown_minutes: Annotated[int, Field(ge=0, le=525_600)] = 0
    verification: Verification = "declared"
    hold_hours: Annotated[int, Field(ge=0, le=8760)] = 0
    nature: Nature = Nature()

    @model_validator(mode="after")
    def _sound(self) -> Rule:
        for tree in (self.when, *(m.when for m in self.multipliers)):
            if tree is not None and depth(tree) > MOST_DEPTH:
                raise ValueError(f"conditions nest at most {MOST_DEPTH} deep; flatten this one")
        return self


class Requirement(_Part):
    """A count that must be reached. `of` names a rule (awards), an event kind (events), a streak (days), or is left out for points."""

    metric: Literal["points", "awards", "events", "streak"]
    of: str = Field(default="", max_length=64)
    at_least: Annotated[int, Field(ge=1, le=1_000_000_000)]


class Badge(_Part):
    """Held once every requirement of any one group is met."""

    id: Id
    title: Title
    description: Text = ""
    groups: Annotated[
        tuple[Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=8)], ...],
        Field(min_length=1, max_length=4),
    ]
    permanent: bool = True
    points: Points = Decimal(0)
    nature: Nature = Nature(worth="symbolic", publicity="public")


class Level(_Part):
    """A name for having earned so many points; never lost by redeeming."""

    id: Id
    title: Title
    points: Points


class Streak(_Part):
    """Consecutive required days with at least one event of these kinds, on calendar dates."""

    id: Id
    title: Title
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=8)]
    days: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], Field(min_length=1)
    ] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )
    freezes: Annotated[int, Field(ge=0, le=30)] = 0


class Challenge(_Part):
    """A goal for teams or for everyone, from one date to another."""

    id: Id
    title: Title
    metric: Literal["points", "events"] = "points"
    of: str = Field(default="", max_length=64)
    goal: Annotated[int, Field(ge=1, le=1_000_000_000)]
    days: Annotated[int, Field(ge=1, le=366)]
    unit: Literal["team", "everyone"] = "team"


class Leaderboard(_Part):
    """A board over earned points. Opt-in by default; nobody below `neighbours` places of the reader is shown."""

    id: Id
    title: Title
    window: Window = "month"
    group: Literal["everyone", "segment", "team"] = "everyone"
    neighbours: Annotated[int, Field(ge=0, le=50)] = 2
    top: Annotated[int, Field(ge=0, le=100)] = 10
    per_head: bool = False
    minimum_group: Annotated[int, Field(ge=2, le=1000)] = 5
    pseudonyms: bool = False


class Kudos(_Part):
    """Thanks that colleagues give: an allowance a period, a gift a time, and limits a pair."""

    allowance: Points = Decimal(100)
    period: Literal["week", "month"] = "month"
    gift: Points = Decimal(10)
    per_pair: Annotated[int, Field(ge=1, le=1000)] = 3
    reciprocal_limit: Annotated[int, Field(ge=1, le=1000)] = 3
    spendable: bool = False


class Highlight(_Part):
    """Exclusive recognition by rule: how many people, how often."""

    title: Title
    share: Ratio
    every_days: Annotated[int, Field(ge=1, le=366)] = 28


class Recognition(_Part):
    """Recognition between people."""

    kudos: Kudos | None = None
    highlights: Annotated[tuple[Highlight, ...], Field(max_length=8)] = ()


class Reward(_Part):
    """Something spendable points buy."""

    id: Id
    title: Title
    description: Text = ""
    points: Points
    stock: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    budget_points: Points | None = None
    approval: bool = False
    unit_cost_cents: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    nature: Nature = Nature()


class Calendar(_Part):
    """Time rules. `zone` is the contests' zone; personal caps and streaks use the employee's."""

    zone: Zone = "UTC"
    grace_hours: Annotated[int, Field(ge=0, le=8760)] = 72
    redemption_expiry_days: Annotated[int, Field(ge=1, le=3660)] | None = None


class Privacy(_Part):
    """What others see."""

    minimum_group: Annotated[int, Field(ge=2, le=1000)] = 5
    boards_opt_in: bool = True


class FairPlay(_Part):
    """Above this many awarded events of one person in an hour, further awards wait for a human."""

    review_above_per_hour: Annotated[int, Field(ge=1, le=100_000)] | None = None


def _unique(parts: tuple[_Part, ...], what: str) -> None:
    seen: set[str] = set()
    for part in parts:
        name: str = part.id  # type: ignore[attr-defined]
        if name in seen:
            raise ValueError(f"{what} id {name!r} stands twice; ids are unique; rename one")
        seen.add(name)


class IncentiveScheme(_Part):
    """An incentive scheme. Equal content has an equal hash (`rewards.document.content_hash`)."""

    name: Id
    title: Title
    note: Text = ""
    rules: Annotated[tuple[Rule, ...], Field(max_length=32)] = ()
    caps: Annotated[tuple[Cap, ...], Field(max_length=8)] = ()
    unrewarded_channels: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=32)
    ] = ()
    badges: Annotated[tuple[Badge, ...], Field(max_length=48)] = ()
    levels: Annotated[tuple[Level, ...], Field(max_length=32)] = ()
    streaks: Annotated[tuple[Streak, ...], Field(max_length=8)] = ()
    challenges: Annotated[tuple[Challenge, ...], Field(max_length=16)] = ()
    leaderboards: Annotated[tuple[Leaderboard, ...], Field(max_length=16)] = ()
    recognition: Recognition = Recognition()
    rewards: Annotated[tuple[Reward, ...], Field(max_length=256)] = ()
    calendar: Calendar = Calendar()
    privacy: Privacy = Privacy()
    fair_play: FairPlay = FairPlay()

    @model_validator(mode="after")
    def _consistent(self) -> IncentiveScheme:
        for parts, what in (
            (self.rules, "rule"),
            (self.badges, "badge"),
            (self.levels, "level"),
            (self.streaks, "streak"),
            (self.challenges, "challenge"),
            (self.leaderboards, "leaderboard"),
            (self.rewards, "reward"),
        ):
            _unique(parts, what)
        if any(cap.scope == "object" for cap in self.caps):
            raise ValueError("caps of the whole scheme have scope rule; write object caps under a rule")
        rules, streaks = {rule.id for rule in self.rules}, {streak.id for streak in self.streaks}
        for badge in self.badges:
            for need in (need for group in badge.groups for need in group):
                if need.metric == "awards" and need.of not in rules:
                    raise ValueError(
                        f"badge {badge.id!r} counts rule {need.of!r}; no such rule; name one of the scheme's rules"
                    )
                if need.metric == "streak" and need.of not in streaks:
                    raise ValueError(
                        f"badge {badge.id!r} counts streak {need.of!r}; no such streak; name one of the scheme's streaks"
                    )
        if [level.points for level in self.levels] != sorted({level.points for level in self.levels}):
            raise ValueError("levels stand in rising order of points, each different; reorder them")
        return self
