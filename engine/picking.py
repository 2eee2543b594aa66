"""Which out-edges of a node succeed, and who they reach: the two steps that every propagation kernel shares.

Compiled into the kernels that call them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.geometric import ESCAPE, draw_gap
from engine.instructions import fold, prefetch
from engine.kernels import inlined

ZERO = np.uint64(0)
ONE = np.uint64(1)
SIX = np.uint64(6)
LOW_6 = np.uint64(63)
SHIFT_32 = np.uint64(32)
LOW_32 = np.uint64(0xFFFFFFFF)
GAP_ESCAPE = np.uint64(ESCAPE)
# Odd constants of wyrand (Wang Yi, public domain), and one more to tell nodes apart.
STEP = np.uint64(0xA0761D6478BD642F)
SECRET = np.uint64(0xE7037ED1A0B428DB)
NODE_STEP = np.uint64(0x9FB21C651E98DF25)


@inlined
def coin_word(counter: Any) -> Any:
    """64 random bits of a counter: wyrand's output function, one widening multiplication."""
    return fold(counter, counter ^ SECRET)


@inlined
def pick_edges(
    begin: Any,
    end: Any,
    counter: Any,
    tables: Any,
    base: Any,
    targets: Any,
    keep: Any,
    per_edge: Any,
    picked: Any,
    count: Any,
) -> Any:
    """Append to `picked` the positions in [begin, end) where a coin of the table's chance succeeds; return the new count.

    counter  run_key + node · NODE_STEP; word after word it goes on by STEP, and no two nodes meet. Each word
    serves two gaps. The targets of what is picked are asked for at once, and what `keep` holds of
    it if there is one per edge.
    """
    position = begin
    while True:
        word = coin_word(counter)
        gap = draw_gap(tables, base, word & LOW_32)
        position += gap
        if position >= end:
            return count
        if gap != GAP_ESCAPE:
            picked[count] = position
            count += ONE
            prefetch(targets, position)
            if per_edge:
                prefetch(keep, position)
            position += ONE
        gap = draw_gap(tables, base, word >> SHIFT_32)
        position += gap
        if position >= end:
            return count
        if gap != GAP_ESCAPE:
            picked[count] = position
            count += ONE
            prefetch(targets, position)
            if per_edge:
                prefetch(keep, position)
            position += ONE
        counter += STEP


@inlined
def reach_targets(n_picked: Any, picked: Any, targets: Any, visited: Any, queue: Any, tail: Any) -> Any:
    """Mark the targets of the picked edges and append the new ones to the queue; return its new tail."""
    for i in range(n_picked):
        v = np.uint64(targets[np.uint64(picked[i])])
        picked[i] = v
        prefetch(visited, v >> SIX)
    return mark_targets(n_picked, picked, visited, queue, tail)


@inlined
def mark_targets(n_picked: Any, picked: Any, visited: Any, queue: Any, tail: Any) -> Any:
    """Mark picked nodes and append the new ones to the queue; return its new tail."""
    for i in range(n_picked):
        v = np.uint64(picked[i])
        shift = v & LOW_6
        marks = visited[v >> SIX]
        visited[v >> SIX] = marks | (ONE << shift)
        queue[tail] = v
        tail += ((marks >> shift) & ONE) ^ ONE
    return tail
