"""Rows of `scheme_version`: every published version of the scheme, and when each is in force."""

from sqlalchemy import and_, func, insert, select, update

from rewards.store import schema
from rewards.store.rows import SchemeVersionRow, VersionSpanRow
from rewards.store.session import Transaction

VERSION = schema.scheme_version
# The range of PostgreSQL's integer: a larger number raises an error there and is no version's number on any database.
MOST_VERSION = 2**31 - 1


def add(tx: Transaction, organisation: str, values: dict[str, object]) -> int:
    """Insert a version; returns its number, counted from 1 within the organisation."""
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
    """Versions not rolled back, without their documents, in order of publication."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.rolled_back_at_us.is_(None))
    return tx.rows(VersionSpanRow, select(*_LIGHT).where(where).order_by(VERSION.c.version))


def every(tx: Transaction, organisation: str) -> list[SchemeVersionRow]:
    """All versions with their documents, rolled-back ones included."""
    where = VERSION.c.organisation_id == organisation
    return tx.rows(SchemeVersionRow, select(VERSION).where(where).order_by(VERSION.c.version))


def find(tx: Transaction, organisation: str, version: int) -> SchemeVersionRow | None:
    """One version."""
    if version > MOST_VERSION:
        return None
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    return tx.row(SchemeVersionRow, select(VERSION).where(where))


def roll_back(tx: Transaction, organisation: str, version: int, at_us: int) -> None:
    """Roll a version back, which removes it from the timeline."""
    where = and_(VERSION.c.organisation_id == organisation, VERSION.c.version == version)
    tx.execute(update(VERSION).where(where).values(rolled_back_at_us=at_us))
