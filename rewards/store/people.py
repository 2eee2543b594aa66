"""Rows of the people aggregate: person, person_identity, membership, zone_change, leave, person_link."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Table, and_, collate, delete, func, insert, select, update

from rewards.store import directory, schema
from rewards.store.prepared import NoRow, Prepared, insert_rows, inserting
from rewards.store.rows import (
    AbsenceRow,
    EnrolmentRow,
    EntryIdRow,
    FoundPersonRow,
    LeaveRow,
    MembershipRow,
    MovedEventRow,
    NamedPersonRow,
    PersonAliasRow,
    PersonIdentityRow,
    PersonRow,
    ZoneChangeRow,
)
from rewards.store.session import Transaction
from rewards.store.units import upsert
from rewards.words import folded

PERSON = schema.person
IDENTITY = schema.person_identity
ALIAS = schema.person_alias
MOVED = schema.moved_event
MEMBERSHIP = schema.membership
ZONE = schema.zone_change
LEAVE = schema.leave
ABSENCE = schema.absence
ENROLMENT = schema.enrolment

PRESENT = ("active", "paused")
ENROLLED = "enrolled"
_JOINED = select(PERSON, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email).join(
    IDENTITY, IDENTITY.c.person_id == PERSON.c.id
)
HistoryT = TypeVar("HistoryT", MembershipRow, ZoneChangeRow, LeaveRow, AbsenceRow, EnrolmentRow)
_HISTORY: dict[type[NamedTuple], Table] = {
    MembershipRow: MEMBERSHIP, ZoneChangeRow: ZONE, LeaveRow: LEAVE, AbsenceRow: ABSENCE, EnrolmentRow: ENROLMENT,
}  # fmt: skip
_CHUNK = 500
_ROWS = 10_000
_NOT_YET = ("id", "manager_id", "merged_into", "inactive_since_us", "standing", "standing_us")
"""What nobody has who is new."""
_ADD = Prepared(
    EntryIdRow,
    lambda dialect: insert_rows(
        PERSON, [column.name for column in PERSON.columns if column.name not in _NOT_YET], dialect
    ).returning(PERSON.c.id),
)
_IDENTIFY = inserting(IDENTITY, NoRow)
MOST_SORTED = 200
MANY = 1000
"""From this many new people on the table's statistics are updated."""


def taking_part(enrolled_only: bool) -> ColumnElement[bool]:
    """Condition of people who take part: present, and enrolled where `enrolled_only`."""
    present = PERSON.c.status.in_(PRESENT)
    return and_(present, PERSON.c.standing == ENROLLED) if enrolled_only else present


def add_many(
    tx: Transaction, rows: Sequence[Mapping[str, object]], identities: Sequence[Mapping[str, object]]
) -> list[int]:
    """Insert persons with their identities (same order); returns the new internal ids."""
    if not rows:
        return []
    ids = [
        row.id for start in range(0, len(rows), _ROWS) for row in tx.ask(_ADD, rows[start : start + _ROWS])
    ]
    made = [
        {**one, "person_id": id_, "sort_name": sort_name(str(one["name"]))}
        for one, id_ in zip(identities, ids, strict=True)
    ]
    for start in range(0, len(made), _ROWS):
        tx.later(_IDENTIFY, made[start : start + _ROWS])
    found = [
        FoundPersonRow._make({**row, **one}[field] for field in FoundPersonRow._fields)
        for row, one in zip(rows, made, strict=True)
    ]
    directory.write_words(tx, found)
    return ids


def sort_name(name: str) -> str:
    """The sort key of a name: folded and cut to MOST_SORTED characters."""
    return folded(name)[:MOST_SORTED]


def find(tx: Transaction, organisation: str, external_id: str) -> NamedPersonRow | None:
    """One person by external id or alias (the id of a merged account). A read-only transaction queries once."""
    key = ("person", organisation, external_id)
    if not (tx.is_snapshot and key in tx.memo):
        tx.memo[key] = _find(tx, organisation, external_id)
    found: NamedPersonRow | None = tx.memo[key]
    return found


