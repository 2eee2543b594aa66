"""Phases and randomised arms of a scenario: which conditions hold from which day, and for whom."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from agents.setting.offering import PolicyChange
from agents.setting.parts import Name, Part, Share, or_none
from agents.setting.tool import Request, Tool
from rewards.scheme.scheme import IncentiveScheme, Nature, Rule

TOKEN_POINTS, LARGE_POINTS, MOST_POINTS = 2, 25, 1_000_000
SIZES = {"none": 0, "token": TOKEN_POINTS, "large": LARGE_POINTS}


def _known_size(value: object) -> object:
    number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_POINTS
    if not number and value not in SIZES:
        raise ValueError(f"{', '.join(SIZES)}, or whole points from 0 to {MOST_POINTS:,}; write one of them")
    return value


class Reward(Part):
    """Shorthand for a scheme of one rule: a reward for every share."""

    size: Annotated[
        Literal["none", "token", "large"] | Annotated[int, Field(ge=0, le=MOST_POINTS)],
        BeforeValidator(_known_size, json_schema_input_type=Literal["none", "token", "large"] | int),
    ] = "token"
    """`none`, `token` (2 points), `large` (25 points), or a number of points a share."""
    worth: Literal["tangible", "symbolic"] = "tangible"
    """`tangible` points can be redeemed for rewards; `symbolic` ones cannot."""
    publicity: Literal["public", "private"] = "private"
    """Whether others know of the reward."""
    expectation: Literal["expected", "surprise"] = "expected"
    """Whether the reward was announced."""

    @property
    def points(self) -> int:
        """Points a share."""
        return SIZES[self.size] if isinstance(self.size, str) else self.size

    def scheme(self) -> IncentiveScheme | None:
        """The equivalent scheme; None where nothing is paid."""
        if self.points == 0:
            return None
        words = (str(self.size), self.worth, self.publicity, self.expectation)
        nature = Nature(worth=self.worth, publicity=self.publicity, expectation=self.expectation)
        rule = Rule.model_validate(
            {"id": "share", "title": "Share an item", "on": "share", "points": self.points, "nature": nature}
        )
        return IncentiveScheme(
            name="reward-" + "-".join(words), title=f"A {', '.join(words)} reward a share", rules=(rule,)
        )


class Terms(Part):
    """Framing of the rewards: how they are perceived, apart from their points. Scoring is unchanged, since all options pay the same on
    average."""

    framing: Literal["gain", "loss"] = "gain"
    """`loss`: the reward is presented as something already owned that may be lost."""
    odds: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Below 1 the reward is a lottery: with this probability a share pays the inverse multiple of its points, else nothing."""
    hangs_on: Literal["self", "team"] = "self"
    """`team`: the points of a share are divided equally among the whole team."""
    publicity: Share | None = None
    """Part of the tangible points that is visible to colleagues, instead of the scheme's own."""


class Contest(Part):
    """A contest between teams that starts on the phase's first day."""

    days: Annotated[int, Field(ge=1, le=3660)] = 28
    """Duration in days, at most that of the phase; it is then decided and its effect decays."""
    standing: Literal["hidden", "shown"] = "hidden"
    """`shown`: everybody sees each team's shares a head relative to the best team."""
    winner_thanked: bool = False
    """Whether the winning team is thanked in public at the end."""


class Recognition(Part):
    """Recognition of employees every `every_days` days, by a rule."""

    rule: Literal["random", "threshold", "exclusive"] = "threshold"
    """`random`: each eligible employee with probability `share`. `threshold`: everybody with at least `shares` shares since the last time.
    `exclusive`: the top sharers since the last time, a fraction `share` of those eligible, and nobody without a share."""
    every_days: Annotated[int, Field(ge=1, le=3660)] = 7
    """Days between recognitions; the first is given at the end of that many days of the phase."""
    share: Share = 0.33
    """Fraction of those eligible, for `random` and `exclusive`."""
    shares: Annotated[int, Field(ge=1, le=1000)] = 1
    """Shares needed, for `threshold`."""
    times: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Maximum number of times; left out: as long as the phase lasts."""
    among: Literal[
        "everyone",
        "newcomers",
        "prior-none",
        "prior-some",
        "prior-regular",
        "motivation-low",
        "motivation-high",
    ] = "everyone"
    """Who is eligible: everyone, those who joined within 90 days, one class of the split `prior`, or the less or more motivated half."""
    expectation: Literal["surprise", "announced"] = "surprise"
    """`announced`: known beforehand, so that it motivates those within reach before it is given."""
    worth: Literal["symbolic", "tangible"] = "symbolic"
    """`tangible`: it comes with something of monetary value; if announced too, it crowds out motivation like pay."""
    delay_days: Annotated[int, Field(ge=0, le=365)] = 0
    """Delay of the thanks in days."""
    giver: Literal["somebody", "nobody"] = "somebody"
    """`nobody`: from the company rather than from a person."""
    publicity: Literal["public", "private"] = "public"
    """Public thanks have full weight, private ones that of a colleague's kudos (`kudos_weight`)."""


