"""What the live program says of itself, for a rehearsal to begin from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.content.overview import published_since
from rewards.people.people import count_people
from rewards.store.session import Transaction

WEEKS = 8
FEWEST_ITEMS = 4
"""Fewer items say nothing of a cadence."""


@dataclass(frozen=True)
class Measured:
    """`people`: how many are simulated. `items`: how many were put on the grid in the last weeks; `values`: assumptions taken from it."""

    people: int
    items: int
    weeks: int
    values: dict[str, float]


def measured(tx: Transaction, organisation: str, at: datetime) -> Measured:
    """The people there are, and how often something new came up."""
    items = published_since(tx, organisation, at - timedelta(weeks=WEEKS))
    values = {"items_per_week": round(items / WEEKS, 1)} if items >= FEWEST_ITEMS else {}
    return Measured(count_people(tx, organisation), items, WEEKS, values)
