"""The rows of another tool's table as they stand in its file, and which of them is the header."""

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
"""What a row of sums, or of means, is called, without capitals and spaces."""
WORDS = [word for words in HEADINGS.values() for word in words.split()]


@dataclass(frozen=True)
class Sheet:
    """`above`: how many rows stand above the header; `line`: that of the header; `sheets`: a workbook's, the one that is read first."""

    above: int
    line: int
    header: list[str]
    records: Iterator[Record]
    sheets: Sequence[str] = ()


def sheet_bytes(path: Path) -> bytes:
    """A file's bytes. Raises DocumentError for one that cannot be read, or is too large."""
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
    """CSV, or the sheet of a workbook that has most headings; those that tools use are known too. Raises SheetError."""
    names, sheets = [*known, *WORDS], list[str]()
    if is_workbook(sheet):
        sheets, found = sheet_among(sheet, names)
        rows = iter(found)
    else:
        rows = table_of(decode(sheet), names)
    above, (line, header), records = header_among(rows, names)
    return Sheet(len(above), line, header, records, sheets)


def header_cells(sheet: bytes) -> list[str]:
    """The headings of a file, separated by what gives most of those that tools use. Raises SheetError."""
    found = read_sheet(sheet, ()).header
    if len(found) == 1 and not is_workbook(sheet):
        # No heading is known: whoever tells what they mean has to see them apart.
        found = max(([cell.strip(' "') for cell in found[0].split(sign)] for sign in DELIMITERS), key=len)
    return found


def names_sum(cell: str) -> bool:
    """Whether a cell says that its row is the sum of others."""
    return column_of(cell) in SUMS
