"""HR's changes to people, one use case each for pages, API and commands.

A change made with the stamp of an outdated profile is refused.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from rewards.bounds import check_day
from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.fields import fault
from rewards.language import msg
from rewards.ledger.fold import closed_until, replay_people
from rewards.ledger.places import places
from rewards.people import people
from rewards.people.importing import import_people, joined_date
from rewards.people.people import Person, get_person, locked, refuse_own
from rewards.people.profile import check_stamp
from rewards.people.zones import change_zone
from rewards.people_file import PersonRow
from rewards.store import moving, states
from rewards.store import organisations as organisation_rows
from rewards.store import people as rows
from rewards.store.persons import BEGINNING_US, PPM, find_row, log_change
from rewards.store.rows import MembershipRow, NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

EDITED = ("name", "email", "manager", "locale", "desk", "hours_share", "contacts", "first_day")
MOST_AHEAD = timedelta(days=400)
MOST_LEVELS = 100


def row_of(record: Mapping[str, Any]) -> PersonRow:
    """A validated person from form fields. Raises BadValue naming the field."""
    try:
        return PersonRow.model_validate(dict(record))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "person"
        got = "nothing" if first["type"] == "missing" else repr(first["input"])[:60]
        raise BadValue(
            "{field}: got {got}; {fault}; correct it and send again", field=field, got=got, fault=fault(first)
        ) from None


def record_of(person: Person) -> dict[str, Any]:
    """A person's fields as a row of a people file."""
    return {
        "id": person.id, "name": person.name, "email": person.email or "", "segment": person.segment, "team": person.team,
        "timezone": person.timezone, "contacts": person.contacts, "locale": person.locale, "role": person.role,
        "manager": person.manager or "", "desk": person.desk, "hours_share": person.hours_share, "first_day": person.first_day,
    }  # fmt: skip


def add_person(
    tx: Transaction, organisation: str, record: Mapping[str, Any], actor: str, now: datetime
) -> str:
    """Add one person; returns the id. Raises BadValue for a field, Conflict for an existing id."""
    row = row_of(record)
    if rows.find_many(tx, organisation, [row.id]):
        raise Conflict("person {id!r}: the id is taken; choose another, or change that person", id=row.id)
    if row.manager:
        find_row(tx, organisation, row.manager)
    import_people(tx, organisation, [row], now, actor)
    log_change(tx, organisation, actor, "people.add", find_row(tx, organisation, row.id).id, now=now)
    return row.id


