"""Parsing of the end of a period as an administrator writes it."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from rewards.faults import BadValue
from rewards.fields import day_of, instant_of


def end_of(text: str, zone: str) -> datetime:
    """An instant by RFC 3339, or the beginning of a day in a zone. Raises BadValue."""
    text = text.strip()
    try:
        return instant_of(text)
    except ValueError:
        pass
    try:
        return datetime.combine(day_of(text), time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(
            "end of the period: got {value!r}; neither a day nor a time; write 2026-12-01 or 2026-12-01T00:00:00Z",
            value=text[:40],
        ) from None
