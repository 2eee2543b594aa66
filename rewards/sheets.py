"""Tables as spreadsheets and HR systems write them: rows of cells by column, each with the line that it begins on.

Separated by commas, semicolons, tabs or bars; quoted or not; with a byte order mark, a line `sep=;`, columns and rows that were
cleared and left behind. Nothing that holds content is passed over.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

from rewards.faults import Worded
from rewards.language import gettext, msg

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": msg("commas"), ";": msg("semicolons"), "\t": msg("tabs"), "|": msg("bars")}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_BREAKS = re.compile(r"\s*[\r\n\t\v\f]+\s*")
Record = tuple[int, list[str]]


class SheetError(Worded):
    """A table that cannot be read: `line`, and what is wrong with it in words."""

    def __init__(self, line: int, problem: str, /, **places: object) -> None:
        super().__init__(problem, **places)
        self.line = line


def decode(data: bytes) -> str:
    """Text in UTF-8, or in UTF-16 with or without a byte order mark.

    Raises SheetError naming the line of the first byte that is neither.
    """
    if data.startswith(_WORKBOOKS):
        raise SheetError(1, "is an Excel workbook, not text; save the sheet as CSV UTF-8")
    # The first character of any table is ASCII: half of it is a zero byte in UTF-16.
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
    """A column's name whatever its capitals, spaces, hyphens and underscores."""
    return re.sub(r"[\W_]+", "", header).casefold()


def records_of(text: str, delimiter: str) -> Iterator[Record]:
    """(line that it begins on, cells) of each row with any content; cells are stripped, breaks in them are spaces."""
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
    """(line of the header, the column that each cell belongs to, the rows). A column without a name has '' and holds nothing.

    The delimiter is the one by which the header has most of the columns that are known. Raises SheetError.
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


def header_of(text: str, known: Sequence[str]) -> tuple[int, list[str], Iterator[Record]]:
    """(line of the header, its cells, the rows), whatever other columns there are. Raises SheetError."""
    return _headed(text, _delimiter(text, {column_of(name): name for name in known}))


def _headed(text: str, delimiter: str) -> tuple[int, list[str], Iterator[Record]]:
    records = records_of(text, delimiter)
    line, header = next(records, (1, []))
    if header and _SEPARATOR.fullmatch(delimiter.join(header)):
        line, header = next(records, (1, []))
    return line, header, records


def _delimiter(text: str, named: dict[str, str]) -> str:
    """Raises SheetError only where no delimiter gives a readable header."""
    lines = text.removeprefix("\ufeff").lstrip("\r\n")
    told = _SEPARATOR.match(lines.partition("\n")[0].strip("\r"))
    if told and told.group(1) in DELIMITERS:
        return told.group(1)

    def columns(delimiter: str) -> int:
        try:
            _, header = next(records_of(text, delimiter), (1, []))
        except SheetError:
            return -1
        return sum(column_of(cell) in named for cell in header)

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
