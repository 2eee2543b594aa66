"""Contests between teams: current standings and winners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.setting.setting import Contest
from agents.world.lanes import Lanes
from agents.world.population import Staff
from agents.world.timeline import Timeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Contests:
    """Counts each employee's shares since the start of the contest."""

    def __init__(self, timeline: Timeline, staff: Staff, lanes: Lanes) -> None:
        self._timeline, self._lanes = timeline, lanes
        self._team = lanes.lane * len(staff.teams) + staff.team
        self._teams = lanes.count * len(staff.teams)
        self._counted: dict[tuple[int, int], Ints] = {}
        self._nobody = np.zeros(staff.size, dtype=bool)
        self._nobody.flags.writeable = False

    def standing(self, day: int, taking: Flags) -> Floats | None:
        """float64[n]: each employee's team standing relative to the best team, from −1 to 1; None where standings are hidden.

        1 is the best team, −1 a team without shares.
        """
        found = None
        for group, contest, began in self._running(day):
            if contest.standing == "shown":
                found = np.zeros(self._team.size) if found is None else found
                members = self._members(group, taking)
                mean, best = self._means(group, began, members)
                near = np.where(best > 0.0, 2.0 * mean / np.where(best > 0.0, best, 1.0) - 1.0, 0.0)
                found[members] = near[members]
        return found

    def close(self, day: int, shares: Ints, taking: Flags) -> tuple[Flags, Flags]:
        """bool[n] each: members of a team that won a contest ending today, and those of them who are thanked; `shares` are today's."""
        won = thanked = self._nobody
        for group, contest, began in self._running(day):
            members = self._members(group, taking)
            counted = self._counted.setdefault((group, began), np.zeros(self._team.size, dtype=np.int64))
            counted += np.where(members, shares, 0)
            if day == self._last_day(group, contest, began):
                mean, best = self._means(group, began, members)
                first = members & (best > 0.0) & (mean >= best)
                won = won | first
                thanked = thanked | first if contest.winner_thanked else thanked
        return won, thanked

    def _running(self, day: int) -> list[tuple[int, Contest, int]]:
        found = []
        for group in range(len(self._timeline.names)):
            phase = self._timeline.phase(group, day)
            if phase.contest is not None and 0 <= day < phase.day + phase.contest.days:
                found.append((group, phase.contest, phase.day))
        return found

    def _last_day(self, group: int, contest: Contest, began: int) -> int:
        # A contest that is longer than its phase ends, and is decided, with the phase.
        following = [phase.day for phase in self._timeline.phases(group) if phase.day > began]
        return min([began + contest.days, *following[:1]]) - 1

    def _members(self, group: int, taking: Flags) -> Flags:
        found: Flags = taking & (self._timeline.group == group)
        return found

    def _means(self, group: int, began: int, members: Flags) -> tuple[Floats, Floats]:
        # Shares a head of each employee's team, and the maximum over the teams of the run.
        counted = self._counted.get((group, began))
        if counted is None:
            nothing = np.zeros(self._team.size)
            return nothing, nothing
        heads = np.bincount(self._team, members, self._teams)
        mean = np.bincount(self._team, np.where(members, counted, 0), self._teams) / np.maximum(heads, 1.0)
        best = mean.reshape(self._lanes.count, -1).max(axis=1)
        return mean[self._team], best[self._lanes.lane]
