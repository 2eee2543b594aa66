"""Reads edge lists in CSV, Parquet, MatrixMarket or text format into an engine.graph.Graph.

    .csv, .tsv      with a header that names the columns; without one where the ids are numbers
    .parquet        columns by the same names
    MatrixMarket    known by its first line; the numbers of rows are ids
    anything else   source and target, then perhaps a value, separated by one tab, comma, semicolon or bar, or by spaces; a
                    first line that names columns is a header; lines that begin with # or % before the first edge are comments

Files may be packed by gzip, bzip2 or xz. Formats that are not read are refused by name. Ids may be any text or whole numbers; they
become rows in the order in which they first appear, sources first.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as arrow_compute
import pyarrow.csv as arrow_csv
import pyarrow.parquet as arrow_parquet
from numpy.typing import NDArray

from engine.graph import Graph
from sims.edge_lists.matrix_market import MARK as MATRIX_MARKET
from sims.edge_lists.matrix_market import Matrix, read_head
from sims.edge_lists.text import EdgeListError, data_lines, decoded, evened, read_body, refuse_other_formats

HEADED = {".csv": ",;\t|", ".tsv": "\t"}
DELIMITERS = "\t;,|"
PACKED = (".gz", ".bz2", ".xz")
# Headings of source and target columns in published files, reduced to letters and digits.
_PAIRS = frozenset(
    (one + end, other + end)
    for one, other in (
        ("source", "target"), ("src", "dst"), ("src", "dest"), ("from", "to"), ("origin", "destination"), ("sender", "receiver"),
        ("sender", "recipient"), ("follower", "followee"), ("citing", "cited"), ("ego", "alter"), ("start", "end"), ("tail", "head"),
        ("node1", "node2"), ("nodea", "nodeb"), ("id1", "id2"), ("user1", "user2"), ("vertex1", "vertex2"), ("person1", "person2"),
    )
    for end in ("", "id", "node", "nodeid")
)  # fmt: skip
# Two numbers separated by spaces, then tabs: KONECT separates the nodes of an edge so from its attributes.
_MIXED = re.compile(r"\s*\d+ +\d+ *\t")
_ARROW = re.compile(r"<?[-=~.]+>?|[←→↔⇒]")


@dataclass(frozen=True, eq=False)
class EdgeList:
    """The content of an edge list.

    graph   one node for each id
    ids     the id of each node, text or int64
    values  float64[edges] in the order of the file, or None: a probability or a weight for each edge, as
            engine.cascade.spread takes it
    """

    graph: Graph
    ids: NDArray[Any]
    values: NDArray[np.float64] | None


@dataclass(frozen=True)
class _Layout:
    """The layout of a file. `columns`: name of each field, requested ones as requested; `matrix`: the header of a MatrixMarket file."""

    columns: list[str]
    delimiter: str
    skipped_lines: int
    quoted: bool
    matrix: Matrix | None = None


def read_edges(
    path: str | Path,
    source: str = "source",
    target: str = "target",
    value: str | None = None,
    both_ways: bool = False,
) -> EdgeList:
    """Read an edge list.

    source, target, value  names of the columns; without a header, `value` only says that there is a third column
    both_ways              each line is two edges, there and back

    Raises EdgeListError for an invalid file, column, id or value, naming the line.
    """
    file = Path(path)
    if not file.is_file():
        raise EdgeListError(f"{file}: no such file; an edge list is needed; check the path")
    wanted = [source, target] if value is None else [source, target, value]
    if _is_parquet(file):
        table = _parquet(file, wanted)
    else:
        table, mirrored = _text(file, wanted)
        if mirrored and not both_ways:
            table = _mirrored(table)
    if table.num_rows == 0:
        raise EdgeListError(f"{file}: holds no edge; at least one is needed; add a line")
    return _edge_list(table, both_ways)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as start:
        return file.suffix.lower() == ".parquet" or start.read(4) == b"PAR1"


def _mirrored(table: pa.Table) -> Any:
    """The table with each off-diagonal edge in both directions, since a symmetric matrix is stored by one half."""
    beside = table.filter(arrow_compute.not_equal(table.column(0), table.column(1)))
    swapped = beside.set_column(0, beside.column_names[0], beside.column(1)).set_column(
        1, beside.column_names[1], beside.column(0)
    )
    return pa.concat_tables([table, swapped])


def _edge_list(table: pa.Table, both_ways: bool) -> EdgeList:
    ends = pa.chunked_array([*table.column(0).chunks, *table.column(1).chunks]).dictionary_encode()
    ends = ends.unify_dictionaries().combine_chunks()
    codes = ends.indices.to_numpy()
    ids = ends.dictionary.to_numpy(zero_copy_only=False)
    sources, targets = codes[: table.num_rows], codes[table.num_rows :]
    values = table.column(2).to_numpy() if table.num_columns == 3 else None
    if both_ways:
        sources, targets = np.concatenate([sources, targets]), np.concatenate([targets, sources])
        values = None if values is None else np.concatenate([values, values])
    return EdgeList(Graph.from_edges(sources, targets, ids.size), ids, values)


def _text(file: Path, wanted: list[str]) -> tuple[Any, bool]:
    """The requested columns, and True where each edge stands for two."""
    body = read_body(file)
    layout = _layout(file, body, wanted)
    body = evened(body, layout.delimiter, layout.quoted)
    types = dict.fromkeys(wanted[:2], pa.string()) | dict.fromkeys(wanted[2:], pa.float64())
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(skip_rows=layout.skipped_lines, column_names=layout.columns),
            arrow_csv.ParseOptions(delimiter=layout.delimiter, quote_char='"' if layout.quoted else False),
            arrow_csv.ConvertOptions(column_types=types, include_columns=wanted),
        )
    except pa.ArrowInvalid as fault:
        raise _blame(file, body, wanted, layout, str(fault)) from None
    for at in (0, 1):
        trimmed = arrow_compute.utf8_trim_whitespace(table.column(at))
        table = table.set_column(at, wanted[at], trimmed)
    blank = any(arrow_compute.any(arrow_compute.equal(table.column(at), "")).as_py() for at in (0, 1))
    if blank or not _finite(table):
        raise _blame(file, body, wanted, layout, "an id or a value is missing")
    # An unclosed quotation mark would merge the following lines into one id.
    if layout.quoted and table.num_rows != sum(1 for _ in _lines(body, layout)):
        raise _blame(file, body, wanted, layout, "an id has a line break in it")
    if layout.matrix is not None:
        layout.matrix.check(file, table)
    return table, layout.matrix is not None and layout.matrix.symmetric


def _lines(body: bytes, layout: _Layout) -> Iterator[bytes]:
    return (line for line in body.split(b"\n")[layout.skipped_lines :] if line)


def _finite(table: pa.Table) -> bool:
    if table.num_columns < 3:
        return True
    column = table.column(2)
    return column.null_count == 0 and bool(np.isfinite(column.to_numpy()).all())


def _layout(file: Path, body: bytes, wanted: list[str]) -> _Layout:
    if body[: len(MATRIX_MARKET)].lower() == MATRIX_MARKET:
        matrix = read_head(file, body, valued=len(wanted) > 2)
        spare = [f"field {at + 1}" for at in range(len(wanted), 2 + matrix.valued)]
        return _Layout(wanted + spare, " ", matrix.skipped_lines, quoted=False, matrix=matrix)
    lines = data_lines(body, 2)
    if not lines:
        raise EdgeListError(f"{file}: is empty; a line for each edge is needed; export it again")
    refuse_other_formats(file, body, lines[0])
    first, *following = (decoded(file, line.text, line.before) for line in lines)
    skipped = lines[0].before
    suffix = Path(file.stem).suffix if file.suffix.lower() in PACKED else file.suffix
    marks = HEADED.get(suffix.lower())
    delimiter = _delimiter(first, marks or DELIMITERS, wanted)
    quoted = b'"' in body and (marks is not None or delimiter in ",;|" or _wholly_quoted(first))
    fields, second = _fields(first, delimiter, quoted), _fields("".join(following), delimiter, quoted)
    where = f"{file}:{skipped + 1}"
    if _named(fields, wanted) or (marks is not None and not all(field.isdecimal() for field in fields[:2])):
        columns = _columns(fields, wanted)
        _check_columns(where, columns, wanted)
        return _Layout(_distinct(columns, wanted), delimiter, skipped + 1, quoted)
    if len(fields) < len(wanted):
        raise EdgeListError(
            f"{where}: got {first.strip()[:40]!r}; {len(wanted)} fields are needed; "
            "separate them by one tab, comma, semicolon or bar, or by spaces"
        )
    if _ARROW.fullmatch(fields[1]):
        raise EdgeListError(
            f"{where}: got {first.strip()[:40]!r}; arrows between ids are not read; write source and target, separated by a space"
        )
    headed = _is_header(fields, second, len(wanted) > 2)
    spare = [f"field {at + 1}" for at in range(len(wanted), len(fields))]
    return _Layout(wanted + spare, delimiter, skipped + headed, quoted)


def _delimiter(first: str, marks: str, wanted: list[str]) -> str:
    """The delimiter that yields the requested columns, or else the first of `marks` in the line; spaces if none."""
    if marks == DELIMITERS and _MIXED.match(first):
        return " "
    present = [mark for mark in marks if mark in first.strip()]
    naming = (mark for mark in present if _named(_fields(first, mark, True), wanted))
    return next(naming, present[0] if present else (marks[0] if marks != DELIMITERS else " "))


def _fields(line: str, delimiter: str, quoted: bool) -> list[str]:
    if delimiter == " " and not quoted:
        return line.split()
    reader = csv.reader(
        [line],
        delimiter=delimiter,
        quoting=_quoting(quoted),
        skipinitialspace=quoted,
    )
    return [field.strip() for field in next(reader, [])]


def _quoting(quoted: bool) -> Literal[0, 3]:
    return csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE


def _wholly_quoted(line: str) -> bool:
    """True where every field of a line separated by spaces or tabs is quoted; otherwise quotation marks are part of an id."""
    return re.fullmatch(r'\s*(?:"[^"]*"\s+)+"[^"]*"\s*', line) is not None


def _named(fields: list[str], wanted: list[str]) -> bool:
    return {name.casefold() for name in wanted[:2]} <= {field.casefold() for field in fields}


def _columns(fields: list[str], wanted: list[str]) -> list[str]:
    """The header with requested names as requested; case is ignored where a name is unique."""
    known = {name.casefold(): name for name in wanted}
    return [field if field in wanted else known.get(field.casefold(), field) for field in fields]


def _distinct(columns: list[str], wanted: list[str]) -> list[str]:
    return [name if name in wanted else f"field {at + 1}" for at, name in enumerate(columns)]


def _is_header(fields: list[str], second: list[str], valued: bool) -> bool:
    """True where the first line is a header: known words, or words where all other lines have numbers."""
    words = [re.sub(r"[^a-z0-9]", "", field.casefold()) for field in fields]
    if (words[0], words[1]) in _PAIRS:
        return True
    if len(second) < len(fields):
        return False
    number = [_is_number(field) for field in fields]
    below = [_is_number(field) for field in second]
    if valued and below[2] and not number[2] and not any(letter.isdigit() for letter in fields[2]):
        return True
    wordy = not any(number[:2]) and not any(letter.isdigit() for letter in "".join(fields[:2]))
    return wordy and below[0] and below[1]


def _check_columns(where: str, columns: list[str], wanted: list[str]) -> None:
    for name in wanted:
        if columns.count(name) != 1:
            raise EdgeListError(
                f"{where}: has columns {', '.join(columns)[:80]}; {name!r} is needed once; "
                "rename a column or say which one it is"
            )


def _rows(body: bytes, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of each row. Raises csv.Error."""
    text = io.StringIO(body.decode("utf-8", "replace"), newline="")
    reader = csv.reader(text, delimiter=layout.delimiter, quoting=_quoting(layout.quoted), strict=True)
    line = 1
    for fields in reader:
        if line > layout.skipped_lines and fields:
            yield line, [field.strip() for field in fields]
        line = reader.line_num + 1


