"""The compiled loops of agents.audience that bring trust and fatigue up to date and draw contacts.

Runs are concatenated: a driver slices each run's part of the arrays, and the inner functions see one run only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.generate_kernel import fill_rows
from engine.kernels import inlined, kernel
from engine.signatures import (
    F64,
    I64,
    F32Out,
    F64In,
    F64Matrix,
    F64Out,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Tuple,
    U8In,
    U8Out,
    U64In,
    U64Out,
)

MUTED_LIFT = -1e30


class World(NamedTuple):
    """Start of each run's parts, and the inputs from which contacts are drawn: int64 arrays of `agents.world.network.Networks`."""

    nodes: Any
    edges: Any
    sources: Any
    offsets: Any
    coworkers: Any
    coworkers_at: Any
    starts: Any
    starts_at: Any
    employees: Any
    page_edges: Any


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


class Flags(NamedTuple):
    """Flags (bytes) of `agents.audience.feelings.Feelings`, by node, source and edge.

    By node: contacts drawn, lifts written; reached, one bit each, from byte (nodes[r] >> 3) + r on. By source: trust written, some post
    of it seen, scratch mark. By edge: muted.
    """

    drawn: Any
    ready: Any
    reached: Any
    felt: Any
    stirred: Any
    marked: Any
    muted: Any


class Edges(NamedTuple):
    """float32[edges] each: arrays of `agents.audience.feelings.Feelings`."""

    trust: Any
    fatigue: Any
    lift: Any


class Sources(NamedTuple):
    """float64[sources] each: arrays of `agents.audience.feelings.Feelings`."""

    start: Any
    trust_shift: Any
    fatigue_sum: Any
    promotional: Any


WORLD = Tuple(I64In, len(World._fields))
FLAGS = Tuple(U8Out, len(Flags._fields))
EDGES = Tuple(F32Out, len(Edges._fields))
SOURCES = Tuple(F64Out, len(Sources._fields))


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
    """Draw the contacts of a node of run r into the run's `targets`."""
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
    I64In, I64In, WORLD, I32In, I32In, F64In, U64In, U64Out, I32Out, FLAGS, F64Matrix, I64, I64Out, EDGES, SOURCES,
)  # fmt: skip
def refresh_edges(
    sources: Any, lane: Any, world: Any, row_segments: Any, members: Any, ties: Any, keys: Any, taken: Any, targets: Any,
    flags: Any, rates: Any, day: Any, touched: Any, edges: Any, levels: Any,
) -> None:  # fmt: skip
    """`refresh_source` for several."""
    for i in range(sources.size):
        refresh_source(
            sources[i], lane[sources[i]], world, row_segments, members, ties, keys, taken, targets, flags, rates, day,
            touched, edges, levels,
        )  # fmt: skip


@kernel(
    I64, I64, WORLD, I32In, I32In, F64In, U64In, U64Out, I32Out, FLAGS, F64Matrix, I64, I64Out, EDGES, SOURCES,
)  # fmt: skip
def refresh_source(
    a: Any, r: Any, world: Any, row_segments: Any, members: Any, ties: Any, keys: Any, taken: Any, targets: Any,
    flags: Any, rates: Any, day: Any, touched: Any, edges: Any, levels: Any,
) -> None:  # fmt: skip
    """Bring trust and fatigue on all edges of source `a` of run `r` up to `day`, and write the lifts for the response kernel.

    For a source that posts for the first time, contacts are drawn and initial trust is written.
    """
    w, f, of = World(*world), Flags(*flags), Sources(*levels)
    feel = Edges(*edges)
    node, first = a - w.sources[r], w.edges[r]
    row = w.nodes[r] + r + node
    begin, end = first + w.offsets[row], first + w.offsets[row + 1]
    if f.drawn[w.nodes[r] + node] == 0:
        mine = targets[first : w.edges[r + 1]]
        draw_contacts(r, node, world, row_segments, members, ties, keys, taken, mine)
        f.drawn[w.nodes[r] + node] = 1
    f.ready[w.nodes[r] + node] = 1
    level = of.start[a]
    if f.felt[a] == 0:
        feel.trust[begin:end] = np.float32(level)
        feel.fatigue[begin:end] = np.float32(0.0)
        f.muted[begin:end] = 0
        f.felt[a] = 1
    gap = day - touched[a]
    keep_trust = 2.0 ** (-gap / rates[r, FEEL.trust_days])
    keep_fatigue = 2.0 ** (-gap / rates[r, FEEL.fatigue_days])
    touched[a] = day
    of.trust_shift[a] *= keep_trust
    of.fatigue_sum[a] *= keep_fatigue
    bring_up_to_date(
        feel.trust[begin:end], feel.fatigue[begin:end], f.muted[begin:end], feel.lift[begin:end], level, keep_trust,
        keep_fatigue, rates[r, FEEL.trust_weight], rates[r, FEEL.fatigue_weight],
    )  # fmt: skip


