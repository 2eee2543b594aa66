"""The compiled loops behind agents.audience: feelings brought up to date, and moved by what was seen.

Runs stand side by side: a driver cuts out each run's part of the arrays, and what it calls knows of one run only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.generate_kernel import fill_rows
from engine.kernels import inlined, kernel
from engine.response import FIRST_VIEW
from engine.response_kernel import NEXT_SHARE, WANTED, WRITTEN, clear_marks, run_shares
from engine.signatures import (
    F64,
    I64,
    F32In,
    F32Matrix,
    F32Out,
    F64In,
    F64Matrix,
    F64MatrixOut,
    F64Out,
    I32In,
    I32Out,
    I64In,
    I64Matrix,
    I64Out,
    Tuple,
    U8In,
    U8Out,
    U32In,
    U32Matrix,
    U32Out,
    U64In,
    U64Out,
)
from engine.streams import uniform

MUTED_LIFT = -1e30
# Fatigue below which the chance of muting is bounded without an exponential.
CALM = 4.0
OPEN, BY_STAFF = 1, 2


class World(NamedTuple):
    """Where each run's parts begin, and what its rows follow from: int64 arrays of `agents.world.network.Networks`."""

    nodes: Any
    edges: Any
    sources: Any
    offsets: Any
    coworkers: Any
    coworkers_at: Any
    starts: Any
    starts_at: Any
    employees: Any


class Feel(NamedTuple):
    """Columns of a run's row of rates."""

    trust_days: int
    fatigue_days: int
    trust_weight: int
    fatigue_weight: int
    per_exposure: int
    unfollow_base: int
    unfollow_fatigue: int
    strong_share: int
    first_lift: int
    onward_lift: int


FEEL = Feel(*range(len(Feel._fields)))
_WORLD = Tuple(I64In, len(World._fields))


@inlined
def draw_contacts(
    r: Any,
    node: Any,
    world: Any,
    row_segments: Any,
    members: Any,
    ties: Any,
    keys: Any,
    taken: Any,
    targets: Any,
) -> Any:
    """Draw the contacts of a node of run r; `targets` are the run's."""
    w = World(*world)
    first, after, people = w.nodes[r], w.nodes[r + 1], w.nodes[r] - w.sources[r]
    here = w.nodes[r + 1] - w.sources[r + 1]
    fill_rows(
        node, node + 1, w.offsets[first + r : after + r + 1], w.coworkers[w.coworkers_at[r] : w.coworkers_at[r + 1]],
        row_segments[first:after],
        members[people:here], w.starts[w.starts_at[r] : w.starts_at[r + 1]], w.employees[r],
        w.sources[r + 1] - w.sources[r], ties[0], ties[1], keys[r], taken, targets,
    )  # fmt: skip


@kernel(
    I64In, I64In, _WORLD, I32In, I32In, F64In, U64In, U64Out, I32Out, U8Out, U8Out, U8Out, F64Matrix, I64, F64In,
    I64Out, F32Out, F32Out, U8In, F32Out, F64Out, F64Out,
)  # fmt: skip
def refresh_edges(
    sources: Any, lane: Any, world: Any, row_segments: Any, members: Any, ties: Any, keys: Any, taken: Any,
    targets: Any, drawn: Any, ready: Any, felt: Any, rates: Any, day: Any, start: Any, touched: Any, trust: Any,
    fatigue: Any, muted: Any, lift: Any, trust_shift: Any, fatigue_sum: Any,
) -> None:  # fmt: skip
    """Let trust and fatigue on all edges of `sources` be those of `day`, and write what the response kernel reads.

    Whoever is heard for the first time has contacts drawn, and their trust as it stood on the first day.
    """
    w = World(*world)
    for i in range(sources.size):
        a = sources[i]
        r = lane[a]
        node, edges = a - w.sources[r], w.edges[r]
        row = w.nodes[r] + r + node
        begin, end = edges + w.offsets[row], edges + w.offsets[row + 1]
        if drawn[w.nodes[r] + node] == 0:
            mine = targets[edges : w.edges[r + 1]]
            draw_contacts(r, node, world, row_segments, members, ties, keys, taken, mine)
            drawn[w.nodes[r] + node] = 1
        ready[w.nodes[r] + node] = 1
        level = start[a]
        if felt[a] == 0:
            trust[begin:end] = np.float32(level)
            felt[a] = 1
        gap = day - touched[a]
        keep_trust = 2.0 ** (-gap / rates[r, FEEL.trust_days])
        keep_fatigue = 2.0 ** (-gap / rates[r, FEEL.fatigue_days])
        touched[a] = day
        trust_shift[a] *= keep_trust
        fatigue_sum[a] *= keep_fatigue
        liking, tiring = rates[r, FEEL.trust_weight], rates[r, FEEL.fatigue_weight]
        bring_up_to_date(
            trust[begin:end], fatigue[begin:end], muted[begin:end], lift[begin:end], level, keep_trust, keep_fatigue,
            liking, tiring,
        )  # fmt: skip


