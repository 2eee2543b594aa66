"""Dates by time zone: the calendar date of an instant, and the windows that caps and boards count in.

UTC instants are stored; the IANA zone and local date of an event are frozen when it is taken in. tzdata is pinned.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FUTURE_LIMIT = timedelta(minutes=5)
"""Clocks may run this far ahead of ours; an event from beyond waits in quarantine."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exact."""
    return (instant - EPOCH) // MICROSECOND


def moment(at_us: int) -> datetime:
    """The aware UTC datetime of so many microseconds since 1970."""
    return EPOCH + at_us * MICROSECOND


def local_date(instant: datetime, zone: str) -> date:
    """The calendar date that people in `zone` saw at `instant`; both folds of a repeated hour have one date."""
    return instant.astimezone(ZoneInfo(zone)).date()


def frozen_date(instant: datetime, zone: str, last_used: date | None) -> date:
    """The local date an event is counted on: never before a date already used, so that moving west frees no second cap."""
    today = local_date(instant, zone)
    return today if last_used is None else max(today, last_used)


def zone_change_takes_effect(instant: datetime, old_zone: str) -> datetime:
    """When a change of zone asked for at `instant` begins: the next local midnight in the old zone, in UTC."""
    tomorrow = local_date(instant, old_zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(old_zone)).astimezone(UTC)


def week_index(day: date) -> int:
    """Weeks since year 1 by ISO 8601 (Monday first): one number an ISO week, consecutive."""
    return (day.toordinal() - 1) // 7


def month_index(day: date) -> int:
    """Months since year 0: consecutive numbers."""
    return day.year * 12 + day.month - 1


def week_name(day: date) -> str:
    """The ISO week, such as 2026-W53 for 2027-01-03."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
