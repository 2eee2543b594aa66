"""Concurrent single events recorded in one transaction; one that cannot be recorded does not block the others.

The answers are those that some order of arrival gives: `record` brings events into canonical order whatever it is given, and
answers a key that comes twice as it would if the two came one after the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rewards.events import Event
from rewards.ledger.entries import Receipt
from rewards.ledger.intake import record
from rewards.store.session import Database, Transaction


class NotAdmitted(Exception):  # noqa: N818 - it is an answer, not an accident
    """The sender may not record this event now."""


@dataclass(frozen=True, slots=True)
class Single:
    """A single event, for an organisation. `backfill`: the grace period is lifted. `sender`: the key of `Admission`."""

    organisation: str
    event: Event
    backfill: bool
    sender: str = ""


Admission = Callable[[Transaction, Sequence[Single]], Sequence[bool]]
"""Which of some events may be recorded, read in the transaction that records them."""


def record_singles(
    db: Database, singles: Sequence[Single], received_at: datetime, admission: Admission | None = None
) -> list[Receipt | Exception]:
    """A receipt for each, in the order given, or what kept it from being recorded. Each receipt is given after its commit.

    Where the transaction of several fails, each is recorded in one of its own; where the database itself fails, all fail.
    """
    answers: dict[int, Receipt | Exception] = {}
    groups: dict[tuple[str, bool], list[int]] = {}
    for place, single in enumerate(singles):
        groups.setdefault((single.organisation, single.backfill), []).append(place)
    for places in groups.values():
        found = _together(db, [singles[place] for place in places], received_at, admission)
        answers.update(zip(places, found, strict=True))
    return [answers[place] for place in range(len(singles))]


def _together(
    db: Database, singles: Sequence[Single], received_at: datetime, admission: Admission | None
) -> Sequence[Receipt | Exception]:
    """Record single events of one organisation that are admitted alike as one batch."""
    try:
        with db.begin() as tx:
            admitted = admission(tx, singles) if admission else [True] * len(singles)
            taken = [one for one, may in zip(singles, admitted, strict=True) if may]
            receipts = iter(_record(tx, taken, received_at))
            return [next(receipts) if may else NotAdmitted() for may in admitted]
    except Exception as error:
        if len(singles) == 1 or db.failed(error):
            return [error] * len(singles)
    return [answer for one in singles for answer in _together(db, [one], received_at, admission)]


def _record(tx: Transaction, taken: Sequence[Single], received_at: datetime) -> list[Receipt]:
    if not taken:
        return []
    organisation, backfill = taken[0].organisation, taken[0].backfill
    events = [one.event for one in taken]
    return record(tx, organisation, events, received_at=received_at, backfill=backfill)
