"""Tenure groups, wide enough to contain many people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rewards.language import msg

UNKNOWN = "not-known"
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "under-1-year": msg("less than a year"),
        "1-to-3-years": msg("1 to 3 years"),
        "3-to-10-years": msg("3 to 10 years"),
        "10-years-or-more": msg("10 years or more"),
        UNKNOWN: msg("first day not known"),
    }
)
"""The groups by name, as pages call them."""
ENDS = (1, 3, 10)
"""Whole years with which all groups but the first begin."""


def months_between(first: date, today: date) -> int:
    """Whole months since a first day; 0 for a future one."""
    months = 12 * (today.year - first.year) + today.month - first.month
    return max(months - (today.day < first.day), 0)


def tenure_of(first: date | None, today: date) -> str:
    """The tenure group of a first day."""
    if first is None:
        return UNKNOWN
    years = months_between(first, today) // 12
    return list(GROUPS)[sum(years >= end for end in ENDS)]


def months_before(day: date, months: int) -> date:
    """A first day that lies a number of whole months before another day."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))
