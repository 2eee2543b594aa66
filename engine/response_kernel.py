"""The compiled loops behind engine.response: one share tree after another, one broadcast of it at a time.

As in the cascade, a broadcast is worked off in passes: pick edge positions, decide who sees it, let those who see it respond. Each pass asks for
the memory that the next one needs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from engine.geometric import ESCAPE, draw_gap
from engine.kernels import (
    F32In,
    F32Matrix,
    F64In,
    I32In,
    I32Out,
    I64,
    I64In,
    I64Matrix,
    I64Out,
    U8Out,
    U32Matrix,
    U64,
    U64Out,
    kernel,
)
from engine.prefetch import prefetch
from engine.streams import GOLDEN, bits, mix

FIRST_VIEW, CLICKED, REPOSTED = 1, 2, 4
UNIT_24 = np.float32(1.0 / 16777216.0)
UNIT_32 = 1.0 / 4294967296.0
VIEW_SALT = np.uint64(0xD1B54A32D192ED03)
REPOST_SALT = np.uint64(0x8CB92BA72F3D8DD7)
ONE = np.uint64(1)
SHIFT_32 = np.uint64(32)
SHIFT_40 = np.uint64(40)
LOW_32 = np.uint64(0xFFFFFFFF)
GAP_ESCAPE = np.uint64(ESCAPE)

# Columns of the counts a share gets, in the order of engine.response.Outcome.
AUDIENCE, EXPOSURES, VIEWERS, CLICKS, REPOSTS, DEPTH, BEYOND_ONE = range(7)
N_COUNTS = 7
# Columns of a share's own rates.
KEEP, CLICK_RATE, REPOST_RATE, PREMIUM = range(4)


@njit(nogil=True)
def pick_edges(begin: Any, end: Any, node_key: Any, table: Any, targets: Any, picked: Any) -> Any:
    """Write the edge positions in [begin, end) where a coin of the table's probability succeeds; return how many."""
    count = 0
    position = begin
    word = node_key
    while True:
        for half in range(2):
            gap = draw_gap(table, word & LOW_32 if half == 0 else word >> SHIFT_32)
            position += np.int64(gap)
            if position >= end:
                return count
            if gap != GAP_ESCAPE:
                picked[count] = position
                count += 1
                prefetch(targets, position)
                position += 1
        word = mix(word + GOLDEN)


@njit(nogil=True)
def keep_sights(
    n_picked: Any,
    picked: Any,
    words: Any,
    targets: Any,
    feed_load: Any,
    load_scale: Any,
    keep: Any,
    view_key: Any,
) -> Any:
    """Thin the picked edges to those whose target sees the post through its feed; return how many."""
    for i in range(n_picked):
        e = picked[i]
        prefetch(feed_load, targets[e])
        words[i] = mix(view_key ^ (np.uint64(e) * GOLDEN))
    kept = 0
    for i in range(n_picked):
        e = picked[i]
        word = words[i]
        chance = np.float32(word >> SHIFT_40) * UNIT_24
        picked[kept] = e
        words[kept] = word
        kept += np.int64(chance * (np.float32(1.0) + feed_load[targets[e]] * load_scale) < keep)
    return kept


@kernel(I32In, I32In, U64Out)
def clear_marks(targets: Any, seen_edges: Any, marks: Any) -> None:
    """Clear the words of a bitmap that these edges marked: cheaper than clearing all of a large audience."""
    for i in range(seen_edges.size):
        marks[targets[seen_edges[i]] >> 6] = 0


@njit(nogil=True)
def lift_of(
    e: Any, v: Any, topic: Any, theta: Any, edge_trust: Any, edge_fatigue: Any, interest: Any, n_topics: Any
) -> Any:
    """exp(trust·T + affinity·A − fatigue·F)."""
    return math.exp(
        theta[0] * edge_trust[e] + theta[1] * interest[v * n_topics + topic] - theta[2] * edge_fatigue[e]
    )


