"""Gini coefficients of integers, by run or by group: 0 where all have the same (or nothing), towards 1 where one has everything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.program.rising_kernel import memory, rising
from engine.kernels import inlined, kernel
from engine.signatures import I64, F32Matrix, F64Matrix, F64MatrixOut, F64Out, I64In, I64Out, U8In

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
        # Small amounts, as of shares, are counted and need not be sorted.
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
        ordered = rising(amounts, spare, some, top, tally)
        for i in range(some):
            total += ordered[i]
            weighted += ordered[i] * (2 * (below + i) + 1 - size)
    return float(weighted) / (float(size) * float(total)) if total > 0 else 0.0


@kernel(I64In, I64In, U8In, I64Out, I64Out, I64Out, F64Out)
def fill_ginis(first: Any, amounts: Any, among: Any, room: Any, spare: Any, tally: Any, found: Any) -> None:
    """float64[R]: of each run's amounts, those of some people."""
    for r in range(first.size - 1):
        rows, size, some, top = slice(first[r], first[r + 1]), 0, 0, 0
        mine, here = amounts[rows], among[rows]
        # Without a branch and from 0, so that the compiler takes several people at once.
        for i in range(mine.size):
            size += here[i] != 0
            top = max(top, mine[i] if here[i] != 0 else 0)
        for i in range(mine.size):
            # Who has something is anybody. What is not counted is written over.
            room[some] = mine[i]
            some += (here[i] != 0) & (mine[i] > 0)
        found[r] = gini_of(room, spare, some, top, size, tally)


@kernel(I64In, I64In, F32Matrix, F32Matrix, F64Matrix, I64, I64Out, I64Out, I64Out, F64MatrixOut)
def fill_group_ginis(
    starts: Any,
    people: Any,
    amounts: Any,
    present: Any,
    heads: Any,
    weeks: Any,
    room: Any,
    spare: Any,
    tally: Any,
    found: Any,
) -> None:
    """float64[W, groups]: at the end of each week, among the people present of each group.

    starts, people  int64[groups + 1] and int64[k]: whom each group has, of those who ever have anything
    amounts         float32[W, n], since the first day; `weeks`: of these the last so many are asked for, or all if it is 0
    heads           float64[W, groups]: how many are present, with something or without
    """
    for week in range(amounts.shape[0]):
        for group in range(starts.size - 1):
            some, top = 0, 0
            for at in range(starts[group], starts[group + 1]):
                i = people[at]
                before = amounts[week - weeks, i] if 0 < weeks <= week else 0.0
                amount = int(amounts[week, i] - before)
                if present[week, i] != 0.0 and amount > 0:
                    room[some] = amount
                    top = max(amount, top)
                    some += 1
            found[week, group] = gini_of(room, spare, some, top, int(heads[week, group]), tally)


def ginis(first: Ints, amounts: Ints, among: NDArray[np.bool_]) -> Floats:
    """float64[R]: of whole amounts int64[n] of those in `among`; run r has rows first[r] to first[r + 1]."""
    found = np.empty(first.size - 1)
    fill_ginis(first, amounts, among.view(np.uint8), *memory(amounts.size), found)
    return found


def group_ginis(
    group: Ints,
    amounts: NDArray[np.float32],
    present: NDArray[np.float32],
    heads: Floats,
    weeks: int = 0,
) -> Floats:
    """float64[W, groups] at the end of each week; `group` is int64[splits, n], groups numbered through; others as of `fill_group_ginis`."""
    some = np.flatnonzero(amounts.any(axis=0))
    mine, groups = group[:, some].ravel(), heads.shape[1]
    people = np.tile(some, len(group))[np.argsort(mine, kind="stable")]
    starts = np.zeros(groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(mine, minlength=groups), out=starts[1:])
    found = np.empty(heads.shape)
    fill_group_ginis(starts, people, amounts, present, heads, weeks, *memory(some.size), found)
    return found
