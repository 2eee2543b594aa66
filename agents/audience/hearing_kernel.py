"""The compiled day of the audience: posts are told, seen, counted and felt, run after run, while a run's arrays are at hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from agents.audience.audience_kernel import (
    EDGES,
    FEEL,
    FLAGS,
    SOURCES,
    WORLD,
    Edges,
    Flags,
    Sources,
    World,
    draw_contacts,
    refresh_source,
    source_of,
)
from engine.kernels import kernel
from engine.response_kernel import FIRST_VIEW, NEXT_SHARE, WANTED, WRITTEN, run_shares
from engine.signatures import (
    I64,
    F32In,
    F32Matrix,
    F64In,
    F64Matrix,
    F64MatrixOut,
    I32In,
    I32Out,
    I64In,
    I64Matrix,
    I64Out,
    Tuple,
    U8Out,
    U32In,
    U32Matrix,
    U32Out,
    U64In,
    U64Out,
)
from engine.streams import uniform

# Fatigue below which the chance of muting is bounded without an exponential.
CALM = 4.0
# Beside the flags of `engine.response_kernel`: seen straight from a source who is not muted.
FROM_SOURCE = 8
# Places of `progress`: the run in hand, whether its posts are flagged to be told, and exposures written; then room for `run_shares`.
RUN, BEGUN, ROOM_USED, STATE = 0, 1, 2, 3
PROGRESS = 8


class Rates(NamedTuple):
    """float64[R, …] each: of feelings (`Feel`), of the response kernel, and levels of interest."""

    feel: Any
    response: Any
    interest: Any


class Keys(NamedTuple):
    """uint64[R] each: of sights, of feelings, and of the networks."""

    see: Any
    feel: Any
    network: Any


class Heard(NamedTuple):
    """int64 each: where each run's posts begin in `order`, the posts in order of their runs, and source and ordinal of each post."""

    at: Any
    order: Any
    source: Any
    ordinal: Any


class Scratch(NamedTuple):
    """uint64 each: working memory of one run; the bitmaps are zeros in and out, but for `today`, which nobody reads."""

    taken: Any
    visited: Any
    today: Any
    near: Any
    far: Any
    words: Any


class Told(NamedTuple):
    """uint32 each: the edges along which posts were seen, and working memory of a tree."""

    edges: Any
    queue: Any
    picked: Any


RATES = Tuple(F64Matrix, len(Rates._fields))
KEYS = Tuple(U64In, len(Keys._fields))
HEARD = Tuple(I64In, len(Heard._fields))
SCRATCH = Tuple(U64Out, len(Scratch._fields))
TOLD = Tuple(U32Out, len(Told._fields))
CHANGES = Tuple(F64In, 2)


@kernel(
    HEARD, U32Matrix, F32Matrix, CHANGES, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, FLAGS, EDGES, SOURCES,
    I64Out, RATES, KEYS, I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, U8Out, I64Matrix, F64MatrixOut, I64Out, I64Matrix,
    I64In, I64Out,
)  # fmt: skip
def hear(
    heard: Any, names: Any, share_rates: Any, changes: Any, world: Any, row_segments: Any, members: Any, ties: Any,
    targets: Any, targets_u: Any, offsets_u: Any, feed_load: Any, flags: Any, edges: Any, levels: Any, touched: Any,
    rates: Any, keys: Any, day: Any, tables: Any, told: Any, seen_flags: Any, scratch: Any, spans: Any, again: Any,
    counts: Any, sights: Any, unfollows: Any, people: Any, source_edges: Any, progress: Any,
) -> None:  # fmt: skip
    """Each run's posts of a day in its own world; stop where exposures do not fit, to be called again with more room.

    spans      int64[posts, 2]: from where to where each post's exposures stand; again: uint8[posts], those still to be told
    counts     int64[posts, 8] as of `engine.response_kernel`
    sights     float64[posts, 4]: sights over sources' own ties and over reposters', first sights of the two kinds
    unfollows  int64[posts]
    people     int64[R, 5]: near and far by employees' posts, near and far by pages' posts, and reached for the first time
    """
    h = Heard(*heard)
    for r in range(progress[RUN], h.at.size - 1):
        if h.at[r + 1] > h.at[r]:
            spread(
                r, heard, names, share_rates, world, row_segments, members, ties, targets, targets_u, offsets_u, feed_load,
                flags, edges, levels, touched, rates, keys, day, tables, told, seen_flags, scratch, spans, again, counts,
                source_edges, progress,
            )  # fmt: skip
            if progress[ROOM_USED] < 0:
                return
            count_people(
                r, heard, spans, told[0], seen_flags, world, targets_u, flags, source_edges, scratch, day, people,
            )  # fmt: skip
            absorb(
                r, heard, spans, told[0], seen_flags, changes, world, source_edges, rates[0], keys[1], day, flags, edges,
                levels, sights, unfollows,
            )  # fmt: skip
        progress[RUN], progress[BEGUN], progress[ROOM_USED] = r + 1, 0, 0


