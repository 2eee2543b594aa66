"""Public thanks by the rule of the phase: at random, by threshold, or for the best third only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.population import Staff
from agents.setting import Phase, Recognition
from agents.state import State
from agents.timeline import Timeline
from engine.streams import Stream, stream_key, uniforms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Recogniser:
    """Decides who is thanked on a day, and remembers who ever was."""

    def __init__(self, timeline: Timeline, staff: Staff, seed: int, run: int) -> None:
        self._timeline = timeline
        self._key = stream_key(seed, Stream.RECOGNITION, run)
        self._rows = np.arange(staff.size, dtype=np.int64)
        self.ever = np.zeros(staff.size, dtype=bool)

    def thank(self, day: int, state: State, present: Flags) -> Floats:
        """float64[n]: thanks received today from the phases' recognition rules."""
        thanked = np.zeros(self._rows.size)
        for group in range(len(self._timeline.names)):
            phase = self._timeline.phase(group, day)
            if phase.recognition is None or not due(phase, phase.recognition, day):
                continue
            members = present & (self._timeline.group == group)
            chosen = self._chosen(phase.recognition, members, state, day)
            thanked[chosen] = 1.0
            state.since_praise[members] = 0
        self.ever |= thanked > 0.0
        return thanked

    def _chosen(self, rule: Recognition, members: Flags, state: State, day: int) -> Flags:
        draws = uniforms(self._key, day, self._rows)
        if rule.rule == "random":
            return members & (draws < rule.share)
        if rule.rule == "threshold":
            return members & (state.since_praise >= rule.shares)
        sharers = np.flatnonzero(members & (state.since_praise > 0))
        best = sharers[np.lexsort((draws[sharers], -state.since_praise[sharers]))]
        chosen = np.zeros(self._rows.size, dtype=bool)
        chosen[best[: int(np.ceil(rule.share * sharers.size))]] = True
        return chosen


def due(phase: Phase, rule: Recognition, day: int) -> bool:
    """Thanks are given at the end of every `every_days` days of the phase, at most `times` times."""
    passed = day - phase.day + 1
    return passed % rule.every_days == 0 and (rule.times is None or passed // rule.every_days <= rule.times)
