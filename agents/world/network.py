"""The audience network: ties, interests and feed loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Organisation
from agents.world.lanes import Lanes, Laws, keys_of
from agents.world.memory import untouched, unwritten
from agents.world.network_kernel import draw_segments, fill_feeds
from agents.world.population import Staff
from engine.generate import Room, Sketch, Ties, sketch_network
from engine.graph import MAX_EDGES, Graph
from engine.response_lift import INTEREST
from engine.streams import Stream, normals, uniforms

Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)

LEAST_STORED_CONTACTS = 10.0
LOAD, SEGMENT = 0, 1


@dataclass(frozen=True, eq=False)
class Network:
    """The network of one run with all contacts drawn. Nodes are employees 0…E−1, corporate accounts E…E+C−1, then the audience.

    onward_weight   how many real edges each stored edge of an audience member stands for. Reposters'
                    contacts are thinned (an
                    audience of a million with 300 contacts each needs no 300 million edges): a stored edge
                    is seen once but
                    clicked and reposted as often as the edges it stands for, so expectations stay.
    degrees         int64[sources], number of contacts of each
    """

    graph: Graph
    interest: Floats32
    feed_load: Floats32
    n_employees: int
    n_corporate: int
    onward_weight: float
    degrees: Ints

    @property
    def n_sources(self) -> int:
        """Number of sources: employees and the company's own pages."""
        return self.n_employees + self.n_corporate


class Built:
    """The sketches of R runs, built run by run into concatenated arrays."""

    def __init__(self, nodes: Sequence[int], audience: int) -> None:
        """`nodes` and `audience` are the numbers of nodes, and of audience members among them, of each run."""
        self._nodes, self._audience = _bounds(nodes).tolist(), audience
        self.sketches: list[Sketch] = []
        self.onward_weight: list[float] = []
        self.offsets = unwritten(self._nodes[-1] + len(nodes), np.int64)
        self.row_segments = unwritten(self._nodes[-1], np.int32)
        self.members = unwritten(audience * len(nodes), np.int32)
        self.feed_load = unwritten(self._nodes[-1], np.float32)

    def room(self) -> tuple[Room, Floats32]:
        """Where the next run's sketch and feed loads are written."""
        run = len(self.sketches)
        nodes = slice(self._nodes[run], self._nodes[run + 1])
        rows = slice(nodes.start + run, nodes.stop + run + 1)
        people = slice(run * self._audience, (run + 1) * self._audience)
        room = Room(self.offsets[rows], self.row_segments[nodes], self.members[people])
        return room, self.feed_load[nodes]


