"""Simulated time: days counted from the start date, seconds in UTC, and local dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.kernels import kernel
from engine.signatures import I64In, I64Out

Ints = NDArray[np.int64]

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAY_SECONDS = 86_400
WORKDAY_BEGINS_SECONDS = 9 * 3600
WORKDAY_SECONDS = 8 * 3600 + 1800


class Clock:
    """Converts between local wall time and UTC for a few zones, over the days of a run.

    Offsets come from the standard library's zone data; changes of offset are exact to the second.
    """

    def __init__(self, zones: tuple[str, ...], start: date, first_day: int, last_day: int) -> None:
        self.start_ordinal = start.toordinal()
        begin = (self.start_ordinal + first_day - 3 - EPOCH_ORDINAL) * DAY_SECONDS
        end = (self.start_ordinal + last_day + 60 - EPOCH_ORDINAL) * DAY_SECONDS
        tables = [_transitions(zone, begin, end) for zone in zones]
        # Of all zones one after another: the instants from which an offset holds, and the offsets.
        self._first = np.cumsum([0, *(instants.size for instants, _ in tables)])
        self._instants, self._values = map(np.concatenate, zip(*tables, strict=True))

    def date_of(self, day: int) -> date:
        """Calendar date of a simulated day."""
        return date.fromordinal(self.start_ordinal + day)

    def is_weekend(self, day: int) -> bool:
        """True on Saturdays and Sundays."""
        return self.date_of(day).weekday() >= 5

    def offsets(self, utc_seconds: Ints, zone: Ints) -> Ints:
        """int64[n]: seconds east of UTC at each instant in each zone."""
        found = np.empty(utc_seconds.size, dtype=np.int64)
        look_up(utc_seconds, zone, self._first, self._instants, self._values, found)
        return found

    def utc_of_local(self, day: int, second_of_day: Ints, zone: Ints) -> Ints:
        """UTC seconds of a local wall time; working hours are never skipped or repeated by a change of offset."""
        local = (self.start_ordinal + day - EPOCH_ORDINAL) * DAY_SECONDS + second_of_day
        guess = local - self.offsets(local, zone)
        return local - self.offsets(guess, zone)

    def local_day(self, utc_seconds: Ints, zone: Ints) -> Ints:
        """int64[n]: simulated day of the local date."""
        local = utc_seconds + self.offsets(utc_seconds, zone)
        return local // DAY_SECONDS + EPOCH_ORDINAL - self.start_ordinal


@kernel(I64In, I64In, I64In, I64In, I64In, I64Out)
def look_up(seconds: Any, zone: Any, first: Any, instants: Any, values: Any, found: Any) -> None:
    """Write the offset at each instant in its zone to `found`; a zone has one value more than instants at which its offset changes."""
    for i in range(seconds.size):
        at = first[zone[i]]
        while at < first[zone[i] + 1] and instants[at] <= seconds[i]:
            at += 1
        found[i] = values[at + zone[i]]


@lru_cache(maxsize=256)
def _transitions(name: str, begin: int, end: int) -> tuple[Ints, Ints]:
    zone = ZoneInfo(name)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset() or timedelta()
        return int(shift.total_seconds())

    instants: list[int] = []
    values = [offset(begin)]
    for left in range(begin, end, DAY_SECONDS):
        right = left + DAY_SECONDS
        if offset(right) == values[-1]:
            continue
        low = left
        while right - low > 1:
            middle = (low + right) // 2
            low, right = (middle, right) if offset(middle) == values[-1] else (low, middle)
        instants.append(right)
        values.append(offset(right))
    return np.array(instants, dtype=np.int64), np.array(values, dtype=np.int64)
