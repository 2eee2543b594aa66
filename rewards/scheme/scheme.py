"""`IncentiveScheme`: the one document that is simulated and run live. Frozen, content-hashed, nothing unknown taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rewards.faults import BadValue
from rewards.fields import Day, Whole, name_of
from rewards.people_file import Zone
from rewards.scheme.achievements import (
    Badge,
    BadgeLevel,
    Challenge,
    Level,
    Metric,
    Penalty,
    Repair,
    Requirement,
    Streak,
)  # fmt: skip
from rewards.scheme.channels import every_name
from rewards.scheme.earning import Cap, Decay, Multiplier, Rule
from rewards.scheme.networks import UNREWARDED
from rewards.scheme.offers import AwardBudget, Highlight, Kudos, Leaderboard, Nomination, Recognition, Reward
from rewards.scheme.predicates import Predicate, words
from rewards.scheme.quantities import (
    MILLIPOINTS,
    Id,
    Label,
    Nature,
    Part,
    Points,
    SchemeError,
    Text,
    Title,
    Window,
    millipoints,
)  # fmt: skip

MOST_BADGES = 48
_SENTIMENT = frozenset(
    [
        "sentiment",
        "positive",
        "negative",
        "positivity",
        "polarity",
        "favourable",
        "favorable",
        "praise",
        "praising",
        "flattering",
        "upbeat",
    ]
)


class Holiday(Part):
    """A day on which nobody is expected to work."""

    date: Day = Field(description="the calendar date")
    title: Title = Field(description="what people call it")
    segments: Annotated[tuple[Label, ...], Field(max_length=60)] = Field(
        (), description="for whom; for everybody, if none"
    )


class Calendar(Part):
    """Time rules. Personal caps and streaks use the employee's zone, boards and challenges this one."""

    zone: Zone = Field(
        "UTC", description="IANA time zone of boards and challenges, and of people whose zone is unknown"
    )
    grace_hours: Annotated[int, Field(ge=0, le=8760, strict=True), Whole] = Field(
        72, description="what arrives later than this after it happened is recorded and earns nothing"
    )
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=400)] = Field(
        (), description="days that no streak requires, by date"
    )
    redemption_expiry_days: Annotated[int, Field(ge=1, le=3660, strict=True), Whole] | None = Field(
        None,
        description="spendable points lapse so many days after they could first be spent (what a claim gave back: after it came back); "
        "never, if none",
    )


class Privacy(Part):
    """What others see."""

    minimum_group: Annotated[int, Field(ge=2, le=1000, strict=True), Whole] = Field(
        5,
        description="numbers of smaller groups are shown nowhere, nor any from which they could be computed",
    )
    boards_opt_in: bool = Field(
        False,
        description="people appear on boards only if they choose to, which can be rehearsed but not yet published; "
        "false: unless they opt out",
    )


class FairPlay(Part):
    """When a person looks before points are spendable."""

    review_above_per_hour: Annotated[int, Field(ge=1, le=100_000, strict=True), Whole] | None = Field(
        None, description="events of one person in an hour above which awards wait for a look; never, if none"
    )


def _is_sentiment(name: str) -> bool:
    return bool(_SENTIMENT & set(re.split(r"[^a-z]+", name_of(name))))


