"""What the live program says of itself, for a rehearsal to begin from: what has too little history stays an assumption."""

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
"""Fewer items say nothing of a cadence, nor of a delay."""
MOST_DELAY, LEAST_AUDIENCE = 90, 100
"""As far as a rehearsal may assume."""
MOST_ASKED = 2_000
"""Contacts are added up of no more people: theirs reach further than what is assumed."""


@dataclass(frozen=True)
class Measured:
    """`people`: how many are simulated.

    `values`: assumptions taken from the last weeks and from people's files; `from_what`: of what each was taken, in words.
    """

    people: int
    values: Mapping[str, float]
    from_what: Mapping[str, str]


def measured(tx: Transaction, organisation: str, at: datetime) -> Measured:
    """The people there are, how often something new came up, how long it waited for a yes, and how many outside they can reach at most."""
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
        # What came onto the grid without the desk, from a feed or over the API, waited for nobody.
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
    """Over how many weeks items are counted: a grid that began lately had no weeks before."""
    return WEEKS if first is None else max(1, min(WEEKS, ceil((at - first) / timedelta(weeks=1))))
