"""People: imported, paused, moved, on leave, linked, erased. Addressed by external id within an organisation."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rewards.faults import BadValue, NotFound, Refused
from rewards.fold import replay_people
from rewards.organisations import known_zone
from rewards.places import places
from rewards.store import accounts as account_rows
from rewards.store import credentials as credential_rows
from rewards.store import forgetting, projections, states, trail
from rewards.store import nominations as nomination_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as rows
from rewards.store import recognition as recognition_rows
from rewards.store.session import Transaction
from rewards.store.units import to_us

if TYPE_CHECKING:
    from rewards.people_file import PersonRow

PPM = 1_000_000
BEGINNING_US = 0


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the pages see her. `hours_share` 1.0 = full-time."""

    id: str
    name: str
    email: str | None
    segment: str
    team: str
    timezone: str
    contacts: int
    locale: str
    role: str
    manager: str | None
    desk: str
    hours_share: float
    status: str
    opted_out: bool
    pseudonym: str
    zone_flagged: bool


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """How many persons an import added, changed and left alone."""

    added: int
    updated: int
    unchanged: int


def import_people(
    tx: Transaction, organisation: str, rows_in: "Sequence[PersonRow]", now: datetime, source: str = "csv"
) -> ImportSummary:
    """Add the new, update the known; nobody is removed by being absent from the file.

    An unknown time zone becomes the organisation's and is flagged. A changed team or segment holds from `now`.
    """
    home = _home_zone(tx, organisation)
    known = rows.find_many(tx, organisation, [row.id for row in rows_in])
    fresh = [row for row in rows_in if row.id not in known]
    new_ids = rows.add_many(
        tx,
        [_columns(organisation, row, home) | _first_columns(now) for row in fresh],
        [_identity(organisation, row) for row in fresh],
    )
    states.add_many(tx, organisation, new_ids)
    managers = rows.find_many(tx, organisation, [row.manager for row in rows_in if row.manager])
    ids = {row.id: id_ for row, id_ in zip(fresh, new_ids, strict=True)}
    updated = 0
    for row in rows_in:
        manager_id = managers[row.manager].id if row.manager in managers else None
        if row.id in ids:
            if manager_id is not None:
                rows.change(tx, ids[row.id], {"manager_id": manager_id})
        else:
            updated += _update(tx, organisation, known[row.id], row, manager_id, home, now)
    trail.log(tx, organisation, source, "people.import", str(len(rows_in)), "people imported", to_us(now))
    return ImportSummary(len(fresh), updated, len(rows_in) - len(fresh) - updated)


def get_person(tx: Transaction, organisation: str, external_id: str) -> Person:
    """One person. Raises NotFound for an unknown or erased id."""
    row = find_row(tx, organisation, external_id)
    manager = rows.names(tx, organisation, [row.manager_id]) if row.manager_id else {}
    return _person(row, {key: external for key, (external, _) in manager.items()})


def list_people(tx: Transaction, organisation: str, include_inactive: bool = False) -> list[Person]:
    """Everybody who is not erased, by external id."""
    found = rows.every(tx, organisation, inactive=include_inactive)
    externals = {row.id: row.external_id for row in found}
    return [_person(row, externals) for row in found]


def deactivate(
    tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "system"
) -> None:
    """Hide the person everywhere and end her sessions; the history stays."""
    row = find_row(tx, organisation, external_id)
    if row.status == "inactive":
        return
    _change(tx, organisation, row, {"status": "inactive", "hidden": True, "inactive_since_us": to_us(now)})
    account_rows.drop_sessions(tx, row.id)
    _log(tx, organisation, actor, "people.deactivate", row.id, now)


def reactivate(
    tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "system"
) -> None:
    """Bring a deactivated person back, with everything she had."""
    row = find_row(tx, organisation, external_id)
    back = {"status": "active", "hidden": bool(row.opted_out), "inactive_since_us": None}
    _change(tx, organisation, row, back)
    _log(tx, organisation, actor, "people.reactivate", row.id, now)


def pause(tx: Transaction, organisation: str, external_id: str, now: datetime) -> None:
    """Take a break: no nudges and no boards; events still count."""
    row = find_row(tx, organisation, external_id)
    _change(tx, organisation, row, {"status": "paused", "hidden": True})
    _log(tx, organisation, "self", "people.pause", row.id, now)


