"""Organisations: the tenants."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from rewards.faults import BadValue, Conflict
from rewards.store import organisations as rows
from rewards.store.session import Transaction
from rewards.store.units import maybe_us, to_us

ZONES = frozenset(available_timezones())
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant. `closed_until`: what happened before is frozen."""

    slug: str
    name: str
    timezone: str
    closed_until: datetime | None


def known_zone(zone: str) -> bool:
    """True for a name in the pinned tzdata."""
    return zone in ZONES


def create_organisation(tx: Transaction, slug: str, name: str, timezone: str, now: datetime) -> Organisation:
    """Add a tenant. Raises BadValue for a slug or zone, Conflict when the slug is taken."""
    if not SLUG.fullmatch(slug):
        raise BadValue(f"organisation {slug!r}: limit 63 of a-z, 0-9 and '-'; choose another slug")
    if not known_zone(timezone):
        raise BadValue(f"time zone {timezone!r}: not an IANA name; write e.g. Europe/Madrid")
    if rows.find(tx, slug) is not None:
        raise Conflict(f"organisation {slug!r}: already exists; use it or choose another slug")
    rows.add(tx, slug, name, timezone, secrets.token_hex(32), to_us(now))
    return Organisation(slug, name, ZoneInfo(timezone).key, None)


def get_organisation(tx: Transaction, slug: str) -> Organisation | None:
    """The tenant, or None."""
    row = rows.find(tx, slug)
    if row is None:
        return None
    return Organisation(row.organisation_id, row.name, row.timezone, maybe_us(row.closed_until_us))


def list_organisations(tx: Transaction) -> list[Organisation]:
    """All tenants by slug."""
    return [
        Organisation(row.organisation_id, row.name, row.timezone, maybe_us(row.closed_until_us))
        for row in rows.every(tx)
    ]
