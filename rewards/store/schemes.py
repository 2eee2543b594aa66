"""Rows of `scheme_version`: every scheme ever published, and which one is in force when."""

from sqlalchemy import and_, func, insert, select, update

from rewards.store import schema
from rewards.store.rows import SchemeVersionRow, VersionSpanRow
from rewards.store.session import Transaction

VERSION = schema.scheme_version
# What PostgreSQL's integer holds: a larger number is an error there, and no version's anywhere.
MOST_VERSION = 2**31 - 1


def add(tx: Transaction, organisation: str, values: dict[str, object]) -> int:
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


def timeline(tx: Transaction, organisation: str) -> list[VersionSpanRow]:
    """Versions not rolled back, without their documents, in the order of publication."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.rolled_back_at_us.is_(None))
    return tx.rows(VersionSpanRow, select(*_LIGHT).where(where).order_by(VERSION.c.version))


def every(tx: Transaction, organisation: str) -> list[SchemeVersionRow]:
    """All versions with their documents, the rolled back included."""
    where = VERSION.c.organisation_id == organisation
    return tx.rows(SchemeVersionRow, select(VERSION).where(where).order_by(VERSION.c.version))


def find(tx: Transaction, organisation: str, version: int) -> SchemeVersionRow | None:
    """One version."""
    if version > MOST_VERSION:
        return None
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    return tx.row(SchemeVersionRow, select(VERSION).where(where))


def roll_back(tx: Transaction, organisation: str, version: int, at_us: int) -> None:
    """Take a version out of the timeline."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    tx.execute(update(VERSION).where(where).values(rolled_back_at_us=at_us))
