"""One person for HR: master data and memberships, without shares, points or thanks."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rewards.faults import Stale
from rewards.people.people import Person, get_person
from rewards.store import people as rows
from rewards.store import person_links
from rewards.store.accounts import roles_of
from rewards.store.persons import BEGINNING_US, find_row
from rewards.store.rows import AbsenceRow, LeaveRow, MembershipRow, NamedPersonRow, ZoneChangeRow
from rewards.store.session import Transaction
from rewards.store.units import dump, from_us, maybe_us
from rewards.words import folded


@dataclass(frozen=True, slots=True)
class Move:
    """A membership from an instant on, on the person's local day; `ahead`: it has not begun. None: from the beginning."""

    since: datetime | None
    day: date | None
    segment: str
    team: str
    ahead: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A person's time zone from an instant on, the start of a local day."""

    since: datetime | None
    day: date | None
    zone: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's profile. `stamp` changes with every editable field: an edit with an outdated stamp is refused."""

    person: Person
    with_us: bool
    roles: tuple[str, ...]
    manager_name: str | None
    former_ids: tuple[str, ...]
    linked: tuple[tuple[str, str], ...]
    moves: tuple[Move, ...]
    zones: tuple[Zone, ...]
    leave: tuple[tuple[date, date], ...]
    away: tuple[tuple[datetime, datetime | None], ...]
    stamp: str


def get_profile(tx: Transaction, organisation: str, external_id: str) -> Profile:
    """One person. Raises NotFound for an unknown or erased id."""
    row = find_row(tx, organisation, external_id)
    moves = rows.history(tx, MembershipRow, [row.id]).get(row.id, [])
    zones = rows.history(tx, ZoneChangeRow, [row.id]).get(row.id, [])
    leave = rows.history(tx, LeaveRow, [row.id]).get(row.id, [])
    away = [
        (from_us(one.from_us), maybe_us(one.until_us))
        for one in rows.history(tx, AbsenceRow, [row.id]).get(row.id, [])
    ]
    if row.status == "inactive":
        away.append((from_us(row.inactive_since_us or 0), None))
    others = person_links.of_person(tx, organisation, row.id)
    names = rows.names(tx, organisation, [*others, *([row.manager_id] if row.manager_id else [])])
    manager = names.get(row.manager_id or 0)
    return Profile(
        person=get_person(tx, organisation, external_id),
        with_us=row.status in ("active", "paused"),
        roles=roles_of(tx, row.id),
        manager_name=None if manager is None else manager[1],
        former_ids=tuple(one.external_id for one in rows.aliases_of(tx, row.id)),
        linked=tuple(sorted((names[id_] for id_ in others if id_ in names), key=lambda one: folded(one[1]))),
        moves=tuple(
            Move(*_since(one, row.timezone), one.segment, one.team, bool(one.ahead)) for one in moves
        ),
        zones=tuple(Zone(*_since(one, one.zone), one.zone) for one in zones),
        leave=tuple((date.fromordinal(one.first_date), date.fromordinal(one.last_date)) for one in leave),
        away=tuple(away),
        stamp=stamp_of(row),
    )


def stamp_of(row: NamedPersonRow) -> str:
    """A digest of the editable state of a person's row."""
    state = [
        row.id, row.external_id, row.name, row.email, row.segment, row.team, row.timezone, row.contacts, row.locale, row.desk,
        row.hours_share_ppm, row.joined_date, row.manager_id, "inactive" if row.status == "inactive" else "present",
    ]  # fmt: skip
    return hashlib.sha256(dump(state).encode()).hexdigest()[:20]


def check_stamp(row: NamedPersonRow, stamp: str | None) -> None:
    """Raises Stale where the person changed since the stamp was created; None skips the check."""
    if stamp is not None and stamp != stamp_of(row):
        raise Stale(
            "person {external_id!r}: was changed by somebody else meanwhile; look at what stands there now, and save again "
            "if yours is still right",
            external_id=row.external_id,
        )


def _since(row: MembershipRow | ZoneChangeRow, zone: str) -> tuple[datetime | None, date | None]:
    if row.from_us == BEGINNING_US:
        return None, None
    since = from_us(row.from_us)
    return since, since.astimezone(ZoneInfo(zone)).date()
