"""Tables as CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence


def sheet(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows below a header as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
