"""Effects of a day's exposures on the audience: trust, fatigue, muting, and counts of exposed people."""

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
    source_of,
)
from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.response_kernel import FIRST_VIEW
from engine.signatures import (
    I64,
    F64In,
    F64Matrix,
    F64MatrixOut,
    I64In,
    I64Matrix,
    I64Out,
    Tuple,
    U8Out,
    U32In,
    U32Out,
    U64In,
    U64Out,
)
from engine.streams import bits_of_agent, bits_of_day, unit

# Fatigue below which the chance of muting is bounded without an exponential.
CALM = 4.0
# Distance of prefetching, in exposures.
AHEAD = 12
# In addition to the flags of `engine.response_kernel`: seen directly from a source that is not muted.
FROM_SOURCE = 8


class Heard(NamedTuple):
    """int64 each: first post of each run in `order`, the posts ordered by run, and source and ordinal of each post."""

    at: Any
    order: Any
    source: Any
    ordinal: Any


class Scratch(NamedTuple):
    """uint64 each: working memory of one run; the bitmaps are all zero on entry and exit, except `today`, which is not read."""

    taken: Any
    visited: Any
    today: Any
    near: Any
    far: Any
    words: Any


HEARD = Tuple(I64In, len(Heard._fields))
SCRATCH = Tuple(U64Out, len(Scratch._fields))
CHANGES = Tuple(F64In, 2)


@inlined
def settle_mutes(r: Any, heard: Any, spans: Any, seen: Any, muted: Any) -> None:
    """Turn today's mutes (2) into permanent ones."""
    h = Heard(*heard)
    for k in range(h.at[r], h.at[r + 1]):
        for i in range(spans[h.order[k], 0], spans[h.order[k], 1]):
            e = np.int64(seen[i])
            if e < muted.size and muted[e] == 2:
                muted[e] = 1


@inlined
def draw_feelings(key: Any, day: Any, ordinal: Any, seen: Any, strong: Any, leaving: Any) -> None:
    """Draw for each exposure the random words that decide on a strong tie and on muting, several at a time."""
    for i in range(seen.size):
        own = bits_of_agent(key, seen[i])
        strong[i] = bits_of_day(own, 0, 0)
        leaving[i] = bits_of_day(own, day + 1_000_000, ordinal + 1)


@inlined
def see_near(v: Any, later: Any, reached: Any, page: Any, day: Any, near: Any, people: Any) -> None:
    """Count one person's direct exposure to a post, and prefetch the data of a later one."""
    word, bit = np.int64(v) >> 6, np.uint64(1) << np.uint64(v & 63)
    counted = page == 0 and day >= 0
    if counted:
        prefetch(reached, later >> 3)
    if near[word] & bit == 0:
        near[word] |= bit
        people[2 * page] += 1
        if counted:
            place, mark = np.int64(v) >> 3, np.uint8(1 << np.int64(v & 7))
            people[4] += reached[place] & mark == 0
            reached[place] |= mark


@inlined
def leaves(draw: Any, fatigue: Any, promotional: Any, calm: Any, law: Any) -> Any:
    """True where an exposed person mutes the source; `calm` is an upper bound of the chance while fatigue is below `CALM`."""
    if fatigue < CALM and draw >= calm * promotional:
        return False
    return draw < law[FEEL.unfollow_base] * np.exp(law[FEEL.unfollow_fatigue] * fatigue) * promotional