@kernel(F32Out, F32Out, U8In, F32Out, F64, F64, F64, F64, F64)
def bring_up_to_date(
    trust: Any, fatigue: Any, muted: Any, lift: Any, level: Any, keep_trust: Any, keep_fatigue: Any, liking: Any,
    tiring: Any,
) -> None:  # fmt: skip
    """One source's edges: trust returns to its level, fatigue fades."""
    for e in range(trust.size):
        felt = np.float32(level + (trust[e] - level) * keep_trust)
        tired = np.float32(fatigue[e] * keep_fatigue)
        trust[e], fatigue[e] = felt, tired
        lift[e] = MUTED_LIFT if muted[e] else np.float32(liking * felt - tiring * tired)


@kernel(
    I64In, _WORLD, I32In, I32In, F64In, U64In, U64Out, I32Out, U32In, U64In, U8Out, U8Out, F32Out, F64Matrix, F32In,
    F64Matrix, F64Matrix, U32Matrix, F32Matrix, U64In, I64, U32In, I64Matrix, U32Out, U8Out, U64Out, U64Out, U32Out,
    U32Out, U64Out, I64Out,
)  # fmt: skip
def spread(
    share_at: Any, world: Any, row_segments: Any, members: Any, ties: Any, keys: Any, taken: Any, targets: Any,
    targets_u: Any, offsets_u: Any, drawn: Any, ready: Any, lift: Any, levels: Any, feed_load: Any, feel: Any,
    rates: Any, names: Any, share_rates: Any, see_keys: Any, day: Any, tables: Any, counts: Any, seen_edges: Any,
    seen_flags: Any, visited: Any, today: Any, queue: Any, picked: Any, words: Any, progress: Any,
) -> None:  # fmt: skip
    """Run each run's shares of a day in its own world; stop before a run whose exposures do not fit.

    share_at  where each run's shares begin; edges and nodes are told by their numbers in the run
    progress  next run, exposures written, and room for the state of `run_shares`
    """
    w = World(*world)
    state, stored = progress[2:], feed_load[0:0]
    for r in range(progress[0], see_keys.size):
        s, after = share_at[r], share_at[r + 1]
        if after > s:
            node, last, e, end = w.nodes[r], w.nodes[r + 1], w.edges[r], w.edges[r + 1]
            written = progress[1]
            state[:] = 0
            while True:
                run_shares(
                    offsets_u[node + r : last + r + 1], targets_u[e:end], lift[e:end], lift[e:end],
                    stored, feed_load[node:last], rates[r], names[s:after],
                    share_rates[s:after], see_keys[r], day, tables, counts[s:after], seen_edges[written:],
                    seen_flags[written:], visited, today, queue, picked, words, ready[node:last],
                    row_segments[node:last], levels[r], keys[r], state,
                )  # fmt: skip
                if state[WANTED] == 0:
                    break
                one = state[WANTED] - 1
                if drawn[node + one] == 0:
                    draw_contacts(r, one, world, row_segments, members, ties, keys, taken, targets[e:end])
                    drawn[node + one] = 1
                first = w.offsets[node + r + one]
                known = one < w.sources[r + 1] - w.sources[r]
                usual = feel[r, FEEL.first_lift] if known else feel[r, FEEL.onward_lift]
                lift[e + first : e + w.offsets[node + r + one + 1]] = np.float32(usual)
                ready[node + one] = 1
            if state[NEXT_SHARE] < after - s:
                return
            clear_marks(targets_u[e:end], seen_edges[written : written + state[WRITTEN]], today)
            progress[1] += state[WRITTEN]
        progress[0] = r + 1


@inlined
def source_of(e: Any, likely: Any, offsets: Any, n: Any) -> Any:
    """Whose edge it is, among n sources: mostly that of who shared."""
    if likely < n and offsets[likely] <= e < offsets[likely + 1]:
        return likely
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        if offsets[middle] <= e:
            low = middle
        else:
            high = middle
    return low


@kernel(I64In, U32In, I32In, I64In, I64In, _WORLD, U8Out)
def mark_passing(
    sight_at: Any, edges: Any, shares: Any, sharer: Any, source_edges: Any, world: Any, passing: Any
) -> None:
    """Mark every source, among all, over whose own edges something was seen."""
    w = World(*world)
    for r in range(source_edges.size):
        offsets = w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
        n = w.sources[r + 1] - w.sources[r]
        for i in range(sight_at[r], sight_at[r + 1]):
            if edges[i] < source_edges[r]:
                passing[w.sources[r] + source_of(np.int64(edges[i]), sharer[shares[i]], offsets, n)] = 1


