"""Participation: invitation, enrolment, reminders and the annoyance they cause, lapsing (docs/model.md, "Taking part").

Without a tool in any phase everybody takes part and this module has no effect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.employees.state import State
from agents.program.reminders import Reminders, in_sight
from agents.setting.setting import Phase
from agents.setting.tool import Tool
from agents.world.clock import Clock
from agents.world.conditions import Conditions
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.population import Staff, Traits
from agents.world.timeline import Timeline
from engine.streams import Stream
from rewards.events import ENROLLED, INVITED, LEFT, PAUSED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OUTSIDE, ASKED, MEMBER, RESTING, GONE = range(5)
KINDS = {ASKED: INVITED, MEMBER: ENROLLED, RESTING: PAUSED, GONE: LEFT}
NEVER = -(1 << 30)
# Ordinals of the MEMBERSHIP stream: for daily draws, and for traits under a day number beyond any horizon.
JOIN, LAPSE, HOW = 0, 1, 2
TRAITS_DAY, ORDER, LEAD = 1 << 40, 0, 1


class Change(NamedTuple):
    """A change of status: these people have it from the morning of this day."""

    day: int
    person: Ints
    status: int


class Morning(NamedTuple):
    """Conditions of a day after participation is updated; `asked` is float64[n], 1 where a reminder or request asks for shares."""

    conditions: Conditions
    asked: Floats


class Membership:
    """Membership of all employees: `status` int64[n], OUTSIDE … GONE.

    `changes` lists all changes of status so far in order; `today` counts those of the day by new status.
    """

    def __init__(self, timeline: Timeline, staff: Staff, traits: Traits, clock: Clock, lanes: Lanes) -> None:
        self._timeline, self._staff, self._traits = timeline, staff, traits
        self._clock, self._lanes = clock, lanes
        groups = range(len(timeline.names))
        self._tooled = [any(phase.tool is not None for phase in timeline.phases(group)) for group in groups]
        self.active = any(self._tooled) or any(
            phase.request is not None for group in groups for phase in timeline.phases(group)
        )
        n = staff.size
        self.status = np.zeros(n, dtype=np.int64)
        self._invited_on, self._lapsed_on = np.full(n, NEVER), np.full(n, NEVER)
        self.changes: list[Change] = []
        self.trained = np.zeros(n, dtype=bool)
        self._nothing, self._everybody = np.broadcast_to(0.0, n), np.ones(n, dtype=bool)
        self._everybody.flags.writeable = False
        self._keys = lanes.keys(Stream.MEMBERSHIP)
        self.reminders = Reminders(staff, lanes, self._keys)
        self.opted_out = self._nothing
        if self.active:
            self._order = self._drawn(TRAITS_DAY, ORDER)
            self._leader = self._leaders(self._drawn(TRAITS_DAY, LEAD))

    def has_tool(self, group: int) -> bool:
        """True where some phase of the group has a tool."""
        return self._tooled[group]

    def gated(self, group: int, day: int) -> bool:
        """True where only the enrolled members of a group earn on a day."""
        phase = self._timeline.phase(group, day)
        asks = phase.scheme is not None and phase.scheme.membership == "enrolled"
        return phase.tool is not None or (self._tooled[group] and asks)

    def taking_part(self, day: int) -> Flags:
        """bool[n]: employees who earn points and are ranked on a day."""
        gated = [group for group in range(len(self._tooled)) if self.gated(group, day)] if self.active else []
        if not gated:
            return self._everybody
        found: Flags = ~np.isin(self._timeline.group, gated) | (self.status == MEMBER)
        return found

    def morning(
        self, day: int, present: Flags, state: State, promised: Floats, conditions: Conditions
    ) -> Morning:
        """Update invitations, enrolment, lapses and opened reminders; `promised` are the points that each expects of a share."""
        self.opted_out = self._nothing
        if not self.active or day < 0:
            return Morning(conditions, self._nothing)
        rates, asked = conditions.rates[0].copy(), np.zeros(self.status.size)
        trained = conditions.trained | self.trained
        # Training by the tool stays effective after leaving it.
        taught = self.trained & ~conditions.trained
        friction = conditions.friction * (1.0 - self._lanes.rows.training_ease * taught)
        self.reminders.fade()
        for group in range(len(self._tooled)):
            phase = self._timeline.phase(group, day)
            members = present & (self._timeline.group == group)
            if phase.tool is not None:
                self._invite(day, phase, phase.tool, members)
                self._join(day, phase.tool, members, state, promised=promised, trained=trained)
                self._lapse(day, group, members, state)
                enrolled = members & (self.status == MEMBER)
                known = self._lanes.rows.training_ease * trained
                friction[enrolled] = (phase.tool.friction * (1.0 - known))[enrolled]
                self._remind(day, phase.tool, enrolled, rates, asked)
            if phase.request is not None and day == phase.day:
                to = members if phase.request.to == "everyone" else members & (self.status == MEMBER)
                read = self.reminders.request(day, to)
                rates[read] += phase.request.items
                asked[read] = 1.0
        silent = conditions.silent[0].copy()
        reached = np.flatnonzero(asked)
        silent[reached] = np.exp(-rates[reached])
        quiet = (conditions.rates[1] + (rates - conditions.rates[0]), conditions.silent[1])
        weekend = quiet[1] if not reached.size else np.exp(-quiet[0])
        changed = replace(
            conditions, friction=friction, trained=trained | self.trained,
            rates=(rates, quiet[0]), silent=(silent, weekend),
        )  # fmt: skip
        return Morning(changed, asked)

    def _invite(self, day: int, phase: Phase, tool: Tool, members: Flags) -> None:
        concerned = members & (self._order < tool.invitation.share)
        if tool.invitation.segments:
            wanted = [name in tool.invitation.segments for name in self._staff.segments]
            concerned &= np.array(wanted, dtype=bool)[self._staff.segment]
        new = concerned & (self.status == OUTSIDE)
        if new.any():
            self._become(day, new, ASKED)
            self._invited_on[new] = day
            if tool.invitation.enrolment == "default":
                self._enrol(day, new, tool, by_default=True)
        if day == phase.day and (phase.relaunch or phase.contest is not None):
            self._invited_on[members & (self.status != OUTSIDE) & (self.status != MEMBER)] = day
            if phase.relaunch:
                self.reminders.renew(day, members & (self.status == MEMBER))

    def _join(
        self, day: int, tool: Tool, members: Flags, state: State, *, promised: Floats, trained: Flags
    ) -> None:
        again = (self.status >= RESTING) & (self._invited_on > self._lapsed_on)
        may = np.flatnonzero(members & ((self.status == ASKED) | again))
        if may.size == 0 or self._clock.is_weekend(day):
            return
        p, staff, lanes = self._lanes.of(may), self._staff, self._lanes
        team = lanes.lane * len(staff.teams) + staff.team
        heads = np.maximum(np.bincount(team), 1)
        enrolled = self.status == MEMBER
        part = (np.bincount(team, enrolled, heads.size) / heads)[team[may]]
        odds = (
            p.enrol_base
            + p.enrol_motivation * state.motivation[may]
            + p.enrol_inclination * (self._traits.base[may] - p.base_log_odds)
            - p.enrol_fear * state.fear[may]
            - p.enrol_friction * tool.signup_friction
            + p.enrol_team * part
            + p.enrol_leader * enrolled[self._leader[may]]
            + p.enrol_reward * np.log1p(promised[may] / p.reward_unit_points)
            + p.return_log_odds * again[may]
        )
        remembered = np.exp2((self._invited_on[may] - day) / (7.0 * p.invitation_half_life_weeks))
        hazard = remembered / (1.0 + np.exp(-odds))
        draws = uniforms_each(self._keys, lanes.lane[may], day, lanes.own[may], JOIN)
        joining = np.zeros(self.status.size, dtype=bool)
        joining[may[draws < hazard]] = True
        self._enrol(day, joining, tool, by_default=False)

    def _enrol(self, day: int, joining: Flags, tool: Tool, by_default: bool) -> None:
        if joining.any():
            self._become(day, joining, MEMBER)
            self.reminders.begin(day, joining, by_default)
            self.trained |= joining & (self._traits.training_draw < tool.training)

    def _lapse(self, day: int, group: int, members: Flags, state: State) -> None:
        rows = np.flatnonzero(members & (self.status == MEMBER) & (self.reminders.since < day))
        if rows.size == 0:
            return
        p, lanes, reminders = self._lanes.of(rows), self._lanes, self.reminders
        strain = (
            p.lapse_unopened * (1.0 - reminders.opened[rows])
            + p.annoyance_leaving * reminders.annoyance[rows]
        )
        weeks = self._timeline.weeks_without_scheme(group, day)
        if weeks is not None:
            left = np.exp2(-weeks / p.lapse_after_pay_weeks)
            strain = strain + p.lapse_after_pay * left * (1.0 - state.motivation[rows])
        hazard = -np.expm1(-p.lapse_per_week / 7.0 * np.exp(np.minimum(strain, 20.0)))
        gone = rows[uniforms_each(self._keys, lanes.lane[rows], day, lanes.own[rows], LAPSE) < hazard]
        if gone.size == 0:
            return
        leaving = (
            uniforms_each(self._keys, lanes.lane[gone], day, lanes.own[gone], HOW)
            < lanes.of(gone).lapse_leaves
        )
        for status, who in ((RESTING, gone[~leaving]), (GONE, gone[leaving])):
            flags = np.zeros(self.status.size, dtype=bool)
            flags[who] = True
            self._become(day, flags, status)
        self._lapsed_on[gone] = day

    def _remind(self, day: int, tool: Tool, enrolled: Flags, rates: Floats, asked: Floats) -> None:
        sent = in_sight(tool.digests_per_week, self._clock.start_ordinal + day)
        if sent == 0 or not enrolled.any():
            return
        opened, out = self.reminders.send(day, enrolled, sent, tool.digests_per_week)
        self.opted_out = self.opted_out + out
        rates += opened * tool.digest_items
        asked[opened > 0.0] = 1.0

    def _become(self, day: int, who: Flags, status: int) -> None:
        rows = np.flatnonzero(who)
        if rows.size:
            self.status[rows] = status
            self.changes.append(Change(day, rows, status))

    def came_to(self, day: int, status: tuple[int, ...]) -> Ints:
        """Rows of those whose status became one of `status` on `day`, the last day with changes."""
        found = [np.empty(0, dtype=np.int64)]
        for change in self.changes[::-1]:
            if change.day != day:
                break
            if change.status in status:
                found.append(change.person)
        return np.concatenate(found)

    def _drawn(self, day: int, ordinal: int) -> Floats:
        return uniforms_each(self._keys, self._lanes.lane, day, self._lanes.own, ordinal)

    def _leaders(self, draws: Floats) -> Ints:
        # One value a team, the same for all its members.
        team = self._lanes.lane * len(self._staff.teams) + self._staff.team
        order = np.lexsort((-draws, team))
        first = order[np.diff(team[order], prepend=-1) != 0]
        leader = np.zeros(int(team.max()) + 1, dtype=np.int64)
        leader[team[first]] = first
        found: Ints = leader[team]
        return found