class Phase(Part):
    """The conditions in force from `day` until the next phase. Nothing of the previous phase remains in force; points, counters and streaks
    are carried over to the next scheme."""

    day: Annotated[int, Field(ge=0, le=36_600)] = 0
    """First day; 0 is the start date."""
    scheme: Annotated[IncentiveScheme | None, or_none(IncentiveScheme)] = None
    """The incentive scheme: `none`, the name of a preset, a YAML file in the scenario's folder, or an inline scheme."""
    reward: Annotated[Reward | None, or_none(Reward)] = None
    """Instead of a scheme: one reward for every share, or `none`."""
    leaderboard: Literal["scheme", "shown", "hidden"] = "scheme"
    """`scheme`: shown if the scheme has one. `shown`: always (by shares, where nothing gives points). `hidden`: never."""
    norm_message: Literal["none", "median"] = "none"
    """`median`: everybody sees the median weekly rate of those who share at all."""
    contest: Annotated[Contest | None, or_none(Contest)] = None
    """A contest between teams, or `none`."""
    recognition: Annotated[Recognition | None, or_none(Recognition)] = None
    """Recognition by a rule, or `none`."""
    notifications: Annotated[float, Field(ge=0.0, le=50.0)] | None = None
    """Factor on the opportunities to share, instead of the content's."""
    tool: Annotated[Tool | None, or_none(Tool)] = None
    """The tool for sharing, or `none`. Without one in any phase everybody takes part in the schemes."""
    relaunch: bool = False
    """Whether the phase begins with a relaunch: those invited but not enrolled are invited again, and the tool is partly novel again to
    the enrolled."""
    request: Annotated[Request | None, or_none(Request)] = None
    """A message on the phase's first day that asks for shares, or `none`."""
    terms: Terms = Terms()
    """Framing of the scheme's rewards."""
    audience: Share = 1.0
    """Part of the contacts who still use the channels: a sudden loss of audience."""
    policy: PolicyChange = PolicyChange()
    """Changes of the policy in this phase."""

    @model_validator(mode="after")
    def _relaunch_of_something(self) -> Self:
        if self.relaunch and self.tool is None:
            raise ValueError("relaunch without a tool; a relaunch invites to one; give the phase a tool")
        if self.request is not None and self.request.to == "enrolled" and self.tool is None:
            raise ValueError(
                "a request to the enrolled without a tool; send it to everyone, or give the phase a tool"
            )
        return self

    @model_validator(mode="after")
    def _reward_is_a_scheme(self) -> Self:
        if self.reward is not None:
            if self.scheme is not None:
                raise ValueError(
                    "a phase with both scheme and reward; reward is a scheme written short; keep one of the two"
                )
            # The model is frozen, hence this call: after validation a phase has a scheme and no reward.
            object.__setattr__(self, "scheme", self.reward.scheme())
            object.__setattr__(self, "reward", None)
        return self


Phases = Annotated[tuple[Phase, ...], Field(min_length=1, max_length=500)]


class Arm(Part):
    """A randomised arm: a random group of employees with phases of its own instead of the scenario's."""

    name: Name
    """Name of the arm; everybody else is in the arm `control`."""
    share: Share
    """Fraction of the staff assigned to the arm."""
    by: Literal["person", "team"] = "person"
    """Whether individuals or whole teams are assigned."""
    phases: Phases
    """The phases of this arm."""


def check_phases(phases: tuple[Phase, ...], owner: str) -> None:
    """Raise ValueError unless the phases begin on day 0 and have ascending days."""
    days = [phase.day for phase in phases]
    if days[0] != 0:
        raise ValueError(f"{owner} starts on day {days[0]}; the first phase is day 0; add a phase for day 0")
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(
            f"{owner} has days {days}; days rise from phase to phase; sort them and drop repeats"
        )
