"""The compiled loops behind engine.response: one share tree after another, one broadcast of it at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from engine.geometric import CELL_BITS, ESCAPE
from engine.kernels import (
    I64,
    F32In,
    F32Matrix,
    F64In,
    I32In,
    I32Out,
    I64In,
    I64Out,
    U8Out,
    U32Matrix,
    U64In,
    U64Out,
    kernel,
)
from engine.prefetch import prefetch
from engine.streams import GOLDEN, mix

FIRST_VIEW, CLICKED, REPOSTED = 1, 2, 4
AHEAD = 12
UNIT_32 = 1.0 / 4294967296.0
VIEW_SALT = np.uint64(0xD1B54A32D192ED03)
REPOST_SALT = np.uint64(0x8CB92BA72F3D8DD7)
ONE = np.uint64(1)
SIX = np.uint64(6)
LOW_6 = np.uint64(63)
LOW_10 = np.uint64(ESCAPE)
SHIFT_10 = np.uint64(CELL_BITS)
SHIFT_32 = np.uint64(32)
LOW_32 = np.uint64(0xFFFFFFFF)

# Columns of the counts a share gets, in the order of engine.response.Outcome.
AUDIENCE, EXPOSURES, VIEWERS, CLICKS, REPOSTS, DEPTH, BEYOND_ONE = range(7)
N_COUNTS = 7


@kernel(I64, I64, types.uint64, types.Array(types.uint32, 1, "C", readonly=True), I32Out, returns=I64)
def collect_candidates(begin: Any, end: Any, node_key: Any, table: Any, candidates: Any) -> Any:
    """Write the edge positions in [begin, end) where a coin of the table's probability succeeds; return how many."""
    count = 0
    step = np.uint64(0)
    position = begin
    while True:
        step += ONE
        word = mix(node_key + step * GOLDEN)
        for half in range(2):
            draw = word & LOW_32 if half == 0 else word >> SHIFT_32
            cell = draw & LOW_10
            entry = np.uint64(table[cell])
            gap = cell if (draw >> SHIFT_10) < (entry >> SHIFT_10) else entry & LOW_10
            position += np.int64(gap)
            if position >= end:
                return count
            if gap != LOW_10:
                candidates[count] = position
                count += 1
                position += 1