def resume(tx: Transaction, organisation: str, external_id: str, now: datetime) -> None:
    """End the break."""
    row = find_row(tx, organisation, external_id)
    _change(tx, organisation, row, {"status": "active", "hidden": bool(row.opted_out)})
    _log(tx, organisation, "self", "people.resume", row.id, now)


def set_opt_out(tx: Transaction, organisation: str, external_id: str, opted_out: bool, now: datetime) -> None:
    """Leave the boards, or return to them; one's own rank stays visible to oneself."""
    row = find_row(tx, organisation, external_id)
    hidden = opted_out or row.status != "active"
    _change(tx, organisation, row, {"opted_out": opted_out, "hidden": hidden})
    _log(tx, organisation, "self", "people.opt_out" if opted_out else "people.opt_in", row.id, now)


def refuse_own(tx: Transaction, organisation: str, actor: str, person_id: int, what: str) -> None:
    """Raise Refused where the actor is the person, by this account or by one linked to it: nobody decides for herself."""
    decider = rows.find(tx, organisation, actor)
    if decider is not None and rows.linked(tx, organisation, decider.id, person_id):
        raise Refused(f"{what}: is your own; ask a colleague to decide")


def _change(tx: Transaction, organisation: str, row: Any, values: dict[str, Any]) -> None:
    """Change a person, whose `hidden` among the values holds for the boards too."""
    states.lock(tx, organisation, [row.id])
    rows.change(tx, row.id, values)
    projections.show(tx, organisation, row.id, not values["hidden"])


def erase(tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "self") -> None:
    """Drop who this was: name, address, id, sign-in and messages. Entries and totals stay, without a name.

    What scoring needs (dates of leave, zones, memberships) stays with the nameless number, so that a later replay
    gives the same totals.
    """
    organisation_rows.find_shared(tx, organisation)
    row = find_row(tx, organisation, external_id)
    nobody = f"person:{row.id}"
    others = [other.name for other in rows.every(tx, organisation, inactive=True) if other.id != row.id]
    account_rows.drop_account(tx, row.id)
    recognition_rows.blank_messages(tx, row.id)
    nomination_rows.blank_messages(tx, row.id)
    credential_rows.forget(tx, row.id)
    rows.drop_links(tx, row.id)
    rows.drop_identity(tx, row.id)
    _change(
        tx,
        organisation,
        row,
        {"status": "erased", "hidden": True, "manager_id": None, "locale": "en", "pseudonym": nobody},
    )
    forgetting.forget_payloads(tx, row.id)
    forgetting.forget_words(
        tx, organisation, forgetting.words_for(external_id, row.name, row.email, others), nobody
    )
    _log(tx, organisation, nobody if actor == external_id else actor, "people.erase", row.id, now)


def set_leave(
    tx: Transaction, organisation: str, external_id: str, first: date, last: date, now: datetime
) -> None:
    """Days off, both included: streaks pause, also those that broke before the leave was known.

    Raises BadValue when the end precedes the start.
    """
    if last < first:
        raise BadValue(f"leave {first}..{last}: the last day precedes the first; swap them")
    home = organisation_rows.find_shared(tx, organisation)
    row = find_row(tx, organisation, external_id)
    rows.add_leave(tx, organisation, row.id, first.toordinal(), last.toordinal())
    rows.change(tx, row.id, {"has_history": True})
    replay_people(tx, organisation, home, [row.id], to_us(now))
    _log(tx, organisation, "system", "people.leave", row.id, now)


def change_zone(
    tx: Transaction, organisation: str, external_id: str, zone: str, now: datetime, *, flagged: bool = False
) -> datetime:
    """Move to another time zone from the next local day on; returns the instant from which it holds.

    A date already used in the old zone never comes free again (`floor_date`).
    """
    if not known_zone(zone):
        raise BadValue(f"time zone {zone!r}: not an IANA name; write e.g. Europe/Madrid")
    row = find_row(tx, organisation, external_id)
    now_us = to_us(now)
    # The zone in force, not one asked for a moment ago that begins tomorrow: that wish is replaced.
    used, zone_now = places(tx, [row])[row.id].date_at(now_us)
    tomorrow = date.fromordinal(used + 1)
    start = datetime.combine(tomorrow, time.min, tzinfo=ZoneInfo(zone_now)).astimezone(UTC)
    if not rows.history(tx, rows.ZONE, [row.id]):
        rows.add_zone_change(tx, organisation, row.id, BEGINNING_US, row.timezone, 0)
    rows.drop_zone_changes_after(tx, row.id, now_us)
    rows.add_zone_change(tx, organisation, row.id, to_us(start), zone, used)
    rows.change(tx, row.id, {"timezone": zone, "zone_flagged": flagged, "has_history": True})
    _log(tx, organisation, "self", "people.zone", row.id, now)
    return start


