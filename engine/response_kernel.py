"""The compiled loops behind engine.response: one share tree after another, one broadcast of it at a time.

As in the cascade, a broadcast is worked off in passes: pick edge positions, decide who sees it, let those
who see it respond. Each pass asks for the memory that the next one needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.picking import LOW_6, LOW_32, NODE_STEP, ONE, SHIFT_32, SIX, ZERO, pick_edges
from engine.response_lift import UNSEEN, lift_of, usual_trust
from engine.response_sights import (
    CLICK_RATE,
    GAP_CLASS,
    KEEP,
    PREMIUM,
    REPOST_RATE,
    SOURCE,
    TABLE_SIZE,
    TOPIC,
    ask_for_share,
    draw_words,
    keep_sights,
    key_of_tree,
    pick_contacts,
)
from engine.signatures import (
    I64,
    U64,
    F32In,
    F32Matrix,
    F64In,
    I32In,
    I64Matrix,
    I64Out,
    U8In,
    U8Out,
    U32In,
    U32Matrix,
    U32Out,
    U64In,
    U64Out,
)
from engine.streams import mix

FIRST_VIEW, CLICKED, REPOSTED = 1, 2, 4
UNIT_32 = 1.0 / 4294967296.0
VIEW_SALT = np.uint64(0xD1B54A32D192ED03)
REPOST_SALT = np.uint64(0x8CB92BA72F3D8DD7)
# Columns of the counts a share gets, in the order of engine.response.Exposure.
AUDIENCE, EXPOSURES, VIEWERS, CLICKS, REPOSTS, DEPTH, BEYOND_ONE, THINNED = range(8)
N_COUNTS = 8
# Places of the state of `run_shares`; from HEAD on, how far a tree has grown that waits for somebody's contacts.
NEXT_SHARE, WRITTEN, REACH, WANTED, HEAD, TAIL, LEVEL_END, ROUND, FRESH = range(9)
N_STATE = 9


@kernel(U32In, U32In, U64Out)
def clear_marks(targets: Any, seen_edges: Any, marks: Any) -> None:
    """Clear the words of a bitmap that these edges marked, or all of it where that is cheaper: where the audience is not large."""
    if seen_edges.size > marks.size // 8:
        marks[:] = ZERO
        return
    for i in range(seen_edges.size):
        marks[np.uint64(targets[np.uint64(seen_edges[i])]) >> SIX] = ZERO


@inlined
def record_sights(
    n_seen: Any,
    picked: Any,
    targets: Any,
    seen_edges: Any,
    written: Any,
    visited: Any,
    edge_trust: Any,
    edge_fatigue: Any,
    interest: Any,
    n_topics: Any,
    column: Any,
) -> None:
    """Write down along which edges the share is seen, and ask for what `respond` will read."""
    for i in range(n_seen):
        e = np.uint64(picked[i])
        v = np.uint64(targets[e])
        prefetch(visited, v >> SIX)
        prefetch(edge_trust, e)
        prefetch(edge_fatigue, e)
        prefetch(interest, v * n_topics + column)
        seen_edges[written + np.uint64(i)] = e


@inlined
def clicking(word: Any) -> Any:
    """The uniform that decides whether who sees a post clicks."""
    return np.float64(word & LOW_32) * UNIT_32


@inlined
def passing(word: Any) -> Any:
    """The uniform that decides whether who sees a post passes it on."""
    return np.float64(mix(word ^ REPOST_SALT) >> SHIFT_32) * UNIT_32


@inlined
def respond(
    n_seen: Any,
    picked: Any,
    words: Any,
    targets: Any,
    visited: Any,
    today: Any,
    queue: Any,
    tail: Any,
    seen_edges: Any,
    seen_flags: Any,
    written: Any,
    click_rate: Any,
    repost_rate: Any,
    edge_trust: Any,
    edge_fatigue: Any,
    interest: Any,
    theta: Any,
    n_topics: Any,
    column: Any,
    segments: Any,
    levels: Any,
    taste_key: Any,
) -> Any:
    """Let the targets of the seen edges click and repost, each at its first sight in the tree.

    Reposters join the queue. Returns its new tail and how many were new to the tree, clicked, were new to the
    day.
    """
    viewers, clicks, fresh, asked = ZERO, ZERO, ZERO, ZERO
    # Most draws lie above what the likeliest of usual trust would answer to: they need no exponential, and nobody's taste.
    usual, likeliest = usual_trust(n_seen, picked, edge_trust, theta, n_topics)
    for i in range(n_seen):
        e = np.uint64(picked[i])
        v = np.uint64(targets[e])
        bit = ONE << (v & LOW_6)
        flags = 0
        if visited[v >> SIX] & bit == ZERO and not edge_trust[e] <= UNSEEN:
            visited[v >> SIX] |= bit
            flags = FIRST_VIEW
            viewers += ONE
            fresh += np.uint64(today[v >> SIX] & bit == ZERO)
            today[v >> SIX] |= bit
            if (
                not edge_trust[e] <= usual
                or clicking(words[i]) < click_rate * likeliest
                or passing(words[i]) < repost_rate * likeliest
            ):
                # Candidates overwrite entries already processed; their segments are prefetched meanwhile.
                prefetch(segments, v)
                picked[asked], words[asked] = i, words[i]
                asked += ONE
        seen_flags[written + np.uint64(i)] = flags
    for k in range(asked):
        place, word = written + np.uint64(picked[k]), words[k]
        e = np.uint64(seen_edges[place])
        v = np.uint64(targets[e])
        lift = lift_of(
            e, v, column, theta, edge_trust, edge_fatigue, interest, n_topics, segments, levels, taste_key
        )  # fmt: skip
        flags = FIRST_VIEW
        if clicking(word) < click_rate * lift:
            flags |= CLICKED
            clicks += ONE
        if passing(word) < repost_rate * lift:
            flags |= REPOSTED
            queue[tail] = v
            tail += ONE
        seen_flags[place] = flags
    return tail, viewers, clicks, fresh


@inlined
def add_replies(count: Any, depth: Any, exposures: Any, viewers: Any, clicks: Any, reposts: Any) -> None:
    """Add what came of one broadcast to the counts of its share."""
    count[EXPOSURES] += exposures
    count[VIEWERS] += viewers
    count[CLICKS] += clicks
    if reposts > 0:
        count[REPOSTS] += reposts
        count[DEPTH] = depth
        count[BEYOND_ONE] += reposts if depth > 1 else 0


@inlined
def grow_tree(
    offsets: Any, targets: Any, edge_trust: Any, edge_fatigue: Any, interest: Any, loads: Any,
    rates: Any, shares: Any, share_rates: Any, s: Any, key: Any, day: Any, tree_key: Any, tables: Any,
    counts: Any, seen_edges: Any, seen_flags: Any, visited: Any, today: Any, queue: Any, n: Any,
    picked: Any, words: Any, next_picked: Any, first: Any, drawn: Any, segments: Any, levels: Any, taste_key: Any,
    state: Any,
) -> Any:  # fmt: skip
    """One share and its reposts, from the `n` picked edges of its own broadcast on; meanwhile pick those of the next share.

    Return the exposures written by now, the people new to the day, whether all found room and contacts, and of the
    next share the edges picked and its tree's key.
    """
    feed_load, edge_load = loads
    theta = (np.float32(rates[1]), np.float32(rates[2]), np.float32(rates[3]))
    load_scale, premium, rate = np.float32(1.0 / rates[0]), share_rates[s, PREMIUM], share_rates[s]
    n_topics, column = np.uint64(interest.size // (offsets.size - 1)), np.uint64(shares[s, TOPIC])
    base, count = np.uint64(shares[s, GAP_CLASS]) * TABLE_SIZE, counts[s]
    u, first_thinned = np.uint64(shares[s, SOURCE]), np.uint64(rates[6])
    next_n, next_key, waited = ZERO, ZERO, state[WANTED] != 0
    if waited:
        head, tail, level_end = np.uint64(state[HEAD]), np.uint64(state[TAIL]), np.uint64(state[LEVEL_END])
        depth, reach = state[ROUND], np.uint64(state[FRESH])
        premium = np.float32(rates[4]) if depth > 1 else premium
        next_n, next_key = pick_contacts(shares, s + ONE, key, day, offsets, targets, tables, next_picked)
    else:
        head, tail, level_end, depth, reach = ZERO, ONE, ONE, np.int64(1), ZERO
        count[:] = 0
        count[AUDIENCE] = np.int64(offsets[u + ONE] - offsets[u])
    written = first + np.uint64(count[EXPOSURES])
    while True:
        if not waited:
            near = head == ZERO and edge_load.size > 0
            n = keep_sights(n, picked, words, targets, loads, offsets[u], near, load_scale, rate[KEEP])
            if written + n > np.uint64(seen_edges.size):
                return written, reach, False, next_n, next_key
            record_sights(
                n, picked, targets, seen_edges, written, visited, edge_trust, edge_fatigue, interest, n_topics, column
            )  # fmt: skip
            if depth == 1:
                # A tree is small: the memory that it waits for is had while the next one begins.
                next_n, next_key = pick_contacts(shares, s + ONE, key, day, offsets, targets, tables, next_picked)  # fmt: skip
            before = tail
            tail, viewers, clicks, fresh = respond(
                n, picked, words, targets, visited, today, queue, tail, seen_edges, seen_flags, written,
                rate[CLICK_RATE] * premium, rate[REPOST_RATE], edge_trust, edge_fatigue, interest, theta, n_topics,
                column, segments, levels, taste_key,
            )  # fmt: skip
            written, reach = written + n, reach + fresh
            add_replies(count, depth, np.int64(n), np.int64(viewers), np.int64(clicks), np.int64(tail - before))  # fmt: skip
            if head + ONE == level_end:
                level_end, depth, premium = tail, depth + 1, np.float32(rates[4])
            if head + ONE >= tail or depth > rates[5]:
                return written, reach, True, next_n, next_key
            # queue[head] is who broadcasts after the source and `head` others.
            head += ONE
        waited, state[WANTED] = False, 0
        u = np.uint64(queue[head])
        if np.uint64(drawn.size) > u and drawn[u] == 0:
            state[WANTED], state[HEAD], state[TAIL], state[LEVEL_END] = np.int64(u) + 1, head, tail, level_end
            state[ROUND], state[FRESH] = depth, reach
            return written, reach, False, next_n, next_key
        begin, end = offsets[u], offsets[u + ONE]
        count[AUDIENCE] += np.int64(end - begin)
        count[THINNED] += np.int64(end - begin) if begin >= first_thinned else 0
        n = pick_edges(
            begin, end, tree_key + u * NODE_STEP, tables, base, targets, targets, False, picked, ZERO
        )  # fmt: skip
        draw_words(n, picked, words, targets, feed_load, tree_key + VIEW_SALT, False)


@kernel(
    U64In,  # offsets
    U32In,  # targets
    F32In,  # edge_trust
    F32In,  # edge_fatigue
    F32In,  # interest, flat
    F32In,  # feed_load
    F32In,  # edge_load
    F64In,  # rates: load half, trust, affinity, fatigue, reposter premium, rounds, first thinned edge
    U32Matrix,  # shares: columns SOURCE … GAP_CLASS
    F32Matrix,  # share_rates: columns KEEP … PREMIUM
    U64,  # key
    I64,  # day
    U32In,  # tables
    I64Matrix,  # counts: columns AUDIENCE … THINNED
    U32Out,  # seen_edges
    U8Out,  # seen_flags
    U64Out,  # visited
    U64Out,  # today
    U32Out,  # queue
    U32Out,  # picked
    U64Out,  # words
    U8In,  # drawn
    I32In,  # segments
    F64In,  # levels: interest in one's own topic and in others, width
    U64,  # taste_key
    I64Out,  # state
)
def run_shares(
    offsets: Any,
    targets: Any,
    edge_trust: Any,
    edge_fatigue: Any,
    interest: Any,
    feed_load: Any,
    edge_load: Any,
    rates: Any,
    shares: Any,
    share_rates: Any,
    key: Any,
    day: Any,
    tables: Any,
    counts: Any,
    seen_edges: Any,
    seen_flags: Any,
    visited: Any,
    today: Any,
    queue: Any,
    picked: Any,
    words: Any,
    drawn: Any,
    segments: Any,
    levels: Any,
    taste_key: Any,
    state: Any,
) -> None:
    """Run shares from state[0] on; stop before one that does not fit, and in one that comes to a person whose contacts are not drawn.

    The first: the caller makes the lists longer. The second: the caller draws the contacts, and the tree grows on from there.

    state    next share, exposures written, unique reach so far, 1 + the node whose contacts are wanted (0: none), and its tree
    edge_load  loads of the targets of a source's own edges, where all shares are of that one source; otherwise empty
    drawn    by node, whether its targets are in `targets`; empty where all are
    segments, levels, taste_key   of `taste`, read where `interest` is empty
    visited  bitmap of one tree; today: of the day. Both come in as zeros and visited goes out so, but where a tree waits
    """
    first, reach, half = np.uint64(state[1]), np.uint64(state[2]), words.size // 2
    picked, next_picked, words, next_words = picked[:half], picked[half:], words[:half], words[half:]
    loads, near = (feed_load, edge_load), edge_load.size > 0
    if state[WANTED] == 0:
        n, tree_key = pick_contacts(shares, np.uint64(state[0]), key, day, offsets, targets, tables, picked)
        draw_words(n, picked, words, targets, feed_load, tree_key + VIEW_SALT, near)
    else:
        n, tree_key = ZERO, key_of_tree(shares, np.uint64(state[0]), key, day)
    for s in range(np.uint64(state[0]), np.uint64(shares.shape[0])):
        root = np.uint64(shares[s, SOURCE])
        ask_for_share(shares, s + ONE + ONE, offsets)
        visited[root >> SIX] |= ONE << (root & LOW_6)
        written, fresh, fits, n, next_key = grow_tree(
            offsets, targets, edge_trust, edge_fatigue, interest, loads, rates, shares, share_rates, s, key,
            day, tree_key, tables, counts, seen_edges, seen_flags, visited, today, queue, n, picked, words,
            next_picked, first, drawn, segments, levels, taste_key, state,
        )  # fmt: skip
        if state[WANTED] != 0:
            state[0], state[1], state[2] = s, first, reach
            return
        draw_words(n, next_picked, next_words, targets, feed_load, next_key + VIEW_SALT, near)
        clear_marks(targets, seen_edges[first:written], visited)
        visited[root >> SIX] = ZERO
        reach += fresh
        if not fits:
            state[0], state[1], state[2] = s, first, reach
            return
        first, tree_key = written, next_key
        picked, next_picked, words, next_words = next_picked, picked, next_words, words
    state[0], state[1], state[2] = shares.shape[0], first, reach
