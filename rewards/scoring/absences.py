"""Days on which a streak was in no version of the scheme: nobody could keep it, so that they are not required."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rewards.clock import local_date, moment
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import CompiledScheme

Absence = tuple[int, int, int]
"""Streak by its place, first and last day ordinal."""


def absences(history: Sequence[tuple[int, IncentiveScheme]]) -> tuple[Absence, ...]:
    """For the streaks of the last of these versions, each from an instant on: when they were in none, having been in one.

    Days are those of the calendar's zone; one that saw a part of it counts.
    """
    now = history[-1][1]
    zone = now.calendar.zone
    found: list[Absence] = []
    for place, streak in enumerate(now.streaks):
        seen, gone_us = False, None
        for since_us, scheme in history:
            if any(one.id == streak.id for one in scheme.streaks):
                if gone_us is not None:
                    found.append((place, _day(gone_us, zone), _day(since_us - 1, zone)))
                seen, gone_us = True, None
            elif seen and gone_us is None:
                gone_us = since_us
    return tuple(found)


def with_absences(compiled: CompiledScheme, found: tuple[Absence, ...]) -> CompiledScheme:
    """The compiled scheme with these absences."""
    if not found:
        return compiled
    away = np.array(found, dtype=np.int64).reshape(len(found), 3)
    return replace(compiled, tables=compiled.tables._replace(away=away))


def in_time(versions: Sequence[tuple[int, CompiledScheme]]) -> list[CompiledScheme]:
    """Consecutive versions, each with the time spans in which its streaks were absent from earlier ones."""
    history = [(since_us, one.scheme) for since_us, one in versions]
    return [
        with_absences(one, absences(history[: at + 1])) if one.scheme.streaks else one
        for at, (_, one) in enumerate(versions)
    ]


def _day(at_us: int, zone: str) -> int:
    return local_date(moment(at_us), zone).toordinal()
