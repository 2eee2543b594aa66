"""A history from what a company already has: rows of another tool or of a spreadsheet, by day or by week, in whole or by group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from rewards.bounds import decimal_of
from rewards.document import DocumentError, read_text
from rewards.sheets import DELIMITERS, Record, SheetError, column_of, decode, header_of
from rewards.workbooks import is_workbook, sheet_of
from sims.doctor import version
from sims.history.columns import FLOWS, HEADINGS, STOCKS, WHO, Columns
from sims.history.counting import HistoryError, check_span
from sims.history.series import ALL, MEASURES, WEEK_DAYS, History, Values

MOST_ROWS = 1_000_000
MOST_WORKBOOK_BYTES = 64 * 1024 * 1024
MOST_VALUE = 10**12
Who = tuple[str, str, str, str]
"""(person, team, segment, arm); '' is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line that it is on, its day (an ordinal), whose it is, and its values; None is a blank cell."""

    line: int
    day: int
    who: Who
    values: tuple[float | None, ...]


def history_of_table(path: Path, columns: Columns) -> History:
    """A CSV file or the first sheet of a workbook. Raises DocumentError: one line naming file, line, value, limit and remedy."""
    return history_of_sheet(_bytes(path), str(path), columns)


def history_of_sheet(sheet: bytes, name: str, columns: Columns) -> History:
    """The same of a file's bytes; `name` is what it is called where something is wrong with it."""
    try:
        known = [columns.heading(name) for name in ("date", *WHO, *STOCKS, *FLOWS)]
        line, header, records = _records(sheet, known)
        names, rows, weeks = _rows(line, header, records, columns)
        told: list[str] = []
        rows = _once(rows, columns, told)
        every = _every(rows, columns, weeks)
        history = _history(_Table.of(names, rows, every), columns, told)
    except SheetError as error:
        raise DocumentError("{path}:{line}: {error}", path=name, line=error.line, error=error) from None
    except HistoryError as error:
        raise DocumentError("{path}:1: {error}", path=name, error=error) from None
    return history


def header_cells(sheet: bytes) -> list[str]:
    """The headings of a file, separated by what gives most of those that tools use. Raises SheetError."""
    found = _records(sheet, [word for words in HEADINGS.values() for word in words.split()])[1]
    if len(found) == 1 and not is_workbook(sheet):
        # No heading is known: whoever tells what they mean has to see them apart.
        found = max(([cell.strip(' "') for cell in found[0].split(sign)] for sign in DELIMITERS), key=len)
    return found


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if not is_workbook(start):
            return read_text(path).encode()
        if path.stat().st_size > MOST_WORKBOOK_BYTES:
            problem = f"got more than {MOST_WORKBOOK_BYTES >> 20} MiB; save the sheet as CSV UTF-8"
            raise DocumentError("{path}:1: {problem}", path=path, problem=problem)
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(
            "{path}:1: cannot be read ({strerror}); name a readable file", path=path, strerror=error.strerror
        ) from None


def _records(sheet: bytes, known: Sequence[str]) -> tuple[int, list[str], Iterator[Record]]:
    if not is_workbook(sheet):
        return header_of(decode(sheet), known)
    found = iter(sheet_of(sheet))
    line, header = next(found, (1, []))
    return line, header, found


def _places(line: int, header: Sequence[str], columns: Columns) -> dict[str, int]:
    """Where each known column stands. Raises SheetError where one that was named, or every measure, is missing."""
    found: dict[str, int] = {}
    cells = [column_of(cell) for cell in header]
    shown = ", ".join(header)[:80] or "an empty file"
    for name in ("date", *WHO, *STOCKS, *FLOWS):
        heading = columns.heading(name)
        at = [place for place, cell in enumerate(cells) if cell and cell == column_of(heading)]
        if len(at) > 1:
            raise SheetError(
                line, "{problem}", problem=f"{heading!r}: got the column twice; it may stand once; rename one"
            )
        if at:
            found[name] = at[0]
        elif name == "date" or getattr(columns, name):
            raise SheetError(
                line,
                "{problem}",
                problem=f"{heading!r}: got no such column ({shown}); {name} is read from it; name it in the columns file",
            )
    if not any(name in found for name in (*STOCKS, *FLOWS)):
        raise SheetError(
            line,
            "{problem}",
            problem=f"got no column that is counted ({shown}); shares or clicks, say, is required; name one in the columns file",
        )
    return found