@kernel(
    I64In,  # offsets
    I32In,  # targets
    F32In,  # edge_trust
    F32In,  # edge_fatigue
    F32Matrix,  # person_interest
    F32In,  # feed_load
    F64In,  # rates: load half, trust, affinity, fatigue, reposter premium, rounds
    I32In,  # source
    I32In,  # topic
    F32Matrix,  # per share: visibility / class bound, click rate, repost rate, premium
    I64In,  # class of each share's visibility
    U64In,  # tree keys
    U32Matrix,  # gap tables
    types.int64[:, ::1],  # counts
    I32Out,  # seen edges
    I32Out,  # seen shares
    U8Out,  # seen flags
    U64Out,  # visited in this tree
    U64Out,  # seen today
    I32Out,  # queue
    I32Out,  # candidates
    I64Out,  # state: next share, exposures written, unique reach
)
def run_shares(
    offsets: Any,
    targets: Any,
    edge_trust: Any,
    edge_fatigue: Any,
    person_interest: Any,
    feed_load: Any,
    rates: Any,
    source: Any,
    topic: Any,
    share_rates: Any,
    share_class: Any,
    tree_keys: Any,
    tables: Any,
    counts: Any,
    seen_edges: Any,
    seen_shares: Any,
    seen_flags: Any,
    visited: Any,
    today: Any,
    queue: Any,
    candidates: Any,
    state: Any,
) -> None:
    """Run shares from state[0] on; stop before the first one whose exposures do not fit, so that the caller can grow."""
    load_scale = np.float32(1.0 / rates[0])
    theta_trust, theta_affinity, theta_fatigue = (
        np.float32(rates[1]),
        np.float32(rates[2]),
        np.float32(rates[3]),
    )
    reposter_premium = np.float32(rates[4])
    max_rounds = int(rates[5])
    capacity = seen_edges.size
    written = state[1]
    reach = state[2]
    one = np.float32(1.0)
    for s in range(state[0], source.size):
        first = written
        tree_key = tree_keys[s]
        table = tables[share_class[s]]
        keep, click_rate, repost_rate, premium = (
            share_rates[s, 0],
            share_rates[s, 1],
            share_rates[s, 2],
            share_rates[s, 3],
        )
        root = source[s]
        visited[root >> 6] |= ONE << np.uint64(root & 63)
        queue[0] = root
        head, tail, depth = 0, 1, 0
        audience, viewers, clicks, reposts, deepest, beyond = 0, 0, 0, 0, 0, 0
        full = False
        while head < tail and depth < max_rounds and not full:
            level_end = tail
            depth += 1
            while head < level_end and not full:
                u = queue[head]
                head += 1
                begin, end = offsets[u], offsets[u + 1]
                audience += end - begin
                node_key = mix(tree_key ^ (np.uint64(u) * GOLDEN))
                n_candidates = collect_candidates(begin, end, node_key, table, candidates)
                if written + n_candidates > capacity:
                    full = True
                    break
                for i in range(min(AHEAD, n_candidates)):
                    prefetch(targets, candidates[i])
                for i in range(n_candidates):
                    if i + AHEAD < n_candidates:
                        prefetch(targets, candidates[i + AHEAD])
                    e = candidates[i]
                    v = targets[e]
                    prefetch(visited, v >> 6)
                    prefetch(feed_load, v)
                for i in range(n_candidates):
                    e = candidates[i]
                    v = targets[e]
                    word = mix((tree_key + VIEW_SALT) ^ (np.uint64(e + 1) * GOLDEN))
                    accept = np.float32(word >> SHIFT_32) * np.float32(UNIT_32)
                    if accept * (one + feed_load[v] * load_scale) >= keep:
                        continue
                    seen_edges[written] = e
                    seen_shares[written] = s
                    cell = v >> 6
                    bit = ONE << np.uint64(v & 63)
                    flags = 0
                    if visited[cell] & bit == 0:
                        visited[cell] |= bit
                        flags = FIRST_VIEW
                        viewers += 1
                        if today[cell] & bit == 0:
                            today[cell] |= bit
                            reach += 1
                        lift = math.exp(
                            theta_trust * edge_trust[e]
                            + theta_affinity * person_interest[v, topic[s]]
                            - theta_fatigue * edge_fatigue[e]
                        )
                        hop_premium = premium if depth == 1 else reposter_premium
                        if np.float32(word & LOW_32) * np.float32(UNIT_32) < click_rate * lift * hop_premium:
                            flags |= CLICKED
                            clicks += 1
                        again = mix(word ^ REPOST_SALT) >> SHIFT_32
                        if np.float32(again) * np.float32(UNIT_32) < repost_rate * lift:
                            flags |= REPOSTED
                            reposts += 1
                            deepest = depth
                            if depth > 1:
                                beyond += 1
                            queue[tail] = v
                            tail += 1
                    seen_flags[written] = flags
                    written += 1
        visited[root >> 6] = 0
        for i in range(first, written):
            visited[targets[seen_edges[i]] >> 6] = 0
        if full:
            state[0], state[1], state[2] = s, first, reach
            return
        counts[s, AUDIENCE] = audience
        counts[s, EXPOSURES] = written - first
        counts[s, VIEWERS] = viewers
        counts[s, CLICKS] = clicks
        counts[s, REPOSTS] = reposts
        counts[s, DEPTH] = deepest
        counts[s, BEYOND_ONE] = beyond
    state[0], state[1], state[2] = source.size, written, reach


@kernel(I32In, I32In, U64Out)
def clear_marks(targets: Any, seen_edges: Any, marks: Any) -> None:
    """Clear the words of `marks` that the exposures touched: cheaper than clearing all of a large audience."""
    for i in range(seen_edges.size):
        marks[targets[seen_edges[i]] >> 6] = 0
