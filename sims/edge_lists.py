"""Networks that a company brings along: edge lists as CSV, Parquet or plain text become an engine.graph.Graph.

    .csv, .tsv      with a header that names the columns
    .parquet        columns by the same names
    anything else   no header: source and target, then perhaps a value, separated by one tab, space or comma; lines
                    that begin with # or % before the first edge are comments

Ids may be any text or whole numbers; they become rows in the order in which they first appear, sources first.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as arrow_compute
import pyarrow.csv as arrow_csv
import pyarrow.parquet as arrow_parquet
from numpy.typing import NDArray

from engine.graph import Graph

HEADED = {".csv": ",", ".tsv": "\t"}
COMMENTS = ("#", "%")


class EdgeListError(ValueError):
    """A file that is no edge list: `file:line: what; limit; remedy`."""


@dataclass(frozen=True, eq=False)
class EdgeList:
    """What a file holds.

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
    columns: list[str]
    delimiter: str
    skipped_lines: int
    headed: bool


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

    Raises EdgeListError for a file, column, id or value that cannot be taken, naming the line.
    """
    file = Path(path)
    if not file.is_file():
        raise EdgeListError(f"{file}: no such file; an edge list is needed; check the path")
    wanted = [source, target] if value is None else [source, target, value]
    table = _parquet(file, wanted) if file.suffix == ".parquet" else _text(file, wanted)
    if table.num_rows == 0:
        raise EdgeListError(f"{file}: holds no edge; at least one is needed; add a line")
    return _edge_list(table, both_ways)


def _edge_list(table: Any, both_ways: bool) -> EdgeList:
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


def _text(file: Path, wanted: list[str]) -> Any:
    layout = _layout(file, wanted)
    types = dict.fromkeys(wanted[:2], pa.string()) | dict.fromkeys(wanted[2:], pa.float64())
    try:
        table = arrow_csv.read_csv(
            file,
            arrow_csv.ReadOptions(
                skip_rows=layout.skipped_lines, column_names=None if layout.headed else layout.columns
            ),
            arrow_csv.ParseOptions(delimiter=layout.delimiter),
            arrow_csv.ConvertOptions(column_types=types, include_columns=wanted),
        )
    except pa.ArrowInvalid as fault:
        raise _blame(file, wanted, layout, str(fault)) from None
    blank = any(arrow_compute.any(arrow_compute.equal(table.column(i), "")).as_py() for i in (0, 1))
    if blank or not _finite(table):
        raise _blame(file, wanted, layout, "an id or a value is missing")
    return table


def _finite(table: Any) -> bool:
    if table.num_columns < 3:
        return True
    column = table.column(2)
    return column.null_count == 0 and bool(np.isfinite(column.to_numpy()).all())


def _layout(file: Path, wanted: list[str]) -> _Layout:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            skipped, first = 0, lines.readline()
            while first and (not first.strip() or first.startswith(COMMENTS)):
                skipped, first = skipped + 1, lines.readline()
    except UnicodeDecodeError:
        raise EdgeListError(f"{file}: is not UTF-8 text; save it as UTF-8 or Parquet") from None
    if not first:
        raise EdgeListError(f"{file}: is empty; a line for each edge is needed; export it again")
    delimiter = HEADED.get(file.suffix)
    if delimiter is None:
        delimiter = next((mark for mark in ("\t", ",", " ") if mark in first.strip()), " ")
        width = len(first.strip("\r\n").split(delimiter))
        if width < len(wanted):
            raise EdgeListError(
                f"{file}:{skipped + 1}: got {first.strip()[:40]!r}; {len(wanted)} fields are needed; "
                "separate them by one tab, space or comma"
            )
        spare = [f"field {i + 1}" for i in range(len(wanted), width)]
        return _Layout(wanted + spare, delimiter, skipped, headed=False)
    columns = next(csv.reader([first.lstrip("\ufeff")], delimiter=delimiter))
    _check_columns(f"{file}:{skipped + 1}", columns, wanted)
    return _Layout(columns, delimiter, skipped, headed=True)


def _check_columns(where: str, columns: list[str], wanted: list[str]) -> None:
    for name in wanted:
        if columns.count(name) != 1:
            raise EdgeListError(
                f"{where}: has columns {', '.join(columns)[:80]}; {name!r} is needed once; "
                "rename a column or say which one it is"
            )


def _rows(file: Path, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=layout.delimiter)
        for fields in reader:
            if reader.line_num > layout.skipped_lines + layout.headed and fields:
                yield reader.line_num, fields


def _blame(file: Path, wanted: list[str], layout: _Layout, otherwise: str) -> EdgeListError:
    """The first line at fault, found slowly: a sound file never comes here."""
    places = [layout.columns.index(name) for name in wanted]
    for number, fields in _rows(file, layout):
        where = f"{file}:{number}"
        if len(fields) != len(layout.columns):
            return EdgeListError(
                f"{where}: got {len(fields)} fields; every line has {len(layout.columns)}; repair the line"
            )
        for name, place in zip(wanted[:2], places, strict=False):
            if not fields[place]:
                return EdgeListError(f"{where}: {name} is blank; every edge has two ids; repair the line")
        if len(wanted) == 3 and not _is_number(fields[places[2]]):
            return EdgeListError(
                f"{where}: {wanted[2]} is {fields[places[2]][:40]!r}; a finite number is needed; repair the line"
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


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _with_numbers(file: Path, table: Any, wanted: list[str]) -> Any:
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