def _rows(
    line: int, header: Sequence[str], records: Iterator[Record], columns: Columns
) -> tuple[tuple[str, ...], list[Row], bool]:
    """What is counted, the rows, and whether each names a week by its number."""
    places = _places(line, header, columns)
    names = tuple(name for name in (*STOCKS, *FLOWS) if name in places)
    rows: list[Row] = []
    weeks = True
    for number, cells in records:
        if len(cells) < len(header):
            cells = [*cells, *[""] * (len(header) - len(cells))]
        weeks = weeks and columns.names_week(cells[places["date"]])
        try:
            day = columns.day(cells[places["date"]]).toordinal()
        except ValueError as error:
            raise SheetError(number, "{problem}", problem=f"{columns.date}: {error}") from None
        one, team, segment, arm = (cells[places[name]][:200] if name in places else "" for name in WHO)
        values = tuple(_value(number, columns.heading(name), cells[places[name]]) for name in names)
        rows.append(Row(number, day, (one, team, segment, arm), values))
        if len(rows) > MOST_ROWS:
            raise SheetError(
                number, "{problem}", problem=f"got more than {MOST_ROWS} rows; add them up by week"
            )
    if not rows:
        raise SheetError(line, "got no rows; at least one is required; add one")
    return names, rows, weeks


