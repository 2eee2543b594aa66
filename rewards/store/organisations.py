"""Rows of `organisation`."""

from typing import Any

from sqlalchemy import Row, insert, select, update

from rewards.store import schema
from rewards.store.session import Transaction

ORGANISATION = schema.organisation


def add(tx: Transaction, slug: str, name: str, timezone: str, salt: str, at_us: int) -> None:
    """Insert one organisation."""
    row = {"organisation_id": slug, "name": name, "timezone": timezone, "salt": salt, "created_at_us": at_us}
    tx.execute(insert(ORGANISATION), row)


_SELECT = select(ORGANISATION)


def find(tx: Transaction, slug: str) -> Row[Any] | None:
    """The organisation's row, or None."""
    return tx.execute(_SELECT.where(ORGANISATION.c.organisation_id == slug)).one_or_none()


def every(tx: Transaction) -> list[Row[Any]]:
    """All organisations by slug."""
    return list(tx.execute(_SELECT.order_by(ORGANISATION.c.organisation_id)))


def close_until(tx: Transaction, slug: str, until_us: int) -> None:
    """Freeze what happened before `until_us`."""
    where = ORGANISATION.c.organisation_id == slug
    tx.execute(update(ORGANISATION).where(where).values(closed_until_us=until_us))
    tx.memo.pop(("home", slug), None)


def find_shared(tx: Transaction, slug: str) -> Row[Any] | None:
    """The row under a shared lock: no period is closed and no scheme published while this transaction runs."""
    return _locked(tx, slug, exclusive=False)


def find_exclusive(tx: Transaction, slug: str) -> Row[Any] | None:
    """The row under an exclusive lock: no event is recorded while this transaction runs."""
    return _locked(tx, slug, exclusive=True)


def _locked(tx: Transaction, slug: str, *, exclusive: bool) -> Row[Any] | None:
    """Locked once a transaction, and once more where the stronger lock is asked for later."""
    held = tx.memo.get(("home", slug))
    if held is not None and (held[0] or not exclusive):
        found: Row[Any] | None = held[1]
        return found
    query = _SELECT.where(ORGANISATION.c.organisation_id == slug)
    if tx.dialect == "postgresql":
        query = query.with_for_update(read=not exclusive, key_share=exclusive)
    row = tx.execute(query).one_or_none()
    if row is not None:
        tx.memo["home", slug] = (exclusive, row)
    return row
