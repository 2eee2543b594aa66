"""The registered plan of a rollout: random assignment, start days and analysis, sealed before the start.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import exp, lgamma
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal, Self

import rfc8785
from pydantic import Field, model_validator

from rewards.document import DocumentError, parse_data, read_text
from rewards.fields import Day
from rewards.scheme.quantities import Part

WEEK_DAYS = 7
CONTROL, TREATED = "control", "treated"
MOST_NEEDED = 200
"""A number of teams that always suffices: a holdout of one in twenty is ten teams."""
BLOCKS_LEAST = 4
"""Least number of blocks for assignment within blocks of similar teams; fewer would leave too few possible assignments."""
Design = Literal["cluster", "stepped-wedge", "holdout"]
Gives = Literal["programme", "digests"]
Metric = Literal["shares", "clicks", "weekly_sharers"]
DESIGNS: tuple[Design, ...] = ("cluster", "stepped-wedge", "holdout")
METRICS: tuple[Metric, ...] = ("shares", "clicks", "weekly_sharers")


class RolloutError(ValueError):
    """Raised for an impossible rollout; the message names the value, the limit and the remedy."""


class Wish(Part):
    """The requested design of a rollout. `holdout`: one team in this many is untreated; `steps`: groups of teams that start in turn."""

    design: Design = "cluster"
    gives: Gives = "programme"
    metric: Metric = "shares"
    baseline_weeks: Annotated[int, Field(ge=0, le=52)] = 4
    weeks: Annotated[int, Field(ge=2, le=104)] = 12
    steps: Annotated[int, Field(ge=2, le=10)] = 4
    holdout: Annotated[int, Field(ge=3, le=20)] = 5
    alpha: Annotated[float, Field(ge=0.01, le=0.2)] = 0.05
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if self.design == "stepped-wedge" and self.weeks < self.steps:
            raise ValueError(
                f"{self.steps} steps in {self.weeks} weeks; each step takes at least one; ask for fewer steps or more weeks"
            )
        return self

    @property
    def starts(self) -> dict[str, int | None]:
        """The first treated week of each arm, counted from the start of the baseline; None: never."""
        if self.design != "stepped-wedge":
            return {CONTROL: None, TREATED: self.baseline_weeks}
        apart = self.weeks // self.steps
        return {f"step-{one + 1}": self.baseline_weeks + one * apart for one in range(self.steps)}

    @property
    def pattern(self) -> tuple[str, ...]:
        """The arms of one block of teams."""
        if self.design == "stepped-wedge":
            return tuple(self.starts)
        return (CONTROL, *(TREATED,) * (self.holdout - 1 if self.design == "holdout" else 1))

    @property
    def periods(self) -> int:
        """Number of weeks, baseline included."""
        return self.baseline_weeks + self.weeks


class Cluster(Part):
    """One team: number of people, stratum, and assigned arm."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    people: Annotated[int, Field(ge=1)]
    block: Annotated[int, Field(ge=0)]
    arm: Annotated[str, Field(min_length=1, max_length=40)]


class Plan(Part):
    """Everything fixed in advance. `expected` is the simulated power. `hash` covers all other fields."""

    kind: Literal["rollout-plan"] = "rollout-plan"
    groundswell: str = ""
    title: Annotated[str, Field(max_length=200)] = ""
    wish: Wish
    first: Day
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=2, max_length=5000)]
    expected: dict[str, Any] | None = None
    hash: str

    @model_validator(mode="after")
    def _as_it_was_made(self) -> Self:
        if self.hash != seal(self.model_dump(mode="json")):
            raise ValueError(
                f"hash {self.hash[:16]!r}; the plan was changed since it was registered; use it as it was written"
            )
        return self

    @property
    def last(self) -> date:
        """The last day of the analysis; there is no result before it is over."""
        return self.first + timedelta(days=WEEK_DAYS * self.wish.periods - 1)

    def day_of(self, arm: str) -> date | None:
        """The day on which an arm's treatment starts; None: never."""
        week = self.wish.starts[arm]
        return None if week is None else self.first + timedelta(days=WEEK_DAYS * week)


