"""Rows of scheme_draft."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from rewards.store import schema
from rewards.store.session import Transaction

DRAFT = schema.scheme_draft


def add(tx: Transaction, row: Mapping[str, Any]) -> int:
    """Keep a draft; returns its id."""
    return int(tx.execute(insert(DRAFT).returning(DRAFT.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, draft: int, *, lock: bool = False) -> Row[Any] | None:
    """One draft, locked until the transaction ends if it is to be changed."""
    query = select(DRAFT).where(and_(DRAFT.c.organisation_id == organisation, DRAFT.c.id == draft))
    return tx.execute(tx.for_update(query) if lock else query).one_or_none()


def page(tx: Transaction, organisation: str, limit: int, before: int | None) -> list[Row[Any]]:
    """Drafts, the newest first."""
    query = select(DRAFT).where(DRAFT.c.organisation_id == organisation)
    if before is not None:
        query = query.where(DRAFT.c.id < before)
    return list(tx.execute(query.order_by(DRAFT.c.id.desc()).limit(limit)))


def change(tx: Transaction, draft: int, values: Mapping[str, Any]) -> None:
    """Update one draft."""
    tx.execute(update(DRAFT).where(DRAFT.c.id == draft).values(**values))