@kernel(
    I64, HEARD, U32Matrix, F32Matrix, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, FLAGS, EDGES, SOURCES,
    I64Out, RATES, KEYS, I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, U8Out, I64Matrix, I64In, I64Out,
)  # fmt: skip
def spread(
    r: Any, heard: Any, names: Any, share_rates: Any, world: Any, row_segments: Any, members: Any, ties: Any,
    targets: Any, targets_u: Any, offsets_u: Any, feed_load: Any, flags: Any, edges: Any, levels: Any, touched: Any,
    rates: Any, keys: Any, day: Any, tables: Any, told: Any, seen_flags: Any, scratch: Any, spans: Any, again: Any,
    counts: Any, source_edges: Any, progress: Any,
) -> None:  # fmt: skip
    """Tell a run's posts. A colleague who passes a post on is a source too, whose edges are brought up to date; what was told over old
    ones is told again. Draws are named by post and edge, so that nothing else changes.

    `progress[ROOM_USED]` is −1 − what was used where there was no room for more.
    """
    h, taken = Heard(*heard), scratch[0]
    if progress[BEGUN] == 0:
        progress[BEGUN], last = 1, -1
        for k in range(h.at[r], h.at[r + 1]):
            a = h.source[h.order[k]]
            again[h.order[k]] = 1
            if a != last:
                refresh_source(
                    a, r, world, row_segments, members, ties, keys[2], taken, targets, flags, rates[0], day, touched,
                    edges, levels,
                )  # fmt: skip
            last = a
    while True:
        for k in range(h.at[r], h.at[r + 1]):
            if again[h.order[k]] == 1:
                tell(
                    r, h.order[k], names, share_rates, world, row_segments, members, ties, targets, targets_u, offsets_u,
                    feed_load, flags, edges, rates, keys, day, tables, told, seen_flags, scratch, spans, counts, progress,
                )  # fmt: skip
                if progress[ROOM_USED] < 0:
                    return
                again[h.order[k]] = 0
        old = mark_old(r, heard, spans, told[0], world, flags, touched, day, source_edges[r], told[1], again)
        if old == 0:
            break
        w, f = World(*world), Flags(*flags)
        for i in range(old):
            a = w.sources[r] + np.int64(told[1][i])
            f.marked[a] = 0
            refresh_source(
                a, r, world, row_segments, members, ties, keys[2], taken, targets, flags, rates[0], day, touched, edges,
                levels,
            )  # fmt: skip


