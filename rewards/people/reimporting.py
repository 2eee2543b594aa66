"""HR's file against what is known: what is new, what differs, who is missing and what cannot be read, before anything is applied.

What is applied is what was shown: the plan has a stamp of the file, of what was told about its columns, and of every difference. An
empty cell, and a column that the file lacks, leave what is known; who is missing stays unless deactivating was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from rewards.faults import NotFound, Refused, Stale
from rewards.fields import fault
from rewards.language import gettext, said
from rewards.people import people
from rewards.people.columns import FIRST, LAST, Table
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

MOST_SHOWN = 60
COMPARED = (
    "name", "email", "segment", "team", "timezone", "contacts", "locale", "role", "manager", "desk", "hours_share",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowFault:
    """What a row says that cannot be taken: where it stands, in which column, and how to mend it."""

    line: int
    column: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One person whose row differs: (field, what is known, what the file says)."""

    id: str
    name: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What was said about a file beside its bytes: the column of each field, and what holds for new people whose row does not say it."""

    columns: Mapping[str, int]
    segment: str = ""
    team: str = ""
    timezone: str = ""
    contacts: str = "100"


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a file would do. `missing` and `deactivated`: (id, name) of who is not in it, and who is in it but deactivated.

    `stamp` stands for all of it.
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
    """What was done."""

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
) -> Plan:
    """Compare a table with the people who are known; nothing is changed. `gives`: the roles that whoever imports may give.

    Raises NotFound for the organisation.
    """
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    known = {row.external_id: row for row in rows.every(tx, organisation, inactive=True)}
    names = {row.id: row.external_id for row in known.values()}
    reading = _Reading(table, told, (home.timezone, languages_of(home)[0]), known, names, gives=gives)
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
) -> Applied:
    """Apply a table as it was shown. `gives`: the roles that whoever imports may give. `leave_out`: rows that cannot be read are left out; else they keep all from being applied.

    Raises Stale where the plan of now is not the one of the stamp, Refused for rows that cannot be read, for deactivating whoever is
    missing while some rows cannot be read, and for deactivating oneself.
    """
    organisation_rows.find_shared(tx, organisation)
    plan = plan_import(tx, organisation, table, digest, told, gives=gives)
    if stamp is not None and stamp != plan.stamp:
        raise Stale(
            "the people changed since this was shown; nothing was applied; look at the differences again"
        )
    if plan.faults and not leave_out:
        raise Refused(
            "{count} rows cannot be read, the first in line {line}; nothing was applied; mend them, or choose to leave them out",
            count=len(plan.faults),
            line=plan.faults[0].line,
        )
    if plan.faults and deactivate_missing:
        raise Refused(
            "{count} rows cannot be read, so who is missing is not certain; nothing was applied; mend them first",
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
        import_people(tx, organisation, plan.rows, now, actor)
    for id_ in sorted(known):
        people.deactivate(tx, organisation, id_, now, actor)
    return Applied(len(plan.added), len(plan.changed), plan.unchanged, len(known), len(plan.faults))


class _Reading:
    """The rows of a table as people, each completed by what is known of her."""

    def __init__(
        self,
        table: Table,
        told: Told,
        home: tuple[str, str],
        known: Mapping[str, NamedPersonRow],
        names: Mapping[int, str],
        *,
        gives: Collection[str],
    ) -> None:
        self.table, self.told, self.gives = table, told, gives
        self.home_zone, self.home_language = home
        self.known, self.names = known, names
        self.rows: dict[str, PersonRow] = {}
        self.lines: dict[str, int] = {}
        self.faults: list[RowFault] = []
        for line, cells in table.rows:
            self._take(line, cells)

    def drop(self, id_: str, column: str, value: str, why: str) -> None:
        """Leave a person's row out, and say why."""
        self.rows.pop(id_, None)
        self._fault(self.lines[id_], column, value, why)

    def check_managers(self, above: Mapping[int, int]) -> None:
        """Managers whom nobody has, and chains of managers that lead back to where they began."""
        for id_, row in list(self.rows.items()):
            if row.manager and row.manager not in self.known and row.manager not in self.rows:
                self.drop(
                    id_,
                    "manager",
                    row.manager,
                    gettext("nobody has this id; add the person, or mend the cell"),
                )
        chain = {
            self.names[one]: self.names[two]
            for one, two in above.items()
            if one in self.names and two in self.names
        }
        for id_, row in self.rows.items():
            if row.manager:
                chain[id_] = row.manager
        for id_ in [one for one, row in self.rows.items() if row.manager and _leads_back(chain, one)]:
            self.drop(
                id_,
                "manager",
                self.rows[id_].manager,
                gettext("would be above and below the same person; name somebody higher up"),
            )
            chain.pop(id_, None)

    def _take(self, line: int, cells: Sequence[str]) -> None:
        width = len(self.table.header)
        spare = next((cell for cell in cells[width:] if cell), None)
        if spare is not None:
            self._fault(line, "", spare, gettext("stands under no column; mend the row"))
            return
        cells_by = {
            name: cells[at] for name, at in self.told.columns.items() if at < len(cells) and cells[at].strip()
        }
        whole = " ".join(cells_by.pop(part) for part in (FIRST, LAST) if part in cells_by)
        if whole and not cells_by.get("name"):
            cells_by["name"] = whole
        id_ = cells_by.get("id", "")
        if not id_:
            self._fault(line, "id", "", gettext("every row needs an id; fill the cell"))
            return
        cells_by = {name: _tidied(name, cell) for name, cell in cells_by.items()}
        old = self.known.get(id_)
        base = self._fresh() if old is None else self._record(old)
        try:
            row = PersonRow.model_validate({**base, **cells_by})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            column = str(first["loc"][0]) if first["loc"] else "id"
            value = cells_by.get(column, "")
            why = (
                said("{problem}; mend the cell", problem=fault(first))
                if value
                else gettext(
                    "the row of a new person must say it; fill the cell, or say what holds for new people"
                )
            )
            self.lines.setdefault(id_, line)
            self._fault(line, column, value, why)
            return
        beyond = set(row.role.split()) - set(self.gives) - set("" if old is None else old.role.split())
        if beyond:
            self.lines.setdefault(id_, line)
            self._fault(
                line,
                "role",
                row.role,
                gettext("only an administrator gives other roles than employee; ask one, or change the cell"),
            )
            return
        if row.id in self.lines:
            self._fault(
                line,
                "id",
                row.id,
                said(
                    "stands in line {line} already; ids are unique; remove one of the rows",
                    line=self.lines[row.id],
                ),
            )
            return
        self.lines[row.id] = line
        self.rows[row.id] = row

    def _fresh(self) -> dict[str, object]:
        told = {"segment": self.told.segment, "team": self.told.team, "contacts": self.told.contacts}
        said = {name: value for name, value in told.items() if value.strip()}
        return {
            **said,
            "timezone": self.told.timezone.strip() or self.home_zone,
            "locale": self.home_language,
        }

    def _record(self, old: NamedPersonRow) -> dict[str, object]:
        return {
            "name": old.name, "email": old.email or "", "segment": old.segment, "team": old.team, "timezone": old.timezone,
            "contacts": old.contacts, "locale": old.locale, "role": old.role, "desk": old.desk,
            "manager": self.names.get(old.manager_id or 0, ""), "hours_share": old.hours_share_ppm / PPM,
        }  # fmt: skip

    def _fault(self, line: int, column: str, value: str, why: str) -> None:
        at = self.told.columns.get(column)
        title = self.table.header[at] if at is not None and at < len(self.table.header) else column
        shown = value if len(value) <= MOST_SHOWN else f"{value[: MOST_SHOWN - 1]}…"
        self.faults.append(RowFault(line, title, shown, why))


