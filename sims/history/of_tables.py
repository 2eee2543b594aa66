"""A history from a table of another tool or a spreadsheet, by day or by week, in total or by group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from rewards.amounts import several
from rewards.document import DocumentError
from rewards.language import gettext, msg
from rewards.sheets import SheetError
from sims.doctor import version
from sims.history.columns import FLOWS, STOCKS, WHO, Columns
from sims.history.counting import HistoryError, check_span
from sims.history.rows import Row, Who, rows_of_table
from sims.history.series import ALL, MEASURES, WEEK_DAYS, History, Values
from sims.history.sheet import read_sheet, sheet_bytes

LEAST_FILLED = 0.5
"""Least fraction of expected days that have a row; below it a weekday without rows counts as chance and not as a day off."""


def history_of_table(path: Path, columns: Columns) -> History:
    """The history in a CSV file or a sheet of a workbook. Raises DocumentError naming file, line, value, limit and remedy."""
    return history_of_sheet(sheet_bytes(path), str(path), columns)


def history_of_sheet(sheet: bytes, name: str, columns: Columns) -> History:
    """The history in a file's bytes; `name` identifies the file in errors."""
    try:
        found = read_sheet(sheet, [columns.heading(name) for name in ("date", *WHO, *STOCKS, *FLOWS)])
        notes = [f"{several(found.above, 'row')} above the headings passed over"] if found.above else []
        if len(found.sheets) > 1:
            others = ", ".join(found.sheets[1:])[:80]
            notes.append(f"of several sheets {found.sheets[0]!r} is read, and not {others}")
        names, rows, weeks = rows_of_table(found, columns, notes)
        rows = _once(rows, columns, notes)
        every = _every(rows, columns, weeks)
        history = _history(_Table.of(names, rows, every), columns, notes)
    except SheetError as error:
        raise DocumentError("{path}:{line}: {error}", path=name, line=error.line, error=error) from None
    except HistoryError as error:
        raise DocumentError("{path}:1: {error}", path=name, error=error) from None
    return history


_OTHER_VALUES = msg(
    "{heading}: got {day} for {whose} again with other values than on line {line}; a date stands once; remove one, or give the columns "
    "file `duplicates: add` or `duplicates: last`"
)
_ANOTHER_ROW = msg(
    "{heading}: got {day} for {whose} again on a row that is not the same as line {line} (of another post, network or hour); a date "
    "stands once; remove one, or give the columns file `duplicates: add` or `duplicates: last`"
)


def _once(rows: list[Row], columns: Columns, told: list[str]) -> list[Row]:
    """The rows with duplicates (one date, one person or group) resolved as `columns.duplicates` states."""
    if columns.duplicates == "add":
        return rows
    kept: dict[tuple[int, Who], Row] = {}
    same = other = 0
    for row in rows:
        first = kept.setdefault((row.day, row.who), row)
        if first is row:
            continue
        if first.whole == row.whole:
            same += 1
        elif columns.duplicates == "last":
            kept[row.day, row.who] = row
            other += 1
        else:
            raise SheetError(
                row.line,
                _OTHER_VALUES if first.values != row.values else _ANOTHER_ROW,
                heading=columns.date,
                day=date.fromordinal(row.day),
                whose=" ".join(filter(None, row.who)) or gettext("the company"),
                line=first.line,
            )
    if same:
        told.append(f"{several(same, 'row')} the same as another in everything: each counts once")
    if other:
        told.append(f"{several(other, 'row')} with the date of an earlier one: the last counts")
    return list(kept.values())


def _every(rows: Sequence[Row], columns: Columns, weeks: bool) -> int:
    """Days that a row covers: 7 where stated, where dates name weeks, or where all dates are whole weeks apart; else 1."""
    days = sorted({row.day for row in rows})
    weekly = weeks or (len(days) > 1 and all((day - days[0]) % WEEK_DAYS == 0 for day in days))
    if columns.every == "week" and len(days) > 1 and not weekly:
        wrong = next(row for row in rows if (row.day - days[0]) % WEEK_DAYS)
        raise SheetError(
            wrong.line,
            "{heading}: got {day}, which is no whole number of weeks after {first}; weeks begin on one day of the week; correct the date, "
            "or leave out `every: week`",
            heading=columns.date,
            day=date.fromordinal(wrong.day),
            first=date.fromordinal(days[0]),
        )
    if columns.every == "week" or (columns.every is None and weekly):
        return WEEK_DAYS
    apart = min((later - earlier for earlier, later in pairwise(days)), default=1)
    if columns.every is None and len(days) > 2 and apart > WEEK_DAYS:
        raise HistoryError(
            "got dates that are at least {apart} days apart; a row stands for a day or for a week, and no month; bring weeks, "
            "or give the columns file `every: day` if each row is of its day alone",
            apart=apart,
        )
    return 1


@dataclass(frozen=True)
class _Table:
    """A parsed table: measures, rows, days a row covers, first day, and number of periods."""

    names: tuple[str, ...]
    rows: Sequence[Row]
    every: int
    first: int
    periods: int

    @classmethod
    def of(cls, names: tuple[str, ...], rows: Sequence[Row], every: int) -> "_Table":
        """The table of some rows. Raises HistoryError for dates too far apart."""
        days = [row.day for row in rows]
        first, last = min(days), max(days)
        check_span(first, last + every - 1)
        return cls(names, rows, every, first, (last - first) // every + 1)

    def place(self, day: int) -> int:
        """The index of the period that contains a day."""
        return (day - self.first) // self.every

    def groups(self) -> dict[str, list[Row]]:
        """{split: rows}, segments first."""
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
    if table.periods == 1 and table.every == 1 and columns.every is None:
        told.append("one date alone is taken for a day; if it is a week, give the columns file `every: week`")
    if not any(any(values) for values in series[ALL].values()):
        told.append("every value is zero: nothing can be learnt from it but that")
    blank = sum(value is None for row in table.rows for value in row.values)
    if blank:
        told.append(f"{several(blank, 'blank cell')}: not known, and no zeros")
    people = len({row.who[0] for row in table.rows if row.who[0]})
    if people and columns.headcount is None:
        told.append(
            f"{several(people, 'person', 'people')} in the table; how many the company has is not known without a headcount"
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
    """For each period, True where it is observed: it has a row, or falls on a weekday that never has one."""
    with_rows = {table.place(row.day) for row in table.rows}
    known = [place in with_rows for place in range(table.periods)]
    gaps = known.count(False)
    if not gaps or columns.missing == "zero":
        return [True] * table.periods
    if table.every == 1 and table.periods >= 2 * WEEK_DAYS:
        worked = {(table.first + place) % WEEK_DAYS for place in with_rows}
        off = [(table.first + place) % WEEK_DAYS not in worked for place in range(table.periods)]
        if any(off) and len(with_rows) > LEAST_FILLED * off.count(False):
            told.append(
                f"{several(sum(off), 'day')} on days of the week that never have a row: they count as zero"
            )
            known = [one or other for one, other in zip(known, off, strict=True)]
            gaps = known.count(False)
    if gaps:
        unit = "week" if table.every == WEEK_DAYS else "day"
        first = date.fromordinal(table.first + known.index(False) * table.every)
        told.append(
            f"{several(gaps, unit)} without a row (the first on {first}): not known, and no zeros "
            "(`missing: zero` says otherwise)"
        )
    return known


def _added(table: _Table, rows: Sequence[Row], known: Sequence[bool], since: int) -> dict[str, Values]:
    """Each measure by period: None where not observed, 0 where others have a row and these rows do not."""
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
    """Number of people in the table who shared in each period."""
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
