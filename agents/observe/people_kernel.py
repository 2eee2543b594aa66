"""The compiled sums of a day over everybody, and some of whom a picture shows."""

from __future__ import annotations

from typing import Any

from engine.kernels import kernel
from engine.signatures import F32Matrix, F64In, F64MatrixOut, I64In, I64Matrix, U8In

# Columns of what `heads` counts.
PRESENT, SHARED, THANKED = range(3)


@kernel(I64In, U8In, F64In, U8In, I64Matrix)
def heads(first: Any, present: Any, recent: Any, thanked: Any, counts: Any) -> None:
    """int64[R, 3]: those present, and among them who shared in the last seven days and who was ever thanked."""
    for r in range(first.size - 1):
        here, shared, ever = 0, 0, 0
        for i in range(first[r], first[r + 1]):
            here += present[i] != 0
            shared += present[i] != 0 and recent[i] != 0.0
            ever += present[i] != 0 and thanked[i] != 0
        counts[r, PRESENT], counts[r, SHARED], counts[r, THANKED] = here, shared, ever


@kernel(F32Matrix, I64In, F64MatrixOut)
def pick_people(picture: Any, people: Any, found: Any) -> None:
    """Of each row of a picture what it shows of these people."""
    for row in range(picture.shape[0]):
        for i in range(people.size):
            found[row, i] = picture[row, people[i]]
