"""The compiled loops over a whole audience that sketch a network (`engine.generate.sketch_network`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import kernel
from engine.signatures import F64, I64, F64In, I32In, I64Out


@kernel(I32In, I64Out)
def count_segments(segments: Any, starts: Any) -> None:
    """Where each segment's people begin in a list of people by segment, from zeros; after the last one, their number."""
    for person in range(segments.size):
        starts[segments[person] + 1] += 1
    for segment in range(1, starts.size):
        starts[segment] += starts[segment - 1]


@kernel(F64In, F64, I64, I64Out)
def end_rows(draws: Any, median: Any, most: Any, offsets: Any) -> None:
    """Where rows of median · draw edges end, rounded and at most so many each; the first begins at `offsets[0]`."""
    for row in range(draws.size):
        count = np.int64(np.rint(draws[row] * median))
        offsets[row + 1] = offsets[row] + min(count, most)
