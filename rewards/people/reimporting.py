"""Preview of a people file against stored people: additions, differences, missing people and unreadable rows, before anything is applied.

Exactly the previewed plan is applied: it carries a digest of the file, of its column mapping, and of every difference. An
empty cell or a missing column keeps stored values; missing people are kept unless their deactivation is requested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rewards.faults import NotFound, Refused, Stale
from rewards.language import said
from rewards.people import people
from rewards.people.columns import Table
from rewards.people.file_rows import Progress, Reading, RowFault, Told, nobody_asks
from rewards.people.importing import import_people
from rewards.people.organisations import languages_of
from rewards.people.people import acting
from rewards.people_file import PersonRow
from rewards.roles import ROLES
from rewards.store import organisations as organisation_rows
from rewards.store import people as rows
from rewards.store.persons import PPM
from rewards.store.rows import NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import dump

__all__ = [
    "Applied", "Change", "Plan", "RowFault", "Told", "apply_import", "apply_plan", "plan_import", "plan_to_apply",
]  # fmt: skip
COMPARED = (
    "name", "email", "segment", "team", "timezone", "contacts", "locale", "role", "manager", "desk", "hours_share",
    "first_day",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One person whose row differs: (field, stored value, new value)."""

    id: str
    name: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of an import. `missing` and `deactivated`: (id, name) of people not in the file, and of deactivated people in it.

    `stamp`: a digest of the whole plan.
    """

    added: tuple[PersonRow, ...]
    changed: tuple[Change, ...]
    unchanged: int
    missing: tuple[tuple[str, str], ...]
    deactivated: tuple[tuple[str, str], ...]
    faults: tuple[RowFault, ...]
    stamp: str
    rows: tuple[PersonRow, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of an import."""

    added: int
    changed: int
    unchanged: int
    deactivated: int
    left_out: int


def plan_import(
    tx: Transaction,
    organisation: str,
    table: Table,
    digest: str,
    told: Told,
    *,
    gives: Collection[str] = ROLES,
    progress: Progress = nobody_asks,
) -> Plan:
    """Compare a table with stored people, without changes. `gives`: the roles that the importer may give.

    Raises NotFound for the organisation.
    """
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    known = {row.external_id: row for row in rows.every(tx, organisation, inactive=True)}
    names = {row.id: row.external_id for row in known.values()}
    home_ways = (home.timezone, languages_of(home)[0])
    reading = Reading(table, told, home_ways, known, names, gives=gives, progress=progress)
    merged = rows.aliases(tx, organisation, [one for one in reading.lines if one not in known])
    for id_ in sorted(merged, key=lambda one: reading.lines[one]):
        heir = names.get(merged[id_], "")
        reading.drop(
            id_, "id", id_, said("the account was merged into {heir!r}; take the row out", heir=heir)
        )
    reading.check_managers(rows.managers(tx, organisation))
    found = reading.rows
    added = tuple(row for row in found.values() if row.id not in known)
    leave = rows.leave_of(tx, [known[id_].id for id_ in found if id_ in known and found[id_].leave])
    changed = [
        change
        for row in found.values()
        if row.id in known
        and (change := _change(row, known[row.id], names, leave.get(known[row.id].id, set())))
    ]
    gone = [
        row for row in known.values() if row.external_id not in reading.lines and row.status != "inactive"
    ]
    back = [known[id_] for id_ in found if id_ in known and known[id_].status == "inactive"]
    parts = (
        digest, dict(told.columns), [told.segment, told.team, told.timezone, told.contacts],
        [row.model_dump(mode="json") for row in added], [[one.id, one.fields] for one in changed],
        [row.external_id for row in gone], [[one.line, one.column, one.value] for one in reading.faults],
    )  # fmt: skip
    differing = {one.id for one in changed}
    return Plan(
        added=added,
        changed=tuple(changed),
        unchanged=len(found) - len(added) - len(changed),
        missing=tuple((row.external_id, row.name) for row in gone),
        deactivated=tuple((row.external_id, row.name) for row in back),
        faults=tuple(sorted(reading.faults, key=lambda one: one.line)),
        stamp=hashlib.sha256(dump(parts).encode()).hexdigest()[:32],
        rows=tuple(row for row in found.values() if row.id not in known or row.id in differing),
    )


