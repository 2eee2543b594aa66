"""Decides which opportunities of a day end in a share: draw below chance, and the person has not shared the item before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.employees.meeting import Opportunities
from agents.world.desk import Items
from agents.world.lanes import Lanes
from engine.kernels import kernel
from engine.signatures import I64, I64In, I64Out, U64Out

Ints = NDArray[np.int64]
WORD_BITS = 64


class Shared:
    """Bitmap of the items of their run that each person has shared."""

    def __init__(self, items: Items, lanes: Lanes) -> None:
        self._first, self._lane = items.first, lanes.lane
        self._words = -(-int(np.diff(items.first).max(initial=1)) // WORD_BITS)
        self._done = np.zeros(lanes.size * self._words, dtype=np.uint64)

    def copy(self) -> Shared:
        """An independent copy, for a fork."""
        found = Shared.__new__(Shared)
        found._first, found._lane, found._words = self._first, self._lane, self._words
        found._done = self._done.copy()
        return found

    def today(self, met: Opportunities) -> Ints:
        """Rows of `met` that end in a share, ascending; nobody shares one item twice."""
        found = np.empty(met.willing.size, dtype=np.int64)
        count = decide(
            met.willing, met.person, met.item, self._lane, self._first, self._words, self._done, found
        )
        return found[:count]


@kernel(I64In, I64In, I64In, I64In, I64In, I64, U64Out, I64Out, returns=I64)
def decide(
    willing: Any, person: Any, item: Any, lane: Any, first: Any, words: Any, done: Any, found: Any
) -> Any:
    """Write those of the willing rows that end in a share to `found`, set their bits in `done`, and return their number."""
    count = 0
    for row in willing:
        one = np.uint64(item[row] - first[lane[person[row]]])
        word, bit = person[row] * words + np.int64(one >> np.uint64(6)), np.uint64(1) << (one & np.uint64(63))
        if done[word] & bit == 0:
            done[word] |= bit
            found[count] = row
            count += 1
    return count