def link_people(tx: Transaction, organisation: str, one: str, other: str, now: datetime) -> None:
    """Say that two accounts are one human: they cannot thank each other."""
    first, second = find_row(tx, organisation, one), find_row(tx, organisation, other)
    if first.id == second.id:
        raise Refused(f"person {one!r}: cannot be linked to itself; name two accounts")
    rows.add_link(tx, organisation, min(first.id, second.id), max(first.id, second.id), to_us(now))
    _log(tx, organisation, "system", "people.link", first.id, now)


def find_row(tx: Transaction, organisation: str, external_id: str) -> Any:
    """The person's row. Raises NotFound."""
    row = rows.find(tx, organisation, external_id)
    if row is None:
        raise NotFound(
            f"person {external_id!r}: not in organisation {organisation!r}; import the person first"
        )
    return row


def _home_zone(tx: Transaction, organisation: str) -> str:
    row = organisation_rows.find(tx, organisation)
    if row is None:
        raise NotFound(f"organisation {organisation!r}: unknown; create it first")
    return str(row.timezone)


def _columns(organisation: str, row: "PersonRow", home: str) -> dict[str, Any]:
    known = known_zone(row.timezone)
    return {
        "organisation_id": organisation,
        "segment": row.segment,
        "team": row.team,
        "timezone": row.timezone if known else home,
        "zone_flagged": not known,
        "contacts": row.contacts,
        "locale": row.locale,
        "role": row.role,
        "desk": row.desk,
        "hours_share_ppm": round(row.hours_share * PPM),
    }


def _first_columns(now: datetime) -> dict[str, Any]:
    return {
        "status": "active",
        "opted_out": False,
        "hidden": False,
        "has_history": False,
        "pseudonym": f"Colleague {secrets.token_hex(4)}",
        "created_at_us": to_us(now),
    }


def _identity(organisation: str, row: "PersonRow") -> dict[str, Any]:
    return {
        "organisation_id": organisation,
        "external_id": row.id,
        "name": row.name or row.id,
        "email": row.email or None,
    }


def _update(
    tx: Transaction,
    organisation: str,
    old: Any,
    row: "PersonRow",
    manager_id: int | None,
    home: str,
    now: datetime,
) -> int:
    """Change what differs; returns 1 when something did."""
    new = _columns(organisation, row, home)
    zone = new.pop("timezone")
    changed = {name: value for name, value in new.items() if getattr(old, name) != value}
    if manager_id is not None and manager_id != old.manager_id:
        changed["manager_id"] = manager_id
    if "segment" in changed or "team" in changed:
        if not rows.history(tx, rows.MEMBERSHIP, [old.id]):
            rows.add_membership(tx, organisation, old.id, BEGINNING_US, old.segment, old.team)
        rows.add_membership(tx, organisation, old.id, to_us(now), row.segment, row.team)
        changed["has_history"] = True
    if changed:
        rows.change(tx, old.id, changed)
    if zone != old.timezone:
        change_zone(tx, organisation, row.id, zone, now, flagged=new["zone_flagged"])
    identity = (row.name or row.id, row.email or None)
    if identity != (old.name, old.email):
        rows.change_identity(tx, old.id, *identity)
    return int(bool(changed) or zone != old.timezone or identity != (old.name, old.email))


def _person(row: Any, externals: dict[int, str]) -> Person:
    return Person(
        id=row.external_id,
        name=row.name,
        email=row.email,
        segment=row.segment,
        team=row.team,
        timezone=row.timezone,
        contacts=row.contacts,
        locale=row.locale,
        role=row.role,
        manager=externals.get(row.manager_id),
        desk=row.desk,
        hours_share=row.hours_share_ppm / PPM,
        status=row.status,
        opted_out=bool(row.opted_out),
        pseudonym=row.pseudonym,
        zone_flagged=bool(row.zone_flagged),
    )


def _log(tx: Transaction, organisation: str, actor: str, action: str, person_id: int, now: datetime) -> None:
    trail.log(tx, organisation, actor, action, f"person:{person_id}", "", to_us(now))
