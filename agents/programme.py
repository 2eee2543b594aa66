"""The program inside the simulation: what it offers each day, and the scoring of what happened by the one
kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.desk import Items
from agents.incentives import Incentives
from agents.parameters import Parameters
from agents.population import Staff
from agents.record import LEAD, Rows, Waiting, joined
from agents.setting import Setting
from agents.state import State
from agents.timeline import Timeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Scored(NamedTuple):
    """One day's events with their points: person and millipoints of each award, and the number of leads."""

    person: Ints
    millipoints: Ints
    leads: int


class Programme:
    """Schemes in force, their running scores, and the events still to come."""

    def __init__(
        self,
        timeline: Timeline,
        staff: Staff,
        items: Items,
        setting: Setting,
        p: Parameters,
        record_events: bool,
    ) -> None:
        self._timeline, self._staff, self._items, self._setting, self._p = timeline, staff, items, setting, p
        self._waiting = Waiting()
        self._kept: list[Rows] | None = [] if record_events else None

    def add(self, rows: Rows) -> None:
        """Take in the events that a day's shares cause."""
        self._waiting.add(rows)

    def settle(self, day: int) -> Scored:
        """Score the events whose local day is `day`."""
        rows = self._waiting.due(day)
        if self._kept is not None:
            self._kept.append(rows)
        return Scored(
            np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), int((rows.kind == LEAD).sum())
        )

    def kept_rows(self) -> Rows:
        """All events so far. Raises RuntimeError when the model was told not to keep them."""
        if self._kept is None:
            raise RuntimeError("events were not kept; they take memory; build the model with record_events=True")
        return joined(self._kept).ordered()

    def earned_millipoints(self) -> Ints:
        """int64[n]: earned so far, over all schemes."""
        return np.zeros(self._staff.size, dtype=np.int64)

    def incentives(self, day: int, state: State, present: Flags) -> Incentives:
        """What every employee is offered on `day`."""
        offer = Incentives.none(self._staff.size)
        for group in range(len(self._timeline.names)):
            members = self._timeline.group == group
            phase = self._timeline.phase(group, day)
            offer.norm_shown[members] = float(phase.norm_message == "median")
            offer.contest[members] = self._contest(group, day)
        return offer

    def _contest(self, group: int, day: int) -> float:
        level = 0.0
        phases = self._timeline.phases(group)
        for phase, following in zip(phases, [*phases[1:], None], strict=True):
            if phase.contest is None or phase.day > day:
                continue
            end = phase.day + phase.contest.days
            end = end if following is None else min(end, following.day)
            weeks_over = max(0, day - end + 1) / 7.0
            level = max(level, 2.0 ** (-weeks_over / self._p.contest_half_life_weeks))
        return level
