"""Definitions of achievements: badges, levels, streaks and challenges."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from rewards.events import Kind
from rewards.faults import BadValue
from rewards.fields import Day, Whole
from rewards.scheme.earning import Beneficiary, check_depth
from rewards.scheme.predicates import Predicate
from rewards.scheme.quantities import (
    SYMBOLIC,
    Days,
    Id,
    Part,
    Points,
    Ratio,
    SymbolicNature,
    Text,
    Title,
    Weekday,
    Window,
)  # fmt: skip

Metric = Literal["points", "awards", "events", "quantity", "streak"]
COUNTED = ("events", "quantity")
Count = Annotated[int, Field(ge=1, le=1_000_000_000, strict=True), Whole]
_KIND: TypeAdapter[str] = TypeAdapter(Kind)


def _check_name(metric: str, of: str) -> None:
    if (metric == "points") != (of == ""):
        raise BadValue(
            "metric {metric} got of {of!r}; points need no name, the others name a rule, an event kind or a streak; correct `of`",
            metric=metric,
            of=of,
        )
    if metric in COUNTED:
        try:
            _KIND.validate_python(of)
        except ValidationError:
            raise BadValue(
                "{of!r} is not an event kind; kinds are lower-case words of at most 64 letters; correct `of`",
                of=of,
            ) from None


class Requirement(Part):
    """A number that must be reached."""

    metric: Metric = Field(
        description="points earned; awards of a rule; events of a kind; quantity, the sum over events of a kind; streak, its days now"
    )
    of: Annotated[str, Field(max_length=64)] = Field(
        "", description="the rule (awards), event kind (events, quantity) or streak; nothing for points"
    )
    at_least: Count = Field(description="the number to reach")
    when: Predicate | None = Field(
        None, description="events, quantity: only what meets this condition counts"
    )
    beneficiary: Beneficiary = Field(
        "subject", description="events, quantity: counted for the event's subject or for its owner"
    )
    per_object: Literal["once", "each"] = Field(
        "each",
        description="events, quantity: once counts every object a single time, so that toggling adds nothing",
    )
    scope: Literal["all", "object"] = Field(
        "all", description="events, quantity: over everything, or to be reached within one object"
    )
    window: Window = Field("total", description="events, quantity: to be reached within one such window")

    @model_validator(mode="after")
    def _sound(self) -> Requirement:
        _check_name(self.metric, self.of)
        check_depth(self.when)
        plain = Requirement.model_construct(metric=self.metric, of=self.of, at_least=self.at_least)
        if self.metric not in COUNTED and self != plain:
            raise BadValue(
                "metric {metric} got when, beneficiary, per_object, scope or window; only events and quantity take them; "
                "put the condition on the rule",
                metric=self.metric,
            )
        return self


class Penalty(Part):
    """Events that count against a badge: they lower its counts of events and quantities."""

    on: Kind = Field(description="the kind of event")
    when: Predicate | None = Field(None, description="the condition on the event; always, if none")
    beneficiary: Beneficiary = Field(
        "subject", description="whose count is lowered: the event's subject's or its owner's"
    )
    takes: Literal["all", "quantity"] | Count = Field(
        1, description="how much each event takes: a number, the event's quantity, or all that was counted"
    )

    @model_validator(mode="after")
    def _sound(self) -> Penalty:
        check_depth(self.when)
        return self


class BadgeLevel(Part):
    """A higher level of a badge."""

    id: Id = Field(description="unique within the badge; the level is recorded as badge.level")
    title: Title = Field(description="what people call this level")
    times: Ratio = Field(
        description="every number that the badge asks for, times this; above 1 and rising from level to level"
    )
    points: Points = Field(Decimal(0), description="points that come with it")


class Badge(Part):
    """Held once every requirement of any one group is met."""

    id: Id = Field(description="unique; keeps its meaning through versions of the scheme")
    title: Title = Field(description="what people call it")
    description: Text = Field("", description="what people read about it")
    groups: Annotated[
        tuple[Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=8)], ...],
        Field(min_length=1, max_length=4),
    ] = Field(description="alternatives, each a list of requirements that must all be met")
    penalties: Annotated[tuple[Penalty, ...], Field(max_length=4)] = Field(
        (), description="events that lower what the badge counts"
    )
    permanent: bool = Field(
        True, description="kept for good; false: lost when its requirements are no longer met"
    )
    once_per: Literal["person", "object"] = Field(
        "person", description="object: it can be earned again with every further object that meets it"
    )
    points: Points = Field(Decimal(0), description="points that come with it, paid once")
    levels: Annotated[tuple[BadgeLevel, ...], Field(max_length=4)] = Field(
        (), description="higher levels for multiples of the same numbers"
    )
    nature: SymbolicNature = Field(SYMBOLIC, description="what kind of reward it is")

    @model_validator(mode="after")
    def _sound(self) -> Badge:
        needs = [need for group in self.groups for need in group]
        within_object = [any(need.scope == "object" for need in group) for group in self.groups]
        if not self.permanent and any(within_object):
            raise BadValue(
                "badge {id!r} is not permanent and counts within one object; such badges stay; make it permanent",
                id=self.id,
            )
        if self.once_per == "object" and not all(within_object):
            raise BadValue(
                "badge {id!r} is earned per object; each of its groups needs a requirement of scope object; add one",
                id=self.id,
            )
        if self.once_per == "object" and not self.permanent:
            raise BadValue(
                "badge {id!r} is earned per object; such badges stay; make it permanent", id=self.id
            )
        if self.penalties and not any(need.metric in COUNTED for need in needs):
            raise BadValue(
                "badge {id!r} has penalties but counts neither events nor quantity; add such a requirement or remove them",
                id=self.id,
            )
        self._check_levels(needs)
        return self

    def _check_levels(self, needs: list[Requirement]) -> None:
        last, seen = Fraction(1), set()
        for level in self.levels:
            if level.times <= last or level.id in seen:
                raise BadValue(
                    "badge {id!r}, level {id_2!r} got times {times}; levels have ids of their own and rise from above 1; "
                    "reorder or rename them",
                    id=self.id,
                    id_2=level.id,
                    times=level.times,
                )
            last = level.times
            seen.add(level.id)
            if any((need.at_least * level.times).denominator != 1 for need in needs):
                raise BadValue(
                    "badge {id!r}, level {id_2!r}: times {times} makes a number that is not whole; choose another",
                    id=self.id,
                    id_2=level.id,
                    times=level.times,
                )

    def expanded(self) -> tuple[Badge, ...]:
        """The badge and each of its levels as badges of their own; a level's id is `badge.level`."""
        plain = self.model_copy(update={"levels": ()})
        raised = []
        for level in self.levels:
            groups = tuple(
                tuple(
                    need.model_copy(update={"at_least": int(need.at_least * level.times)}) for need in group
                )
                for group in self.groups
            )
            changes = {
                "id": f"{self.id}.{level.id}",
                "title": level.title,
                "points": level.points,
                "groups": groups,
            }
            raised.append(plain.model_copy(update=changes))
        return (plain, *raised)


