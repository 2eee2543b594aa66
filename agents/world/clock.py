"""Simulated time: days counted from the start date, seconds in UTC, and local dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

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
        self._tables = [_transitions(zone, begin, end) for zone in zones]

    def date_of(self, day: int) -> date:
        """Calendar date of a simulated day."""
        return date.fromordinal(self.start_ordinal + day)

    def is_weekend(self, day: int) -> bool:
        """True on Saturdays and Sundays."""
        return self.date_of(day).weekday() >= 5

    def offsets(self, utc_seconds: Ints, zone: Ints) -> Ints:
        """int64[n]: seconds east of UTC at each instant in each zone."""
        result = np.zeros(utc_seconds.size, dtype=np.int64)
        for code, (instants, values) in enumerate(self._tables):
            here = zone == code
            if here.any():
                result[here] = values[np.searchsorted(instants, utc_seconds[here], side="right")]
        return result

    def utc_of_local(self, day: int, second_of_day: Ints, zone: Ints) -> Ints:
        """UTC seconds of a local wall time; working hours are never skipped or repeated by a change of offset."""
        local = (self.start_ordinal + day - EPOCH_ORDINAL) * DAY_SECONDS + second_of_day
        guess = local - self.offsets(local, zone)
        return local - self.offsets(guess, zone)

    def local_day(self, utc_seconds: Ints, zone: Ints) -> Ints:
        """int64[n]: simulated day of the local date."""
        local = utc_seconds + self.offsets(utc_seconds, zone)
        return local // DAY_SECONDS + EPOCH_ORDINAL - self.start_ordinal


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
