"""The compiled loop behind engine.cascade."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import I64, U64, I32In, I32Out, I64In, I64Out, U32In, U64Out, kernel
from engine.response_kernel import collect_candidates
from engine.streams import GOLDEN, mix

ONE = np.uint64(1)
SHIFT_32 = np.uint64(32)
EDGE_SALT = np.uint64(0xD1B54A32D192ED03)


@kernel(
    I64In,
    I32In,
    U32In,
    U32In,
    I32In,
    U64,
    I64,
    I64Out,
    I64Out,
    I64Out,
    U64Out,
    I32Out,
    I32Out,
)
def run_cascades(
    offsets: Any,
    targets: Any,
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
    candidates: Any,
) -> None:
    """Runs first_run … of an ensemble; `visited` comes in and goes out as zeros."""
    per_edge = keep.size > 1
    whole = keep[0] == np.uint32(0xFFFFFFFF) and not per_edge
    for run in range(sizes.size):
        run_key = mix(key + np.uint64(first_run + run) * GOLDEN)
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
                u = queue[head]
                head += 1
                begin, end = offsets[u], offsets[u + 1]
                edges += end - begin
                node_key = mix(run_key ^ (np.uint64(u) * GOLDEN))
                n_candidates = collect_candidates(begin, end, node_key, table, candidates)
                for i in range(n_candidates):
                    e = candidates[i]
                    if not whole:
                        word = mix((run_key + EDGE_SALT) ^ (np.uint64(e) * GOLDEN))
                        if (word >> SHIFT_32) >= keep[e if per_edge else 0]:
                            continue
                    v = targets[e]
                    bit = ONE << np.uint64(v & 63)
                    if visited[v >> 6] & bit == 0:
                        visited[v >> 6] |= bit
                        queue[tail] = v
                        tail += 1
            if tail > level_end:
                depth += 1
        for i in range(tail):
            visited[queue[i] >> 6] = 0
        sizes[run], depths[run], edges_traversed[run] = tail, depth, edges