def seal(body: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the hash itself."""
    return sha256(rfc8785.dumps({name: value for name, value in body.items() if name != "hash"})).hexdigest()


def load_plan(path: Path) -> Plan:
    """The plan in a file. Raises DocumentError naming it."""
    try:
        data = json.loads(read_text(path))
    except DocumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentError(
            "{path}:1: not JSON ({error}); name the file of a plan", path=path, error=error
        ) from None
    return parse_data(data, Plan, str(path))


@dataclass(frozen=True)
class Team:
    """A team to be assigned, with its segment."""

    name: str
    segment: str
    people: int


def drawn(wish: Wish, teams: Sequence[Team]) -> tuple[Cluster, ...]:
    """A random assignment of teams to arms, within blocks of similar teams where there are enough. Raises RolloutError for too few."""
    ordered = sorted(teams, key=lambda one: (one.segment, -one.people, one.name))
    pattern, random = wish.pattern, Random(wish.seed)  # noqa: S311
    size = len(pattern) if wish.design != "cluster" else 2 * len(pattern)
    block = pattern * (size // len(pattern))
    whole = len(ordered) // size
    if whole >= BLOCKS_LEAST:
        arms = [(place, arm) for place in range(whole) for arm in _shuffled(block, random)]
        rest = len(ordered) - len(arms)
        arms += [(whole, arm) for arm in _shuffled(block, random)[:rest]]
    else:
        repeated = (pattern * (len(ordered) // len(pattern) + 1))[: len(ordered)]
        arms = [(0, arm) for arm in _shuffled(repeated, random)]
    found = tuple(
        Cluster(name=team.name, people=team.people, block=place, arm=arm)
        for team, (place, arm) in zip(ordered, arms, strict=True)
    )
    refuse_few(wish, found)
    return found


def refuse_few(wish: Wish, clusters: Sequence[Cluster]) -> None:
    """Raise RolloutError where no result could be significant, or an arm has a single team."""
    counts = {arm: sum(one.arm == arm for one in clusters) for arm in wish.starts}
    if wish.design != "stepped-wedge" and min(counts.values()) < 2:
        few = min(counts, key=lambda arm: counts[arm])
        raise RolloutError(
            f"teams: got {len(clusters)}, of which {counts[few]} would be {few}; at least 2 are needed in each arm; "
            "choose a design that divides them evenly, or smaller teams"
        )
    empty = sum(count == 0 for count in counts.values())
    if wish.design == "stepped-wedge" and empty:
        raise RolloutError(
            f"teams: got {len(clusters)} for {wish.steps} steps, of which {empty} would have none; each step takes at least one; ask for "
            "fewer steps, or draw more, smaller teams"
        )
    least = 2.0 / ways(clusters)
    if least > wish.alpha:
        raise RolloutError(
            f"teams: got {len(clusters)}, which can be drawn in {ways(clusters):.0f} ways: no result could be rarer than {least:.2g}, "
            f"and {wish.alpha:g} is asked for; draw more, smaller teams"
        )


def fewest_teams(wishes: Sequence[Wish]) -> int:
    """The least number of similar teams with which one of these designs can give a significant result."""

    def suffices(count: int) -> bool:
        teams = [Team(f"{number}", "", 1) for number in range(count)]
        for wish in wishes:
            with suppress(RolloutError):
                drawn(wish, teams)
                return True
        return False

    return next(count for count in range(2, MOST_NEEDED + 1) if count == MOST_NEEDED or suffices(count))


def ways(clusters: Sequence[Cluster]) -> float:
    """Number of possible assignments."""
    total = 0.0
    for block in {one.block for one in clusters}:
        arms = [one.arm for one in clusters if one.block == block]
        total += lgamma(len(arms) + 1) - sum(lgamma(arms.count(arm) + 1) for arm in set(arms))
    return exp(min(total, 600.0))


def sealed(
    wish: Wish,
    clusters: Sequence[Cluster],
    first: date,
    *,
    groundswell: str,
    title: str = "",
    expected: Mapping[str, Any] | None = None,
) -> Plan:
    """The sealed plan."""
    body = {
        "kind": "rollout-plan",
        "groundswell": groundswell,
        "title": title,
        "wish": wish.model_dump(mode="json"),
        "first": first.isoformat(),
        "clusters": [one.model_dump(mode="json") for one in clusters],
        "expected": None if expected is None else dict(expected),
    }
    return Plan.model_validate(body | {"hash": seal(body)})


def _shuffled(arms: Sequence[str], random: Random) -> list[str]:
    found = list(arms)
    random.shuffle(found)
    return found
