"""Gini coefficients of integers, by run or by group: 0 where all have the same (or nothing), towards 1 where one has everything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import inlined, kernel
from engine.signatures import I64, F32Matrix, F64MatrixOut, F64Out, I64In, I64Out, U8In

# Amounts below COUNTED are sorted by counting, larger ones by a radix sort with digits of BITS bits.
COUNTED, BITS = 256, 8

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@inlined
def gini_of(amounts: Any, spare: Any, some: Any, top: Any, size: Any, tally: Any) -> Any:
    """Of `size` amounts, the first `some` of `amounts` and for the rest nothing; none is larger than `top`.

    `tally` is zeros in and out; the order of `amounts` is lost, as is what `spare` holds.

    The sum over all in rising order of 2 × place − size − 1 times the amount, over size times the sum of amounts.
    """
    total, weighted, below = 0, 0, size - some
    if top < tally.size:
        for i in range(some):
            tally[amounts[i]] += 1
        for amount in range(1, top + 1):
            many = tally[amount]
            if many:
                # Places below + 1 to below + many.
                total += many * amount
                weighted += many * amount * (2 * below + many - size)
                below += many
                tally[amount] = 0
    else:
        ordered, other, shift = amounts, spare, 0
        while top >> shift:
            for i in range(some):
                tally[(ordered[i] >> shift) % COUNTED] += 1
            place = 0
            for digit in range(COUNTED):
                many = tally[digit]
                tally[digit] = place
                place += many
            for i in range(some):
                digit = (ordered[i] >> shift) % COUNTED
                other[tally[digit]] = ordered[i]
                tally[digit] += 1
            tally[:] = 0
            ordered, other, shift = other, ordered, shift + BITS
        for i in range(some):
            total += ordered[i]
            weighted += ordered[i] * (2 * (below + i) + 1 - size)
    return float(weighted) / (float(size) * float(total)) if total > 0 else 0.0


@kernel(I64In, I64In, U8In, I64Out, I64Out, I64Out, F64Out)
def fill_ginis(first: Any, amounts: Any, among: Any, room: Any, spare: Any, tally: Any, found: Any) -> None:
    """float64[R]: of each run's amounts, those of some people."""
    for r in range(first.size - 1):
        size, some, top = 0, 0, 0
        for i in range(first[r], first[r + 1]):
            # Without a branch: who has something is anybody. What is not counted is written over.
            counted = among[i] != 0 and amounts[i] > 0
            size += among[i] != 0
            room[some] = amounts[i]
            top = max(amounts[i] if counted else 0, top)
            some += counted
        found[r] = gini_of(room, spare, some, top, size, tally)


@kernel(I64In, I64In, F32Matrix, F32Matrix, I64, I64Out, I64Out, I64Out, F64MatrixOut)
def fill_group_ginis(
    starts: Any,
    people: Any,
    amounts: Any,
    present: Any,
    weeks: Any,
    room: Any,
    spare: Any,
    tally: Any,
    found: Any,
) -> None:
    """float64[W, groups]: at the end of each week, among the people present of each group.

    starts, people  int64[groups + 1] and int64[n]: whom each group has
    amounts         float32[W, n], since the first day; `weeks`: of these the last so many are asked for, or all if it is 0
    """
    for week in range(amounts.shape[0]):
        for group in range(starts.size - 1):
            size, some, top = 0, 0, 0
            for at in range(starts[group], starts[group + 1]):
                i = people[at]
                before = amounts[week - weeks, i] if 0 < weeks <= week else 0.0
                amount = int(amounts[week, i] - before)
                size += present[week, i] != 0.0
                if present[week, i] != 0.0 and amount > 0:
                    room[some] = amount
                    top = max(amount, top)
                    some += 1
            found[week, group] = gini_of(room, spare, some, top, size, tally)


def ginis(first: Ints, amounts: Ints, among: NDArray[np.bool_]) -> Floats:
    """float64[R]: of whole amounts int64[n] of those in `among`; run r has rows first[r] to first[r + 1]."""
    found = np.empty(first.size - 1)
    fill_ginis(first, amounts, among.view(np.uint8), *_memory(amounts.size), found)
    return found


def group_ginis(
    starts: Ints,
    people: Ints,
    amounts: NDArray[np.float32],
    present: NDArray[np.float32],
    weeks: int = 0,
) -> Floats:
    """float64[W, groups] at the end of each week; arguments as of `fill_group_ginis`."""
    found = np.empty((amounts.shape[0], starts.size - 1))
    fill_group_ginis(starts, people, amounts, present, weeks, *_memory(people.size), found)
    return found


def _memory(people: int) -> tuple[Ints, Ints, Ints]:
    return (
        np.empty(people, dtype=np.int64),
        np.empty(people, dtype=np.int64),
        np.zeros(COUNTED, dtype=np.int64),
    )