@kernel(F32Out, F32Out, U8In, F32Out, F64, F64, F64, F64, F64)
def bring_up_to_date(
    trust: Any, fatigue: Any, muted: Any, lift: Any, level: Any, keep_trust: Any, keep_fatigue: Any, liking: Any,
    tiring: Any,
) -> None:  # fmt: skip
    """Update one source's edges: trust reverts to its level, fatigue decays."""
    for e in range(trust.size):
        felt = np.float32(level + (trust[e] - level) * keep_trust)
        tired = np.float32(fatigue[e] * keep_fatigue)
        trust[e], fatigue[e] = felt, tired
        lift[e] = MUTED_LIFT if muted[e] else np.float32(liking * felt - tiring * tired)


@inlined
def source_of(e: Any, likely: Any, offsets: Any, n: Any) -> Any:
    """The source of an edge among n sources; `likely` is tried first."""
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


@kernel(I64In, I64In, I64In, I64, I64In, F64Matrix, F64Matrix, SOURCES, F64Out, F64Out)
def source_means(
    felt: Any, starts: Any, touched: Any, day: Any, degrees: Any, trust_left: Any, fatigue_left: Any, levels: Any, trust: Any,
    fatigue: Any,
) -> None:  # fmt: skip
    """Bring mean trust and fatigue on the edges of the sources `felt`, from their values at the start, to those of a day.

    `starts` is where each run's part of `felt` begins; `trust_left` and `fatigue_left` are decay factors by run and days.
    """
    of = Sources(*levels)
    for r in range(starts.size - 1):
        mine, trust_kept, fatigue_kept = felt[starts[r] : starts[r + 1]], trust_left[r], fatigue_left[r]
        for k in range(mine.size):
            a = mine[k]
            gap, ties = max(day - touched[a], 0), max(degrees[a], 1)
            trust[a] += of.trust_shift[a] * trust_kept[gap] / ties
            fatigue[a] = of.fatigue_sum[a] * fatigue_kept[gap] / ties


@kernel(WORLD, FLAGS, EDGES, FLAGS, EDGES)
def copy_written(world: Any, flags: Any, edges: Any, new_flags: Any, new_edges: Any) -> None:
    """Copy the written parts of edge arrays: lifts of ready nodes, trust and fatigue towards sources that have posted."""
    w, f, feel, to, other = World(*world), Flags(*flags), Edges(*edges), Flags(*new_flags), Edges(*new_edges)
    for r in range(w.employees.size):
        node, source, e = w.nodes[r], w.sources[r], w.edges[r]
        for one in range(w.nodes[r + 1] - node):
            begin, end = e + w.offsets[node + r + one], e + w.offsets[node + r + one + 1]
            if f.ready[node + one] != 0:
                for i in range(begin, end):
                    other.lift[i] = feel.lift[i]
            if one < w.sources[r + 1] - source and f.felt[source + one] != 0:
                for i in range(begin, end):
                    other.trust[i], other.fatigue[i], to.muted[i] = feel.trust[i], feel.fatigue[i], f.muted[i]
