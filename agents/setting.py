"""What is simulated: the company, its content and policy, and what changes on which day.

`sims.Scenario` adds a name, seeds and outcomes to a `Setting`; files named in a scenario are read there, so
that a setting is complete
in itself and its content hash names everything that moves a number. Nothing here needs Mesa or a compiler.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.parameters import MECHANISMS, PRESETS, Parameters
from rewards.people_file import PersonRow
from rewards.scheme import IncentiveScheme

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._&/-]*$")]
NonNegative = Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]


def _known_zone(value: object) -> object:
    if isinstance(value, str) and value not in available_timezones():
        raise ValueError(f"time zone {value!r}; an IANA name is needed; write for example Europe/Madrid")
    return value


Zone = Annotated[str, BeforeValidator(_known_zone)]


class Part(BaseModel):
    """Base of every part of a setting: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contacts(Part):
    """How many contacts an employee has: lognormal with a Pareto tail (used where people are generated)."""

    median: Positive = 300.0
    sigma: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    tail_share: Share = 0.01
    tail_exponent: Annotated[float, Field(gt=1.0, le=10.0)] = 2.0
    least: Annotated[int, Field(ge=0)] = 5
    most: Annotated[int, Field(ge=1, le=1_000_000)] = 30_000


class Segment(Part):
    """A group of generated employees with a topic of its own."""

    name: Name
    share: Positive = 1.0
    teams: Annotated[int, Field(ge=1, le=1000)] = 2
    contacts_median: Positive | None = None
    timezone: Zone | None = None
    desk: Literal["desk", "non-desk"] = "desk"
    part_time: Share = 0.0


class Audience(Part):
    """The people outside who can see shares; `size` is the number of distinct ones."""

    size: Annotated[int, Field(ge=1, le=20_000_000)] = 100_000
    homophily: Share = 0.5
    coworkers: Share = 0.15
    overlap: Share = 0.0
    onward_contacts: Annotated[float, Field(ge=0.0, le=2000.0)] = 300.0


class CorporateAccount(Part):
    """A company page: a source of the same content with its own followers, lower trust and no peer
    premium.
    """

    name: Name = "company-page"
    followers: Annotated[int, Field(ge=0)] = 20_000
    posts_per_week: NonNegative = 5.0


class Turnover(Part):
    """Leavers a year as a share of headcount; `replaced` is the share of leavers whose post is filled
    again.
    """

    leavers_per_year: Share = 0.0
    replaced: Share = 1.0


class Organisation(Part):
    """The company: people rows (from a CSV) or a headcount with segments, its audience and its own
    accounts.
    """

    headcount: Annotated[int, Field(ge=1, le=200_000)] | None = None
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=30)] = (
        Segment(name="sales", share=0.2, teams=3, contacts_median=600.0),
        Segment(name="engineering", share=0.4, teams=4),
        Segment(name="support", share=0.2, teams=2),
        Segment(name="operations", share=0.2, teams=3, contacts_median=200.0, desk="non-desk", part_time=0.3),
    )
    people: tuple[PersonRow, ...] | None = None
    contacts: Contacts = Contacts()
    timezone: Zone = "Europe/Madrid"
    audience: Audience = Audience()
    corporate_accounts: Annotated[tuple[CorporateAccount, ...], Field(max_length=20)] = (CorporateAccount(),)
    turnover: Turnover = Turnover()

    @model_validator(mode="after")
    def _one_source_of_people(self) -> Self:
        if (self.headcount is None) == (self.people is None):
            raise ValueError(
                "organisation has "
                + ("neither headcount nor people" if self.people is None else "both headcount and people")
                + "; exactly one is needed; keep one of the two"
            )
        if len({segment.name for segment in self.segments}) < len(self.segments):
            raise ValueError("two segments of one name; segment names differ; rename one")
        return self


class ContentKind(Part):
    """One kind of content in the mix. `share` is its part of the mix; the rest are levels from 0 to 1.

    topic None means each segment in turn; `polish` is how promotional and templated it reads, `useful` how
    much a reader gains,
    `risk` how easily a sharer could get into trouble, `green_lit` the share of items marked safe to share.
    """

    name: Name
    share: Positive = 1.0
    topic: Name | None = None
    tags: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], ...] = ()
    polish: Share = 0.3
    useful: Share = 0.5
    promotional: Share = 0.3
    risk: Share = 0.2
    green_lit: Share = 0.8
    disclosure: bool = True


