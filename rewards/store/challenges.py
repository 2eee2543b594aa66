"""Rows of challenge_result, and what teams have done between two instants."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, insert, select

from rewards.store import schema
from rewards.store.session import Transaction

RESULT = schema.challenge_result
EVENT = schema.event
PERSON = schema.person


def counted_events(
    tx: Transaction, organisation: str, kind: str, from_us: int, until_us: int
) -> tuple[dict[str, int], list[Row[Any]]]:
    """Events of a kind in [from, until): sums by team of people who never moved, and single events of those who did."""
    where = and_(
        EVENT.c.organisation_id == organisation,
        EVENT.c.kind == kind,
        EVENT.c.scored,
        EVENT.c.voided_at_us.is_(None),
        EVENT.c.occurred_us >= from_us,
        EVENT.c.occurred_us < until_us,
    )
    settled = (
        select(PERSON.c.team, func.count())
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(where, PERSON.c.has_history.is_(False))
        .group_by(PERSON.c.team)
    )
    moved = (
        select(EVENT.c.person_id, EVENT.c.occurred_us)
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(where, PERSON.c.has_history.is_(True))
        .order_by(EVENT.c.id)
    )
    sums = {team: int(count) for team, count in tx.execute(settled).all()}
    return sums, list(tx.execute(moved))


def results(tx: Transaction, organisation: str, challenge: str, first_date: int) -> dict[str, Row[Any]]:
    """The fixed result by team; empty while there is none."""
    where = and_(
        RESULT.c.organisation_id == organisation,
        RESULT.c.challenge == challenge,
        RESULT.c.first_date == first_date,
    )
    return {row.team: row for row in tx.execute(select(RESULT).where(where).order_by(RESULT.c.team))}


def fix(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep a result."""
    tx.execute(insert(RESULT), list(rows))