@kernel(
    I64, I64, U32Matrix, F32Matrix, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, FLAGS, EDGES, RATES, KEYS,
    I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, I64Matrix, I64Out,
)  # fmt: skip
def tell(
    r: Any, s: Any, names: Any, share_rates: Any, world: Any, row_segments: Any, members: Any, ties: Any, targets: Any,
    targets_u: Any, offsets_u: Any, feed_load: Any, flags: Any, edges: Any, rates: Any, keys: Any, day: Any, tables: Any,
    told: Any, seen_flags: Any, scratch: Any, spans: Any, counts: Any, progress: Any,
) -> None:  # fmt: skip
    """Run one post through its run's world; whoever passes it on for the first time has contacts drawn."""
    w, f, room, mine = World(*world), Flags(*flags), Told(*told), Scratch(*scratch)
    state, lift, stored = progress[STATE:], edges[2], feed_load[0:0]
    node, last, e, end = w.nodes[r], w.nodes[r + 1], w.edges[r], w.edges[r + 1]
    written, feel = progress[ROOM_USED], rates[0]
    while True:
        state[:] = 0
        run_shares(
            offsets_u[node + r : last + r + 1], targets_u[e:end], lift[e:end], lift[e:end], stored, feed_load[node:last],
            rates[1][r], names[s : s + 1], share_rates[s : s + 1], keys[0][r], day, tables, counts[s : s + 1],
            room.edges[written:], seen_flags[written:], mine.visited, mine.today, room.queue, room.picked, mine.words,
            f.ready[node:last], row_segments[node:last], rates[2][r], keys[2][r], state,
        )  # fmt: skip
        if state[WANTED] == 0:
            break
        one = state[WANTED] - 1
        if f.drawn[node + one] == 0:
            draw_contacts(
                r, one, world, row_segments, members, ties, keys[2], mine.taken, targets[e:end]
            )  # fmt: skip
            f.drawn[node + one] = 1
        known = one < w.sources[r + 1] - w.sources[r]
        usual = feel[r, FEEL.first_lift] if known else feel[r, FEEL.onward_lift]
        first = w.offsets[node + r + one]
        lift[e + first : e + w.offsets[node + r + one + 1]] = np.float32(usual)
        f.ready[node + one] = 1
    if state[NEXT_SHARE] == 0:
        progress[ROOM_USED] = -1 - written
        return
    spans[s, 0], spans[s, 1] = written, written + state[WRITTEN]
    progress[ROOM_USED] = written + state[WRITTEN]


@kernel(I64, HEARD, I64Matrix, U32Out, WORLD, FLAGS, I64Out, I64, I64, U32Out, U8Out, returns=I64)
def mark_old(
    r: Any, heard: Any, spans: Any, edges: Any, world: Any, flags: Any, touched: Any, day: Any, own_edges: Any,
    found: Any, again: Any,
) -> Any:  # fmt: skip
    """Find and mark the sources over whose own edges something was seen, although those are not of today.

    `again` is set for the posts whose reading that changes. Return how many; where there are none, all sources that were seen are noted.
    """
    w, f, h = World(*world), Flags(*flags), Heard(*heard)
    first, n_sources, old = w.sources[r], w.sources[r + 1] - w.sources[r], 0
    offsets = w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        likely = h.source[s] - first
        for i in range(spans[s, 0], spans[s, 1]):
            e = np.int64(edges[i])
            if e < own_edges:
                node = source_of(e, likely, offsets, n_sources)
                # On the very first day all are up to date, and nobody's feelings are written down yet.
                if f.marked[first + node] == 0 and (touched[first + node] < day or f.felt[first + node] == 0):
                    f.marked[first + node] = 1
                    found[old] = node
                    old += 1
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        likely = h.source[s] - first
        for i in range(spans[s, 0], spans[s, 1]):
            e = np.int64(edges[i])
            if e < own_edges:
                a = first + source_of(e, likely, offsets, n_sources)
                if old == 0:
                    f.stirred[a] = 1
                elif f.marked[a] == 1 and f.stirred[a] == 1:
                    again[s] = 1
    return old


