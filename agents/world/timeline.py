"""The phase in force for an employee on a day: the setting's phases, or those of the employee's arm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import CONTROL, Phase, Setting
from agents.world.population import Staff
from agents.world.twins import Offer, newness, offered, scoring_form
from engine.streams import Stream, stream_key, uniforms
from rewards.scheme.scheme import IncentiveScheme

Ints = NDArray[np.int64]
BEFORE = Phase()
# A scheme of which less than this part is remembered counts as never known.
FORGOTTEN = 0.01


class Timeline:
    """Groups (0 is the control, then the arms in order), their members, and the phase of each group on each day."""

    def __init__(self, setting: Setting, staff: Staff, seed: int, run: int) -> None:
        self._lay_out(setting, assign(setting, staff, seed, run))

    @classmethod
    def of(cls, setting: Setting, group: Ints) -> Timeline:
        """The timeline of a setting, given everybody's group."""
        made = cls.__new__(cls)
        made._lay_out(setting, group)
        return made

    def _lay_out(self, setting: Setting, group: Ints) -> None:
        self.group = group
        self.names = (CONTROL, *(arm.name for arm in setting.arms))
        self._phases = _without_twins((setting.phases, *(arm.phases for arm in setting.arms)))
        self._members: dict[int, Ints | None] = {}
        self._in_force: dict[tuple[int, int], Phase] = {}
        self._offers: dict[int, Offer] = {}
        self._new: dict[tuple[int, int], float] = {}
        self._clocks: dict[tuple[int, int, float, float], tuple[float, int]] = {}

    def phase(self, group: int, day: int) -> Phase:
        """The phase in force for a group on a day; before day 0 an empty one."""
        if day < 0:
            return BEFORE
        found = self._in_force.get((group, day))
        if found is None:
            begun = (phase for phase in self._phases[group] if phase.day <= day)
            found = self._in_force[group, day] = max(begun, key=lambda phase: phase.day)
        return found

    def members(self, group: int) -> Ints | None:
        """The rows of a group; None where everybody is in it."""
        if group not in self._members:
            rows = np.flatnonzero(self.group == group)
            self._members[group] = None if rows.size == self.group.size else rows
        return self._members[group]

    def phases(self, group: int) -> tuple[Phase, ...]:
        """The phases of a group in order."""
        return self._phases[group]

    def scheme_began(self, group: int, day: int) -> int:
        """First day of the consecutive phases with the scheme that is in force on `day`."""
        phase = self.phase(group, day)
        began = phase.day
        while began > 0:
            earlier = self.phase(group, began - 1)
            if earlier.scheme is not phase.scheme:
                return began
            began = earlier.day
        return began

    def weeks_without_scheme(self, group: int, day: int) -> float | None:
        """Weeks since a scheme of the group was last in force; None while one is in force, or where none ever was."""
        phases = [phase for phase in self._phases[group] if phase.day <= day]
        if day < 0 or phases[-1].scheme is not None:
            return None
        ended = [later.day for one, later in pairwise(phases) if one.scheme is not None]
        return (day - ended[-1]) / 7.0 if ended else None

    def novelty_weeks(self, group: int, day: int, p: Parameters) -> float:
        """The novelty clock a of a group, in weeks.

        It advances while a scheme is in force; a change of the offer sets it back by a part, the larger the newer the offer (`newness`);
        without a scheme it decays with the half-life of novelty itself.
        """
        if day < 0:
            return 0.0
        phases = self._phases[group]
        index = max(at for at, phase in enumerate(phases) if phase.day <= day)
        clock, days = self._clock_at(group, index, p)
        return self._gone_on(phases[index], clock, days, day, p)

    def _gone_on(self, phase: Phase, clock: float, days: int, day: int, p: Parameters) -> float:
        # Days under one offer are summed as integers first, so that a phase without a change does not change the result by rounding.
        if phase.scheme is None:
            gone = (day - phase.day) / 7.0 / p.novelty_half_life_weeks
            return float((clock + days / 7.0) * 2.0**-gone)
        return clock + (days + day - phase.day) / 7.0

    def _clock_at(self, group: int, index: int, p: Parameters) -> tuple[float, int]:
        # At the start of a phase: the clock at the last change of the offer, and whole days since.
        if index == 0:
            return 0.0, 0
        key = (group, index, p.novelty_half_life_weeks, p.novelty_renewal)
        if key not in self._clocks:
            before, phase = self._phases[group][index - 1], self._phases[group][index]
            clock, days = self._clock_at(group, index - 1, p)
            if before.scheme is None:
                clock, days = self._gone_on(before, clock, days, phase.day, p), 0
            else:
                days += phase.day - before.day
            new = self._newness(group, index, p.novelty_half_life_weeks)
            if new > 0.0:
                clock, days = (clock + days / 7.0) * (1.0 - p.novelty_renewal * new), 0
            self._clocks[key] = clock, days
        return self._clocks[key]

    def _newness(self, group: int, index: int, half_life_weeks: float) -> float:
        # Compared with every earlier scheme; a scheme is forgotten while others are in force, with the half-life of novelty.
        phases, found, since = self._phases[group], 1.0, 0
        scheme = phases[index].scheme
        for at in range(index - 1, -1, -1):
            earlier, remembered = phases[at].scheme, 2.0 ** (-since / 7.0 / half_life_weeks)
            if scheme is None or remembered < FORGOTTEN:
                break
            if earlier is not None:
                found = min(found, 1.0 - (1.0 - self._new_after(scheme, earlier)) * remembered)
                since += phases[at + 1].day - phases[at].day
        return 0.0 if scheme is None or since == 0 else found

    def _new_after(self, scheme: IncentiveScheme, earlier: IncentiveScheme) -> float:
        pair = (id(scheme), id(earlier))
        if pair not in self._new:
            for one in (scheme, earlier):
                if id(one) not in self._offers:
                    self._offers[id(one)] = offered(one)
            self._new[pair] = newness(self._offers[id(scheme)], self._offers[id(earlier)])
        return self._new[pair]

    def contest(self, group: int, day: int, half_life_weeks: float) -> float:
        """1 during a contest of the phase or a challenge of its scheme; afterwards it decays by half every half-life."""
        level = 0.0
        for phase, following in zip(self._phases[group], [*self._phases[group][1:], None], strict=True):
            if phase.day > day:
                break
            lengths = [] if phase.contest is None else [phase.day + phase.contest.days]
            if phase.scheme is not None:
                began = self.scheme_began(group, phase.day)
                lengths += [began + challenge.days for challenge in phase.scheme.challenges]
            for end in lengths:
                over = end if following is None else min(end, following.day)
                weeks_over = max(0, day - over + 1) / 7.0
                level = max(level, 2.0 ** (-weeks_over / half_life_weeks))
        return level

    @property
    def schemes(self) -> list[IncentiveScheme]:
        """The distinct schemes that are ever in force, in order of first use."""
        found: list[IncentiveScheme] = []
        for phases in self._phases:
            for phase in phases:
                # Equal schemes are the same object here, so that identity decides.
                if phase.scheme is not None and all(phase.scheme is not known for known in found):
                    found.append(phase.scheme)
        return found


def _without_twins(groups: tuple[tuple[Phase, ...], ...]) -> tuple[tuple[Phase, ...], ...]:
    # A scheme that differs from an earlier one in texts only is treated as that one and continues its scores.
    first: dict[str, IncentiveScheme] = {}

    def known(phase: Phase) -> Phase:
        if phase.scheme is None:
            return phase
        return phase.model_copy(update={"scheme": first.setdefault(scoring_form(phase.scheme), phase.scheme)})

    return tuple(tuple(known(phase) for phase in phases) for phases in groups)


def assign(setting: Setting, staff: Staff, seed: int, run: int) -> Ints:
    """int64[n]: the randomly assigned group, 0 for control or 1 + index of the arm; by person or team, from the ASSIGNMENT stream."""
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
