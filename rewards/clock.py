"""Dates by time zone: the calendar date of an instant, and the time windows of caps and boards.

Instants are stored in UTC; the IANA zone and local date of an event are frozen at intake. tzdata is pinned.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

FUTURE_LIMIT = timedelta(minutes=5)
"""Clocks may run this far ahead of ours; an event from beyond waits in quarantine."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_SECOND, _HALF_DAY = timedelta(seconds=1), timedelta(hours=12)
# Beyond it zones only have daylight saving rules, which skip no day.
_MONTHS = [datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2038) for month in range(1, 13)]


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exact."""
    return (instant - EPOCH) // MICROSECOND


def moment(at_us: int) -> datetime:
    """The aware UTC datetime of an instant in microseconds since 1970."""
    return EPOCH + at_us * MICROSECOND


def local_date(instant: datetime, zone: str) -> date:
    """The calendar date in `zone` at `instant`; both folds of a repeated hour have the same date."""
    return instant.astimezone(ZoneInfo(zone)).date()


@cache
def left_out(zone: str) -> tuple[tuple[datetime, date], ...]:
    """Dates since 1970 that a zone skipped, each with the instant of the skip.

    A country that crosses the date line sets its clocks a whole day ahead: Apia went from 2011-12-29 to 2011-12-31.
    """
    place, found = ZoneInfo(zone), []
    for before, after in pairwise(_MONTHS):
        if _offset(after, place) - _offset(before, place) < _HALF_DAY:
            continue
        low, high = before, after
        while high - low > _SECOND:
            middle = low + (high - low) // 2
            low, high = (
                (low, middle)
                if _offset(middle, place) - _offset(before, place) >= _HALF_DAY
                else (middle, high)
            )
        first, last = low.astimezone(place).date(), high.astimezone(place).date()
        found += [(high, first + timedelta(days=day)) for day in range(1, (last - first).days)]
    return tuple(found)


def _offset(instant: datetime, place: ZoneInfo) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta()


def is_repeated(instant: datetime, zone: str) -> bool:
    """True in an hour that clocks show for the second time, when the date may go back: St John's at 00:01 on 2010-11-07."""
    return instant.astimezone(ZoneInfo(zone)).fold == 1


def month_index(day: date) -> int:
    """Months since year 0: consecutive numbers."""
    return day.year * 12 + day.month - 1
