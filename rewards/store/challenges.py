"""Rows of challenge_result, and sums of people's activity within a challenge."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
)

from rewards.store import schema
from rewards.store.rows import PieceRow
from rewards.store.session import Transaction

RESULT, EVENT, PERSON = schema.challenge_result, schema.event, schema.person
JOURNAL, POSTING, SCORE = schema.journal, schema.posting, schema.board_score
REVIEW = schema.review
# Reasons that the kernel counts as one award; the remainder paid on later proof is not counted again. Activity under
# review counts once it is approved, here as for points and events.
AWARD_REASONS = ("awarded", "cap_partial", "until_verified", "on_hold", "released", "approved")
NOT_ENROLLED = "not_enrolled"
BY = {"person": PERSON.c.id, "segment": PERSON.c.segment, "team": PERSON.c.team}


class Counted(NamedTuple):
    """The metric summed (`of`: the kind or rule), over [from, until) in microseconds, which are the dates first to last.

    `enrolled_only`: only activity of people who were enrolled when it occurred.
    """

    metric: str
    of: str
    from_us: int
    until_us: int
    first_date: int
    last_date: int
    enrolled_only: bool = False


def settled(
    tx: Transaction, organisation: str, counted: Counted, by: Sequence[str], person_id: int | None = None
) -> list[tuple[Any, ...]]:
    """Sums over people without a history of moves, grouped by the names of BY; the last column is the sum (millipoints or a count)."""
    made = (_by_day if counted.metric == "points" else _pieces)(organisation, counted).subquery()
    columns = [BY[name] for name in by]
    query = (
        select(*columns, cast(func.sum(made.c.amount), BigInteger))
        .join(PERSON, PERSON.c.id == made.c.person_id)
        .where(PERSON.c.has_history.is_(False))
        .group_by(*columns)
    )
    found = tx.execute(query if person_id is None else query.where(PERSON.c.id == person_id))
    return [tuple(row) for row in found]


def moved(
    tx: Transaction, organisation: str, counted: Counted, person_id: int | None = None
) -> list[PieceRow]:
    """One row per event or entry of people with a history of moves, to be attributed to the unit of that time."""
    made = _pieces(organisation, counted).subquery()
    query = select(made.c.person_id, made.c.occurred_us, made.c.event_ref, made.c.amount).join(
        PERSON, PERSON.c.id == made.c.person_id
    )
    query = query.where(PERSON.c.has_history.is_(True))
    return tx.rows(PieceRow, query if person_id is None else query.where(PERSON.c.id == person_id))


def _by_day(organisation: str, counted: Counted) -> Select[*tuple[Any, ...]]:
    days = range(counted.first_date, counted.last_date + 1)
    windows = [f"d:{date.fromordinal(day).isoformat()}" for day in days]
    return select(SCORE.c.person_id, SCORE.c.score.label("amount")).where(
        SCORE.c.organisation_id == organisation, SCORE.c.window.in_(windows)
    )


def _pieces(organisation: str, counted: Counted) -> Select[*tuple[Any, ...]]:
    if counted.metric == "points":
        return (
            select(POSTING.c.person_id, JOURNAL.c.occurred_us, JOURNAL.c.event_ref, POSTING.c.amount)
            .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
            .where(
                POSTING.c.organisation_id == organisation,
                POSTING.c.account == "earned",
                JOURNAL.c.board_date.between(counted.first_date, counted.last_date),
            )
        )
    if counted.metric == "awards":
        other = JOURNAL.alias()
        return (
            select(
                JOURNAL.c.person_id, JOURNAL.c.occurred_us, JOURNAL.c.event_ref, literal(1).label("amount")
            )
            .join(other, other.c.reverses == JOURNAL.c.id, isouter=True)
            .where(
                JOURNAL.c.organisation_id == organisation,
                JOURNAL.c.kind == "points",
                JOURNAL.c.rule == counted.of,
                JOURNAL.c.reason.in_(AWARD_REASONS),
                JOURNAL.c.reverses.is_(None),
                other.c.id.is_(None),
                JOURNAL.c.occurred_us >= counted.from_us,
                JOURNAL.c.occurred_us < counted.until_us,
            )
        )
    amount = EVENT.c.quantity if counted.metric == "quantity" else literal(1)
    looked_at = exists().where(REVIEW.c.event_ref == EVENT.c.id, REVIEW.c.status == "open")
    outside = exists().where(
        JOURNAL.c.event_ref == EVENT.c.id, JOURNAL.c.reason == NOT_ENROLLED, JOURNAL.c.person_id == EVENT.c.person_id
    )  # fmt: skip
    return select(
        EVENT.c.person_id, EVENT.c.occurred_us, EVENT.c.id.label("event_ref"), amount.label("amount")
    ).where(
        *([~outside] if counted.enrolled_only else []),
        EVENT.c.organisation_id == organisation,
        EVENT.c.kind == counted.of,
        EVENT.c.scored,
        EVENT.c.voided_at_us.is_(None),
        ~looked_at,
        EVENT.c.occurred_us >= counted.from_us,
        EVENT.c.occurred_us < counted.until_us,
    )


def is_fixed(tx: Transaction, organisation: str, challenge: str, first_date: int) -> bool:
    """True where a result is stored."""
    return (
        tx.execute(select(RESULT.c.team).where(_of(organisation, challenge, first_date))).first() is not None
    )


def results(
    tx: Transaction, organisation: str, challenge: str, first_date: int, units: Sequence[str] = ()
) -> dict[str, int]:
    """The stored result by unit, for all or some units; empty while there is none."""
    query = select(RESULT.c.team, RESULT.c.amount).where(_of(organisation, challenge, first_date))
    if units:
        query = query.where(RESULT.c.team.in_(units))
    return {name: int(amount) for name, amount in tx.execute(query.order_by(RESULT.c.team))}


def fixed_since(tx: Transaction, organisation: str, from_us: int) -> list[tuple[str, int, int]]:
    """(challenge, first date, goal) of results stored since an instant."""
    where = and_(RESULT.c.organisation_id == organisation, RESULT.c.decided_us >= from_us)
    query = select(RESULT.c.challenge, RESULT.c.first_date, RESULT.c.goal).where(where).distinct()
    found = tx.execute(query.order_by(RESULT.c.challenge, RESULT.c.first_date))
    return [(name, int(first), int(goal)) for name, first, goal in found]


def fix(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows of a result."""
    tx.execute(insert(RESULT), list(rows))


def forget(tx: Transaction, organisation: str, challenge: str, first_date: int) -> None:
    """Delete a result."""
    tx.execute(delete(RESULT).where(_of(organisation, challenge, first_date)))


def _of(organisation: str, challenge: str, first_date: int) -> ColumnElement[bool]:
    return and_(
        RESULT.c.organisation_id == organisation,
        RESULT.c.challenge == challenge,
        RESULT.c.first_date == first_date,
    )
