"""Rows of another tool's table as dates, groups and numbers, without rows that are not data, such as totals and footnotes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewards.amounts import several
from rewards.faults import BadValue
from rewards.language import gettext, msg
from rewards.sheets import SheetError, column_of
from sims.history.columns import FLOWS, STOCKS, WHO, Columns, guessed
from sims.history.dates import Dates
from sims.history.numbers import Reader
from sims.history.sheet import Sheet, names_sum

MOST_ROWS = 1_000_000
MOST_VALUE = 10**12
MOST_SHOWN = f"{MOST_VALUE:,}"
MONEY = "spend"
SAME = 1e-6
UNKNOWN = frozenset({"-", "–", "—", "n/a", "#n/a", "#nv", "#n/v", "k.a.", "n.a.", "n.d.", "null"})
"""Marks of tools for an unknown value, in lower case without spaces."""
Who = tuple[str, str, str, str]
"""(person, team, segment, arm); '' where there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, day (ordinal), person or group, values (None for a blank cell), and all of its cells."""

    line: int
    day: int
    who: Who
    values: tuple[float | None, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row as text."""

    line: int
    date: str
    who: Who
    counted: tuple[str, ...]
    whole: tuple[str, ...]


def rows_of_table(sheet: Sheet, columns: Columns, told: list[str]) -> tuple[tuple[str, ...], list[Row], bool]:
    """(measures, rows, True where dates name weeks by number). Raises SheetError."""
    places = _places(sheet, columns)
    names = tuple(name for name in (*STOCKS, *FLOWS) if name in places)
    cells = _cells(sheet, places, names, told)
    dates = Dates.of(columns.date_format, (row.date for row in cells))
    values = _Values(
        columns, names, Reader.of(columns.decimal, (cell for row in cells for cell in row.counted))
    )
    cells = _without_sums(_that_count(cells, dates, told), values, told)
    if not cells:
        raise SheetError(sheet.line, "got no rows; at least one is required; add one")
    heading = columns.heading("date")
    rows = [Row(one.line, _day(one, heading, dates), one.who, values.of(one), one.whole) for one in cells]
    _check_known(sheet, columns, names, rows)
    told += [*filter(None, (dates.note(),)), *values.notes(cells)]
    return names, _without_totals(rows, told), all(dates.names_week(one.date) for one in cells)


# Each without and with what the headings make likely.
_NO_COLUMN = (
    msg("{heading!r}: got no such column ({shown}); {name} is read from it; name it in the columns file"),
    msg(
        "{heading!r}: got no such column ({shown}); {name} is read from it; name it in the columns file, perhaps {likely}"
    ),
)
_NONE_COUNTED = (
    msg(
        "got no column that is counted ({shown}); shares or clicks, say, is required; name one in the columns file"
    ),
    msg(
        "got no column that is counted ({shown}); shares or clicks, say, is required; name one in the columns file, perhaps {likely}"
    ),
)


def _places(sheet: Sheet, columns: Columns) -> dict[str, int]:
    """The index of each known column. Raises SheetError where a named column, or every measure, is missing."""
    found: dict[str, int] = {}
    cells = [column_of(cell) for cell in sheet.header]
    shown = ", ".join(cell for cell in sheet.header if cell)[:80] or gettext("an empty file")
    likely = _likely(sheet)
    for name in ("date", *WHO, *STOCKS, *FLOWS):
        heading = columns.heading(name)
        at = [place for place, cell in enumerate(cells) if cell and cell == column_of(heading)]
        if len(at) > 1:
            raise SheetError(
                sheet.line,
                "{heading!r}: got the column twice; it may stand once; rename one",
                heading=heading,
            )
        if at:
            found[name] = at[0]
        elif name == "date" or getattr(columns, name):
            raise SheetError(
                sheet.line, _NO_COLUMN[bool(likely)], heading=heading, shown=shown, name=name, likely=likely
            )
    if not any(name in found for name in (*STOCKS, *FLOWS)):
        raise SheetError(sheet.line, _NONE_COUNTED[bool(likely)], shown=shown, likely=likely)
    return found


def _likely(sheet: Sheet) -> str:
    """What the columns file could contain; '' where no heading is known."""
    likely = guessed(sheet.header)
    if not set(likely) & {*STOCKS, *FLOWS}:
        return ""
    return f"{{{', '.join(f'{name}: {cell}' for name, cell in likely.items())}}}"


def _cells(sheet: Sheet, places: Mapping[str, int], names: Sequence[str], told: list[str]) -> list[_Cells]:
    found: list[_Cells] = []
    spelled = _Spelled()
    for line, cells in sheet.records:
        if len(found) == MOST_ROWS:
            raise SheetError(line, "got more than {most} rows; add them up by week", most=MOST_ROWS)
        full = [*cells, *[""] * (len(sheet.header) - len(cells))]
        one, team, segment, arm = (
            spelled.as_first(name, full[places[name]][:200]) if name in places else "" for name in WHO
        )
        counted = tuple(_known(full[places[name]]) for name in names)
        found.append(_Cells(line, full[places["date"]], (one, team, segment, arm), counted, tuple(full)))
    told += spelled.notes()
    nobody = sum(not row.who[0] for row in found)
    if "person" in places and 0 < nobody < len(found):
        told.append(f"{several(nobody, 'row')} of nobody: counted, but not among the people who shared")
    return found


def _known(cell: str) -> str:
    """A cell that is counted; '' for a sign that nothing is known."""
    return "" if cell.casefold().replace(" ", "") in UNKNOWN else cell


