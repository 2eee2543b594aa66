"""Reading sheets of an Excel workbook as rows of text, with bounds checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from rewards.sheets import HEADER_WITHIN, Record, SheetError, column_of

MOST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_PARTS = 2000
_PIECE = 1024 * 1024
MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OLD = MARKS[1]


def is_workbook(data: bytes) -> bool:
    """True where the bytes have a workbook's signature."""
    return data.startswith(MARKS)


def sheet_of(data: bytes) -> list[Record]:
    """(row number, cells) of each non-empty row of the first sheet; cells are stripped. Raises SheetError."""
    return sheet_among(data, ())[1]


def sheet_among(data: bytes, known: Sequence[str]) -> tuple[list[str], list[Record]]:
    """The names of a workbook's sheets, and the rows of the one with the most known columns, as by `sheet_of`.

    Its name comes first. On a tie the first sheet is taken.
    """
    from python_calamine import CalamineError, load_workbook

    if data.startswith(_OLD):
        raise SheetError(
            1, "is an old or an encrypted Excel file; save it as .xlsx without a password, or as CSV UTF-8"
        )
    _check_size(data)
    try:
        book = load_workbook(io.BytesIO(data))
        sheets = [book.get_sheet_by_index(at) for at in range(len(book.sheet_names))] if known else []
        tops = [sheet.to_python(skip_empty_area=False, nrows=HEADER_WITHIN) for sheet in sheets]
        named = {column_of(name) for name in known}
        scores = [
            max((sum(column_of(_text(cell)) in named for cell in row) for row in top), default=0)
            for top in tops
        ]
        at = scores.index(max(scores)) if scores else 0
        rows = book.get_sheet_by_index(at).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise SheetError(
            1,
            "cannot be read as an Excel workbook ({brief}); save it again as .xlsx or as CSV UTF-8",
            brief=_brief(error),
        ) from None
    found = [(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    names = [book.sheet_names[at], *(name for place, name in enumerate(book.sheet_names) if place != at)]
    return names, [(number, cells) for number, cells in found if any(cells)]


def _check_size(data: bytes) -> None:
    """Raises SheetError for a small file that would unpack to more than the memory can hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            left = MOST_UNPACKED_BYTES
            for part in parts[: MOST_PARTS + 1]:
                with packed.open(part) as opened:
                    while left >= 0 and (piece := opened.read(_PIECE)):
                        left -= len(piece)
            if left < 0 or len(parts) > MOST_PARTS:
                raise SheetError(
                    1,
                    "unpacks to more than {size} MiB in {parts} parts; split it, or save it as CSV UTF-8",
                    size=MOST_UNPACKED_BYTES >> 20,
                    parts=MOST_PARTS,
                )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError(
            1,
            "is a damaged Excel workbook ({brief}); save it again as .xlsx or as CSV UTF-8",
            brief=_brief(error),
        ) from None


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__


def _text(cell: object) -> str:
    """A cell as displayed: whole numbers without a decimal point, dates as 2026-03-02."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return " ".join(str(cell).split())
