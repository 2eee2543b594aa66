"""Rows of another tool's table as dates, groups and numbers, without rows that are not data, such as totals and footnotes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewards.sheets import SheetError, column_of
from sims.history.columns import FLOWS, STOCKS, WHO, Columns, guessed
from sims.history.numbers import Reader
from sims.history.sheet import Sheet, names_sum

MOST_ROWS = 1_000_000
MOST_VALUE = 10**12
MONEY = "spend"
SAME = 1e-6
Who = tuple[str, str, str, str]
"""(person, team, segment, arm); '' where there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, day (ordinal), person or group, and values; None for a blank cell."""

    line: int
    day: int
    who: Who
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row as text."""

    line: int
    date: str
    who: Who
    counted: tuple[str, ...]


def rows_of_table(sheet: Sheet, columns: Columns, told: list[str]) -> tuple[tuple[str, ...], list[Row], bool]:
    """(measures, rows, True where dates name weeks by number). Raises SheetError."""
    places = _places(sheet, columns)
    names = tuple(name for name in (*STOCKS, *FLOWS) if name in places)
    cells = _cells(sheet, places, names)
    values = _Values(
        columns, names, Reader.of(columns.decimal, (cell for row in cells for cell in row.counted))
    )
    cells = _without_sums(_that_count(cells, columns, told), values, told)
    if not cells:
        raise SheetError(sheet.line, "got no rows; at least one is required; add one")
    rows = [Row(one.line, _day(one, columns), one.who, values.of(one)) for one in cells]
    told += values.notes(cells)
    return names, _without_totals(rows, told), all(columns.names_week(one.date) for one in cells)


def _places(sheet: Sheet, columns: Columns) -> dict[str, int]:
    """The index of each known column. Raises SheetError where a named column, or every measure, is missing."""
    found: dict[str, int] = {}
    cells = [column_of(cell) for cell in sheet.header]
    shown = ", ".join(cell for cell in sheet.header if cell)[:80] or "an empty file"
    for name in ("date", *WHO, *STOCKS, *FLOWS):
        heading = columns.heading(name)
        at = [place for place, cell in enumerate(cells) if cell and cell == column_of(heading)]
        if len(at) > 1:
            raise SheetError(
                sheet.line,
                "{problem}",
                problem=f"{heading!r}: got the column twice; it may stand once; rename one",
            )
        if at:
            found[name] = at[0]
        elif name == "date" or getattr(columns, name):
            problem = f"{heading!r}: got no such column ({shown}); {name} is read from it; name it in the columns file"
            raise SheetError(sheet.line, "{problem}", problem=problem + _perhaps(sheet))
    if not any(name in found for name in (*STOCKS, *FLOWS)):
        problem = f"got no column that is counted ({shown}); shares or clicks, say, is required; name one in the columns file"
        raise SheetError(sheet.line, "{problem}", problem=problem + _perhaps(sheet))
    return found


def _perhaps(sheet: Sheet) -> str:
    """A hint of what the columns file could contain."""
    likely = guessed(sheet.header)
    if not set(likely) & {*STOCKS, *FLOWS}:
        return ""
    return f", perhaps {{{', '.join(f'{name}: {cell}' for name, cell in likely.items())}}}"


def _cells(sheet: Sheet, places: Mapping[str, int], names: Sequence[str]) -> list[_Cells]:
    found: list[_Cells] = []
    for line, cells in sheet.records:
        if len(found) == MOST_ROWS:
            problem = f"got more than {MOST_ROWS} rows; add them up by week"
            raise SheetError(line, "{problem}", problem=problem)
        full = [*cells, *[""] * (len(sheet.header) - len(cells))]
        one, team, segment, arm = (full[places[name]][:200] if name in places else "" for name in WHO)
        counted = tuple(full[places[name]] for name in names)
        found.append(_Cells(line, full[places["date"]], (one, team, segment, arm), counted))
    return found


def _day(row: _Cells, columns: Columns) -> int:
    try:
        if not row.date:
            raise ValueError(
                "got an empty cell; each row has its own date (merged cells have it in their first row alone); write it into the row, or "
                "remove the row"
            )
        return columns.day(row.date).toordinal()
    except ValueError as error:
        raise SheetError(row.line, "{problem}", problem=f"{columns.date}: {error}") from None


def _that_count(cells: list[_Cells], columns: Columns, told: list[str]) -> list[_Cells]:
    """The rows without those that have neither a date nor a number: titles, sources, notes."""
    empty = [row for row in cells if not any(row.counted) and not _is_day(row.date, columns)]
    if empty:
        told.append(
            f"{len(empty)} rows have no date and no number: passed over (the first on line {empty[0].line})"
        )
    lines = {row.line for row in empty}
    return [row for row in cells if row.line not in lines]


def _is_day(text: str, columns: Columns) -> bool:
    try:
        columns.day(text)
    except ValueError:
        return False
    return True


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
        told.append(f"{sums} rows are sums of others: passed over")
    return kept


def _without_totals(rows: list[Row], told: list[str]) -> list[Row]:
    """The rows without those of a group that is labelled as a total, on dates on which other groups have rows too."""
    totals = {row.line for row in rows if any(map(names_sum, row.who))}
    if not totals:
        return rows
    others = Counter(row.day for row in rows if row.line not in totals)
    kept = [row for row in rows if row.line not in totals or not others[row.day]]
    if len(kept) < len(rows):
        told.append(f"{len(rows) - len(kept)} rows are of a group that is the sum of others: passed over")
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
            problem = (
                f"{heading}: got {cell[:40]!r}, which may be thousands or a fraction; give the columns file `decimal: comma` or "
                "`decimal: point`"
            )
            raise SheetError(line, "{problem}", problem=problem)
        try:
            value = self._reader.read(cell)
        except ValueError:
            value = -1.0
        if not 0 <= value <= MOST_VALUE:
            sign = self._reader.sign or "point"
            shown = "1.200 or 12,5" if sign == "comma" else "1200 or 12.5"
            problem = (
                f"{heading}: got {cell[:40]!r}; a number from 0 to {MOST_VALUE:,}, written like {shown} as the others are, is required; "
                "correct the cell"
            )
            raise SheetError(line, "{problem}", problem=problem)
        return value

    def notes(self, cells: Sequence[_Cells]) -> list[str]:
        """Notes on assumptions made in parsing the numbers."""
        told = []
        doubtful = [cell for row in cells for cell in row.counted if cell and self._reader.doubtful(cell)]
        if doubtful:
            value = self._reader.read(doubtful[0])
            told.append(
                f"{len(doubtful)} numbers like {doubtful[0]} are read as thousands: {value:.0f} (`decimal` says otherwise)"
            )
        if self._reader.sign == "comma" and self._columns.decimal is None:
            told.append("numbers are read with a comma before the tenths, as some of them have one")
        parts = [
            (row.line, name, cell)
            for row in cells
            for name, cell in zip(self._names, row.counted, strict=True)
            if cell and name != MONEY and not self._reader.read(cell).is_integer()
        ]
        if parts:
            line, name, cell = parts[0]
            told.append(
                f"{len(parts)} counts are no whole numbers (the first on line {line}, {name}: {cell[:40]})"
            )
        return told
