"""Organisations: the tenants."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from rewards.faults import BadValue, Conflict, NotFound
from rewards.fields import name_in
from rewards.language import LANGUAGES, SOURCE
from rewards.store import organisations as rows
from rewards.store import trail
from rewards.store.rows import OrganisationRow
from rewards.store.session import Transaction
from rewards.store.units import maybe_us, to_us

ZONES = frozenset(available_timezones())
MOST_NAME = 120
MOST_NETWORKS = 32
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant. `closed_until`: end of the last closed period. `languages`: its own first; `networks`: those in use."""

    slug: str
    name: str
    timezone: str
    closed_until: datetime | None
    languages: tuple[str, ...] = (SOURCE,)
    networks: tuple["Network", ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A network that a company uses. `points`: the company allows points for sharing there."""

    channel: str
    points: bool


def known_zone(zone: str) -> bool:
    """True for a name in the pinned tz database."""
    return zone in ZONES


def create_organisation(tx: Transaction, slug: str, name: str, timezone: str, now: datetime) -> Organisation:
    """Insert a tenant. Raises BadValue for a slug or time zone, Conflict for an existing slug."""
    if not SLUG.fullmatch(slug):
        raise BadValue("organisation {slug!r}: limit 63 of a-z, 0-9 and '-'; choose another slug", slug=slug)
    if not known_zone(timezone):
        raise BadValue(
            "time zone {timezone!r}: not an IANA name; write e.g. Europe/Madrid", timezone=timezone
        )
    if rows.find(tx, slug) is not None:
        raise Conflict("organisation {slug!r}: already exists; use it or choose another slug", slug=slug)
    rows.add(tx, slug, name, timezone, secrets.token_hex(32), at_us=to_us(now))
    return Organisation(slug, name, ZoneInfo(timezone).key, None)


def get_organisation(tx: Transaction, slug: str) -> Organisation | None:
    """The tenant, or None."""
    row = rows.find(tx, slug)
    return None if row is None else _organisation(row)


def list_organisations(tx: Transaction) -> list[Organisation]:
    """All tenants by slug."""
    return [_organisation(row) for row in rows.every(tx)]


def change_organisation(
    tx: Transaction,
    slug: str,
    name: str,
    languages: Sequence[str],
    networks: Sequence[Network],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Update a company's settings. Its time zone is fixed, since past days were counted by it. Raises BadValue, NotFound."""
    name = name.strip()
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise BadValue(
            "name of the organisation: got {value!r}; limit 1 to {most_name} printed characters; choose another name",
            value=name[:40],
            most_name=MOST_NAME,
        )
    unknown = [one for one in languages if one not in LANGUAGES]
    if unknown or not languages:
        raise BadValue(
            "languages: got {value}; limit {names}; choose at least one",
            value=", ".join(languages)[:40] or "none",
            names=", ".join(LANGUAGES),
        )
    if len(networks) > MOST_NETWORKS:
        raise BadValue(
            "networks: got {count}; limit {most_networks}; name those that people use",
            count=len(networks),
            most_networks=MOST_NETWORKS,
        )
    if rows.find(tx, slug) is None:
        raise NotFound("organisation {slug!r}: unknown; create it first", slug=slug)
    kept = {name_in(one.channel): one.points for one in networks}
    rows.change(tx, slug, name, " ".join(dict.fromkeys(languages)), json.dumps(kept, ensure_ascii=False))
    trail.log(tx, slug, actor, "organisation.change", slug, reason="", at_us=to_us(now))


def _organisation(row: OrganisationRow) -> Organisation:
    networks = json.loads(row.networks or "{}")
    return Organisation(
        row.organisation_id,
        row.name,
        row.timezone,
        maybe_us(row.closed_until_us),
        languages_of(row),
        tuple(Network(channel, points) for channel, points in networks.items()),
    )


def own_language(tx: Transaction, slug: str) -> str:
    """The company's first language, the default for texts of its people."""
    row = rows.find(tx, slug)
    return SOURCE if row is None else languages_of(row)[0]


def languages_of(row: OrganisationRow) -> tuple[str, ...]:
    """A company's languages, its own first; all available ones where it has chosen none."""
    return tuple(one for one in row.languages.split() if one in LANGUAGES) or tuple(LANGUAGES)
