"""What changes on which day, and for whom: phases and randomised arms, as a scenario writes them."""

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
    """A reward for every share, written short. It becomes a scheme of one rule."""

    size: Annotated[
        Literal["none", "token", "large"] | Annotated[int, Field(ge=0, le=MOST_POINTS)],
        BeforeValidator(_known_size, json_schema_input_type=Literal["none", "token", "large"] | int),
    ] = "token"
    """`none`, `token` (2 points), `large` (25 points), or a number of points a share."""
    worth: Literal["tangible", "symbolic"] = "tangible"
    """`tangible` points buy something; `symbolic` ones only count."""
    publicity: Literal["public", "private"] = "private"
    """Whether others know of it."""
    expectation: Literal["expected", "surprise"] = "expected"
    """Whether it was announced."""

    @property
    def points(self) -> int:
        """Points a share."""
        return SIZES[self.size] if isinstance(self.size, str) else self.size

    def scheme(self) -> IncentiveScheme | None:
        """The scheme meant; None where nothing is paid."""
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
    """On which terms rewards are paid: how they are felt, beside their points. What is scored stays what the scheme says, since each of
    these pays as much on average."""

    framing: Literal["gain", "loss"] = "gain"
    """`loss`: as something that one has already and may lose."""
    odds: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Below 1 a lottery: with this chance a share pays so many times as much, else nothing."""
    hangs_on: Literal["self", "team"] = "self"
    """`team`: what a share earns is paid to the whole team in equal parts."""
    publicity: Share | None = None
    """Part of the tangible points that colleagues see, instead of what the scheme's rules say."""


class Contest(Part):
    """A contest between teams, from the phase's day."""

    days: Annotated[int, Field(ge=1, le=3660)] = 28
    """Days it lasts, its phase at most: then it is won, and its pull fades."""
    standing: Literal["hidden", "shown"] = "hidden"
    """`shown`: everybody sees how far each team is from the best, in shares a head."""
    winner_thanked: bool = False
    """Whether the winning team is thanked in public at the end."""


class Recognition(Part):
    """Thanks for employees, given every `every_days` by a rule."""

    rule: Literal["random", "threshold", "exclusive"] = "threshold"
    """`random`: each of those concerned with chance `share`. `threshold`: everybody with at least `shares`
    shares since the last time. `exclusive`: the best sharers since the last time, `share` of those concerned,
    nobody who did not share."""
    every_days: Annotated[int, Field(ge=1, le=3660)] = 7
    """Days between thanks; the first are given at the end of so many days of the phase."""
    share: Share = 0.33
    """Part of those concerned, for `random` and `exclusive`."""
    shares: Annotated[int, Field(ge=1, le=1000)] = 1
    """Shares needed, for `threshold`."""
    times: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How often it happens at most; left out: as long as the phase lasts."""
    among: Literal[
        "everyone",
        "newcomers",
        "prior-none",
        "prior-some",
        "prior-regular",
        "motivation-low",
        "motivation-high",
    ] = "everyone"
    """Who can be thanked: everyone, those who joined within 90 days, one class of the split `prior`, or the less or more
    motivated half."""
    expectation: Literal["surprise", "announced"] = "surprise"
    """`announced`: known beforehand, so that it pulls those within reach before it is given."""
    worth: Literal["symbolic", "tangible"] = "symbolic"
    """`tangible`: something that one can sell comes with it; announced, it is pay."""
    delay_days: Annotated[int, Field(ge=0, le=365)] = 0
    """Days by which thanks come late."""
    giver: Literal["somebody", "nobody"] = "somebody"
    """`nobody`: from the company, and no one in particular."""
    publicity: Literal["public", "private"] = "public"
    """Public thanks count in full, private ones as a colleague's (`kudos_weight`)."""


class Phase(Part):
    """What is in force from `day` until the next phase. Of the phase before nothing stays in force; what people have begun, earned and
    spent goes on under the next scheme."""

    day: Annotated[int, Field(ge=0, le=36_600)] = 0
    """First day; 0 is the start date."""
    scheme: Annotated[IncentiveScheme | None, or_none(IncentiveScheme)] = None
    """The incentive scheme: `none`, a preset's name, a YAML file beside the scenario, or written out in place."""
    reward: Annotated[Reward | None, or_none(Reward)] = None
    """Instead of a scheme: one reward for every share, or `none`."""
    leaderboard: Literal["scheme", "shown", "hidden"] = "scheme"
    """`scheme`: shown if the scheme has one. `shown`: in any case (of shares, where nothing gives points).
    `hidden`: not at all."""
    norm_message: Literal["none", "median"] = "none"
    """`median`: everybody is told the median weekly rate of those who share at all."""
    contest: Annotated[Contest | None, or_none(Contest)] = None
    """A contest between teams, or `none`."""
    recognition: Annotated[Recognition | None, or_none(Recognition)] = None
    """Thanks by a rule, or `none`."""
    notifications: Annotated[float, Field(ge=0.0, le=50.0)] | None = None
    """Factor on the opportunities to share, instead of the content desk's."""
    tool: Annotated[Tool | None, or_none(Tool)] = None
    """The tool for sharing, or `none`. Without one in any phase everybody takes part in the schemes."""
    relaunch: bool = False
    """Whether the phase begins with a relaunch: everybody invited who is not enrolled is invited anew, and the tool is partly new to
    the enrolled."""
    request: Annotated[Request | None, or_none(Request)] = None
    """A message on the phase's first day that asks for shares, or `none`."""
    terms: Terms = Terms()
    """On which terms the rewards of the scheme are paid."""
    audience: Share = 1.0
    """Part of everybody's contacts who are still there: an audience may shrink on a day."""
    policy: PolicyChange = PolicyChange()
    """What this phase changes in the policy."""

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
            # Frozen for everybody else: from here on the phase has a scheme and no reward.
            object.__setattr__(self, "scheme", self.reward.scheme())
            object.__setattr__(self, "reward", None)
        return self


Phases = Annotated[tuple[Phase, ...], Field(min_length=1, max_length=500)]


class Arm(Part):
    """A group of employees, drawn at random, that lives through phases of its own instead of the scenario's."""

    name: Name
    """Name of the arm; everybody else is in the arm `control`."""
    share: Share
    """Part of the staff drawn into it."""
    by: Literal["person", "team"] = "person"
    """Whether people or whole teams are drawn."""
    phases: Phases
    """What this arm lives through."""


def check_phases(phases: tuple[Phase, ...], owner: str) -> None:
    """Raise ValueError unless the phases begin on day 0 and rise day by day."""
    days = [phase.day for phase in phases]
    if days[0] != 0:
        raise ValueError(f"{owner} starts on day {days[0]}; the first phase is day 0; add a phase for day 0")
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(
            f"{owner} has days {days}; days rise from phase to phase; sort them and drop repeats"
        )