class Networks:
    """The networks of R runs, concatenated. The contacts of a node are drawn when it first posts or reposts, which few ever do.

    nodes, edges, sources  int64[R + 1]: first node, edge and source of each run
    offsets        int64[nodes + R]: CSR offsets of each run's rows among its own edges, concatenated
    targets        int32[edges], nodes of the edge's own run; drawn: uint8[nodes], whether a node's contacts are drawn
    feed_load      float32[nodes]
    levels         float64[R, 3]: mean interest in one's own topic, in others, and its spread; interests are drawn on demand
    begins, degrees, lane  int64[sources]: first edge among all, number of contacts, and run of each source
    onward_weight  float64[R], as of `Network`
    The other arrays are those of `engine.generate.Sketch`, concatenated.
    """

    def __init__(self, built: Built, n_corporate: int, n_topics: int, laws: Laws) -> None:
        sketches = built.sketches
        self.ties = sketches[0].ties
        self.n_corporate = n_corporate
        self.employees = np.array([one.n_employees for one in sketches], dtype=np.int64)
        per_run = np.array([one.n_sources for one in sketches], dtype=np.int64)
        self.nodes = _bounds([one.n_nodes for one in sketches])
        self.edges = _bounds([int(one.offsets[-1]) for one in sketches])
        self.sources = _bounds(per_run)
        if self.edges[-1] > MAX_EDGES:
            raise ValueError(
                f"{self.edges[-1]} edges side by side; at most {MAX_EDGES}; take fewer runs at once"
            )
        self.offsets, self.row_segments = built.offsets, built.row_segments
        self.members, self.feed_load = built.members, built.feed_load
        self.starts = _joined([one.starts for one in sketches])
        self.starts_at = _bounds([one.starts.size for one in sketches])
        self.coworkers = _joined([one.coworkers for one in sketches])
        self.coworkers_at = _bounds(self.employees)
        self.mixing = np.array([sketches[0].homophily, sketches[0].concentration])
        self.keys = np.array([one.key for one in sketches], dtype=np.uint64)
        self.onward_weight = np.array(built.onward_weight)
        self.targets = unwritten(int(self.edges[-1]), np.int32)
        self.drawn = untouched(int(self.nodes[-1]), np.uint8)
        self.n_topics, self.laws = n_topics, laws
        self.levels = np.stack(
            [laws.column(name) for name in ("interest_own", "interest_other", "interest_spread")], axis=1
        )
        self.lane = np.repeat(np.arange(self.count, dtype=np.int64), per_run)
        self.own = np.arange(self.lane.size, dtype=np.int64) - self.sources[self.lane]
        local = self.offsets[self.nodes[self.lane] + self.lane + self.own]
        self.begins = self.edges[self.lane] + local
        self.degrees = self.offsets[self.nodes[self.lane] + self.lane + self.own + 1] - local
        self.taken = np.zeros(int(np.diff(self.nodes).max()) // 64 + 1, dtype=np.uint64)
        self.widest = max(int(np.diff(one.offsets).max(initial=0)) for one in sketches)
        if self.ties is not None:
            self._enter_ties(sketches, self.ties)

    def _enter_ties(self, sketches: Sequence[Sketch], ties: Ties) -> None:
        """Draw the contacts of nodes with given ties now, so that the kernels do not draw them."""
        known = ties.counts.size
        for run, sketch in enumerate(sketches):
            sketch.fill(0, known, self.targets[int(self.edges[run]) : int(self.edges[run + 1])])
            self.drawn[int(self.nodes[run]) : int(self.nodes[run]) + known] = 1

    @cached_property
    def world(self) -> tuple[Ints, ...]:
        """The arrays in the order of `agents.audience.audience_kernel.World`."""
        return (
            self.nodes, self.edges, self.sources, self.offsets, self.coworkers, self.coworkers_at, self.starts, self.starts_at,
            self.employees, self.page_edges,
        )  # fmt: skip

    @cached_property
    def rows(self) -> tuple[Any, ...]:
        """The arrays that kernels read and write to draw contacts."""
        return self.world, self.row_segments, self.members, self.mixing, self.keys, self.taken, self.targets

    @property
    def count(self) -> int:
        """Number of runs."""
        return self.keys.size

    @cached_property
    def pages(self) -> Ints:
        """int64[k]: indices of the corporate accounts among all sources."""
        return np.flatnonzero(self.own >= self.employees[self.lane])

    @cached_property
    def page_edges(self) -> Ints:
        """int64[R + 1]: start of each run's part among the edges of all runs' corporate accounts."""
        return _bounds(
            np.bincount(self.lane[self.pages], self.degrees[self.pages], self.count).astype(np.int64)
        )

    @cached_property
    def source_edges(self) -> Ints:
        """int64[R]: number of edges of each run that start at employees and corporate accounts."""
        last = self.sources[1:] - 1
        found: Ints = self.begins[last] + self.degrees[last] - self.edges[:-1]
        return found

    def sketch(self, run: int) -> Sketch:
        """The sketch from which the contacts of one run are drawn."""
        node, after = int(self.nodes[run]), int(self.nodes[run + 1])
        people = int(self.nodes[run + 1] - self.nodes[run] - self.sources[run + 1] + self.sources[run])
        first = int(self.nodes[run] - self.sources[run])
        return Sketch(
            after - node, int(self.employees[run]), int(self.sources[run + 1] - self.sources[run]),
            self.offsets[node + run : after + run + 1],
            self.coworkers[self.coworkers_at[run] : self.coworkers_at[run + 1]], self.row_segments[node:after],
            self.members[first : first + people], self.starts[self.starts_at[run] : self.starts_at[run + 1]],
            float(self.mixing[0]), float(self.mixing[1]), self.keys[run], self.ties,
        )  # fmt: skip

    def of(self, run: int) -> Network:
        """The network of one run with all contacts drawn."""
        nodes, edges = (slice(int(x[run]), int(x[run + 1])) for x in (self.nodes, self.edges))
        sketch, targets = self.sketch(run), self.targets[edges]
        if not self.drawn[nodes].all():
            sketch.fill(0, sketch.n_nodes, targets)
        return Network(
            graph=Graph(sketch.n_nodes, sketch.offsets[:], targets[:]),
            interest=_interests(self.row_segments[nodes], self.n_topics, self.laws.all[run], self.keys[run]),
            feed_load=self.feed_load[nodes],
            n_employees=sketch.n_employees,
            n_corporate=self.n_corporate,
            onward_weight=float(self.onward_weight[run]),
            degrees=self.degrees[self.sources[run] : self.sources[run + 1]],
        )


def _bounds(sizes: Sequence[int] | Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))]).astype(np.int64)