class Level(Part):
    """A name for a total of points ever earned; never lost by redeeming."""

    id: Id = Field(description="unique")
    title: Title = Field(description="what people call it")
    points: Points = Field(description="points ever earned from which it is reached")


class Repair(Part):
    """How a broken streak can be repaired on the day of return."""

    missed_days: Annotated[int, Field(ge=1, le=30, strict=True), Whole] = Field(
        1, description="at most so many required days were missed"
    )
    events: Annotated[int, Field(ge=2, le=100, strict=True), Whole] = Field(
        2, description="so many events on the day of return"
    )


class Streak(Part):
    """Consecutive required days with at least one event, on calendar dates, never by 24 hours. Other days neither lengthen nor break it."""

    id: Id = Field(description="unique; keeps its meaning through versions of the scheme")
    title: Title = Field(description="what people call it")
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=8)] = Field(
        description="the kinds of event that count"
    )
    when: Predicate | None = Field(None, description="only events that meet this condition count")
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = Field(
        ("mon", "tue", "wed", "thu", "fri"),
        description="the required weekdays, which alone count; holidays and leave are never required",
    )
    freezes: Annotated[int, Field(ge=0, le=30, strict=True), Whole] = Field(
        0, description="missed days that do not break it, in each freeze window"
    )
    freeze_window: Window = Field(
        "total", description="when freezes are filled up again, by the day somebody comes back"
    )
    repair: Repair | None = Field(None, description="how a break can be repaired; not at all, if none")


class Challenge(Part):
    """A common goal for a while. Dates are those of the calendar's zone."""

    id: Id = Field(description="unique")
    title: Title = Field(description="what people call it")
    description: Text = Field("", description="what people read about it")
    metric: Literal["points", "awards", "events", "quantity"] = Field(
        "points", description="what is added up"
    )
    of: Annotated[str, Field(max_length=64)] = Field(
        "", description="the rule (awards) or event kind (events, quantity); nothing for points"
    )
    goal: Count = Field(description="the number to reach")
    starts: Day | None = Field(None, description="first day; the day the scheme takes effect, if none")
    days: Days = Field(description="how many days it runs")
    unit: Literal["person", "team", "segment", "everyone"] = Field(
        "team", description="who reaches it together"
    )
    points: Points = Field(
        Decimal(0),
        description="points for everybody who contributed where the goal is reached; paid once, when late events can no longer count",
    )
    nature: SymbolicNature = Field(SYMBOLIC, description="what kind of reward it is")

    @model_validator(mode="after")
    def _sound(self) -> Challenge:
        _check_name(self.metric, self.of)
        return self