@kernel(I64In, U32In, I32In, I64In, I64In, _WORLD, U32In, U8In, U64Out, U64Out, U8Out, I64, I64Matrix)
def count_people(
    sight_at: Any, edges: Any, shares: Any, sharer: Any, source_edges: Any, world: Any, targets: Any, muted: Any,
    near: Any, far: Any, reached: Any, reaching: Any, counts: Any,
) -> None:  # fmt: skip
    """Different people who saw a post of the day straight from its source, and those who saw it only from a reposter.

    counts    int64[R, 5]: near and far by employees' posts, near and far by pages' posts, and reached for the first time
    near, far bitmaps of a run's nodes, zeros in and out; reached: uint8[nodes], kept up where `reaching` is 1
    """
    w = World(*world)
    for r in range(source_edges.size):
        e0, node = w.edges[r], w.nodes[r]
        for by_page in range(2):
            for again in range(2):
                for i in range(sight_at[r], sight_at[r + 1]):
                    e = np.int64(edges[i])
                    direct = e < source_edges[r]
                    if (sharer[shares[i]] >= w.employees[r]) != (by_page == 1) or direct == (again == 1):
                        continue
                    if direct and muted[e0 + e] != 0:
                        continue
                    v = np.int64(targets[e0 + e])
                    word, bit = v >> 6, np.uint64(1) << np.uint64(v & 63)
                    if near[word] & bit != 0 or far[word] & bit != 0:
                        continue
                    if direct:
                        near[word] |= bit
                    else:
                        far[word] |= bit
                    counts[r, 2 * by_page + again] += 1
                    if direct and by_page == 0 and reaching == 1 and reached[node + v] == 0:
                        reached[node + v] = 1
                        counts[r, 4] += 1
            for i in range(sight_at[r], sight_at[r + 1]):
                word = np.int64(targets[e0 + np.int64(edges[i])]) >> 6
                near[word] = 0
                far[word] = 0


@kernel(
    I64In, I64In, U32In, I32In, U8In, I64In, I64In, F64In, F64In, F64In, I64In, _WORLD, F64Matrix, U64In, I64, F32Out,
    F32Out, U8Out, F64Out, F64Out, F64MatrixOut, I64Out,
)  # fmt: skip
def absorb(
    share_at: Any, sight_at: Any, edges: Any, shares: Any, flags: Any, sharer: Any, ordinals: Any, change_strong: Any,
    change_weak: Any, promotional: Any, source_edges: Any, world: Any, rates: Any, keys: Any, day: Any, trust: Any,
    fatigue: Any, muted: Any, trust_shift: Any, fatigue_sum: Any, counts: Any, unfollows: Any,
) -> None:  # fmt: skip
    """Move trust and fatigue along the edges over which posts were seen, let people mute, and count sights share by share.

    counts   float64[shares, 4]: sights over sources' own ties and over reposters', first sights of the two kinds
    """
    w = World(*world)
    for r in range(keys.size):
        if share_at[r] == share_at[r + 1]:
            continue
        e0, end, own = w.edges[r], w.edges[r] + source_edges[r], w.sources[r]
        offsets = w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
        absorb_run(
            edges[sight_at[r] : sight_at[r + 1]], shares[sight_at[r] : sight_at[r + 1]],
            flags[sight_at[r] : sight_at[r + 1]], sharer, ordinals, change_strong, change_weak,
            promotional[own : w.sources[r + 1]], offsets, rates[r], keys[r], day, trust[e0:end], fatigue[e0:end],
            muted[e0:end], trust_shift[own : w.sources[r + 1]], fatigue_sum[own : w.sources[r + 1]], counts, unfollows,
        )  # fmt: skip


@inlined
def absorb_run(
    edges: Any, shares: Any, flags: Any, sharer: Any, ordinals: Any, change_strong: Any, change_weak: Any,
    promotional: Any, offsets: Any, rates: Any, key: Any, day: Any, trust: Any, fatigue: Any, muted: Any,
    trust_shift: Any, fatigue_sum: Any, counts: Any, unfollows: Any,
) -> None:  # fmt: skip
    """The same in one run; shares are numbered among all runs'."""
    most = rates[FEEL.unfollow_base] * np.exp(max(0.0, rates[FEEL.unfollow_fatigue]) * CALM)
    for i in range(edges.size):
        e, s = np.int64(edges[i]), shares[i]
        first = 1.0 if flags[i] & FIRST_VIEW else 0.0
        if e >= trust.size:
            counts[s, 1] += 1.0
            counts[s, 3] += first
            continue
        if muted[e] == 1:
            continue
        counts[s, 0] += 1.0
        counts[s, 2] += first
        a = source_of(e, sharer[s], offsets, promotional.size)
        strong = uniform(key, 0, e, 0) < rates[FEEL.strong_share]
        moved = trust[e] + (change_strong[s] if strong else change_weak[s])
        moved = min(1.0, max(0.0, moved))
        trust_shift[a] += moved - trust[e]
        trust[e] = moved
        fatigue[e] += rates[FEEL.per_exposure]
        fatigue_sum[a] += rates[FEEL.per_exposure]
        if muted[e] != 0:
            continue
        draw = uniform(key, day + 1_000_000, e, ordinals[s] + 1)
        if fatigue[e] < CALM and draw >= most * promotional[a]:
            continue
        if (
            draw
            < rates[FEEL.unfollow_base] * np.exp(rates[FEEL.unfollow_fatigue] * fatigue[e]) * promotional[a]
        ):
            # 2: muted from tomorrow on, so that today's sights still count.
            muted[e] = 2
            unfollows[s] += 1
    for i in range(edges.size):
        e = np.int64(edges[i])
        if e < trust.size and muted[e] == 2:
            muted[e] = 1
