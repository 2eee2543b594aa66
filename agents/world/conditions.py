"""The policy and the rate of opportunities that apply to each employee on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Setting
from agents.world.population import Staff, Traits
from agents.world.timeline import Timeline

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conditions:
    """Conditions of one day, float64[n] unless stated otherwise.

    strictness, friction, sanctions   of the policy in force: levels, and the chance of a sanction at full risk
    trained, signed                   bool[n]: trained, and bound by a policy signed on the phase's first day
    audience                          part of each employee's contacts who still use the channels
    rates, silent                     for a working day (0) and a weekend day (1): opportunities expected, and the chance of none
    """

    strictness: Floats
    friction: Floats
    sanctions: Floats
    trained: NDArray[np.bool_]
    signed: NDArray[np.bool_]
    audience: Floats
    rates: tuple[Floats, Floats]
    silent: tuple[Floats, Floats]

    @cached_property
    def whole_audience(self) -> bool:
        """True where all contacts of everybody still use the channels."""
        return bool((self.audience == 1.0).all())


class ConditionBook:
    """Conditions by day, cached until some group enters another phase."""

    def __init__(
        self,
        timeline: Timeline,
        setting: Setting,
        staff: Staff,
        traits: Traits,
        p: Parameters,
    ) -> None:
        self._timeline, self._setting, self._n = timeline, setting, staff.size
        self._training_draw = traits.training_draw
        self._daily = traits.opportunities_per_week / opportunity_days(p.weekend_factor)
        self._weekend_factor, self._approval_trouble = p.weekend_factor, p.approval_trouble
        self._training_ease = p.training_ease
        self._known: dict[tuple[int, ...], Conditions] = {}

    def on(self, day: int) -> Conditions:
        """Conditions of `day`."""
        groups = range(len(self._timeline.names))
        phases = [self._timeline.phase(group, day) for group in groups]
        # A policy is signed on the first day of its phase alone.
        key = tuple(-1 if day < 0 else 2 * phase.day + (day == phase.day) for phase in phases)
        if key not in self._known:
            columns = {
                name: np.zeros(self._n)
                for name in ("strict", "friction", "sanctions", "training", "approval", "signed", "audience")
            }
            factor = np.zeros(self._n)
            for group, phase in zip(groups, phases, strict=True):
                members = self._timeline.group == group
                policy = phase.policy.applied_to(self._setting.policy)
                columns["strict"][members] = policy.strictness
                columns["friction"][members] = policy.tools_friction
                columns["sanctions"][members] = policy.sanctions_per_risky_share
                columns["training"][members] = policy.training
                columns["approval"][members] = max(policy.approval, waiting(policy.approval_delay_days))
                columns["signed"][members] = phase.policy.signed and day == phase.day
                columns["audience"][members] = phase.audience
                usual = self._setting.content.notifications
                factor[members] = usual if phase.notifications is None else phase.notifications
            working = self._daily * factor
            trained = self._training_draw < columns["training"]
            weekend = working * self._weekend_factor
            self._known[key] = Conditions(
                strictness=columns["strict"],
                friction=(columns["friction"] + self._approval_trouble * columns["approval"])
                * self.eased(trained),
                sanctions=columns["sanctions"],
                trained=trained,
                signed=columns["signed"] > 0.0,
                audience=columns["audience"],
                rates=(working, weekend),
                silent=(np.exp(-working), np.exp(-weekend)),
            )
        return self._known[key]

    def eased(self, trained: NDArray[np.bool_]) -> Floats:
        """Factor on friction: lower for the trained."""
        return np.asarray(1.0 - self._training_ease * trained)

    def weekly(self, day: int) -> tuple[Floats, Floats]:
        """Opportunities expected in a week like that of `day`, and the friction then, float64[n] each."""
        conditions = self.on(day)
        return 5.0 * conditions.rates[0] + 2.0 * conditions.rates[1], conditions.friction


def waiting(days: int) -> float:
    """Friction of waiting `days` relative to that of an approval: a half after a week, saturating at 1."""
    return days / (days + 7.0)


def opportunity_days(weekend_factor: Any) -> Any:
    """Opportunities in a week, in units of a working day's, for a number or an array of factors."""
    return 5.0 + 2.0 * weekend_factor
