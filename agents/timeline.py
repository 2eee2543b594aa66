"""Which phase an employee lives in on a day: the setting's phases, or those of the arm drawn for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.population import Staff
from agents.setting import Phase, Setting
from engine.streams import Stream, stream_key, uniforms
from rewards.scheme import IncentiveScheme

Ints = NDArray[np.int64]
BEFORE = Phase()


class Timeline:
    """Groups (0: nobody's arm; then the arms in order), who is in which, and the phase of each group on
    each day.
    """

    def __init__(self, setting: Setting, staff: Staff, seed: int, run: int) -> None:
        self.names = ("all", *(arm.name for arm in setting.arms))
        self._phases = (setting.phases, *(arm.phases for arm in setting.arms))
        self.group = assign(setting, staff, seed, run)

    def phase(self, group: int, day: int) -> Phase:
        """The phase in force; before day 0 there is none of anything."""
        if day < 0:
            return BEFORE
        return max((phase for phase in self._phases[group] if phase.day <= day), key=lambda phase: phase.day)

    def phases(self, group: int) -> tuple[Phase, ...]:
        """The phases of a group in order."""
        return self._phases[group]

    def scheme_began(self, group: int, day: int) -> int:
        """First day of the unbroken run of phases with the scheme in force on `day`."""
        phase = self.phase(group, day)
        began = phase.day
        while began > 0:
            earlier = self.phase(group, began - 1)
            if earlier.scheme != phase.scheme:
                return began
            began = earlier.day
        return began

    @property
    def schemes(self) -> list[IncentiveScheme]:
        """Every scheme that is ever in force, each once, in order of first use."""
        found: list[IncentiveScheme] = []
        for phases in self._phases:
            for phase in phases:
                if phase.scheme is not None and phase.scheme not in found:
                    found.append(phase.scheme)
        return found


def assign(setting: Setting, staff: Staff, seed: int, run: int) -> Ints:
    """int64[n]: 0 or 1 + index of the arm; by person or by whole teams, from the ASSIGNMENT stream."""
    key = stream_key(seed, Stream.ASSIGNMENT, run)
    group = np.zeros(staff.size, dtype=np.int64)
    by_person = uniforms(key, 0, np.arange(staff.size, dtype=np.int64))
    by_team = uniforms(key, 1, np.arange(len(staff.teams), dtype=np.int64))[staff.team]
    low = 0.0
    for index, arm in enumerate(setting.arms):
        draw = by_team if arm.by == "team" else by_person
        group[(draw >= low) & (draw < low + arm.share)] = index + 1
        low += arm.share
    return group
