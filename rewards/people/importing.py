"""Import of HR's people file: new people are added, known ones updated, nobody is removed.

Values that the import does not accept are reported row by row; nothing in a file is dropped silently.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.faults import NotFound
from rewards.language import gettext, said
from rewards.ledger.fold import replay_people
from rewards.people.file_rows import Progress, in_circles, nobody_asks
from rewards.people.organisations import known_zone, languages_of
from rewards.people.zones import change_zone
from rewards.people_file import PersonRow
from rewards.store import directory, many, states, trail
from rewards.store import organisations as organisation_rows
from rewards.store import people as rows
from rewards.store.persons import BEGINNING_US, PPM, PSEUDONYM
from rewards.store.rows import MembershipRow, NamedPersonRow, OrganisationRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

ADDED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A value of a person's row that was not accepted. `value` None: an unknown time zone."""

    person: str
    column: str
    value: str | None
    why: str


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Numbers of people added, changed and left unchanged, and the values not accepted."""

    added: int
    updated: int
    unchanged: int
    not_taken: tuple[NotTaken, ...] = ()


def import_people(
    tx: Transaction,
    organisation: str,
    rows_in: Sequence[PersonRow],
    now: datetime,
    source: str = "csv",
    *,
    progress: Progress = nobody_asks,
) -> ImportSummary:
    """Add new people and update known ones; people absent from the file are kept.

    An unknown time zone becomes the organisation's and is reported. A changed team or segment takes effect at `now`. Days of leave
    are added to those known: streaks pause, also those that had broken before.
    """
    home = organisation_rows.find_shared(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    zone = str(home.timezone)
    known = rows.find_many(tx, organisation, [row.id for row in rows_in])
    # Rows with the former id of a merged account do not apply to its heir.
    merged = {name: row.external_id for name, row in known.items() if row.external_id != name}
    not_taken = [
        NotTaken(name, "id", name, said("the account was merged into {heir!r}; take the row out", heir=heir))
        for name, heir in merged.items()
    ]
    taken, rows_in = len(rows_in), [row for row in rows_in if row.id not in merged]
    fresh = [row for row in rows_in if row.id not in known]
    new_ids = _add(tx, organisation, home, fresh, now, progress=progress)
    ids = {row.id: id_ for row, id_ in zip(fresh, new_ids, strict=True)}
    ids |= {row.id: known[row.id].id for row in rows_in if row.id in known}
    managers = _managers(tx, organisation, rows_in, ids, not_taken)
    many.set_managers(tx, [(ids[row.id], managers[row.id]) for row in fresh if row.id in managers])
    pairs = [(known[row.id], row) for row in rows_in if row.id in known]
    updated = _update(tx, organisation, pairs, managers, home=zone, now=now)
    progress(len(rows_in), len(rows_in))
    for row in rows_in:
        if not row.timezone:
            not_taken.append(
                NotTaken(row.id, "timezone", None, said("{zone} was taken; correct the zone", zone=zone))
            )
    away = _take_leave(tx, organisation, home, rows_in, ids, now=now)
    updated += sum(row.id in away and row.id in known for row in rows_in)
    trail.log(
        tx, organisation, source, "people.import", str(taken), reason="people imported", at_us=to_us(now)
    )
    unchanged = max(0, len(rows_in) - len(fresh) - updated)
    return ImportSummary(len(fresh), updated, unchanged, tuple(not_taken))


def _add(
    tx: Transaction, organisation: str, home: OrganisationRow, fresh: Sequence[PersonRow], now: datetime, *, progress: Progress
) -> list[int]:  # fmt: skip
    """Insert new people in chunks; returns their internal ids."""
    zone, spoken = home.timezone, languages_of(home)[0]
    found: list[int] = []
    for start in range(0, len(fresh), ADDED_AT_ONCE):
        progress(start, len(fresh))
        some = fresh[start : start + ADDED_AT_ONCE]
        columns = [_columns(organisation, row, zone, spoken) | _first_columns(row, now, home) for row in some]
        new = rows.add_many(tx, columns, [_identity(organisation, row) for row in some])
        states.add_many(tx, organisation, new)
        found += new
    if len(found) >= rows.MANY:
        directory.take_stock(tx)
    return found


def _managers(
    tx: Transaction,
    organisation: str,
    rows_in: Sequence[PersonRow],
    ids: Mapping[str, int],
    not_taken: list[NotTaken],
) -> dict[str, int]:
    """Managers' internal ids by person; unknown managers are added to `not_taken`."""
    led = [row for row in rows_in if row.manager]
    if not led:
        return {}
    elsewhere = rows.find_many(tx, organisation, [row.manager for row in led if row.manager not in ids])
    named = {
        row.manager: ids.get(row.manager) or elsewhere[row.manager].id
        for row in led
        if row.manager in ids or row.manager in elsewhere
    }
    above = rows.managers(tx, organisation)
    wished = {ids[row.id]: named[row.manager] for row in led if row.manager in named}
    # Nearly always all of them are free of cycles; only otherwise each is checked with those before it.
    whole = not in_circles(above | wished)
    found: dict[str, int] = {}
    for row in led:
        manager = named.get(row.manager)
        if manager is None:
            why = gettext("nobody has this id; add the person and import again")
        elif not whole and _leads_to(above, manager, ids[row.id]):
            why = gettext("would be above and below the same person; name somebody higher up")
        else:
            found[row.id] = above[ids[row.id]] = manager
            continue
        not_taken.append(NotTaken(row.id, "manager", row.manager, why))
    return found