def _find(tx: Transaction, organisation: str, external_id: str) -> NamedPersonRow | None:
    where = and_(IDENTITY.c.organisation_id == organisation, IDENTITY.c.external_id == external_id)
    found = tx.row(NamedPersonRow, _JOINED.where(where))
    if found is not None:
        return found
    alias = aliases(tx, organisation, [external_id])
    return tx.row(NamedPersonRow, _JOINED.where(PERSON.c.id == alias[external_id])) if alias else None


def by_address(tx: Transaction, organisation: str, email: str) -> list[NamedPersonRow]:
    """People with an address or an alias with it, ignoring case; at most two, enough to tell that it is ambiguous."""
    wanted = email.lower()
    own, other = (
        select(table.c.person_id).where(
            table.c.organisation_id == organisation, _in_small(tx, table.c.email) == wanted
        )
        for table in (IDENTITY, ALIAS)
    )
    return tx.rows(NamedPersonRow, _JOINED.where(PERSON.c.id.in_(own.union(other))).limit(2))


def _in_small(tx: Transaction, column: ColumnElement[str | None]) -> ColumnElement[str]:
    """The column in its indexed form: compared by NOCASE on SQLite, lower-cased on PostgreSQL."""
    return collate(column, "NOCASE") if tx.dialect == "sqlite" else func.lower(column)


def count_present(tx: Transaction, organisation: str) -> int:
    """Number of present people, by an index."""
    where = and_(PERSON.c.organisation_id == organisation, PERSON.c.status.in_(PRESENT))
    return int(tx.execute(select(func.count()).select_from(PERSON).where(where)).scalar_one())


