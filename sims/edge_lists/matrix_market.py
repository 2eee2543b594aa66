"""MatrixMarket files as edge lists: a coordinate matrix whose rows and columns are the same nodes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sims.edge_lists.text import EdgeListError

MARK = b"%%matrixmarket"
FIELDS = ("real", "double", "integer", "pattern")
SYMMETRIES = ("general", "symmetric")


@dataclass(frozen=True)
class Matrix:
    """The file's header. `valued`: entries have a value; `symmetric`: an off-diagonal entry stands for two."""

    size: int
    entries: int
    valued: bool
    symmetric: bool
    skipped_lines: int

    def check(self, file: Path, table: pa.Table) -> None:
        """Raise EdgeListError where the number of entries differs from the header, or an index is out of range."""
        if table.num_rows != self.entries:
            raise EdgeListError(
                f"{file}:{self.skipped_lines}: says {self.entries} entries, and {table.num_rows} follow; export it again"
            )
        for at in (0, 1):
            try:
                rows = table.column(at).cast(pa.int64()).to_numpy()
            except pa.ArrowInvalid:
                rows = np.zeros(1, dtype=np.int64)
            if rows.size and (rows.min() < 1 or rows.max() > self.size):
                raise EdgeListError(
                    f"{file}: names a row or column outside 1 to {self.size}; rows are counted from 1; export it again"
                )


def read_head(file: Path, body: bytes, valued: bool) -> Matrix:
    """The header of the file. Raises EdgeListError for a matrix that is not a network, or with `valued` where entries have no value."""
    lines = body[:1_000_000].split(b"\n")
    words = lines[0].decode("ascii", "replace").lower().split()[1:]
    if (
        len(words) != 4
        or words[:2] != ["matrix", "coordinate"]
        or words[2] not in FIELDS
        or words[3] not in SYMMETRIES
    ):
        raise EdgeListError(
            f"{file}:1: is MatrixMarket of another kind ({' '.join(words)[:60]}); matrix coordinate, {', '.join(FIELDS)}, general or "
            "symmetric are read; write it so"
        )
    place = next(
        (at for at, line in enumerate(lines) if at and line.strip() and not line.startswith(b"%")), len(lines)
    )
    sizes = lines[place].split() if place < len(lines) else []
    if len(sizes) != 3 or not all(size.isdigit() and len(size) < 19 for size in sizes):
        raise EdgeListError(
            f"{file}:{place + 1}: got no size; a line of rows, columns and entries is needed; export it again"
        )
    rows, columns, entries = map(int, sizes)
    if rows != columns:
        raise EdgeListError(
            f"{file}:{place + 1}: has {rows} rows and {columns} columns; a network has the same nodes both ways; write it as an edge list"
        )
    if valued and words[2] == "pattern":
        raise EdgeListError(f"{file}:1: is a pattern, whose entries have no value; leave value out")
    return Matrix(rows, entries, words[2] != "pattern", words[3] == "symmetric", place + 1)
