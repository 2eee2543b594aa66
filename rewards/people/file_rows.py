"""Rows of a people file: each completed by stored values, with every unacceptable cell reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from rewards.fields import fault
from rewards.language import gettext, said
from rewards.people.columns import FIRST, LAST, Table
from rewards.people_file import PersonRow
from rewards.store.persons import PPM
from rewards.store.rows import NamedPersonRow

MOST_SHOWN = 60
TOLD_EVERY = 1000
"""Rows between two words of how far it is."""
Progress = Callable[[int, int], None]
"""Called with the rows done and the total; an exception it raises ends the work."""
Node = TypeVar("Node", str, int)


def nobody_asks(_done: int, _total: int) -> None:
    """The default callback of work whose progress is not observed."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault in a row: position, column, and remedy."""

    line: int
    column: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """The options of an import: the column of each field, and defaults for new people whose row leaves a field out."""

    columns: Mapping[str, int]
    segment: str = ""
    team: str = ""
    timezone: str = ""
    contacts: str = "100"


class Reading:
    """The rows of a table as validated people, each completed by stored values."""

    def __init__(
        self,
        table: Table,
        told: Told,
        home: tuple[str, str],
        known: Mapping[str, NamedPersonRow],
        names: Mapping[int, str],
        *,
        gives: Collection[str],
        progress: Progress = nobody_asks,
    ) -> None:
        self.table, self.told, self.gives = table, told, gives
        self.home_zone, self.home_language = home
        self.known, self.names = known, names
        self.rows: dict[str, PersonRow] = {}
        self.lines: dict[str, int] = {}
        self.faults: list[RowFault] = []
        for number, (line, cells) in enumerate(table.rows):
            if number % TOLD_EVERY == 0:
                progress(number, len(table.rows))
            self._take(line, cells)

    def drop(self, id_: str, column: str, value: str, why: str) -> None:
        """Leave a row out and report a fault."""
        self.rows.pop(id_, None)
        self._fault(self.lines[id_], column, value, why)

    def check_managers(self, above: Mapping[int, int]) -> None:
        """Report unknown managers and cycles of managers."""
        for id_, row in list(self.rows.items()):
            if row.manager and row.manager not in self.known and row.manager not in self.rows:
                self.drop(
                    id_,
                    "manager",
                    row.manager,
                    gettext("nobody has this id; add the person, or correct the cell"),
                )
        chain = {
            self.names[one]: self.names[two]
            for one, two in above.items()
            if one in self.names and two in self.names
        }
        for id_, row in self.rows.items():
            if row.manager:
                chain[id_] = row.manager
        round_ = in_circles(chain)
        for id_ in [one for one, row in self.rows.items() if row.manager and one in round_]:
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
            self._fault(line, "", spare, gettext("is under no column; correct the row"))
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
                said("{problem}; correct the cell", problem=fault(first))
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
            "first_day": None if old.joined_date is None else date.fromordinal(old.joined_date),
        }  # fmt: skip

    def _fault(self, line: int, column: str, value: str, why: str) -> None:
        at = self.told.columns.get(column)
        title = self.table.header[at] if at is not None and at < len(self.table.header) else column
        shown = value if len(value) <= MOST_SHOWN else f"{value[: MOST_SHOWN - 1]}…"
        self.faults.append(RowFault(line, title, shown, why))


def in_circles(above: Mapping[Node, Node]) -> set[Node]:
    """People in a cycle of managers. Each chain is followed once, so that the time is linear."""
    found: set[Node] = set()
    done: set[Node] = set()
    for start in above:
        path: dict[Node, int] = {}
        at: Node | None = start
        while at is not None and at not in done and at not in path:
            path[at] = len(path)
            at = above.get(at)
        if at is not None and at in path:
            found.update(one for one, place in path.items() if place >= path[at])
        done.update(path)
    return found


def _tidied(name: str, cell: str) -> str:
    """A share of full-time as a number: 80 % becomes 0.8."""
    if name == "hours_share" and cell.rstrip().endswith("%"):
        number = cell.rstrip().removesuffix("%").strip().replace(",", ".")
        try:
            return repr(float(number) / 100)
        except ValueError:
            return cell
    return cell
