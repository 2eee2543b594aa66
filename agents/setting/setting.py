"""The definition of a simulation: the company, its content and policy, phases and arms.

`sims.Scenario` adds a name, seeds and outcomes to a `Setting`. Files that a scenario names are read there, so that a setting is
self-contained and its content hash covers everything that affects a result. Nothing here imports Mesa or a compiler. All parts of a
setting can be imported from this module.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from agents.parameters.parameters import MECHANISMS, PRESETS, Parameters
from agents.setting.company import Audience, Contacts, CorporateAccount, Organisation, Segment, Turnover
from agents.setting.offering import Channel, Content, ContentKind, Policy, PolicyChange
from agents.setting.parts import Part
from agents.setting.phases import Arm, Contest, Phase, Phases, Recognition, Reward, Terms, check_phases
from agents.setting.tool import Invitation, Request, Tool
from rewards.fields import Day

__all__ = [
    "Arm",
    "Audience",
    "Channel",
    "Contacts",
    "Content",
    "ContentKind",
    "Contest",
    "CorporateAccount",
    "Invitation",
    "Organisation",
    "ParameterChoice",
    "Phase",
    "Phases",
    "Policy",
    "PolicyChange",
    "Recognition",
    "Request",
    "Reward",
    "Segment",
    "Setting",
    "Terms",
    "Tool",
    "Turnover",
]
CONTROL = "control"


class ParameterChoice(Part):
    """The model's parameters: a preset, then single values, then mechanisms switched off (docs/model.md)."""

    preset: str = "default"
    """Name of a set of values for a kind of company."""
    values: dict[str, float] = Field(default_factory=dict)
    """Values of single parameters by name."""
    off: tuple[str, ...] = ()
    """Mechanisms that are switched off."""

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
        """The resulting parameters. Raises ValueError for an unknown name or a value outside its bounds."""
        return Parameters.preset(self.preset).replace(**self.values).without(*self.off)


class Setting(Part):
    """Everything that a run of the model depends on besides seed and run number."""

    organisation: Organisation
    """The company and its audience."""
    content: Content = Content()
    """The content on offer to employees."""
    policy: Policy = Policy()
    """The social-media policy."""
    phases: Phases = (Phase(),)
    """Phases with the conditions in force from their day on; the first begins on day 0."""
    arms: Annotated[tuple[Arm, ...], Field(max_length=20)] = ()
    """Randomised groups with phases of their own."""
    parameters: ParameterChoice = ParameterChoice()
    """Values of the model's parameters."""
    start_date: Day = date(2026, 1, 5)
    """Calendar date of day 0."""
    horizon_days: Annotated[int, Field(ge=1, le=3660)] = 182
    """Days simulated from day 0."""
    burn_in_days: Annotated[int, Field(ge=0, le=3660)] = 28
    """Days before day 0 without any program, in which habits and norms become stationary."""
    split_day: Annotated[int, Field(ge=0, le=3660)] = 0
    """The splits `prior`, `acts`, `median` and `rank` classify employees by their activity before this day."""
    split_acts: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1, max_length=8)
    ] = (1, 5)
    """Class boundaries of the split `acts`: numbers of shares from day 0 (or from the start of the burn-in) to the split day."""

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        check_phases(self.phases, "phases")
        for arm in self.arms:
            check_phases(arm.phases, f"arm {arm.name!r}")
        total = sum(arm.share for arm in self.arms)
        if total > 1.0 + 1e-9:
            raise ValueError(f"arms share {total:g} of the staff; at most 1; lower the shares")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names) or CONTROL in names:
            raise ValueError(
                f"arms called {', '.join(names)}; names differ, and {CONTROL!r} is everybody else; rename one"
            )
        self._invite_whom_there_is()
        if self.split_day >= self.horizon_days:
            raise ValueError(
                f"split day {self.split_day}; it lies before the horizon of {self.horizon_days} days; choose an earlier day"
            )
        if not date(2000, 1, 1) <= self.start_date <= date(2090, 1, 1):
            raise ValueError(f"start date {self.start_date}; from 2000 to 2090; choose another day")
        return self

    def _invite_whom_there_is(self) -> None:
        known, company = set[str](), self.organisation
        known.update(row.segment for row in company.people or ())
        known.update(segment.name for segment in company.segments if company.people is None)
        for phase in (*self.phases, *(phase for arm in self.arms for phase in arm.phases)):
            for name in phase.tool.invitation.segments if phase.tool is not None else ():
                if name not in known:
                    raise ValueError(
                        f"invitation to segment {name!r}; there are {', '.join(sorted(known))}; correct the name"
                    )

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.organisation.timezone)


def quiet_days(setting: Setting) -> int:
    """Number of days from day 0 on which nothing is in force in any group, so that settings differing in phases and arms only coincide.

    0 where there is ever a tool or a request, since participation is then evaluated from day 0 on.
    """
    phases = [phase for group in (setting.phases, *(arm.phases for arm in setting.arms)) for phase in group]
    if any(phase.tool is not None or phase.request is not None for phase in phases):
        return 0
    return min([phase.day for phase in phases if phase != Phase(day=phase.day)], default=setting.horizon_days)
