"""The compiled loops behind engine.cascade.

A batch of active nodes is worked off in three passes, so that the memory fetches of one pass overlap: pick the positions of the edges that
succeed, read their targets, test and mark the targets. Each pass asks for the lines that the next one needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.geometric import ESCAPE, draw_gap
from engine.kernels import (
    F64In,
    I32In,
    I32Out,
    I64,
    I64In,
    I64Out,
    U8In,
    U8Out,
    U32In,
    U32Matrix,
    U32Out,
    U64,
    U64Out,
    kernel,
)
from engine.prefetch import prefetch
from engine.streams import GOLDEN, mix

BATCH = 256
AHEAD = 8
KEEP_ALL = 1 << 31
ONE = np.uint64(1)
SHIFT_32 = np.uint64(32)
SHIFT_33 = np.uint64(33)
LOW_32 = np.uint64(0xFFFFFFFF)
GAP_ESCAPE = np.uint64(ESCAPE)
EDGE_SALT = np.uint64(0xD1B54A32D192ED03)


@kernel(
    I64In,  # offsets
    I32In,  # targets
    U32In,  # keep
    U8In,  # node_class
    U32Matrix,  # tables
    I32In,  # seeds
    U64,  # key
    I64,  # first_run
    I64Out,  # sizes
    I64Out,  # depths
    I64Out,  # edges_traversed
    U64Out,  # visited
    I32Out,  # queue
    I32Out,  # picked
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
    node_class  row of `tables` for each node; length 1: row 0 for all
    visited     bitmap, zeros when it comes in and when it goes out
    queue       n + 1; picked: BATCH + the largest out-degree
    """
    per_edge = keep.size > 1
    per_node = node_class.size > 1
    keeps_all = not per_edge and keep[0] == KEEP_ALL
    table = tables[0]
    for run in range(sizes.size):
        run_key = mix(key + np.uint64(first_run + run) * GOLDEN)
        edge_key = run_key + EDGE_SALT
        tail = 0
        for i in range(seeds.size):
            v = seeds[i]
            visited[v >> 6] |= ONE << np.uint64(v & 63)
            queue[tail] = v
            tail += 1
        head, depth, edges = 0, 0, 0
        while head < tail:
            level_end = tail
            while head < level_end:
                n_picked = 0
                while head < level_end and n_picked < BATCH:
                    prefetch(offsets, queue[min(head + AHEAD, level_end - 1)])
                    u = queue[head]
                    head += 1
                    position, end = offsets[u], offsets[u + 1]
                    edges += end - position
                    if per_node:
                        table = tables[node_class[u]]
                    word = mix(run_key ^ (np.uint64(u) * GOLDEN))
                    while True:
                        gap = draw_gap(table, word & LOW_32)
                        position += np.int64(gap)
                        if position >= end:
                            break
                        if gap != GAP_ESCAPE:
                            picked[n_picked] = position
                            n_picked += 1
                            prefetch(targets, position)
                            position += 1
                        gap = draw_gap(table, word >> SHIFT_32)
                        position += np.int64(gap)
                        if position >= end:
                            break
                        if gap != GAP_ESCAPE:
                            picked[n_picked] = position
                            n_picked += 1
                            prefetch(targets, position)
                            position += 1
                        word = mix(word + GOLDEN)
                if not keeps_all:
                    kept = 0
                    for i in range(n_picked):
                        e = picked[i]
                        limit = keep[e if per_edge else 0]
                        draw = mix(edge_key ^ (np.uint64(e) * GOLDEN)) >> SHIFT_33
                        picked[kept] = e
                        kept += np.int64(draw < np.uint64(limit))
                    n_picked = kept
                for i in range(n_picked):
                    v = targets[picked[i]]
                    picked[i] = v
                    prefetch(visited, v >> 6)
                for i in range(n_picked):
                    v = picked[i]
                    shift = np.uint64(v & 63)
                    marks = visited[v >> 6]
                    visited[v >> 6] = marks | (ONE << shift)
                    queue[tail] = v
                    tail += np.int64(((marks >> shift) & ONE) ^ ONE)
            if tail > level_end:
                depth += 1
        for i in range(tail):
            visited[queue[i] >> 6] = 0
        sizes[run], depths[run], edges_traversed[run] = tail, depth, edges


@kernel(I64In, F64In, I32In, F64In, U8Out, U32Out)
def thin_edges(
    offsets: Any, chances: Any, edge_order: Any, class_chances: Any, node_class: Any, keep: Any
) -> None:
    """Give each node the class just above its likeliest edge, and each edge its chance to be kept under that class.

    chances     float64[m], in the order given; edge_order: CSR position → given index, empty when they are the same
    node_class  uint8[n], keep uint32[m] in CSR order: written
    """
    for u in range(offsets.size - 1):
        top = 0.0
        for position in range(offsets[u], offsets[u + 1]):
            top = max(top, chances[edge_order[position] if edge_order.size else position])
        row = 0
        while class_chances[row] < top:
            row += 1
        node_class[u] = row
        scale = KEEP_ALL / class_chances[row]
        for position in range(offsets[u], offsets[u + 1]):
            chance = chances[edge_order[position] if edge_order.size else position]
            keep[position] = np.uint32(min(KEEP_ALL, np.int64(chance * scale + 0.5)))