def edit_person(
    tx: Transaction,
    organisation: str,
    external_id: str,
    changes: Mapping[str, Any],
    stamp: str | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Edit a person's master data, except for membership and time zone, which change on a day.

    Raises BadValue for a field, Stale for an outdated stamp, Refused for a manager who reports to the person.
    """
    unknown = sorted(set(changes) - set(EDITED))
    if unknown:
        raise BadValue(
            "{value}: not changed here; limit {names}; leave it out",
            value=unknown[0],
            names=", ".join(EDITED),
        )
    row = locked(tx, organisation, external_id)
    check_stamp(row, stamp)
    old = get_person(tx, organisation, external_id)
    new = row_of({**record_of(old), **changes})
    values = {
        "contacts": new.contacts, "locale": new.locale or row.locale, "desk": new.desk, "hours_share_ppm": round(new.hours_share * PPM),
        "manager_id": _manager(tx, organisation, row, new.manager), "joined_date": joined_date(new),
    }  # fmt: skip
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        rows.change(tx, row.id, changed)
    identity = (new.name or old.id, new.email or None)
    if identity != (row.name, row.email):
        rows.change_identity(tx, row.id, *identity)
    if changed or identity != (row.name, row.email):
        log_change(tx, organisation, actor, "people.edit", row.id, now=now)


def move_person(
    tx: Transaction,
    organisation: str,
    external_id: str,
    segment: str,
    team: str,
    *,
    first: date,
    stamp: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Set another team or segment from a local day on: later events are replayed; a future move waits for its day.

    Raises BadValue for a day in a closed period or too far ahead, Stale for an outdated stamp.
    """
    home = organisation_rows.find_shared(tx, organisation)
    row = locked(tx, organisation, external_id)
    check_stamp(row, stamp)
    row_of(
        {
            **record_of(get_person(tx, organisation, external_id)),
            "email": "",
            "segment": segment,
            "team": team,
        }
    )
    begins_us = _midnight(tx, row, first)
    closed_us, now_us = closed_until(home), to_us(now)
    if begins_us < closed_us:
        raise BadValue(
            "move on {first}: limit after {from_us:%Y-%m-%d %H:%M} UTC, up to which the period is closed; name a later day",
            first=first,
            from_us=from_us(closed_us),
        )
    if begins_us > to_us(now + MOST_AHEAD):
        raise BadValue(
            "move on {first}: limit {days} days ahead; name an earlier day", first=first, days=MOST_AHEAD.days
        )
    if not rows.history(tx, MembershipRow, [row.id]):
        rows.add_membership(tx, organisation, row.id, BEGINNING_US, row.segment, team=row.team)
    rows.add_membership(tx, organisation, row.id, begins_us, segment, team=team, ahead=begins_us > now_us)
    rows.change(tx, row.id, {"has_history": True})
    if begins_us <= now_us:
        _belong(tx, organisation, row.id, now_us)
        replay_people(tx, organisation, home, [row.id], now_us)
    log_change(tx, organisation, actor, "people.move", row.id, now=now, reason=first.isoformat())


def take_back_move(
    tx: Transaction, organisation: str, external_id: str, begins: datetime, actor: str, *, now: datetime
) -> None:
    """Cancel a future move. Raises NotFound without one."""
    row = locked(tx, organisation, external_id)
    if not moving.drop_membership_ahead(tx, row.id, to_us(begins)):
        raise NotFound(
            "move of {day}: none that lies ahead; look at what stands there now", day=begins.isoformat()
        )
    log_change(tx, organisation, actor, "people.move_back", row.id, now=now)


def settle_moves(tx: Transaction, organisation: str, now: datetime) -> int:
    """Apply moves whose day has come to the people's rows. Returns how many."""
    due = moving.memberships_due(tx, organisation, to_us(now))
    for person_id in sorted(set(due)):
        states.lock(tx, organisation, [person_id])
        _belong(tx, organisation, person_id, to_us(now))
    return len(due)


def move_zone(
    tx: Transaction,
    organisation: str,
    external_id: str,
    zone: str,
    first: date | None,
    *,
    stamp: str | None,
    actor: str,
    now: datetime,
) -> datetime:
    """Set another time zone from a day on, by default the next; returns the instant. Raises BadValue, Stale."""
    row = locked(tx, organisation, external_id)
    check_stamp(row, stamp)
    return change_zone(tx, organisation, external_id, zone, now, actor=actor, first=first)


def deactivate(
    tx: Transaction, organisation: str, external_id: str, stamp: str | None, actor: str, *, now: datetime
) -> None:
    """`people.deactivate`, with the stamp checked and the own account refused. Raises Refused, Stale."""
    row = locked(tx, organisation, external_id)
    refuse_own(
        tx,
        organisation,
        actor,
        row.id,
        msg("deactivating {person!r}: is your own; ask a colleague to decide"),
        person=external_id,
    )
    check_stamp(row, stamp)
    people.deactivate(tx, organisation, external_id, now, actor)


def erase(
    tx: Transaction, organisation: str, external_id: str, stamp: str | None, actor: str, *, now: datetime
) -> None:
    """`people.erase`, with the stamp checked and the own account refused, which has a page of its own. Raises Refused, Stale."""
    row = locked(tx, organisation, external_id)
    refuse_own(
        tx,
        organisation,
        actor,
        row.id,
        msg("erasing {person!r} for somebody: is your own; ask a colleague to decide"),
        person=external_id,
    )
    check_stamp(row, stamp)
    people.erase(tx, organisation, external_id, now, actor)


def _belong(tx: Transaction, organisation: str, person_id: int, now_us: int) -> None:
    """Update team and segment in the person's row to the membership now in force."""
    past = [one for one in rows.history(tx, MembershipRow, [person_id])[person_id] if one.from_us <= now_us]
    moving.settle_memberships(tx, person_id, now_us)
    rows.change(tx, person_id, {"segment": past[-1].segment, "team": past[-1].team})


def _midnight(tx: Transaction, row: NamedPersonRow, day: date) -> int:
    """The instant at which a day begins in the person's time zone. Raises BadValue outside the supported years."""
    check_day(day, msg("move on {day}: limit years {first} to {last}; name a date in them"))
    noon_us = to_us(datetime.combine(day, time(12), UTC))
    _, zone = places(tx, [row])[row.id].date_at(noon_us)
    return to_us(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC))


def _manager(tx: Transaction, organisation: str, row: NamedPersonRow, manager: str) -> int | None:
    if not manager:
        return None
    found = find_row(tx, organisation, manager)
    above: int | None = found.id
    for _ in range(MOST_LEVELS):
        if above is None:
            return int(found.id)
        if above == row.id:
            raise Refused(
                "manager {manager!r}: would be above and below {external_id!r}; name somebody higher up",
                manager=manager,
                external_id=row.external_id,
            )
        above = moving.manager_of(tx, above)
    raise Refused(
        "manager {manager!r}: more than {most_levels} levels stand above; name somebody higher up",
        manager=manager,
        most_levels=MOST_LEVELS,
    )
