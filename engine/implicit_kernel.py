"""The compiled loops behind engine.implicit and the cascade on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.cascade_kernel import BATCH, EDGE_SALT, KEEP_ALL, SHIFT_33
from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.picking import LOW_6, NODE_STEP, ONE, SIX, STEP, ZERO, coin_word, mark_targets, pick_edges
from engine.signatures import F64, I64, U64, I64In, I64Out, U32In, U32Out, U64Out
from engine.streams import GOLDEN, mix

CELL_BITS = 12
CELLS = 1 << CELL_BITS
LEVELS = 3
DEGREE_SALT = np.uint64(0x8CB92BA72F3D8DD7)
SEGMENT_SALT = np.uint64(0x2545F4914F6CDD1D)
LAST_CELL = np.uint64(CELLS - 1)
SHIFT_11 = np.uint64(11)
UNIT_53 = 1.0 / 9007199254740992.0


@inlined
def degree_of(u: Any, key: Any, table: Any) -> Any:
    """Out-degree of node u: twelve bits choose a cell, twelve more divide the last one."""
    word = mix((key ^ DEGREE_SALT) + u * GOLDEN)
    level, cell = 0, word & LAST_CELL
    while cell == LAST_CELL and level < LEVELS - 1:
        level += 1
        word >>= np.uint64(CELL_BITS)
        cell = word & LAST_CELL
    return np.uint64(table[np.uint64(level) * np.uint64(CELLS) + cell])


@inlined
def neighbour_of(u: Any, k: Any, key: Any, n_nodes: Any, n_segments: Any, homophily: Any) -> Any:
    """Target of edge k of node u."""
    word = mix(mix(key + u * GOLDEN) + k * STEP)
    place = np.float64(word >> SHIFT_11) * UNIT_53
    if homophily > 0.0 and np.float64(mix(word ^ SEGMENT_SALT) >> SHIFT_11) * UNIT_53 < homophily:
        segment = u % n_segments
        members = (n_nodes - segment + n_segments - ONE) // n_segments
        return segment + n_segments * np.uint64(place * np.float64(members))
    return np.uint64(place * np.float64(n_nodes))


@kernel(I64, U64, U32In, I64Out)
def list_degrees(first: Any, key: Any, table: Any, degrees: Any) -> None:
    """Out-degrees of nodes from first on."""
    for i in range(degrees.size):
        degrees[i] = degree_of(np.uint64(first + i), key, table)


@kernel(I64, I64In, U64, U64, U64, F64, U32Out)
def fill_neighbours(
    first: Any, offsets: Any, key: Any, n_nodes: Any, n_segments: Any, homophily: Any, targets: Any
) -> None:
    """Targets of all edges of nodes from first on, row after row."""
    for i in range(offsets.size - 1):
        for position in range(offsets[i], offsets[i + 1]):
            k = np.uint64(position - offsets[i])
            targets[position] = neighbour_of(np.uint64(first + i), k, key, n_nodes, n_segments, homophily)


@kernel(
    U64,  # n_nodes
    U64,  # graph_key
    U32In,  # degree_table
    U64,  # n_segments
    F64,  # homophily
    U64,  # keep, of 2**31
    U32In,  # table
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
def run_implicit(
    n_nodes: Any,
    graph_key: Any,
    degree_table: Any,
    n_segments: Any,
    homophily: Any,
    keep: Any,
    table: Any,
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
    """run_cascades where rows are computed: with a keep of 2**31 the same sizes as on the stored graph."""
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
                    u = np.uint64(queue[head])
                    head += ONE
                    degree = degree_of(u, graph_key, degree_table)
                    edges += degree
                    counter, first, kept = run_key + u * NODE_STEP, n_picked, n_picked
                    n_picked = pick_edges(
                        ZERO, degree, counter, table, ZERO, degree_table, table, False, picked, n_picked
                    )
                    for i in range(first, n_picked):
                        k = np.uint64(picked[i])
                        v = neighbour_of(u, k, graph_key, n_nodes, n_segments, homophily)
                        prefetch(visited, v >> SIX)
                        picked[kept] = v
                        kept += np.uint64(
                            keep == np.uint64(KEEP_ALL)
                            or coin_word(mix(counter + EDGE_SALT) + k * STEP) >> SHIFT_33 < keep
                        )
                    n_picked = kept
                tail = mark_targets(n_picked, picked, visited, queue, tail)
            depth += np.int64(tail > level_end)
        for i in range(tail):
            visited[np.uint64(queue[i]) >> SIX] = ZERO
        sizes[run], depths[run], edges_traversed[run] = tail, depth, edges