def find_many(tx: Transaction, organisation: str, external_ids: Iterable[str]) -> dict[str, NamedPersonRow]:
    """Persons by external id or alias; unknown ids are left out."""
    wanted = sorted(set(external_ids))
    found: dict[str, NamedPersonRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        where = and_(
            IDENTITY.c.organisation_id == organisation,
            IDENTITY.c.external_id.in_(wanted[start : start + _CHUNK]),
        )
        found.update((row.external_id, row) for row in tx.rows(NamedPersonRow, _JOINED.where(where)))
    others = aliases(tx, organisation, [name for name in wanted if name not in found])
    if others:
        whole = _JOINED.where(PERSON.c.id.in_(set(others.values())))
        by_id = {row.id: row for row in tx.rows(NamedPersonRow, whole)}
        found.update((name, by_id[id_]) for name, id_ in others.items())
    return found


def aliases(tx: Transaction, organisation: str, external_ids: Sequence[str]) -> dict[str, int]:
    """Internal ids of heirs by alias (the external id of a merged account); other ids are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(external_ids), _CHUNK):
        chosen = external_ids[start : start + _CHUNK]
        where = and_(ALIAS.c.organisation_id == organisation, ALIAS.c.external_id.in_(chosen))
        query = select(ALIAS.c.external_id, ALIAS.c.person_id).where(where)
        found.update((row.external_id, row.person_id) for row in tx.execute(query))
    return found


def aliases_of(tx: Transaction, person_id: int) -> list[PersonAliasRow]:
    """Aliases of a person: former ids, names and addresses."""
    query = select(ALIAS).where(ALIAS.c.person_id == person_id).order_by(ALIAS.c.external_id)
    return tx.rows(PersonAliasRow, query)


def drop_aliases(tx: Transaction, person_id: int) -> None:
    """Delete a person's aliases."""
    tx.execute(delete(ALIAS).where(ALIAS.c.person_id == person_id))


def accounts_of(tx: Transaction, person_id: int) -> list[int]:
    """Internal ids of the person's account and of all accounts merged into it, directly or through others."""
    found, fresh = [person_id], [person_id]
    while fresh:
        query = select(PERSON.c.id).where(PERSON.c.merged_into.in_(fresh)).order_by(PERSON.c.id)
        fresh = list(tx.execute(query).scalars())
        found += fresh
    return found


def moved_events(tx: Transaction, ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Account under which each event of a merged account occurred, by person and event."""
    found: dict[int, dict[int, int]] = {}
    for chosen in _chunks(ids):
        for row in tx.rows(MovedEventRow, select(MOVED).where(MOVED.c.person_id.in_(chosen))):
            found.setdefault(row.person_id, {})[row.event_id] = row.was_id
    return found


def every(tx: Transaction, organisation: str, *, inactive: bool) -> list[NamedPersonRow]:
    """All persons with an identity, by external id."""
    query = _JOINED.where(PERSON.c.organisation_id == organisation).order_by(IDENTITY.c.external_id)
    if not inactive:
        query = query.where(PERSON.c.status != "inactive")
    return tx.rows(NamedPersonRow, query)


def by_ids(tx: Transaction, organisation: str, ids: Iterable[int]) -> dict[int, PersonRow]:
    """Person rows by internal id, erased ones included (without identity)."""
    wanted = sorted(set(ids))
    found: dict[int, PersonRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        among = PERSON.c.id.in_(wanted[start : start + _CHUNK])
        query = select(PERSON).where(PERSON.c.organisation_id == organisation, among)
        found.update((row.id, row) for row in tx.rows(PersonRow, query))
    return found


def names(tx: Transaction, organisation: str, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(external id, name) by internal id; erased people are left out."""
    wanted = sorted(set(ids))
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        among = IDENTITY.c.person_id.in_(wanted[start : start + _CHUNK])
        query = select(IDENTITY).where(IDENTITY.c.organisation_id == organisation, among)
        for row in tx.rows(PersonIdentityRow, query):
            found[row.person_id] = (row.external_id, row.name)
    return found


def every_id(tx: Transaction, organisation: str) -> list[int]:
    """Internal ids of all persons, erased ones included."""
    query = select(PERSON.c.id).where(PERSON.c.organisation_id == organisation).order_by(PERSON.c.id)
    return list(tx.execute(query).scalars())


def ids_after(tx: Transaction, organisation: str, after: int, limit: int) -> list[int]:
    """Internal ids after one, erased persons included."""
    query = select(PERSON.c.id).where(PERSON.c.organisation_id == organisation, PERSON.c.id > after)
    return list(tx.execute(query.order_by(PERSON.c.id).limit(limit)).scalars())


def heirs(tx: Transaction, organisation: str, ids: Iterable[int]) -> dict[int, int]:
    """The heir of each merged account at the end of its chain of merges, by internal id."""
    wanted, into = set(ids), dict[int, int]()
    left = sorted(wanted)
    # By primary key: a search by `merged_into` would scan the table.
    while left:
        among = PERSON.c.id.in_(left[:_CHUNK]), PERSON.c.merged_into.is_not(None)
        query = select(PERSON.c.id, PERSON.c.merged_into).where(
            PERSON.c.organisation_id == organisation, *among
        )
        found = {row.id: row.merged_into for row in tx.execute(query)}
        into |= found
        left = left[_CHUNK:] + sorted(set(found.values()) - into.keys())
    heirs = {id_: into[id_] for id_ in wanted & into.keys()}
    while later := {id_: into[heir] for id_, heir in heirs.items() if heir in into}:
        heirs |= later
    return heirs


def change(tx: Transaction, person_id: int, values: Mapping[str, object]) -> None:
    """Update columns of one person."""
    tx.execute(update(PERSON).where(PERSON.c.id == person_id).values(**values))
    if values.keys() & {"segment", "team"}:
        directory.renew_words(tx, [person_id])


def change_identity(tx: Transaction, person_id: int, name: str, email: str | None) -> None:
    """Update name and address."""
    values = {"name": name, "email": email, "sort_name": sort_name(name)}
    tx.execute(update(IDENTITY).where(IDENTITY.c.person_id == person_id).values(**values))
    directory.renew_words(tx, [person_id])


def drop_identity(tx: Transaction, person_id: int) -> None:
    """Delete a person's identity."""
    directory.drop_words(tx, [person_id])
    tx.execute(delete(IDENTITY).where(IDENTITY.c.person_id == person_id))


def add_membership(
    tx: Transaction,
    organisation: str,
    person_id: int,
    from_us: int,
    segment: str,
    *,
    team: str,
    ahead: bool = False,
) -> None:
    """Insert a membership of a segment and a team from an instant on; `ahead`: it has not begun."""
    row = {
        "organisation_id": organisation,
        "person_id": person_id,
        "from_us": from_us,
        "segment": segment,
        "team": team,
        "ahead": ahead,
    }
    statement = upsert(tx, MEMBERSHIP)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "from_us"], set_={"segment": segment, "team": team, "ahead": ahead}
        ),
        row,
    )


