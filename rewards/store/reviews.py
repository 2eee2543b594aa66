"""Rows of `review`: the queue of events and thanks held until a person decides."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.prepared import Prepared, one_of
from rewards.store.rows import EventRefRow, ReviewRow
from rewards.store.session import Transaction

REVIEW = schema.review
EVENT = schema.event
HELD = Prepared(
    EventRefRow,
    lambda dialect: (
        select(REVIEW.c.event_ref)
        .join(EVENT, EVENT.c.id == REVIEW.c.event_ref)
        .where(
            REVIEW.c.organisation_id == bindparam("organisation"),
            REVIEW.c.status == "open",
            or_(one_of(EVENT.c.person_id, dialect), one_of(EVENT.c.owner_id, dialect)),
        )
    ),
)
_CHUNK = 500


def add(
    tx: Transaction,
    organisation: str,
    person_id: int,
    event_ref: int | None,
    kind: str,
    *,
    detail: str,
    at_us: int,
) -> int:
    """Open a review; returns its id."""
    row = {
        "organisation_id": organisation,
        "person_id": person_id,
        "event_ref": event_ref,
        "kind": kind,
        "detail": detail,
        "status": "open",
        "opened_us": at_us,
    }
    return int(tx.execute(insert(REVIEW).returning(REVIEW.c.id), row).scalar_one())


def open_ones(
    tx: Transaction, organisation: str, limit: int | None = None, kinds: Sequence[str] = ()
) -> list[ReviewRow]:
    """Open reviews (of some kinds, or of all), oldest first."""
    where = [REVIEW.c.organisation_id == organisation, REVIEW.c.status == "open"]
    if kinds:
        where.append(REVIEW.c.kind.in_(kinds))
    return tx.rows(ReviewRow, select(REVIEW).where(*where).order_by(REVIEW.c.id).limit(limit))


def count_open(tx: Transaction, organisation: str) -> int:
    """Number of open reviews."""
    where = (REVIEW.c.organisation_id == organisation, REVIEW.c.status == "open")
    return int(tx.execute(select(func.count()).select_from(REVIEW).where(*where)).scalar_one())


def find(tx: Transaction, organisation: str, review_id: int) -> ReviewRow | None:
    """One review."""
    where = and_(REVIEW.c.organisation_id == organisation, REVIEW.c.id == review_id)
    return tx.row(ReviewRow, select(REVIEW).where(where))


def decide(tx: Transaction, review_id: int, status: str, actor: str, reason: str, *, at_us: int) -> int:
    """Close an open review; returns 1, or 0 when it was decided already."""
    where = and_(REVIEW.c.id == review_id, REVIEW.c.status == "open")
    values = {"status": status, "actor": actor, "reason": reason, "decided_us": at_us}
    return tx.execute(update(REVIEW).where(where).values(**values)).rowcount


def held_events(tx: Transaction, organisation: str, ids: Sequence[int]) -> set[int]:
    """Events with these people as subject or owner that are held by an open review."""
    return {row.event_ref for row in tx.ask_each(HELD, ids, organisation=organisation)}


def of_events(tx: Transaction, refs: Sequence[int], kind: str) -> set[int]:
    """Events among these with a review of this kind, open or decided."""
    found: set[int] = set()
    for start in range(0, len(refs), _CHUNK):
        where = and_(REVIEW.c.event_ref.in_(refs[start : start + _CHUNK]), REVIEW.c.kind == kind)
        found.update(tx.execute(select(REVIEW.c.event_ref).where(where)).scalars())
    return found


def page(
    tx: Transaction, organisation: str, statuses: tuple[str, ...], limit: int, after: int
) -> list[ReviewRow]:
    """Reviews with these statuses by id, after the id `after`."""
    where = and_(REVIEW.c.organisation_id == organisation, REVIEW.c.status.in_(statuses), REVIEW.c.id > after)
    return tx.rows(ReviewRow, select(REVIEW).where(where).order_by(REVIEW.c.id).limit(limit))
