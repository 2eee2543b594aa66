"""The review queue: unusual speed, reciprocal pairs and rings await a person's decision with a logged reason."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rewards.faults import Conflict, NotFound
from rewards.language import msg
from rewards.ledger.holds import held_entries, release
from rewards.ledger.undo import void_event
from rewards.people.people import refuse_own
from rewards.store import events as event_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import recognition as kudos_rows
from rewards.store import reviews as rows
from rewards.store import states, trail
from rewards.store.rows import EventRow, ReviewRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us
from rewards.thanks.recognition import deliver
from rewards.thanks.withdrawal import OF_THANKS, give_allowance_back

Decision = Literal["approve", "decline"]


@dataclass(frozen=True, slots=True)
class Review:
    """One review. It accuses nobody: `detail` contains only counts and the limit.

    `status`: open, approved or declined; once decided, `actor`, `reason` and `decided_at` are set.
    """

    id: int
    person: str | None
    kind: str
    detail: dict[str, object]
    opened_at: datetime
    status: str = "open"
    actor: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None


def open_reviews(tx: Transaction, organisation: str, limit: int | None = None) -> list[Review]:
    """Open reviews, oldest first."""
    return _views(tx, organisation, rows.open_ones(tx, organisation, limit))


def count_open(tx: Transaction, organisation: str) -> int:
    """Number of open reviews."""
    return rows.count_open(tx, organisation)


def reviews_page(
    tx: Transaction, organisation: str, state: Literal["open", "decided"], limit: int = 50, after: int = 0
) -> list[Review]:
    """Open or decided reviews in order of opening; `after` is the id of the last one of the previous page."""
    statuses = ("open",) if state == "open" else ("approved", "declined")
    return _views(tx, organisation, rows.page(tx, organisation, statuses, limit, after))


def get_review(tx: Transaction, organisation: str, review: int) -> Review:
    """One review. Raises NotFound."""
    row = rows.find(tx, organisation, review)
    if row is None:
        raise NotFound(
            "review {review}: not in organisation {organisation!r}; list the open reviews",
            review=review,
            organisation=organisation,
        )
    return _views(tx, organisation, [row])[0]


def _views(tx: Transaction, organisation: str, found: Sequence[ReviewRow]) -> list[Review]:
    names = people_rows.names(tx, organisation, [row.person_id for row in found])
    return [
        Review(
            row.id, names.get(row.person_id, (None, ""))[0], row.kind, json.loads(row.detail), from_us(row.opened_us),
            row.status, row.actor, row.reason, maybe_us(row.decided_us),
        )
        for row in found
    ]  # fmt: skip


def decide(
    tx: Transaction,
    organisation: str,
    review: int,
    decision: Decision,
    actor: str,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Decide a review: approved events count, declined ones count as never having happened.

    Raises NotFound, Conflict when it was decided before, Refused where the actor would approve an event of one's own.
    """
    home = organisation_rows.find_shared(tx, organisation)
    row = rows.find(tx, organisation, review)
    if row is None or home is None:
        raise NotFound(
            "review {review}: not in organisation {organisation!r}; list the open reviews",
            review=review,
            organisation=organisation,
        )
    now_us = to_us(now)
    event = event_rows.get(tx, organisation, row.event_ref) if row.event_ref else None
    concerned = _concerned(tx, organisation, row, event)
    if decision == "approve":
        for person_id in concerned:
            refuse_own(
                tx,
                organisation,
                actor,
                person_id,
                msg("review {review}: is your own; ask a colleague to decide"),
                review=review,
            )
    states.lock(tx, organisation, concerned)
    if not rows.decide(
        tx, review, "approved" if decision == "approve" else "declined", actor, reason, at_us=now_us
    ):
        raise Conflict("review {review}: already {status}; nothing to do", review=review, status=row.status)
    if row.kind in OF_THANKS:
        _decide_kudos(tx, organisation, json.loads(row.detail)["kudos"], decision, now)
    else:
        assert event is not None
        if decision == "approve":
            release(tx, organisation, held_entries(tx, event.id), "approved", now_us)
        else:
            void_event(tx, organisation, home, event, now_us)
    trail.log(tx, organisation, actor, f"review.{decision}", str(review), reason=reason, at_us=now_us)


def _concerned(tx: Transaction, organisation: str, row: ReviewRow, event: EventRow | None) -> list[int]:
    """Internal ids of those concerned by a review: the person, an event's owner, the giver and the receiver of thanks."""
    found = {row.person_id, event.owner_id if event else None}
    if row.kind in OF_THANKS:
        gift = kudos_rows.find(tx, organisation, json.loads(row.detail)["kudos"])
        found |= {gift.giver_id, gift.receiver_id} if gift else set()
    return sorted(id_ for id_ in found if id_ is not None)


def _decide_kudos(
    tx: Transaction, organisation: str, kudos_id: int, decision: Decision, now: datetime
) -> None:
    gift = kudos_rows.find(tx, organisation, kudos_id)
    assert gift is not None
    names = people_rows.names(tx, organisation, [gift.giver_id, gift.receiver_id])
    # Not where one of the two was erased, nor after a merge of both accounts.
    if decision == "approve" and len(names) == 2:
        kudos_rows.set_status(tx, kudos_id, "given")
        deliver(tx, organisation, gift, names[gift.giver_id][0], names[gift.receiver_id][0], now=now)
        return
    kudos_rows.set_status(tx, kudos_id, "declined")
    give_allowance_back(tx, organisation, gift, to_us(now))