def _leads_back(chain: Mapping[str, str], start: str) -> bool:
    seen: set[str] = set()
    at: str | None = chain.get(start)
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = chain.get(at)
    return False


def _tidied(name: str, cell: str) -> str:
    """80 % is 0.8: a share of full time is often written so."""
    if name == "hours_share" and cell.rstrip().endswith("%"):
        number = cell.rstrip().removesuffix("%").strip().replace(",", ".")
        try:
            return repr(float(number) / 100)
        except ValueError:
            return cell
    return cell


def _told(row: PersonRow) -> Iterator[tuple[str, str]]:
    for name in COMPARED:
        value = getattr(row, name)
        yield name, f"{value:g}" if name == "hours_share" else str(value)


def _change(
    row: PersonRow, old: NamedPersonRow, names: Mapping[int, str], leave: set[tuple[int, int]]
) -> Change | None:
    known = {
        "name": old.name, "email": old.email or "", "segment": old.segment, "team": old.team, "timezone": old.timezone,
        "contacts": str(old.contacts), "locale": old.locale, "role": old.role, "desk": old.desk,
        "manager": names.get(old.manager_id or 0, ""), "hours_share": f"{old.hours_share_ppm / PPM:g}",
    }  # fmt: skip
    fields = [(name, known[name], value) for name, value in _told(row) if known[name] != value]
    fields += [
        ("leave", "", f"{first}/{last}")
        for first, last in row.leave
        if (first.toordinal(), last.toordinal()) not in leave
    ]
    return Change(row.id, old.name, tuple(fields)) if fields else None