def _blame(file: Path, body: bytes, wanted: list[str], layout: _Layout, otherwise: str) -> EdgeListError:
    """An error naming the first invalid line, by a slow scan that valid files never need."""
    decoded(file, body)
    places = [layout.columns.index(name) for name in wanted]
    number = layout.skipped_lines
    try:
        for number, fields in _rows(body, layout):
            where = f"{file}:{number}"
            if len(fields) != len(layout.columns):
                return EdgeListError(
                    f"{where}: got {len(fields)} fields; every line has {len(layout.columns)}; repair the line"
                )
            for name, place in zip(wanted[:2], places, strict=False):
                if not fields[place]:
                    return EdgeListError(f"{where}: {name} is blank; every edge has two ids; repair the line")
                if "\n" in fields[place]:
                    return EdgeListError(f"{where}: {name} has a line break in it; close the quotation mark")
            if len(wanted) == 3 and not _is_number(fields[places[2]]):
                return EdgeListError(
                    f"{where}: {wanted[2]} is {fields[places[2]][:40]!r}; a finite number is needed; repair the line"
                )
    except csv.Error as fault:
        return EdgeListError(
            f"{file}:{number + 1}: not readable ({fault}); close the quotation mark or leave it out"
        )
    return EdgeListError(f"{file}: {otherwise[:120]}; an edge list is needed; export it again")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _parquet(file: Path, wanted: list[str]) -> Any:
    try:
        columns = arrow_parquet.read_schema(file).names
        _check_columns(str(file), columns, wanted)
        table = arrow_parquet.read_table(file, columns=wanted)
    except (pa.ArrowInvalid, OSError) as fault:
        raise EdgeListError(
            f"{file}: is no Parquet file ({str(fault)[:60]}); write it as Parquet or as .csv"
        ) from None
    ids = [table.schema.field(i).type for i in (0, 1)]
    if ids[0] != ids[1] or not (pa.types.is_integer(ids[0]) or _is_text(ids[0])):
        raise EdgeListError(
            f"{file}: {wanted[0]} is {ids[0]} and {wanted[1]} is {ids[1]}; both are text or whole numbers of one "
            "type; convert the columns"
        )
    for name, column in zip(wanted, table.columns, strict=True):
        if column.null_count:
            row = int(np.flatnonzero(column.is_null().to_numpy())[0])
            raise EdgeListError(f"{file}: row {row}: {name} is missing; every edge has one; drop the row")
    return _with_numbers(file, table, wanted)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _with_numbers(file: Path, table: pa.Table, wanted: list[str]) -> Any:
    if len(wanted) < 3:
        return table
    try:
        values = table.column(2).cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        kind = table.schema.field(2).type
        raise EdgeListError(
            f"{file}: {wanted[2]} is {kind}; numbers are needed; convert the column"
        ) from None
    finite = np.isfinite(values.to_numpy())
    if not finite.all():
        row = int(np.argmin(finite))
        raise EdgeListError(
            f"{file}: row {row}: {wanted[2]} is {values[row].as_py()}; a finite number is needed; drop the row"
        )
    return table.set_column(2, wanted[2], values)