def _leads_to(above: Mapping[int, int], start: int, end: int) -> bool:
    """True where the chain of managers of somebody, that person included, reaches a person."""
    seen: set[int] = set()
    at: int | None = start
    while at is not None and at not in seen:
        if at == end:
            return True
        seen.add(at)
        at = above.get(at)
    return False


def _take_leave(
    tx: Transaction, organisation: str, home: OrganisationRow, rows_in: Iterable[PersonRow], ids: Mapping[str, int], *, now: datetime
) -> set[str]:  # fmt: skip
    """Add days of leave not yet known; returns the people concerned. People with events are replayed."""
    off = {ids[row.id]: row for row in rows_in if row.leave}
    stored = rows.leave_of(tx, off)
    fresh = [
        (id_, *span)
        for id_, row in off.items()
        for span in dict.fromkeys((first.toordinal(), last.toordinal()) for first, last in row.leave)
        if span not in stored.get(id_, ())
    ]
    away = {id_ for id_, _, _ in fresh}
    rows.add_leaves(tx, organisation, fresh)
    rows.mark_history(tx, away)
    replay_people(tx, organisation, home, sorted(away), to_us(now))
    return {off[id_].id for id_ in away}


def _columns(organisation: str, row: PersonRow, home: str, spoken: str) -> dict[str, Any]:
    known = known_zone(row.timezone)
    return {
        "organisation_id": organisation,
        "segment": row.segment,
        "team": row.team,
        "timezone": row.timezone if known else home,
        "zone_flagged": not known,
        "contacts": row.contacts,
        "locale": row.locale or spoken,
        "role": row.role,
        "desk": row.desk,
        "hours_share_ppm": round(row.hours_share * PPM),
        "joined_date": joined_date(row),
    }


def joined_date(row: PersonRow) -> int | None:
    """The stored form of the first day."""
    return None if row.first_day is None else row.first_day.toordinal()


def _first_columns(row: PersonRow, now: datetime, home: Any) -> dict[str, Any]:
    return {
        "status": "active",
        "opted_out": False,
        "hidden": bool(home.enrolled_only),
        "has_history": bool(row.leave),
        "pseudonym": f"{PSEUDONYM}{secrets.token_hex(4)}",
        "created_at_us": to_us(now),
    }


def _identity(organisation: str, row: PersonRow) -> dict[str, Any]:
    return {
        "organisation_id": organisation,
        "external_id": row.id,
        "name": row.name or row.id,
        "email": row.email or None,
    }


def _update(
    tx: Transaction,
    organisation: str,
    pairs: Sequence[tuple[NamedPersonRow, PersonRow]],
    managers: Mapping[str, int],
    *,
    home: str,
    now: datetime,
) -> int:
    """Update the differing columns of known people; returns the number of people changed."""
    columns: list[dict[str, Any]] = []
    moved: list[tuple[NamedPersonRow, PersonRow]] = []
    named: list[tuple[int, str, str | None]] = []
    updated = set()
    for old, row in pairs:
        new = _columns(organisation, row, home, old.locale)
        zone = new.pop("timezone")
        if row.first_day is None:
            # A missing column or an empty cell keeps the stored value.
            new["joined_date"] = old.joined_date
        changed = {name: value for name, value in new.items() if getattr(old, name) != value}
        manager_id = managers.get(row.id)
        if manager_id is not None and manager_id != old.manager_id:
            changed["manager_id"] = manager_id
        if "segment" in changed or "team" in changed:
            moved.append((old, row))
            changed["has_history"] = True
        if zone != old.timezone:
            change_zone(tx, organisation, row.id, zone, now, flagged=new["zone_flagged"])
            changed["has_history"] = True
        if changed:
            columns.append({"key": old.id, **{name: getattr(old, name) for name in many.CHANGED}, **changed})
        identity = (row.name or row.id, row.email or None)
        if identity != (old.name, old.email):
            named.append((old.id, *identity))
        if changed or identity != (old.name, old.email):
            updated.add(old.id)
    _move(tx, organisation, moved, now)
    many.change(tx, columns)
    many.identify(tx, named)
    directory.renew_words(tx, sorted({*(old.id for old, _ in moved), *(id_ for id_, _, _ in named)}))
    return len(updated)


def _move(
    tx: Transaction, organisation: str, moved: Sequence[tuple[NamedPersonRow, PersonRow]], now: datetime
) -> None:
    """Set another team or segment from now on."""
    known = rows.history(tx, MembershipRow, [old.id for old, _ in moved])
    spans = [(old.id, BEGINNING_US, old.segment, old.team) for old, _ in moved if old.id not in known]
    spans += [(old.id, to_us(now), row.segment, row.team) for old, row in moved]
    many.add_memberships(tx, organisation, spans)
