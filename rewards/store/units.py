"""The units of the tables: microseconds, ordinals, canonical JSON, and the dialect's upsert."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from rewards.store.session import Transaction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400_000_000
_MICROSECOND = timedelta(microseconds=1)
_LAST_US = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND


def to_us(at: datetime) -> int:
    """Microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError(f"datetime {at.isoformat()} has no time zone; pass an aware UTC datetime")
    return (at - EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The aware UTC datetime of `us` microseconds."""
    return EPOCH + timedelta(microseconds=us)


def maybe_us(us: int | None) -> datetime | None:
    """`from_us`, keeping None; None also for an instant beyond the calendar, which stands for "until further notice"."""
    return None if us is None or us > _LAST_US else from_us(us)


def dump(value: object) -> str:
    """Canonical JSON text: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def upsert(tx: Transaction, table: Table) -> Any:
    """The dialect's insert, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql_insert(table) if tx.dialect == "postgresql" else sqlite_insert(table)