class _Spelled:
    """Names that differ by capitals and spaces alone are one, as it is written first."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._others: dict[str, str] = {}

    def as_first(self, kind: str, name: str) -> str:
        """The name."""
        first = self._first.setdefault((kind, " ".join(name.casefold().split())), name)
        if first != name:
            self._others[name] = first
        return first

    def notes(self) -> list[str]:
        """What was taken for one."""
        if not self._others:
            return []
        name, first = next(iter(self._others.items()))
        return [
            f"{several(len(self._others), 'name')} differing by capitals or spaces alone, such as {name!r}: taken for {first!r}"
        ]


def _check_known(sheet: Sheet, columns: Columns, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Raises SheetError where nothing at all is known."""
    if not any(value is not None for row in rows for value in row.values):
        raise SheetError(
            sheet.line,
            "{headings}: got blank cells alone; at least one number is required; add it (a formula that no spreadsheet has calculated is "
            "blank too: open the workbook there and save it)",
            headings=", ".join(map(columns.heading, names)),
        )


def _day(row: _Cells, heading: str, dates: Dates) -> int:
    try:
        if not row.date:
            raise BadValue(
                "got an empty cell; each row has its own date (merged cells have it in their first row alone); write it into the row, or "
                "remove the row"
            )
        return dates.day(row.date).toordinal()
    except ValueError as error:
        raise SheetError(row.line, "{heading}: {error}", heading=heading, error=error) from None


def _that_count(cells: list[_Cells], dates: Dates, told: list[str]) -> list[_Cells]:
    """The rows without those that have neither a date nor a number: titles, sources, notes."""
    empty = [row for row in cells if not any(row.counted) and not dates.is_day(row.date)]
    if empty:
        told.append(
            f"{several(len(empty), 'row')} without a date and a number, passed over (the first on line {empty[0].line})"
        )
    lines = {row.line for row in empty}
    return [row for row in cells if row.line not in lines]


def _without_sums(cells: list[_Cells], values: "_Values", told: list[str]) -> list[_Cells]:
    """The rows without totals: those labelled so in the date column, and a last row without a date that is the sum of all others."""
    kept = [row for row in cells if not names_sum(row.date)]
    sums = len(cells) - len(kept)
    if len(kept) > 1 and not kept[-1].date:
        columns = list(zip(*map(values.of, kept), strict=True))
        added = [(column[-1], sum(value or 0.0 for value in column[:-1])) for column in columns]
        if all(last is None or abs(last - total) <= SAME * max(1.0, total) for last, total in added):
            kept, sums = kept[:-1], sums + 1
    if sums:
        told.append(f"{several(sums, 'row')} of sums or means of others, passed over")
    return kept


def _without_totals(rows: list[Row], told: list[str]) -> list[Row]:
    """The rows without those of a group that is labelled as a total, on dates on which other groups have rows too."""
    totals = {row.line for row in rows if any(map(names_sum, row.who))}
    if not totals:
        return rows
    others = Counter(row.day for row in rows if row.line not in totals)
    kept = [row for row in rows if row.line not in totals or not others[row.day]]
    if len(kept) < len(rows):
        told.append(
            f"{several(len(rows) - len(kept), 'row')} of a group that is the sum of others, passed over"
        )
    return kept


class _Values:
    """Parses numbers and records which were ambiguous."""

    def __init__(self, columns: Columns, names: Sequence[str], reader: Reader) -> None:
        self._columns, self._names, self._reader = columns, names, reader

    def of(self, row: _Cells) -> tuple[float | None, ...]:
        """The values of a row. Raises SheetError."""
        return tuple(
            self._value(row.line, name, cell) for name, cell in zip(self._names, row.counted, strict=True)
        )

    def _value(self, line: int, name: str, cell: str) -> float | None:
        if not cell:
            return None
        heading = self._columns.heading(name)
        if name == MONEY and self._reader.doubtful(cell):
            raise SheetError(
                line,
                "{heading}: got {cell!r}, which may be thousands or a fraction; give the columns file `decimal: comma` or "
                "`decimal: point`",
                heading=heading,
                cell=cell[:40],
            )
        try:
            value = self._reader.read(cell)
        except ValueError:
            value = -1.0
        if not 0 <= value <= MOST_VALUE:
            sign = self._reader.sign or "point"
            raise SheetError(
                line,
                "{heading}: got {cell!r}; a number from 0 to {most}, written like {one} or {other} as the others are, is required; "
                "correct the cell",
                heading=heading,
                cell=cell[:40],
                most=MOST_SHOWN,
                one="1.200" if sign == "comma" else "1200",
                other="12,5" if sign == "comma" else "12.5",
            )
        return value

    def notes(self, cells: Sequence[_Cells]) -> list[str]:
        """Notes on assumptions made in parsing the numbers."""
        notes = []
        doubtful = [cell for row in cells for cell in row.counted if cell and self._reader.doubtful(cell)]
        if doubtful:
            value = self._reader.read(doubtful[0])
            notes.append(
                f"{several(len(doubtful), 'number')} like {doubtful[0]} read as thousands: {value:.0f} (`decimal` says otherwise)"
            )
        if self._reader.sign == "comma" and self._columns.decimal is None:
            notes.append("numbers are read with a comma before the tenths, as some of them have one")
        parts = [
            (row.line, name, cell)
            for row in cells
            for name, cell in zip(self._names, row.counted, strict=True)
            if cell and name != MONEY and not self._reader.read(cell).is_integer()
        ]
        if parts:
            line, name, cell = parts[0]
            notes.append(
                f"{several(len(parts), 'count')} with a fraction (the first on line {line}, {name}: {cell[:40]})"
            )
        return notes
