"""Tables exported by spreadsheets and HR systems: rows of cells by column, each with the number of its first line.

Separated by commas, semicolons, tabs or bars; quoted or not; with a byte order mark, a line `sep=;`, and empty columns and rows
left behind. No cell with content is skipped.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from rewards.faults import Worded
from rewards.language import gettext, msg

HEADER_WITHIN = 20
"""So many rows at the top may be a title, a month or merged cells before the header."""
DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": msg("commas"), ";": msg("semicolons"), "\t": msg("tabs"), "|": msg("bars")}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_BREAKS = re.compile(r"\s*[\r\n\t\v\f]+\s*")
Record = tuple[int, list[str]]


class SheetError(Worded):
    """An unreadable table: `line`, and the error in words."""

    def __init__(self, line: int, problem: str, /, **places: object) -> None:
        super().__init__(problem, **places)
        self.line = line


def decode(data: bytes) -> str:
    """Text decoded from UTF-8, or from UTF-16 with or without a byte order mark.

    Raises SheetError naming the line of the first invalid byte.
    """
    if data.startswith(_WORKBOOKS):
        raise SheetError(1, "is an Excel workbook, not text; save the sheet as CSV UTF-8")
    # The first character of any table is ASCII: in UTF-16 one of its bytes is zero.
    unmarked = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(
        (data[:1] == b"\0", data[1:2] == b"\0"), "utf-8"
    )
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", unmarked))
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        line = len(re.findall(r"\r\n|\r|\n", before)) + 1
        what = "utf-16" if encoding != "utf-8" else "UTF-8"
        raise SheetError(
            line,
            "got the byte 0x{byte:02X}, which is not {what}; save the file as UTF-8 (in Excel: CSV UTF-8)",
            byte=body[error.start],
            what=what,
        ) from None


def column_of(header: str) -> str:
    """A column's name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\W_]+", "", header).casefold()


def records_of(text: str, delimiter: str) -> Iterator[Record]:
    """(number of the first line, cells) of each non-empty row; cells are stripped, line breaks in them become spaces."""
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""),
        delimiter=delimiter,
        skipinitialspace=True,
        strict=True,
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = [_BREAKS.sub(" ", cell).strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise SheetError(line, "not readable as CSV ({error}); quote the cell", error=error) from None
        if any(cells):
            yield line, cells


def rows_of(
    text: str, required: Sequence[str], known: Sequence[str]
) -> tuple[int, list[str], Iterator[Record]]:
    """(line of the header, the column of each cell, the rows). A column without a name has '' and no content.

    The delimiter is the one that gives the most known columns in the header. Raises SheetError.
    """
    named = {column_of(name): name for name in known}
    delimiter = _delimiter(text, named)
    line, header, records = _headed(text, delimiter)
    columns = [named.get(column_of(cell), "" if not cell else None) for cell in header]
    found = [column for column in columns if column]
    missing = next((name for name in required if name not in found), None)
    if missing is not None:
        raise SheetError(
            line,
            "{missing}: got no such column ({header}, read as separated by {signs}); {names} are required; add it",
            missing=missing,
            header=", ".join(header)[:80] or gettext("an empty file"),
            signs=gettext(NAMES[delimiter]),
            names=", ".join(required),
        )
    for cell, column in zip(header, columns, strict=True):
        if column is None:
            raise SheetError(
                line,
                "{cell!r}: got an unknown column; only documented columns are taken; remove it",
                cell=cell,
            )
        if column and found.count(column) > 1:
            raise SheetError(
                line, "{cell!r}: got a column twice; a column may stand once; remove one", cell=cell
            )
    return (
        line,
        [column or "" for column in columns],
        _checked(records, len(columns), [c or "" for c in columns]),
    )


def table_of(text: str, known: Sequence[str]) -> Iterator[Record]:
    """The rows of a table whose header may be any of the first ones.

    The delimiter is the one that gives one of these the most known columns. Raises SheetError where a row is not readable.
    """
    delimiter = _delimiter(text, {column_of(name): name for name in known}, HEADER_WITHIN)
    return _without_separator(records_of(text, delimiter), delimiter)


def header_among(
    records: Iterator[Record], known: Sequence[str]
) -> tuple[list[Record], Record, Iterator[Record]]:
    """(the rows above the header, the header, the rows below it).

    The header is the first of the top rows with the most known columns. An empty cell in it takes the name
    above it, since merged cells are written once.
    """
    named = {column_of(name) for name in known}
    top = list(islice(records, HEADER_WITHIN))
    if not top:
        return [], (1, []), records
    at = max(range(len(top)), key=lambda place: sum(column_of(cell) in named for cell in top[place][1]))
    above, (line, header) = top[:at], top[at]
    for _, cells in reversed(above):
        header = [cell or (cells[place] if place < len(cells) else "") for place, cell in enumerate(header)]
    return above, (line, header), chain(top[at + 1 :], records)


def _headed(text: str, delimiter: str) -> tuple[int, list[str], Iterator[Record]]:
    records = _without_separator(records_of(text, delimiter), delimiter)
    line, header = next(records, (1, []))
    return line, header, records


def _without_separator(records: Iterator[Record], delimiter: str) -> Iterator[Record]:
    """The rows without a first line `sep=;`."""
    first = next(records, None)
    if first is not None and not _SEPARATOR.fullmatch(delimiter.join(first[1])):
        yield first
    yield from records


def _delimiter(text: str, named: dict[str, str], within: int = 1) -> str:
    """The delimiter that gives one of the top rows the most known names. Raises SheetError only where none gives a readable header."""
    lines = text.removeprefix("\ufeff").lstrip("\r\n")
    separator = _SEPARATOR.match(lines.partition("\n")[0].strip("\r"))
    if separator and separator.group(1) in DELIMITERS:
        return separator.group(1)

    def columns(delimiter: str) -> int:
        most = -1
        try:
            for _, cells in islice(records_of(text, delimiter), within):
                most = max(most, sum(column_of(cell) in named for cell in cells))
        except SheetError:
            return most
        return most

    return max(DELIMITERS, key=columns)


def _checked(records: Iterator[Record], width: int, columns: Sequence[str]) -> Iterator[Record]:
    for line, cells in records:
        if len(cells) < width:
            raise SheetError(line, "got fewer cells than columns; one a column; correct the row")
        spare = [cell for at, cell in enumerate(cells) if cell and (at >= width or not columns[at])]
        if spare:
            raise SheetError(
                line,
                "got more cells than columns: {cell!r} is under no name; one a column; correct the row",
                cell=spare[0][:40],
            )
        yield line, cells
