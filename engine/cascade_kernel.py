"""The compiled loops behind engine.cascade.

A batch of active nodes is worked off in three passes, so that the memory fetches of one pass overlap: pick
the positions of the edges that succeed, read their targets, test and mark the targets. Each pass asks for
the lines that the next one needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.geometric import CELLS
from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.picking import LOW_6, NODE_STEP, ONE, SIX, STEP, ZERO, coin_word, pick_edges, reach_targets
from engine.signatures import I64, U64, F64In, I32In, I64In, I64Out, U8In, U8Out, U32In, U32Out, U64In, U64Out
from engine.streams import GOLDEN, mix

BATCH = 256
AHEAD = np.uint64(8)
KEEP_ALL = 1 << 31
TABLE_SIZE = np.uint64(CELLS)
SHIFT_33 = np.uint64(33)
EDGE_SALT = np.uint64(0xD1B54A32D192ED03)


@inlined
def thin_picked(n_picked: Any, picked: Any, keep: Any, per_edge: Any, edge_key: Any) -> Any:
    """Keep each picked edge with its own chance; return how many stay."""
    kept = ZERO
    for i in range(n_picked):
        e = np.uint64(picked[i])
        limit = np.uint64(keep[e if per_edge else ZERO])
        picked[kept] = e
        kept += np.uint64(coin_word(edge_key + e * STEP) >> SHIFT_33 < limit)
    return kept


@kernel(
    U64In,  # offsets
    U32In,  # targets
    U32In,  # keep
    U8In,  # node_class
    U32In,  # tables
    U32In,  # seeds
    U64,  # key
    I64,  # first_run
    I64Out,  # sizes
    I64Out,  # depths
    I64Out,  # edges_traversed
    U64Out,  # visited
    U32Out,  # queue
    U32Out,  # picked
)
def run_cascades(
    offsets: Any,
    targets: Any,
    keep: Any,
    node_class: Any,
    tables: Any,
    seeds: Any,
    key: Any,
    first_run: Any,
    sizes: Any,
    depths: Any,
    edges_traversed: Any,
    visited: Any,
    queue: Any,
    picked: Any,
) -> None:
    """Runs first_run … of an ensemble.

    keep        chance · 2**31 to keep a picked edge: one for all, or one per edge
    node_class  table of each node among the flat `tables`; length 1: the first for all
    visited     bitmap, zeros when it comes in and when it goes out
    queue       n + 1; picked: BATCH + the largest out-degree
    """
    keeps_all = keep.size == 1 and keep[0] == KEEP_ALL
    per_edge = keep.size > 1
    base = ZERO
    for run in range(sizes.size):
        run_key = mix(key + np.uint64(first_run + run) * GOLDEN)
        head, tail, depth, edges = ZERO, np.uint64(seeds.size), np.int64(0), ZERO
        for i in range(seeds.size):
            v = np.uint64(seeds[i])
            visited[v >> SIX] |= ONE << (v & LOW_6)
            queue[i] = v
        while head < tail:
            level_end = tail
            while head < level_end:
                n_picked = ZERO
                while head < level_end and n_picked < np.uint64(BATCH):
                    prefetch(offsets, queue[min(head + AHEAD, level_end - ONE)])
                    u = np.uint64(queue[head])
                    head += ONE
                    begin, end = offsets[u], offsets[u + ONE]
                    edges += end - begin
                    if node_class.size > 1:
                        base = np.uint64(node_class[u]) * TABLE_SIZE
                    counter = run_key + u * NODE_STEP
                    n_picked = pick_edges(
                        begin, end, counter, tables, base, targets, keep, per_edge, picked, n_picked
                    )
                if not keeps_all:
                    n_picked = thin_picked(n_picked, picked, keep, per_edge, run_key + EDGE_SALT)
                tail = reach_targets(n_picked, picked, targets, visited, queue, tail)
            depth += np.int64(tail > level_end)
        for i in range(tail):
            visited[np.uint64(queue[i]) >> SIX] = ZERO
        sizes[run], depths[run], edges_traversed[run] = tail, depth, edges


@kernel(I64In, F64In, I32In, F64In, U8Out, U32Out, returns=I64)
def thin_edges(
    offsets: Any, chances: Any, edge_order: Any, class_chances: Any, node_class: Any, keep: Any
) -> Any:
    """Give each node the class just above its likeliest edge, and each edge its chance to be kept under that class.

    chances     float64[m], in the order given; edge_order: CSR position → given index, empty when they are
                the same
    node_class  uint8[n], keep uint32[m] in CSR order: written

    Returns -1, or the given index of a chance that is NaN or outside [0, 1]: then what was written is of no use.
    """
    for u in range(offsets.size - 1):
        top = np.float64(0.0)
        for position in range(offsets[u], offsets[u + 1]):
            edge = np.int64(edge_order[position]) if edge_order.size else position
            chance = chances[edge]
            if not 0.0 <= chance <= 1.0:
                return edge
            top = max(top, chance)
        row = 0
        while class_chances[row] < top:
            row += 1
        node_class[u] = row
        scale = KEEP_ALL / class_chances[row]
        for position in range(offsets[u], offsets[u + 1]):
            chance = chances[edge_order[position] if edge_order.size else position]
            keep[position] = int(chance * scale + 0.5)
    return np.int64(-1)