@kernel(
    I64In,  # offsets
    I32In,  # targets
    F32In,  # edge_trust
    F32In,  # edge_fatigue
    F32In,  # interest, flat
    F32In,  # feed_load
    F64In,  # rates: load half, trust, affinity, fatigue, reposter premium, rounds
    I32In,  # source
    I32In,  # topic
    I32In,  # ordinal
    F32Matrix,  # share_rates: columns KEEP … PREMIUM
    I64In,  # share_class: row of tables
    U64,  # key
    I64,  # day
    U32Matrix,  # tables
    I64Matrix,  # counts: columns AUDIENCE … BEYOND_ONE
    I32Out,  # seen_edges
    I32Out,  # seen_shares
    U8Out,  # seen_flags
    U64Out,  # visited
    U64Out,  # today
    I32Out,  # queue
    I32Out,  # picked
    U64Out,  # words
    I64Out,  # state
)
def run_shares(
    offsets: Any,
    targets: Any,
    edge_trust: Any,
    edge_fatigue: Any,
    interest: Any,
    feed_load: Any,
    rates: Any,
    source: Any,
    topic: Any,
    ordinal: Any,
    share_rates: Any,
    share_class: Any,
    key: Any,
    day: Any,
    tables: Any,
    counts: Any,
    seen_edges: Any,
    seen_shares: Any,
    seen_flags: Any,
    visited: Any,
    today: Any,
    queue: Any,
    picked: Any,
    words: Any,
    state: Any,
) -> None:
    """Run shares from state[0] on; stop before one whose exposures do not fit, so that the caller can grow the lists.

    state    next share, exposures written, unique reach so far
    visited  bitmap of this tree; today: of the day. Both come in as zeros and visited goes out so
    """
    theta = (np.float32(rates[1]), np.float32(rates[2]), np.float32(rates[3]))
    load_scale = np.float32(1.0 / rates[0])
    n_topics = interest.size // (offsets.size - 1)
    written, reach = state[1], state[2]
    for s in range(state[0], source.size):
        first = written
        tree_key = bits(key, day, source[s], ordinal[s])
        table = tables[share_class[s]]
        rate, column = share_rates[s], topic[s]
        root = source[s]
        visited[root >> 6] |= ONE << np.uint64(root & 63)
        queue[0] = root
        head, tail, level_end, depth = 0, 1, 1, 1
        audience, viewers, clicks, deepest, beyond = 0, 0, 0, 0, 0
        while head < tail and depth <= rates[5]:
            u = queue[head]
            head += 1
            begin, end = offsets[u], offsets[u + 1]
            audience += end - begin
            node_key = mix(tree_key ^ (np.uint64(u) * GOLDEN))
            n_seen = pick_edges(begin, end, node_key, table, targets, picked)
            n_seen = keep_sights(
                n_seen, picked, words, targets, feed_load, load_scale, rate[KEEP], tree_key + VIEW_SALT
            )
            if written + n_seen > seen_edges.size:
                clear_marks(targets, seen_edges[first:written], visited)
                visited[root >> 6] = 0
                state[0], state[1], state[2] = s, first, reach
                return
            for i in range(n_seen):
                v = targets[picked[i]]
                prefetch(visited, v >> 6)
                prefetch(edge_trust, picked[i])
                prefetch(edge_fatigue, picked[i])
                prefetch(interest, v * n_topics + column)
            premium = rate[PREMIUM] if depth == 1 else np.float32(rates[4])
            for i in range(n_seen):
                e = picked[i]
                v = targets[e]
                bit = ONE << np.uint64(v & 63)
                flags = 0
                if visited[v >> 6] & bit == 0:
                    visited[v >> 6] |= bit
                    flags = FIRST_VIEW
                    viewers += 1
                    reach += np.int64(today[v >> 6] & bit == 0)
                    today[v >> 6] |= bit
                    lift = lift_of(e, v, column, theta, edge_trust, edge_fatigue, interest, n_topics)
                    if np.float64(words[i] & LOW_32) * UNIT_32 < rate[CLICK_RATE] * premium * lift:
                        flags |= CLICKED
                        clicks += 1
                    if (
                        np.float64(mix(words[i] ^ REPOST_SALT) >> SHIFT_32) * UNIT_32
                        < rate[REPOST_RATE] * lift
                    ):
                        flags |= REPOSTED
                        deepest = depth
                        beyond += np.int64(depth > 1)
                        queue[tail] = v
                        tail += 1
                seen_edges[written] = e
                seen_shares[written] = s
                seen_flags[written] = flags
                written += 1
            if head == level_end:
                level_end = tail
                depth += 1
        clear_marks(targets, seen_edges[first:written], visited)
        visited[root >> 6] = 0
        count = counts[s]
        count[AUDIENCE], count[EXPOSURES], count[VIEWERS] = audience, written - first, viewers
        count[CLICKS], count[REPOSTS], count[DEPTH], count[BEYOND_ONE] = clicks, tail - 1, deepest, beyond
    state[0], state[1], state[2] = source.size, written, reach
