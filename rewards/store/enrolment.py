"""Enrolment in the program: each person's state, its history, and the visibility on boards that follows from it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, delete, func, insert, not_, or_, select, update

from rewards.store import organisations, rollouts, schema
from rewards.store.people import ENROLLED, PRESENT
from rewards.store.rebuild import expected_buckets
from rewards.store.rows import EnrolmentRow
from rewards.store.session import Transaction

PERSON, IDENTITY, ENROLMENT = schema.person, schema.person_identity, schema.enrolment
SCORE, BUCKET, ORGANISATION = schema.board_score, schema.board_bucket, schema.organisation
NOT_INVITED, INVITED, PAUSED, LEFT = "", "invited", "paused", "left"


def add(tx: Transaction, organisation: str, changes: Sequence[tuple[int, int, str]]) -> None:
    """Insert changes of the enrolment state: (person, from which instant on, state)."""
    names = ("person_id", "from_us", "standing")
    made = [{"organisation_id": organisation} | dict(zip(names, one, strict=True)) for one in changes]
    if made:
        tx.execute(insert(ENROLMENT), made)


def invite(tx: Transaction, ids: Sequence[int], at_us: int) -> None:
    """Set people's enrolment state to invited."""
    where = PERSON.c.id.in_(ids)
    tx.execute(update(PERSON).where(where).values(standing=INVITED, standing_us=at_us))


def history(tx: Transaction, person_id: int) -> list[EnrolmentRow]:
    """The history of a person's enrolment states, oldest first."""
    query = select(ENROLMENT).where(ENROLMENT.c.person_id == person_id)
    return tx.rows(EnrolmentRow, query.order_by(ENROLMENT.c.from_us))


def not_invited(
    tx: Transaction, organisation: str, groups: Mapping[str, Sequence[str]], day: int, limit: int
) -> list[tuple[int, str]]:
    """(internal id, external id) of people never invited, in id order, of segments and teams (`groups`, by column; empty: everybody).

    People whom a randomised rollout holds back on a day are left out.
    """
    where = [
        PERSON.c.organisation_id == organisation,
        PERSON.c.standing == NOT_INVITED,
        PERSON.c.status.in_(PRESENT),
        rollouts.not_held(organisation, "programme", day),
        *(PERSON.c[name].in_(chosen) for name, chosen in groups.items() if chosen),
    ]
    query = (
        select(PERSON.c.id, IDENTITY.c.external_id)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
        .where(*where)
    )
    found = tx.execute(query.order_by(PERSON.c.id).limit(limit))
    return [(int(id_), str(external_id)) for id_, external_id in found]


def counts(tx: Transaction, organisation: str) -> dict[tuple[str, str], int]:
    """Number of present people by segment and enrolment state."""
    # In index order: SQLite would otherwise use the index of a condition and sort every row.
    status = func.coalesce(PERSON.c.status, "") if tx.dialect == "sqlite" else PERSON.c.status
    query = (
        select(PERSON.c.segment, PERSON.c.standing, func.count())
        .where(PERSON.c.organisation_id == organisation, status.in_(PRESENT))
        .group_by(PERSON.c.segment, PERSON.c.standing)
    )
    return {(segment, standing): int(people) for segment, standing, people in tx.execute(query)}


def shows_enrolled_only(tx: Transaction, organisation: str) -> bool:
    """True where boards currently show enrolled people only."""
    row = organisations.find(tx, organisation)
    return row is not None and bool(row.enrolled_only)


def show_all(tx: Transaction, organisation: str, enrolled_only: bool) -> None:
    """Show everybody on the boards, or enrolled people only; the caller holds the organisation's exclusive lock."""
    where = ORGANISATION.c.organisation_id == organisation
    tx.execute(update(ORGANISATION).where(where).values(enrolled_only=enrolled_only))
    tx.memo.pop(("home", organisation), None)
    outside = [PERSON.c.opted_out, PERSON.c.status != "active", PERSON.c.standing.in_((PAUSED, LEFT))]
    if enrolled_only:
        outside.append(PERSON.c.standing != ENROLLED)
    mine = PERSON.c.organisation_id == organisation
    tx.execute(update(PERSON).where(mine).values(hidden=case((or_(*outside), True), else_=False)))
    hidden = select(PERSON.c.hidden).where(PERSON.c.id == SCORE.c.person_id).scalar_subquery()
    tx.execute(update(SCORE).where(SCORE.c.organisation_id == organisation).values(visible=not_(hidden)))
    tx.execute(delete(BUCKET).where(BUCKET.c.organisation_id == organisation))
    filled = [
        {"organisation_id": organisation, "window": window, "bucket": bucket, "people": people}
        for (window, bucket), (people,) in sorted(expected_buckets(tx, organisation).items())
    ]
    if filled:
        tx.execute(insert(BUCKET), filled)
