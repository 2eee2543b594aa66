"""Rows of `recalibration`."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, select, update

from rewards.store import schema
from rewards.store.rows import ListedRecalibrationRow
from rewards.store.session import Transaction

TABLE = schema.recalibration
OPEN, ACCEPTED, REJECTED, WITHDRAWN = "open", "accepted", "rejected", "withdrawn"
_LISTED = tuple(TABLE.c[name] for name in ListedRecalibrationRow._fields)


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a proposal; returns its id."""
    return int(tx.execute(insert(TABLE).returning(TABLE.c.id), dict(row)).scalar_one())


def page(tx: Transaction, organisation: str, limit: int) -> list[ListedRecalibrationRow]:
    """Proposals, newest first."""
    query = select(*_LISTED).where(TABLE.c.organisation_id == organisation).order_by(TABLE.c.id.desc())
    return tx.rows(ListedRecalibrationRow, query.limit(limit))


def find(tx: Transaction, organisation: str, number: int) -> ListedRecalibrationRow | None:
    """One proposal."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.id == number)
    return tx.row(ListedRecalibrationRow, select(*_LISTED).where(where))


def of_hash(tx: Transaction, organisation: str, content: str) -> ListedRecalibrationRow | None:
    """The newest proposal of a posterior by its digest."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.content_hash == content)
    return tx.row(ListedRecalibrationRow, select(*_LISTED).where(where).order_by(TABLE.c.id.desc()).limit(1))


def decide(tx: Transaction, number: int, values: Mapping[str, object], standing: str = OPEN) -> bool:
    """Record a decision about a proposal in the state `standing`; False where it is in another."""
    where = and_(TABLE.c.id == number, TABLE.c.status == standing)
    change = update(TABLE).where(where).values(**values)
    return bool(tx.execute(change.returning(TABLE.c.id)).all())


def document(tx: Transaction, organisation: str, number: int) -> str | None:
    """The posterior of a proposal."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.id == number)
    found = tx.execute(select(TABLE.c.document).where(where)).scalar_one_or_none()
    return None if found is None else str(found)


def accepted_name(tx: Transaction, organisation: str) -> ListedRecalibrationRow | None:
    """The most recently accepted proposal, without its document."""
    where = and_(TABLE.c.organisation_id == organisation, TABLE.c.status == ACCEPTED)
    query = select(*_LISTED).where(where).order_by(TABLE.c.decided_us.desc(), TABLE.c.id.desc()).limit(1)
    return tx.row(ListedRecalibrationRow, query)
