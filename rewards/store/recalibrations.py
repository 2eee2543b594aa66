"""Rows of `recalibration`."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, select, update

from rewards.store import schema
from rewards.store.rows import ListedRecalibrationRow, RecalibrationRow
from rewards.store.session import Transaction

TABLE = schema.recalibration
OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"
_LISTED = tuple(TABLE.c[name] for name in ListedRecalibrationRow._fields)


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Keep a proposal; returns its id."""
    return int(tx.execute(insert(TABLE).returning(TABLE.c.id), dict(row)).scalar_one())


def page(tx: Transaction, organisation: str, limit: int) -> list[ListedRecalibrationRow]:
    """The newest first."""
    query = select(*_LISTED).where(TABLE.c.organisation_id == organisation).order_by(TABLE.c.id.desc())
    return tx.rows(ListedRecalibrationRow, query.limit(limit))


def find(tx: Transaction, organisation: str, number: int) -> ListedRecalibrationRow | None:
    """One of them."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.id == number)
    return tx.row(ListedRecalibrationRow, select(*_LISTED).where(where))


def decide(tx: Transaction, number: int, values: Mapping[str, object]) -> bool:
    """Decide one that is open; False where it was decided before."""
    where = and_(TABLE.c.id == number, TABLE.c.status == OPEN)
    change = update(TABLE).where(where).values(**values)
    return bool(tx.execute(change.returning(TABLE.c.id)).all())


def accepted(tx: Transaction, organisation: str) -> RecalibrationRow | None:
    """The one that was accepted last."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.status == ACCEPTED)
    query = select(TABLE).where(where).order_by(TABLE.c.decided_us.desc(), TABLE.c.id.desc()).limit(1)
    return tx.row(RecalibrationRow, query)
