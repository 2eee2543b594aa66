"""Single events that came at the same time, recorded in one transaction; one that cannot be recorded keeps no other back.

The answers are those that some order of arrival gives: `record` brings events into canonical order whatever it is given, and
answers a key that comes twice as it would if the two came one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rewards.events import Event
from rewards.ledger.entries import Receipt
from rewards.ledger.intake import record
from rewards.store.session import Database


@dataclass(frozen=True, slots=True)
class Single:
    """One event by itself, for an organisation. `backfill`: the grace period is lifted."""

    organisation: str
    event: Event
    backfill: bool


def record_singles(
    db: Database, singles: Sequence[Single], received_at: datetime
) -> list[Receipt | Exception]:
    """A receipt for each, in the order given, or what kept it from being recorded. Each receipt is given after its commit.

    Where the transaction of several fails, each is recorded in one of its own; where the database itself fails, all fail.
    """
    answers: dict[int, Receipt | Exception] = {}
    groups: dict[tuple[str, bool], list[int]] = {}
    for place, single in enumerate(singles):
        groups.setdefault((single.organisation, single.backfill), []).append(place)
    for (organisation, backfill), places in groups.items():
        events = [singles[place].event for place in places]
        found = _together(db, organisation, events, received_at, backfill)
        answers.update(zip(places, found, strict=True))
    return [answers[place] for place in range(len(singles))]


def _together(
    db: Database, organisation: str, events: Sequence[Event], received_at: datetime, backfill: bool
) -> Sequence[Receipt | Exception]:
    try:
        with db.begin() as tx:
            return record(tx, organisation, events, received_at=received_at, backfill=backfill)
    except Exception as error:
        if len(events) == 1 or db.failed(error):
            return [error] * len(events)
    return [
        answer for event in events for answer in _together(db, organisation, [event], received_at, backfill)
    ]
