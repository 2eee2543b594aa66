"""Velocity limit: which of a person's events wait for a review because too many happened within an hour.

An event waits if the hour that ends with it, in canonical order, holds more events than the scheme allows. So a late event can hold
a later one that had counted already; an event that was reviewed once is not held again.
"""

from collections.abc import Sequence
from itertools import groupby

from rewards.ledger.versions import Schemes
from rewards.store import events as event_rows
from rewards.store import reviews
from rewards.store.rows import EventRow
from rewards.store.session import Transaction
from rewards.store.units import dump

HOUR_US = 3_600_000_000
KIND = "velocity"


def hold_unusual(
    tx: Transaction,
    organisation: str,
    schemes: Schemes,
    fresh: Sequence[tuple[int, int]],
    closed_us: int,
    *,
    now_us: int,
) -> list[EventRow]:
    """Open a review for every event that now waits; returns their rows. `fresh` holds (person, occurred) of events just taken in."""
    if not schemes.has_review_limits:
        return []
    found: list[EventRow] = []
    for person_id, group in groupby(sorted(fresh), key=lambda one: one[0]):
        times = [at_us for _, at_us in group]
        near = event_rows.own_between(tx, person_id, min(times) - HOUR_US, max(times) + HOUR_US)
        beyond = [
            (row, count, limit)
            for row, count, limit in _beyond_limit(near, schemes)
            if row.occurred_us >= closed_us and not row.backfilled
        ]
        looked_at = reviews.of_events(tx, [row.id for row, _, _ in beyond], KIND)
        for row, count, limit in beyond:
            if row.id not in looked_at:
                detail = dump({"events_in_an_hour": count, "limit": limit})
                reviews.add(tx, organisation, person_id, row.id, KIND, detail=detail, at_us=now_us)
                found.append(row)
    return found


def _beyond_limit(rows: Sequence[EventRow], schemes: Schemes) -> list[tuple[EventRow, int, int]]:
    """(event, events in the hour that ends with it, limit) of those above the limit. `rows` are in canonical order."""
    found = []
    first = 0
    for at, row in enumerate(rows):
        while rows[first].occurred_us <= row.occurred_us - HOUR_US:
            first += 1
        limit = schemes.review_limit(schemes.at(row.occurred_us))
        if limit is not None and at - first + 1 > limit:
            found.append((row, at - first + 1, limit))
    return found
