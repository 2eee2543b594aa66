"""Measurements of the live program as defaults of a rehearsal's assumptions, where there is enough history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from rewards.content.desk import days_waited
from rewards.content.overview import first_published, published_since
from rewards.language import counted, in_signs, said
from rewards.people.people import contacts_in_all, count_people
from rewards.store.session import Transaction
from sims.rehearsal.asking import Assumptions

WEEKS = 8
FEWEST_ITEMS = 4
"""Least number of items to estimate a cadence or a delay."""
MOST_DELAY, LEAST_AUDIENCE = 90, 100
"""Limits of a rehearsal's assumptions."""
MOST_ASKED = 2_000
"""Number of people above which contacts are not summed: the sum would exceed the assumed audience anyway."""


@dataclass(frozen=True)
class Measured:
    """Measured assumptions; `people` is the number simulated.

    `values`: assumptions measured in the last weeks and from people's data; `from_what`: the source of each, in words.
    """

    people: int
    values: Mapping[str, float]
    from_what: Mapping[str, str]


def measured(tx: Transaction, organisation: str, at: datetime) -> Measured:
    """Number of people, cadence of new items, delay of approval, and an upper bound of the audience, as measured up to `at`."""
    since = at - timedelta(weeks=WEEKS)
    people = count_people(tx, organisation)
    values: dict[str, float] = {}
    words: dict[str, str] = {}
    items = published_since(tx, organisation, since)
    if items >= FEWEST_ITEMS:
        weeks = _weeks(first_published(tx, organisation), at)
        values["items_per_week"] = round(items / weeks, 1)
        words["items_per_week"] = counted(
            "Measured: {count} item came onto the grid in the last {weeks} weeks.",
            "Measured: {count} items came onto the grid in the last {weeks} weeks.",
            items,
            weeks=weeks,
        )
        waited = days_waited(tx, organisation, since)
        # Items from a feed or the API did not wait for approval.
        waited += [0.0] * (items - len(waited))
        values["approval_delay_days"] = min(round(median(waited)), MOST_DELAY)
        words["approval_delay_days"] = said(
            "Measured: half of what came onto the grid in the last {weeks} weeks was approved within {days} days.",
            weeks=WEEKS,
            days=in_signs(f"{median(waited):.1f}"),
        )
    reached = contacts_in_all(tx, organisation) if people <= MOST_ASKED else 0
    if 0 < reached < Assumptions().audience:
        values["audience"] = max(reached, LEAST_AUDIENCE)
        words["audience"] = said(
            "From the people's files: their contacts add up to {count}, and no share reaches more different people at first hand.",
            count=in_signs(f"{reached:,}"),
        )
    return Measured(people, values, words)


def _weeks(first: datetime | None, at: datetime) -> int:
    """Number of weeks over which items are counted; fewer where the first item is recent."""
    return WEEKS if first is None else max(1, min(WEEKS, ceil((at - first) / timedelta(weeks=1))))