@kernel(
    I64, HEARD, I64Matrix, U32Out, U8Out, CHANGES, WORLD, U32In, I64In, F64Matrix, U64In, I64, FLAGS, EDGES, SOURCES, SCRATCH,
    F64MatrixOut, I64Out, I64Matrix,
)  # fmt: skip
def absorb(
    r: Any, heard: Any, spans: Any, seen: Any, seen_flags: Any, changes: Any, world: Any, targets: Any, source_edges: Any,
    rates: Any, keys: Any, day: Any, flags: Any, edges: Any, levels: Any, scratch: Any, counts: Any, unfollows: Any, people: Any,
) -> None:  # fmt: skip
    """Update trust and fatigue on the edges over which a run's posts were seen, and let people mute.

    Exposures are counted by post, as are distinct people exposed directly by the source; the latter are marked in `near`.
    """
    w, f, h, of, mine = World(*world), Flags(*flags), Heard(*heard), Sources(*levels), Scratch(*scratch)
    feel, own, first, law = Edges(*edges), w.sources[r], w.edges[r], rates[r]
    last = first + source_edges[r]
    trust, fatigue, muted = feel.trust[first:last], feel.fatigue[first:last], f.muted[first:last]
    n, offsets = w.sources[r + 1] - own, w.offsets[w.nodes[r] + r : w.nodes[r + 1] + r + 1]
    calm = law[FEEL.unfollow_base] * np.exp(max(0.0, law[FEEL.unfollow_fatigue]) * CALM)
    held: Any = np.int64(-1)
    half, mutes, shift, tired = mine.words.size // 2, 0, 0.0, 0.0
    reached = f.reached[(w.nodes[r] >> 3) + r :]
    strong_share, tiring = law[FEEL.strong_share], law[FEEL.per_exposure]
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        writer, straight = h.source[s] - own, 0
        page = np.int64(writer >= w.employees[r])
        near, moves = mine.near[page * (mine.near.size // 2) :], (changes[0][s], changes[1][s])
        fresh: Any = 0
        over, over_flags = seen[spans[s, 0] : spans[s, 1]], seen_flags[spans[s, 0] : spans[s, 1]]
        for begin in range(0, over.size, half):
            block, block_flags = over[begin : begin + half], over_flags[begin : begin + half]
            strong, leaving = mine.words[: block.size], mine.words[half : half + block.size]
            draw_feelings(keys[r], day, h.ordinal[s], block, strong, leaving)
            for i in range(block.size):
                e, new = np.int64(block[i]), np.int64(block_flags[i] & FIRST_VIEW)
                if e >= trust.size:
                    counts[s, 1] += 1.0
                    counts[s, 3] += new
                    continue
                if muted[e] == 1:
                    continue
                straight, fresh = straight + 1, fresh + new
                block_flags[i] |= np.uint8(FROM_SOURCE)
                later = np.int64(block[min(i + AHEAD, block.size - 1)])
                # Whoever wrote a post may see it where a colleague passed it on, but is not reached by it.
                if targets[first + e] != writer:
                    see_near(targets[first + e], targets[first + later], reached, page, day, near, people[r])
                a = (
                    h.source[s]
                    if begin + i < spans[s, 2] - spans[s, 0]
                    else own + source_of(e, n, offsets, n)
                )
                if a != held:
                    # The sums of a source are kept in local variables while the source stays the same.
                    if held >= 0:
                        of.trust_shift[held], of.fatigue_sum[held] = shift, tired
                    held, shift, tired = a, of.trust_shift[a], of.fatigue_sum[a]
                before = trust[e]
                moved = min(
                    1.0, max(0.0, before + (moves[0] if unit(strong[i]) < strong_share else moves[1]))
                )
                shift += moved - before
                trust[e] = moved
                fatigue[e], tired = fatigue[e] + tiring, tired + tiring
                if muted[e] == 0 and leaves(unit(leaving[i]), fatigue[e], of.promotional[a], calm, law):
                    # 2: muted from tomorrow on, so that today's exposures still count.
                    muted[e], unfollows[s], mutes = 2, unfollows[s] + 1, mutes + 1
        counts[s, 0], counts[s, 2] = counts[s, 0] + straight, counts[s, 2] + fresh
    if held >= 0:
        of.trust_shift[held], of.fatigue_sum[held] = shift, tired
    if mutes > 0:
        settle_mutes(r, heard, spans, seen, muted)


@kernel(I64, HEARD, I64Matrix, U32Out, WORLD, U32In, I64In, SCRATCH, I64Matrix)
def count_far(
    r: Any,
    heard: Any,
    spans: Any,
    seen: Any,
    world: Any,
    targets: Any,
    source_edges: Any,
    scratch: Any,
    people: Any,
) -> None:
    """Count distinct people of a run who were exposed on this day only by reposters; clears `near`."""
    w, h, mine = World(*world), Heard(*heard), Scratch(*scratch)
    half, e0, exposures = mine.near.size // 2, w.edges[r], 0
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        page = np.int64(h.source[s] - w.sources[r] >= w.employees[r])
        exposures += spans[s, 1] - spans[s, 0]
        for i in range(spans[s, 2], spans[s, 1]):
            e = np.int64(seen[i])
            v = np.int64(targets[e0 + e])
            word, bit = page * half + (v >> 6), np.uint64(1) << np.uint64(v & 63)
            unseen = (mine.near[word] | mine.far[word]) & bit == 0
            if e >= source_edges[r] and unseen and v != h.source[s] - w.sources[r]:
                mine.far[word] |= bit
                people[r, 2 * page + 1] += 1
    # A word cleared among its neighbours costs a small part of one looked up.
    all_at_once = exposures > mine.near.size // 8
    if all_at_once:
        mine.near[:] = np.uint64(0)
    for k in range(h.at[r], h.at[r + 1]):
        s = h.order[k]
        for i in range(spans[s, 2] if all_at_once else spans[s, 0], spans[s, 1]):
            word = np.int64(targets[e0 + np.int64(seen[i])]) >> 6
            mine.near[word] = mine.near[half + word] = 0
            mine.far[word] = mine.far[half + word] = 0
