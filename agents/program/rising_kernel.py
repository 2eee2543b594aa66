"""Sorting of whole amounts within a kernel, for the places of a leaderboard and for Gini coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import inlined

# Up to FEW amounts are sorted one by one, more by a radix sort with digits of BITS bits, of which there are DIGITS.
FEW, BITS = 64, 8
DIGITS = 1 << BITS

Ints = NDArray[np.int64]


def memory(people: int) -> tuple[Ints, Ints, Ints]:
    """Working memory for the amounts of so many people: two arrays of them, and the tally of digits, which is zeros."""
    return (
        np.empty(people, dtype=np.int64),
        np.empty(people, dtype=np.int64),
        np.zeros(DIGITS, dtype=np.int64),
    )


@inlined
def rising(amounts: Any, spare: Any, some: Any, top: Any, tally: Any) -> Any:
    """The first `some` of `amounts` in rising order: at the start of `amounts` or of `spare`, whichever is returned.

    None is negative or larger than `top`; `tally` is zeros in and out.
    """
    ordered, other, shift = amounts, spare, 0
    for i in range(1, some if some <= FEW else 0):
        amount, place = ordered[i], i
        while place > 0 and ordered[place - 1] > amount:
            ordered[place] = ordered[place - 1]
            place -= 1
        ordered[place] = amount
    while some > FEW and top >> shift:
        for i in range(some):
            tally[(ordered[i] >> shift) % DIGITS] += 1
        before = 0
        for digit in range(DIGITS):
            many = tally[digit]
            tally[digit] = before
            before += many
        for i in range(some):
            digit = (ordered[i] >> shift) % DIGITS
            other[tally[digit]] = ordered[i]
            tally[digit] += 1
        tally[:] = 0
        ordered, other, shift = other, ordered, shift + BITS
    return ordered