class Channel(Part):
    """Where shares appear; `visibility` is the chance that a contact sees a post with an empty feed."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = "linkedin"
    share: Positive = 1.0
    visibility: Share | None = None
    half_life_hours: Positive = 24.0


class Content(Part):
    """The content desk: how much of what is offered to employees."""

    items_per_week: Annotated[float, Field(gt=0.0, le=1000.0)] = 5.0
    lifetime_days: Annotated[int, Field(ge=1, le=365)] = 14
    notifications: Annotated[float, Field(ge=0.0, le=50.0)] = 1.0
    kinds: Annotated[tuple[ContentKind, ...], Field(min_length=1, max_length=30)] = (
        ContentKind(
            name="insight", share=0.4, tags=("insight",), polish=0.2, useful=0.7, promotional=0.1, risk=0.2
        ),
        ContentKind(
            name="news", share=0.4, tags=("news",), polish=0.4, useful=0.4, promotional=0.4, risk=0.1
        ),
        ContentKind(
            name="product", share=0.2, tags=("product",), polish=0.7, useful=0.3, promotional=0.9, risk=0.3
        ),
    )
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=20)] = (Channel(),)


class Policy(Part):
    """The social-media policy as an employee meets it; levels from 0 (none) to 1 (the most)."""

    strictness: Share = 0.3
    training: Share = 0.2
    approval_delay_days: Annotated[int, Field(ge=0, le=90)] = 0
    tools_friction: Share = 0.3
    sanctions_per_risky_share: Share = 0.0


class Contest(Part):
    """A contest between teams from the phase's day for `days`."""

    days: Annotated[int, Field(ge=1, le=3660)] = 28


class Recognition(Part):
    """Public thanks, given every `every_days`.

    random       a random `share` of all employees
    threshold    everybody with at least `shares` shares since the last time
    exclusive    the top `share` by shares since the last time, who shared at all
    """

    rule: Literal["random", "threshold", "exclusive"] = "threshold"
    every_days: Annotated[int, Field(ge=1, le=3660)] = 7
    share: Share = 0.33
    shares: Annotated[int, Field(ge=1, le=1000)] = 1
    times: Annotated[int, Field(ge=1, le=10_000)] | None = None


def _none_is_null(value: object) -> object:
    return None if value == "none" else value


class Phase(Part):
    """What is in force from `day` (0 is the start date) until the next phase. Nothing carries over from the
    phase before.
    """

    day: Annotated[int, Field(ge=0, le=36_600)] = 0
    scheme: Annotated[IncentiveScheme | None, BeforeValidator(_none_is_null)] = None
    leaderboard: Literal["scheme", "shown", "hidden"] = "scheme"
    norm_message: Literal["none", "median"] = "none"
    contest: Annotated[Contest | None, BeforeValidator(_none_is_null)] = None
    recognition: Annotated[Recognition | None, BeforeValidator(_none_is_null)] = None


Phases = Annotated[tuple[Phase, ...], Field(min_length=1, max_length=500)]


class Arm(Part):
    """A group of employees, drawn at random, that lives through phases of its own instead of the
    setting's.
    """

    name: Name
    share: Share
    by: Literal["person", "team"] = "person"
    phases: Phases


class ParameterChoice(Part):
    """A named preset, then single values on top, then whole mechanisms switched off."""

    preset: str = "default"
    values: dict[str, float] = {}
    off: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.preset not in PRESETS:
            raise ValueError(
                f"preset {self.preset!r}; known are {', '.join(sorted(PRESETS))}; choose one of them"
            )
        for name in self.off:
            if name not in MECHANISMS:
                raise ValueError(
                    f"mechanism {name!r}; known are {', '.join(sorted(MECHANISMS))}; correct the name"
                )
        self.resolve()
        return self

    def resolve(self) -> Parameters:
        """The parameters meant. Raises ValueError for an unknown name or a value outside its bounds."""
        return Parameters.preset(self.preset).replace(**self.values).without(*self.off)


def _in_order(phases: tuple[Phase, ...], owner: str) -> None:
    days = [phase.day for phase in phases]
    if days[0] != 0:
        raise ValueError(f"{owner} starts on day {days[0]}; the first phase is day 0; add a phase for day 0")
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(
            f"{owner} has days {days}; days rise from phase to phase; sort them and drop repeats"
        )


class Setting(Part):
    """Everything a run of the model depends on besides seed and run number."""

    organisation: Organisation
    content: Content = Content()
    policy: Policy = Policy()
    phases: Phases = (Phase(),)
    arms: Annotated[tuple[Arm, ...], Field(max_length=20)] = ()
    parameters: ParameterChoice = ParameterChoice()
    start_date: date = date(2026, 1, 5)
    horizon_days: Annotated[int, Field(ge=1, le=3660)] = 182
    burn_in_days: Annotated[int, Field(ge=0, le=3660)] = 28

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _in_order(self.phases, "phases")
        for arm in self.arms:
            _in_order(arm.phases, f"arm {arm.name!r}")
        total = sum(arm.share for arm in self.arms)
        if total > 1.0 + 1e-9:
            raise ValueError(f"arms share {total:g} of the staff; at most 1; lower the shares")
        if len({arm.name for arm in self.arms}) < len(self.arms):
            raise ValueError("two arms of one name; arm names differ; rename one")
        if not date(2000, 1, 1) <= self.start_date <= date(2090, 1, 1):
            raise ValueError(f"start date {self.start_date}; from 2000 to 2090; choose another day")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.organisation.timezone)