def _joined(parts: Sequence[NDArray[Kind]]) -> NDArray[Kind]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def build_networks(
    organisation: Organisation, staffs: Sequence[Staff], n_topics: int, lanes: Lanes
) -> Networks:
    """Sketch the audience network of each run."""
    # The staff of the first day is the same in every run, and comes first.
    ties = ties_of(organisation, staffs[0])
    audience, pages = organisation.audience.size, len(organisation.corporate_accounts)
    built = Built([staff.size + pages + audience for staff in staffs], audience)
    rows = np.arange(max(staff.size for staff in staffs) + pages + audience, dtype=np.int64)
    for staff, draw, key in zip(staffs, lanes.draws, keys_of(lanes.draws, Stream.NETWORK), strict=True):
        room, feed_load = built.room()
        _fill_feeds(feed_load, rows[: feed_load.size], draw.parameters, key)
        sketch, weight = _sketched(organisation, staff, draw.parameters, key, ties=ties, room=room)
        built.sketches.append(sketch)
        built.onward_weight.append(weight)
    return Networks(built, pages, n_topics, lanes.laws)


def _sketched(
    organisation: Organisation, staff: Staff, p: Parameters, key: np.uint64, *, ties: Ties | None, room: Room
) -> tuple[Sketch, float]:
    """The sketch of one run, and how many edges each stored edge of its audience stands for."""
    audience, accounts = organisation.audience, organisation.corporate_accounts
    counts = np.concatenate([staff.contacts, np.array([a.followers for a in accounts], dtype=np.int64)])
    segments = np.concatenate([staff.segment, np.full(len(accounts), -1, dtype=np.int64)])
    draw_segments(key, SEGMENT, len(staff.segments), room.row_segments[counts.size :])
    # The number of contacts is bounded by the size of the audience.
    onward = min(audience.onward_contacts, audience.size - 1.0)
    stored = stored_contacts(onward, p)
    sketch = sketch_network(
        counts,
        segments.astype(np.int32),
        audience.size,
        room.row_segments[counts.size :],
        audience.homophily,
        coworker_share=audience.coworkers,
        key=key,
        n_corporate=len(accounts),
        audience_mean_degree=stored,
        concentration=1.0 + 3.0 * audience.overlap,
        ties=ties,
        room=room,
    )
    return sketch, onward / stored if stored > 0.0 else 1.0


def ties_of(organisation: Organisation, staff: Staff) -> Ties | None:
    """The ties of the organisation's edge list, None without one. Later joiners are in no file."""
    if organisation.network is None:
        return None
    place = {name: number for number, name in enumerate(staff.ids)}
    pairs = np.array([(place[one], place[other]) for one, other in organisation.network], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)[np.argsort(pairs.reshape(-1, 2)[:, 0], kind="stable")]
    known = organisation.size
    offsets = np.searchsorted(pairs[:, 0], np.arange(known + 1)).astype(np.int64)
    return Ties(offsets, pairs[:, 1].astype(np.int32))


def stored_contacts(onward: float, p: Parameters) -> float:
    """Edges stored of the `onward` contacts of an outsider: few, but enough that an edge's weight times any response rate stays below 1."""
    likeliest = max(p.click_base, p.repost_base) * np.exp(
        p.trust_weight * p.peer_trust + p.affinity_weight + 0.5 * p.quality_weight
    )
    return float(min(onward, max(LEAST_STORED_CONTACTS, onward * likeliest)))


def _interests(segment: NDArray[np.int32], n_topics: int, p: Parameters, key: np.uint64) -> Floats32:
    # The same draws as `engine.response_kernel.taste` makes one by one.
    rows = np.arange(segment.size, dtype=np.int64)
    interest = np.empty((segment.size, n_topics), dtype=np.float32)
    for topic in range(n_topics):
        level = np.where(segment == topic, p.interest_own, p.interest_other)
        drawn = level + p.interest_spread * (uniforms(key, 2, rows, INTEREST + topic) - 0.5)
        interest[:, topic] = np.clip(drawn, 0.0, 1.0)
    return interest


def _fill_feeds(feed_load: Floats32, rows: Ints, p: Parameters, key: np.uint64) -> None:
    draws = normals(key, 3, rows, LOAD)
    draws *= p.feed_load_spread
    np.exp(draws, out=draws)
    fill_feeds(key, draws, p.feed_load_mean, p.active_share, feed_load)