@kernel(
    I64, HEARD, I64Matrix, U32Out, U8Out, WORLD, U32In, FLAGS, I64In, SCRATCH, I64, I64Matrix,
)  # fmt: skip
def count_people(
    r: Any, heard: Any, spans: Any, edges: Any, seen_flags: Any, world: Any, targets: Any, flags: Any, source_edges: Any,
    scratch: Any, day: Any, counts: Any,
) -> None:  # fmt: skip
    """Different people of a run who saw a post of the day straight from its source, and those who saw it only from a reposter."""
    w, f, h, bitmaps = World(*world), Flags(*flags), Heard(*heard), Scratch(*scratch)
    near, far, e0, node = bitmaps.near, bitmaps.far, w.edges[r], w.nodes[r]
    for by_page in range(2):
        for again in range(2):
            for k in range(h.at[r], h.at[r + 1]):
                s = h.order[k]
                if (h.source[s] - w.sources[r] >= w.employees[r]) != (by_page == 1):
                    continue
                for i in range(spans[s, 0], spans[s, 1]):
                    e = np.int64(edges[i])
                    direct = e < source_edges[r]
                    if direct == (again == 1):
                        continue
                    if direct:
                        if f.muted[e0 + e] != 0:
                            continue
                        seen_flags[i] |= np.uint8(FROM_SOURCE)
                    v = np.int64(targets[e0 + e])
                    word, bit = v >> 6, np.uint64(1) << np.uint64(v & 63)
                    if near[word] & bit != 0 or far[word] & bit != 0:
                        continue
                    if direct:
                        near[word] |= bit
                    else:
                        far[word] |= bit
                    counts[r, 2 * by_page + again] += 1
                    if direct and by_page == 0 and day >= 0 and f.reached[node + v] == 0:
                        f.reached[node + v] = 1
                        counts[r, 4] += 1
        for k in range(h.at[r], h.at[r + 1]):
            for i in range(spans[h.order[k], 0], spans[h.order[k], 1]):
                word = np.int64(targets[e0 + np.int64(edges[i])]) >> 6
                near[word] = 0
                far[word] = 0


@kernel(
    I64, HEARD, I64Matrix, U32Out, U8Out, CHANGES, WORLD, I64In, F64Matrix, U64In, I64, FLAGS, EDGES, SOURCES,
    F64MatrixOut, I64Out,
)  # fmt: skip
def absorb(
    r: Any, heard: Any, spans: Any, seen: Any, seen_flags: Any, changes: Any, world: Any, source_edges: Any, rates: Any,
    keys: Any, day: Any, flags: Any, edges: Any, levels: Any, counts: Any, unfollows: Any,
) -> None:  # fmt: skip
    """Move trust and fatigue along the edges over which a run's posts were seen, let people mute, and count sights post by post."""
    w, f, h, of = World(*world), Flags(*flags), Heard(*heard), Sources(*levels)
    feel, own = Edges(*edges), w.sources[r]
    first, end = w.edges[r], w.edges[r] + source_edges[r]
    trust, fatigue, muted = feel.trust[first:end], feel.fatigue[first:end], f.muted[first:end]
    offsets = w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
    calm = rates[r, FEEL.unfollow_base] * np.exp(max(0.0, rates[r, FEEL.unfollow_fatigue]) * CALM)
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        for i in range(spans[s, 0], spans[s, 1]):
            e = np.int64(seen[i])
            new = 1.0 if seen_flags[i] & FIRST_VIEW else 0.0
            if e >= trust.size:
                counts[s, 1] += 1.0
                counts[s, 3] += new
                continue
            if muted[e] == 1:
                continue
            counts[s, 0] += 1.0
            counts[s, 2] += new
            a = own + source_of(e, h.source[s] - own, offsets, w.sources[r + 1] - own)
            strong = uniform(keys[r], 0, e, 0) < rates[r, FEEL.strong_share]
            moved = trust[e] + (changes[0][s] if strong else changes[1][s])
            moved = min(1.0, max(0.0, moved))
            of.trust_shift[a] += moved - trust[e]
            trust[e] = moved
            fatigue[e] += rates[r, FEEL.per_exposure]
            of.fatigue_sum[a] += rates[r, FEEL.per_exposure]
            if muted[e] != 0:
                continue
            draw = uniform(keys[r], day + 1_000_000, e, h.ordinal[s] + 1)
            if fatigue[e] < CALM and draw >= calm * of.promotional[a]:
                continue
            tired = np.exp(rates[r, FEEL.unfollow_fatigue] * fatigue[e])
            if draw < rates[r, FEEL.unfollow_base] * tired * of.promotional[a]:
                # 2: muted from tomorrow on, so that today's sights still count.
                muted[e] = 2
                unfollows[s] += 1
    for k in range(h.at[r], h.at[r + 1]):
        for i in range(spans[h.order[k], 0], spans[h.order[k], 1]):
            e = np.int64(seen[i])
            if e < trust.size and muted[e] == 2:
                muted[e] = 1