def _value(line: int, heading: str, cell: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(decimal_of(cell))
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_VALUE:
        raise SheetError(
            line,
            "{problem}",
            problem=f"{heading}: got {cell[:40]!r}; a number from 0 to {MOST_VALUE:,}, written like 1200 or 12.5, is required; correct "
            "the cell",
        )
    return value


def _once(rows: list[Row], columns: Columns, told: list[str]) -> list[Row]:
    """Rows of one date and one person or group as `duplicates` has them."""
    if columns.duplicates == "add":
        return rows
    kept: dict[tuple[int, Who], Row] = {}
    same = other = 0
    for row in rows:
        first = kept.setdefault((row.day, row.who), row)
        if first is row:
            continue
        if first.values == row.values:
            same += 1
        elif columns.duplicates == "last":
            kept[row.day, row.who] = row
            other += 1
        else:
            whose = " ".join(filter(None, row.who)) or "the company"
            raise SheetError(
                row.line,
                "{problem}",
                problem=f"{columns.date}: got {date.fromordinal(row.day)} for {whose} again with other values than on "
                f"line {first.line}; a date "
                "stands once; remove one, or give the columns file `duplicates: add` or `duplicates: last`",
            )
    if same:
        told.append(f"{same} rows repeat another in everything: each counts once")
    if other:
        told.append(f"{other} rows have the date of an earlier one: the last counts")
    return list(kept.values())


def _every(rows: Sequence[Row], columns: Columns, weeks: bool) -> int:
    """Days that a row stands for: 7 where it is said, or where every date is a whole number of weeks from the others, or names a week."""
    days = sorted({row.day for row in rows})
    weekly = weeks or (len(days) > 1 and all((day - days[0]) % WEEK_DAYS == 0 for day in days))
    if columns.every == "week" and len(days) > 1 and not weekly:
        wrong = next(row for row in rows if (row.day - days[0]) % WEEK_DAYS)
        raise SheetError(
            wrong.line,
            "{problem}",
            problem=f"{columns.date}: got {date.fromordinal(wrong.day)}, which is no whole number of weeks "
            f"after {date.fromordinal(days[0])}; weeks "
            "begin on one day of the week; correct the date, or leave out `every: week`",
        )
    if columns.every == "week" or (columns.every is None and weekly):
        return WEEK_DAYS
    return 1


@dataclass(frozen=True)
class _Table:
    """Rows of what they hold, how many days one stands for, the first day, and how many periods there are."""

    names: tuple[str, ...]
    rows: Sequence[Row]
    every: int
    first: int
    periods: int

    @classmethod
    def of(cls, names: tuple[str, ...], rows: Sequence[Row], every: int) -> "_Table":
        """From the rows. Raises HistoryError for dates too far apart."""
        days = [row.day for row in rows]
        first, last = min(days), max(days)
        check_span(first, last + every - 1)
        return cls(names, rows, every, first, (last - first) // every + 1)

    def place(self, day: int) -> int:
        """Which period a day is."""
        return (day - self.first) // self.every

    def groups(self) -> dict[str, list[Row]]:
        """The rows of each split, segments first."""
        found: dict[str, list[Row]] = {}
        for dimension, at in (("segment", 2), ("team", 1), ("arm", 3)):
            named = sorted((row for row in self.rows if row.who[at]), key=lambda row: row.who[at])
            for row in named:
                found.setdefault(f"{dimension}={row.who[at]}", []).append(row)
        return found


def _history(table: _Table, columns: Columns, told: list[str]) -> History:
    known = _known(table, columns, told)
    series = {ALL: _added(table, table.rows, known, 0)}
    for split, mine in table.groups().items():
        since = table.place(min(row.day for row in mine))
        series[split] = _added(table, mine, known, since)
        if since:
            day = date.fromordinal(table.first) + timedelta(days=since * table.every)
            told.append(f"{split} appears on {day}: before, nothing is known of it")
    if not any(any(values) for values in series[ALL].values()):
        told.append("every value is zero: nothing can be learnt from it but that")
    blank = sum(value is None for row in table.rows for value in row.values)
    if blank:
        told.append(f"{blank} blank cells are not known, and no zeros")
    people = len({row.who[0] for row in table.rows if row.who[0]})
    if people and columns.headcount is None:
        told.append(
            f"{people} people stand in the table; how many the company has is not known without a headcount"
        )
    return History(
        groundswell=version(),
        source="table",
        organisation=columns.organisation,
        every_days=7 if table.every == WEEK_DAYS else 1,
        first=date.fromordinal(table.first),
        periods=table.periods,
        headcount=columns.headcount,
        phases=columns.phases,
        warnings=tuple(told),
        series=series,
    )


def _known(table: _Table, columns: Columns, told: list[str]) -> list[bool]:
    """Of each period whether anything is known of it: it has a row, or lies on a day of the week that never has one."""
    with_rows = {table.place(row.day) for row in table.rows}
    known = [place in with_rows for place in range(table.periods)]
    gaps = known.count(False)
    if not gaps or columns.missing == "zero":
        return [True] * table.periods
    if table.every == 1 and table.periods >= 2 * WEEK_DAYS:
        worked = {(table.first + place) % WEEK_DAYS for place in with_rows}
        off = [(table.first + place) % WEEK_DAYS not in worked for place in range(table.periods)]
        if any(off):
            told.append(f"{sum(off)} days lie on days of the week that never have a row: they count as zero")
        known = [one or other for one, other in zip(known, off, strict=True)]
        gaps = known.count(False)
    if gaps:
        unit = "weeks" if table.every == WEEK_DAYS else "days"
        places = [place for place, one in enumerate(known) if not one]
        runs = 1 + sum(later - earlier > 1 for earlier, later in pairwise(places))
        first = date.fromordinal(table.first + places[0] * table.every)
        told.append(
            f"{gaps} {unit} in {runs} gaps have no row (the first on {first}): not known, and no zeros (`missing: zero` says otherwise)"
        )
    return known


def _added(table: _Table, rows: Sequence[Row], known: Sequence[bool], since: int) -> dict[str, Values]:
    """Each measure by period: None where nothing is known, zero where others have a row and these none."""
    found: dict[str, list[float | None]] = {
        name: [0.0 if one and place >= since else None for place, one in enumerate(known)]
        for name in table.names
    }
    blank: dict[tuple[str, int], bool] = {}
    for row in rows:
        place = table.place(row.day)
        for name, value in zip(table.names, row.values, strict=True):
            key = (name, place)
            blank[key] = blank.get(key, True) and value is None
            found[name][place] = (found[name][place] or 0.0) + (value or 0.0)
    for (name, place), empty in blank.items():
        if empty:
            found[name][place] = None
    if "active_sharers" not in found and "shares" in found and any(row.who[0] for row in rows):
        found["active_sharers"] = _sharers(table, rows, found["shares"])
        if table.every == WEEK_DAYS:
            found.setdefault("weekly_sharers", found["active_sharers"])
    return {name: tuple(found[name]) for name in MEASURES if name in found}


def _sharers(table: _Table, rows: Sequence[Row], shares: Sequence[float | None]) -> list[float | None]:
    """How many of the people who are in the table shared in each period."""
    at: Mapping[str, int] = {name: place for place, name in enumerate(table.names)}
    sharers = {
        (table.place(row.day), row.who[0])
        for row in rows
        if row.who[0] and (row.values[at["shares"]] or 0) > 0
    }
    counts = [0.0] * table.periods
    for place, _ in sharers:
        counts[place] += 1
    return [None if value is None else counts[place] for place, value in enumerate(shares)]
