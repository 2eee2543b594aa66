"""Rows of `scheme_version`: every scheme ever published, and which one is in force when."""

from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update

from rewards.store import schema
from rewards.store.session import Transaction

VERSION = schema.scheme_version


def add(tx: Transaction, organisation: str, values: dict[str, Any]) -> int:
    """Append a version; returns its number, counted from 1 within the organisation."""
    where = VERSION.c.organisation_id == organisation
    number = (
        int(tx.execute(select(func.coalesce(func.max(VERSION.c.version), 0)).where(where)).scalar_one()) + 1
    )
    tx.execute(insert(VERSION), {"organisation_id": organisation, "version": number, **values})
    return number


_LIGHT = (
    VERSION.c.version,
    VERSION.c.content_hash,
    VERSION.c.effective_us,
    VERSION.c.since_us,
    VERSION.c.published_at_us,
    VERSION.c.mode,
)


def timeline(tx: Transaction, organisation: str) -> list[Row[Any]]:
    """Versions not rolled back, without their documents, in the order of publication."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.rolled_back_at_us.is_(None))
    return list(tx.execute(select(*_LIGHT).where(where).order_by(VERSION.c.version)))


def every(tx: Transaction, organisation: str) -> list[Row[Any]]:
    """All versions with their documents, the rolled back included."""
    where = VERSION.c.organisation_id == organisation
    return list(tx.execute(select(VERSION).where(where).order_by(VERSION.c.version)))


def find(tx: Transaction, organisation: str, version: int) -> Row[Any] | None:
    """One version."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    return tx.execute(select(VERSION).where(where)).one_or_none()


def roll_back(tx: Transaction, organisation: str, version: int, at_us: int) -> None:
    """Take a version out of the timeline."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    tx.execute(update(VERSION).where(where).values(rolled_back_at_us=at_us))
