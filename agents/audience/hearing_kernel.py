"""The compiled day of the audience: posts spread, exposures are counted and take effect, run by run for cache locality."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from agents.audience.absorbing_kernel import (
    CHANGES,
    HEARD,
    SCRATCH,
    Heard,
    Scratch,
    absorb,
    count_far,
)
from agents.audience.audience_kernel import (
    EDGES,
    FEEL,
    FLAGS,
    SOURCES,
    WORLD,
    Flags,
    World,
    draw_contacts,
    refresh_source,
    source_of,
)
from engine.kernels import kernel
from engine.response_kernel import N_STATE, NEXT_SHARE, REPOSTS, WANTED, WRITTEN, run_shares
from engine.response_sights import SOURCE
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
)

# Indices of `progress`: current run, whether its posts are flagged for spreading, exposures written; then scratch of `run_shares`.
RUN, BEGUN, ROOM_USED, STATE = 0, 1, 2, 3
PROGRESS = STATE + N_STATE


class Rates(NamedTuple):
    """float64[R, …] each: rates of trust and fatigue (`Feel`), of the response kernel, and levels of interest."""

    feel: Any
    response: Any
    interest: Any


class Keys(NamedTuple):
    """uint64[R] each: keys of the streams of exposures, of trust and muting, and of the networks."""

    see: Any
    feel: Any
    network: Any


class Told(NamedTuple):
    """uint32 each: the edges along which posts were seen, and working memory of a cascade."""

    edges: Any
    queue: Any
    picked: Any


RATES = Tuple(F64Matrix, len(Rates._fields))
KEYS = Tuple(U64In, len(Keys._fields))
TOLD = Tuple(U32Out, len(Told._fields))


@kernel(
    HEARD, U32Matrix, F32Matrix, CHANGES, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, F32In, FLAGS, EDGES, SOURCES,
    I64Out, RATES, KEYS, I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, U8Out, I64Matrix, F64MatrixOut, I64Out, I64Matrix,
    I64In, I64Out,
)  # fmt: skip
def hear(
    heard: Any, names: Any, share_rates: Any, changes: Any, world: Any, row_segments: Any, members: Any, ties: Any,
    targets: Any, targets_u: Any, offsets_u: Any, feed_load: Any, page_load: Any, flags: Any, edges: Any, levels: Any, touched: Any,
    rates: Any, keys: Any, day: Any, tables: Any, told: Any, seen_flags: Any, scratch: Any, spans: Any, again: Any,
    counts: Any, sights: Any, unfollows: Any, people: Any, source_edges: Any, progress: Any,
) -> None:  # fmt: skip
    """Spread each run's posts of a day in its own network; stops where exposures do not fit, to be called again with more room.

    spans      int64[posts, 3]: start and end of each post's exposures, and the end of those over its source's own edges
    again      uint8[posts], posts still to be spread
    counts     int64[posts, 8] as of `engine.response_kernel`
    sights     float64[posts, 4]: exposures over sources' own ties and over reposters', and first exposures of the two kinds
    unfollows  int64[posts]
    people     int64[R, 5]: near and far by employees' posts, near and far by pages' posts, and reached for the first time
    """
    h = Heard(*heard)
    for r in range(progress[RUN], h.at.size - 1):
        if h.at[r + 1] > h.at[r]:
            spread(
                r, heard, names, share_rates, world, row_segments, members, ties, targets, targets_u, offsets_u, feed_load, page_load,
                flags, edges, levels, touched, rates, keys, day, tables, told, seen_flags, scratch, spans, again, counts,
                source_edges, progress,
            )  # fmt: skip
            if progress[ROOM_USED] < 0:
                return
            absorb(
                r, heard, spans, told[0], seen_flags, changes, world, targets_u, source_edges, rates[0], keys[1], day, flags,
                edges, levels, scratch, sights, unfollows, people,
            )  # fmt: skip
            count_far(r, heard, spans, told[0], world, targets_u, source_edges, scratch, people)
        progress[RUN], progress[BEGUN], progress[ROOM_USED] = r + 1, 0, 0


@kernel(
    I64, HEARD, U32Matrix, F32Matrix, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, F32In, FLAGS, EDGES, SOURCES,
    I64Out, RATES, KEYS, I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, U8Out, I64Matrix, I64In, I64Out,
)  # fmt: skip
def spread(
    r: Any, heard: Any, names: Any, share_rates: Any, world: Any, row_segments: Any, members: Any, ties: Any,
    targets: Any, targets_u: Any, offsets_u: Any, feed_load: Any, page_load: Any, flags: Any, edges: Any, levels: Any, touched: Any,
    rates: Any, keys: Any, day: Any, tables: Any, told: Any, seen_flags: Any, scratch: Any, spans: Any, again: Any,
    counts: Any, source_edges: Any, progress: Any,
) -> None:  # fmt: skip
    """Spread a run's posts, repeating those that met edges which were not up to date.

    A colleague who reposts is a source too, whose edges must be brought up to date first. Draws are keyed by post and edge, so that
    repeating a post changes nothing else. `progress[ROOM_USED]` is −1 − the room used where there was too little.
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
                    feed_load, page_load, flags, edges, rates, keys, day, tables, told, seen_flags, scratch, spans, counts, progress,
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
    I64, I64, U32Matrix, F32Matrix, WORLD, I32In, I32In, F64In, I32Out, U32In, U64In, F32In, F32In, FLAGS, EDGES, RATES, KEYS,
    I64, U32In, TOLD, U8Out, SCRATCH, I64Matrix, I64Matrix, I64Out,
)  # fmt: skip
def tell(
    r: Any, s: Any, names: Any, share_rates: Any, world: Any, row_segments: Any, members: Any, ties: Any, targets: Any,
    targets_u: Any, offsets_u: Any, feed_load: Any, page_load: Any, flags: Any, edges: Any, rates: Any, keys: Any, day: Any, tables: Any,
    told: Any, seen_flags: Any, scratch: Any, spans: Any, counts: Any, progress: Any,
) -> None:  # fmt: skip
    """Spread one post through its run's network; contacts of first-time reposters are drawn."""
    w, f, room, mine = World(*world), Flags(*flags), Told(*told), Scratch(*scratch)
    state, lift, stored = progress[STATE:], edges[2], feed_load[0:0]
    node, last, e, end = w.nodes[r], w.nodes[r + 1], w.edges[r], w.edges[r + 1]
    written, feel = progress[ROOM_USED], rates[0]
    row, first_page = node + r + np.int64(names[s, SOURCE]), node + r + w.employees[r]
    own_load = stored
    if row >= first_page:
        at = w.page_edges[r] - w.offsets[first_page]
        own_load = page_load[at + w.offsets[row] : at + w.offsets[row + 1]]
    state[:] = 0
    while True:
        run_shares(
            offsets_u[node + r : last + r + 1], targets_u[e:end], lift[e:end], lift[e:end], stored, feed_load[node:last], own_load,
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
    begin, after = written, written + state[WRITTEN]
    spans[s, 0], spans[s, 1], progress[ROOM_USED] = begin, after, after
    # The source's own exposures come first.
    own = after if counts[s, REPOSTS] == 0 else begin
    while own < after:
        middle = (own + after) // 2
        if w.offsets[row] <= np.int64(room.edges[middle]) < w.offsets[row + 1]:
            own = middle + 1
        else:
            after = middle
    spans[s, 2] = own


@kernel(I64, HEARD, I64Matrix, U32Out, WORLD, FLAGS, I64Out, I64, I64, U32Out, U8Out, returns=I64)
def mark_old(
    r: Any, heard: Any, spans: Any, edges: Any, world: Any, flags: Any, touched: Any, day: Any, own_edges: Any,
    found: Any, again: Any,
) -> Any:  # fmt: skip
    """Find and mark the sources whose edges transmitted an exposure without being up to date; returns their number.

    `again` is set for the posts that this affects. Where there are none, all sources seen are recorded.
    """
    w, f, h = World(*world), Flags(*flags), Heard(*heard)
    first, n_sources, old = w.sources[r], w.sources[r + 1] - w.sources[r], 0
    offsets = w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
    # A post's own source is up to date: only exposures by reposters are checked.
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        for i in range(spans[s, 2], spans[s, 1]):
            e = np.int64(edges[i])
            if e < own_edges:
                node = source_of(e, n_sources, offsets, n_sources)
                # On the first day all sources are up to date, and no trust is written yet.
                if f.marked[first + node] == 0 and (touched[first + node] < day or f.felt[first + node] == 0):
                    f.marked[first + node] = 1
                    found[old] = node
                    old += 1
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        if old == 0 and spans[s, 2] > spans[s, 0]:
            f.stirred[h.source[s]] = 1
        for i in range(spans[s, 2], spans[s, 1]):
            e = np.int64(edges[i])
            if e < own_edges:
                a = first + source_of(e, n_sources, offsets, n_sources)
                if old == 0:
                    f.stirred[a] = 1
                elif f.marked[a] == 1 and f.stirred[a] == 1:
                    again[s] = 1
    return old