def _unique(names: Iterable[str], section: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadValue(
                "{section}: the id {name!r} stands twice; ids are unique; rename one",
                section=section,
                name=name,
            )
        seen.add(name)


class IncentiveScheme(Part):
    """An incentive scheme. Equal content has an equal hash (`rewards.document.content_hash`)."""

    name: Id = Field(description="a short name")
    title: Title = Field(description="what people call it")
    note: Text = Field("", description="for those who decide about it")
    membership: Literal["everybody", "enrolled"] = Field(
        "everybody",
        description="who takes part: everybody, or the enrolled alone, who were invited and joined; only they earn and appear on boards",
    )
    rules: Annotated[tuple[Rule, ...], Field(max_length=32)] = Field((), description="what earns points")
    caps: Annotated[tuple[Cap, ...], Field(max_length=8)] = Field(
        (), description="limits over all rules together"
    )
    unrewarded_channels: Annotated[tuple[Label, ...], Field(max_length=32)] = Field(
        (), description="channels whose own rules forbid rewards: they earn nothing"
    )
    channel_rules: Literal["kept", "listed"] = Field(
        "kept",
        description="kept: channels that are known to forbid rewards (Meta's) earn nothing either, listed or not; "
        "listed: only those in unrewarded_channels",
    )
    badges: Annotated[tuple[Badge, ...], Field(max_length=MOST_BADGES)] = Field(
        (), description="what can be reached"
    )
    levels: Annotated[tuple[Level, ...], Field(max_length=32)] = Field(
        (), description="names for points ever earned, rising"
    )
    streaks: Annotated[tuple[Streak, ...], Field(max_length=8)] = Field((), description="days in a row")
    challenges: Annotated[tuple[Challenge, ...], Field(max_length=16)] = Field((), description="common goals")
    leaderboards: Annotated[tuple[Leaderboard, ...], Field(max_length=16)] = Field(
        (), description="who earned how much"
    )
    recognition: Recognition = Field(Recognition(), description="recognition between people")
    rewards: Annotated[tuple[Reward, ...], Field(max_length=256)] = Field((), description="what points buy")
    award_budget: AwardBudget | None = Field(
        None, description="spendable points that awards can give; no limit, if none"
    )
    calendar: Calendar = Field(Calendar(), description="time rules")
    privacy: Privacy = Field(Privacy(), description="what others see")
    fair_play: FairPlay = Field(FairPlay(), description="when a person looks first")

    @model_validator(mode="after")
    def _consistent(self) -> IncentiveScheme:
        parts: tuple[
            tuple[
                Sequence[Rule | Badge | Level | Streak | Challenge | Leaderboard | Reward | Nomination], str
            ],
            ...,
        ] = (
            (self.rules, "rules"),
            (self.badges, "badges"),
            (self.levels, "levels"),
            (self.streaks, "streaks"),
            (self.challenges, "challenges"),
            (self.leaderboards, "leaderboards"),
            (self.rewards, "rewards"),
            (self.recognition.nominations, "nominations"),
        )
        for found, section in parts:
            _unique((part.id for part in found), section)
        if any(cap.scope == "object" for cap in self.caps):
            raise BadValue("caps of the whole scheme have scope rule or pair; write object caps under a rule")
        if len(self.every_badge) > MOST_BADGES:
            raise BadValue(
                "badges with their levels come to {count}; at most {most_badges}; remove some",
                count=len(self.every_badge),
                most_badges=MOST_BADGES,
            )
        self._check_names()
        self._check_sentiment()
        if [level.points for level in self.levels] != sorted({level.points for level in self.levels}):
            raise BadValue("levels stand in rising order of points, each different; reorder them")
        dates = [(holiday.date, holiday.segments) for holiday in self.calendar.holidays]
        if [day for day, _ in dates] != sorted({day for day, _ in dates}):
            raise BadValue("holidays stand in order of date, each date once; reorder or join them")
        return self

    def _check_names(self) -> None:
        rules, streaks = {rule.id for rule in self.rules}, {streak.id for streak in self.streaks}
        counting: list[tuple[str, Requirement | Challenge]] = [
            (f"badges.{badge.id}", need) for badge in self.badges for group in badge.groups for need in group
        ]
        counting += [(f"challenges.{challenge.id}", challenge) for challenge in self.challenges]
        for where, need in counting:
            if need.metric == "awards" and need.of not in rules:
                raise BadValue(
                    "{where} counts awards of {of!r}; no such rule; name one of the scheme's rules",
                    where=where,
                    of=need.of,
                )
            if need.metric == "streak" and need.of not in streaks:
                raise BadValue(
                    "{where} counts the streak {of!r}; no such streak; name one of the scheme's streaks",
                    where=where,
                    of=need.of,
                )

    def _check_sentiment(self) -> None:
        """Positive sentiment is never paid for: what people say is theirs, and paid praise is undisclosed advertising."""
        for rule in self.rules:
            if _is_sentiment(rule.on):
                raise BadValue(
                    "event kind {name!r} speaks of sentiment; positive sentiment is never paid for; reward the act, not its tone",
                    name=rule.on,
                )
        for tree in self.conditions():
            for field, word in words(tree):
                if field == "tag" and _is_sentiment(word):
                    raise BadValue(
                        "content tag {name!r} speaks of sentiment; positive sentiment is never paid for; reward the act, not its tone",
                        name=word,
                    )

    @property
    def every_badge(self) -> tuple[Badge, ...]:
        """Every badge that can be held, each level of a badge as one of its own, in order."""
        return tuple(one for badge in self.badges for one in badge.expanded())

    @property
    def unpaid_channels(self) -> tuple[str, ...]:
        """Names of all channels on which nothing is paid: those listed first, then those that are known to forbid it."""
        known = UNREWARDED if self.channel_rules == "kept" else ()
        listed = (name for channel in self.unrewarded_channels for name in every_name(channel))
        return tuple(dict.fromkeys((*listed, *known)))

    def is_unrewarded(self, channel: str) -> bool:
        """True where the scheme pays nothing on the channel, by normalised name."""
        return name_of(channel) in self.unpaid_channels

    def conditions(self) -> list[Predicate]:
        """Every condition of rules, multipliers, badges and streaks, in order."""
        trees = [tree for rule in self.rules for tree in (rule.when, *(m.when for m in rule.multipliers))]
        for badge in self.badges:
            trees += [need.when for group in badge.groups for need in group]
            trees += [penalty.when for penalty in badge.penalties]
        trees += [streak.when for streak in self.streaks]
        return [tree for tree in trees if tree is not None]


__all__ = [
    "MILLIPOINTS", "AwardBudget", "Badge", "BadgeLevel", "Calendar", "Cap", "Challenge", "Decay", "FairPlay", "Highlight", "Holiday",
    "IncentiveScheme", "Kudos", "Leaderboard", "Level", "Metric", "Multiplier", "Nature", "Nomination", "Penalty", "Points",
    "Privacy", "Recognition", "Repair", "Requirement", "Reward", "Rule", "SchemeError", "Streak", "Window", "millipoints",
]  # fmt: skip
