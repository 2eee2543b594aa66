"""Tables as CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence


def sheet(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under a head, as spreadsheets read them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
