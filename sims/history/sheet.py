"""The raw rows of another tool's table, and its header row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewards.document import DocumentError, read_text
from rewards.sheets import DELIMITERS, Record, column_of, decode, header_among, table_of
from rewards.workbooks import is_workbook, sheet_among
from sims.history.columns import HEADINGS

MOST_WORKBOOK_BYTES = 64 * 1024 * 1024
SUMS = frozenset(
    {
        "total",
        "totals",
        "sum",
        "sums",
        "grandtotal",
        "overall",
        "summe",
        "summen",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "gesamtergebnis",
        "endsumme",
        "zwischensumme",
        "subtotal",
        "somme",
        "soustotal",
        "totalgénéral",
        "average",
        "averages",
        "mean",
        "median",
        "durchschnitt",
        "mittelwert",
        "moyenne",
    }
)
"""Labels of rows of totals or means, in lower case without spaces."""
WORDS = [word for words in HEADINGS.values() for word in words.split()]


@dataclass(frozen=True)
class Sheet:
    """A table's raw cells: `above` rows above the header, `line` of the header, `sheets` of a workbook, the one that is read first."""

    above: int
    line: int
    header: list[str]
    records: Iterator[Record]
    sheets: Sequence[str] = ()


def sheet_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises DocumentError where it cannot be read or is too large."""
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


def read_sheet(sheet: bytes, known: Sequence[str]) -> Sheet:
    """The cells of a CSV file, or of the workbook's sheet with most known headings (`known` and usual ones). Raises SheetError."""
    names, sheets = [*known, *WORDS], list[str]()
    if is_workbook(sheet):
        sheets, found = sheet_among(sheet, names)
        rows = iter(found)
    else:
        rows = table_of(decode(sheet), names)
    above, (line, header), records = header_among(rows, names)
    return Sheet(len(above), line, header, records, sheets)


def header_cells(sheet: bytes) -> list[str]:
    """The headings of a file, split by the delimiter that yields the most known headings. Raises SheetError."""
    found = read_sheet(sheet, ()).header
    if len(found) == 1 and not is_workbook(sheet):
        # No heading is known: split them all the same, so that the user can assign them.
        found = max(([cell.strip(' "') for cell in found[0].split(sign)] for sign in DELIMITERS), key=len)
    return found


def names_sum(cell: str) -> bool:
    """True for a cell that labels its row as a total."""
    return column_of(cell) in SUMS