def plan_to_apply(
    tx: Transaction,
    organisation: str,
    table: Table,
    digest: str,
    told: Told,
    *,
    gives: Collection[str] = ROLES,
    progress: Progress = nobody_asks,
) -> Plan:
    """As `plan_import`, in the transaction that applies the plan, with the organisation locked."""
    organisation_rows.find_shared(tx, organisation)
    return plan_import(tx, organisation, table, digest, told, gives=gives, progress=progress)


def apply_import(
    tx: Transaction,
    organisation: str,
    table: Table,
    digest: str,
    told: Told,
    *,
    actor: str,
    now: datetime,
    stamp: str | None = None,
    leave_out: bool = False,
    deactivate_missing: bool = False,
    gives: Collection[str] = ROLES,
    progress: Progress = nobody_asks,
) -> Applied:
    """Compare a table and apply the previewed plan.

    `gives`: the roles that the importer may give. `leave_out`: unreadable rows are skipped; else they prevent the import.

    Raises Stale where the plan differs from the one of the stamp, Refused for unreadable rows, for deactivating missing people while
    some rows are unreadable, and for deactivating oneself.
    """
    plan = plan_to_apply(tx, organisation, table, digest, told, gives=gives, progress=progress)
    return apply_plan(
        tx, organisation, plan, actor=actor, now=now, stamp=stamp, leave_out=leave_out, deactivate_missing=deactivate_missing,
        progress=progress,
    )  # fmt: skip


def apply_plan(
    tx: Transaction,
    organisation: str,
    plan: Plan,
    *,
    actor: str,
    now: datetime,
    stamp: str | None = None,
    leave_out: bool = False,
    deactivate_missing: bool = False,
    progress: Progress = nobody_asks,
) -> Applied:
    """Apply a plan made in the same transaction. Raises as `apply_import` does."""
    if stamp is not None and stamp != plan.stamp:
        raise Stale(
            "the people changed since this was shown; nothing was applied; look at the differences again"
        )
    if plan.faults and not leave_out:
        if len(plan.faults) == 1:
            raise Refused(
                "the row in line {line} cannot be read; nothing was applied; correct it, or choose to leave it out",
                line=plan.faults[0].line,
            )
        raise Refused(
            "{count} rows cannot be read, the first in line {line}; nothing was applied; correct them, or choose to leave them out",
            count=len(plan.faults),
            line=plan.faults[0].line,
        )
    if plan.faults and deactivate_missing:
        raise Refused(
            "rows that cannot be read: {count}, so who is missing is not certain; nothing was applied; correct them first",
            count=len(plan.faults),
        )
    me = acting(tx, organisation, actor)
    known = rows.find_many(tx, organisation, [id_ for id_, _ in plan.missing]) if deactivate_missing else {}
    if me is not None and any(row.id == me for row in known.values()):
        raise Refused(
            "the file lacks you ({actor!r}), and nobody deactivates herself; nothing was applied; add your row, or keep who is missing",
            actor=actor,
        )
    if plan.rows:
        import_people(tx, organisation, plan.rows, now, actor, progress=progress)
    for id_ in sorted(known):
        people.deactivate(tx, organisation, id_, now, actor)
    return Applied(len(plan.added), len(plan.changed), plan.unchanged, len(known), len(plan.faults))


def _told(row: PersonRow) -> Iterator[tuple[str, str]]:
    for name in COMPARED:
        value = getattr(row, name)
        yield name, f"{value:g}" if name == "hours_share" else "" if value is None else str(value)


def _change(
    row: PersonRow, old: NamedPersonRow, names: Mapping[int, str], leave: set[tuple[int, int]]
) -> Change | None:
    known = {
        "name": old.name, "email": old.email or "", "segment": old.segment, "team": old.team, "timezone": old.timezone,
        "contacts": str(old.contacts), "locale": old.locale, "role": old.role, "desk": old.desk,
        "manager": names.get(old.manager_id or 0, ""), "hours_share": f"{old.hours_share_ppm / PPM:g}",
        "first_day": "" if old.joined_date is None else date.fromordinal(old.joined_date).isoformat(),
    }  # fmt: skip
    fields = [(name, known[name], value) for name, value in _told(row) if known[name] != value]
    fields += [
        ("leave", "", f"{first}/{last}")
        for first, last in row.leave
        if (first.toordinal(), last.toordinal()) not in leave
    ]
    return Change(row.id, old.name, tuple(fields)) if fields else None