def add_zone_change(
    tx: Transaction, organisation: str, person_id: int, from_us: int, zone: str, *, floor_date: int
) -> None:
    """Insert a change of time zone from an instant on; local dates before `floor_date` are not used again."""
    row = {
        "organisation_id": organisation,
        "person_id": person_id,
        "from_us": from_us,
        "zone": zone,
        "floor_date": floor_date,
    }
    statement = upsert(tx, ZONE)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "from_us"], set_={"zone": zone, "floor_date": floor_date}
        ),
        row,
    )


def drop_zone_changes_after(tx: Transaction, person_id: int, at_us: int) -> None:
    """Delete changes of time zone after an instant."""
    tx.execute(delete(ZONE).where(ZONE.c.person_id == person_id, ZONE.c.from_us > at_us))


def add_leave(tx: Transaction, organisation: str, person_id: int, first: int, last: int) -> None:
    """Insert days off, both ends included."""
    row = {"organisation_id": organisation, "person_id": person_id, "first_date": first, "last_date": last}
    tx.execute(insert(LEAVE), row)


def add_leaves(tx: Transaction, organisation: str, spans: Sequence[tuple[int, int, int]]) -> None:
    """Insert days off: (person, first date, last date), both ends included."""
    names = ("person_id", "first_date", "last_date")
    made = [{"organisation_id": organisation} | dict(zip(names, span, strict=True)) for span in spans]
    if made:
        tx.execute(insert(LEAVE), made)


def add_absence(tx: Transaction, organisation: str, person_id: int, from_us: int, until_us: int) -> None:
    """Insert an absence from the company from one instant up to another."""
    row = {"organisation_id": organisation, "person_id": person_id, "from_us": from_us, "until_us": until_us}
    tx.execute(insert(ABSENCE), row)


def leave_of(tx: Transaction, ids: Iterable[int]) -> dict[int, set[tuple[int, int]]]:
    """Days off by person: (first date, last date)."""
    found: dict[int, set[tuple[int, int]]] = {}
    for chosen in _chunks(ids):
        query = select(LEAVE.c.person_id, LEAVE.c.first_date, LEAVE.c.last_date)
        for person_id, first, last in tx.execute(query.where(LEAVE.c.person_id.in_(chosen))):
            found.setdefault(person_id, set()).add((first, last))
    return found


def mark_history(tx: Transaction, ids: Iterable[int]) -> None:
    """Set `has_history` for people with memberships, time zones, days off or absences on record."""
    for chosen in _chunks(ids):
        tx.execute(update(PERSON).where(PERSON.c.id.in_(chosen)).values(has_history=True))


def managers(tx: Transaction, organisation: str) -> dict[int, int]:
    """Managers by internal id of the people."""
    query = select(PERSON.c.id, PERSON.c.manager_id).where(
        PERSON.c.organisation_id == organisation, PERSON.c.manager_id.is_not(None)
    )
    return {row.id: row.manager_id for row in tx.execute(query)}


def history(tx: Transaction, shape: type[HistoryT], ids: Sequence[int]) -> dict[int, list[HistoryT]]:
    """Rows of membership, zone_change, leave or absence by person, oldest first."""
    table = _HISTORY[shape]
    order = table.c.first_date if "first_date" in table.c else table.c.from_us
    found: dict[int, list[HistoryT]] = {}
    for chosen in _chunks(ids):
        query = select(table).where(table.c.person_id.in_(chosen)).order_by(table.c.person_id, order)
        for row in tx.rows(shape, query):
            found.setdefault(row.person_id, []).append(row)
    return found


def drop_leave(tx: Transaction, person_id: int, first: int, last: int) -> bool:
    """Delete days off; False where none with these dates are stored."""
    where = (LEAVE.c.person_id == person_id, LEAVE.c.first_date == first, LEAVE.c.last_date == last)
    return bool(tx.execute(delete(LEAVE).where(*where)).rowcount)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Distinct ids in ascending order, in lists short enough for a statement."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
