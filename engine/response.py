"""See → click → repost: what one day's shares do among the people who can see them.

For share s of source a and each out-edge e = (a → j):

    P(see)          = visibility_s / (1 + load_j / feed_load_half)
    P(click | see)  = min(1, click_base_s · peer_premium_s · exp(trust·T_e + affinity·A_{j,topic} − fatigue·F_e))
    P(repost | see) = min(1, repost_base_s · quality_s · exp(the same))

Click and repost are drawn independently, once for each person and tree: at the first sight. Whoever reposts
broadcasts the item over its own out-edges in the next round; `max_rounds` rounds at most, so the reposts of
the last round are counted and go nowhere. Beyond the first round the premium is `reposter_premium`. The
source never sees its own share.

The edge arrays are read as of the morning: fatigue and trust are for the caller to update from
`Exposure.seen_edges`.

Randomness: each draw is a function of (key, day, source, ordinal of the share) and of the edge or the node
it concerns, never of the other shares of the day. Two schemes compared under one seed share every draw of
the shares they have in common.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine import response_kernel as loops
from engine import response_sights as sights
from engine.geometric import class_probabilities, class_tables, classes_of
from engine.graph import MAX_EDGES, Graph

# Of a network that is drawn and whose people's interests are stored: neither rows nor tastes are drawn when they are asked for.
NO_LOADS = np.empty(0, dtype=np.float32)
ALL_KNOWN = (np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.int32), np.zeros(3), np.uint64(0))
FIRST_VIEW, CLICKED, REPOSTED = loops.FIRST_VIEW, loops.CLICKED, loops.REPOSTED


class Shares(NamedTuple):
    """One day's shares, arrays of one length s; build with `Shares.of` to fill in what is usual.

    source        int32, node id of who shares
    topic         int32, column of person_interest
    visibility    float32 in [0, 1], chance that a contact with an empty feed sees it
    click_base    float32 ≥ 0, clicks per sight at trust, affinity and fatigue 0
    repost_base   float32 ≥ 0, reposts per sight likewise
    peer_premium  float32 ≥ 0, factor on clicks in the first round (1 for a corporate account)
    quality       float32 ≥ 0, factor on reposts
    ordinal       int32, distinguishes the shares of one source on one day (item and channel): names the draws
    """

    source: NDArray[np.int32]
    topic: NDArray[np.int32]
    visibility: NDArray[np.float32]
    click_base: NDArray[np.float32]
    repost_base: NDArray[np.float32]
    peer_premium: NDArray[np.float32]
    quality: NDArray[np.float32]
    ordinal: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        source: ArrayLike,
        topic: ArrayLike = 0,
        visibility: ArrayLike = 0.05,
        click_base: ArrayLike = 0.02,
        repost_base: ArrayLike = 0.002,
        *,
        peer_premium: ArrayLike = 1.0,
        quality: ArrayLike = 1.0,
        ordinal: ArrayLike = 0,
    ) -> Shares:
        """Scalars are repeated for every share; arrays keep their length."""
        sources = np.atleast_1d(np.asarray(source, dtype=np.int32))

        def whole(values: ArrayLike) -> NDArray[np.int32]:
            return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.int32), sources.shape))

        def real(values: ArrayLike) -> NDArray[np.float32]:
            return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.float32), sources.shape))

        return cls(
            np.ascontiguousarray(sources),
            whole(topic),
            real(visibility),
            real(click_base),
            real(repost_base),
            real(peer_premium),
            real(quality),
            whole(ordinal),
        )

    def at(self, rows: NDArray[np.int64]) -> Shares:
        """The shares at these places."""
        return Shares(
            self.source[rows],
            self.topic[rows],
            self.visibility[rows],
            self.click_base[rows],
            self.repost_base[rows],
            self.peer_premium[rows],
            self.quality[rows],
            self.ordinal[rows],
        )


class ResponseRates(NamedTuple):
    """Response rates common to all shares.

    feed_load_half    L0, the feed load (items a day) that halves visibility
    trust, affinity, fatigue  the θ of the exponent, per unit of edge trust, interest and edge fatigue
    reposter_premium  factor on clicks beyond the first round
    max_rounds        rounds of broadcasting, 1 (no second round) to 64
    thinned_from      CSR position from which on a stored edge represents several: `Exposure.thinned` counts those
    """

    feed_load_half: float = 50.0
    trust: float = 0.5
    affinity: float = 0.5
    fatigue: float = 0.3
    reposter_premium: float = 1.0
    max_rounds: int = 3
    thinned_from: int = MAX_EDGES


class Exposure(NamedTuple):
    """The response to the shares: int64[s] each, unless stated otherwise.

    audience     out-edges of everybody who broadcast the item: the naive count of people reached
    exposures    sights, repeats of one person through several edges counted
    viewers      different people who saw it in this tree
    clicks       people who clicked (at most once a person and tree)
    reposts      people who reposted
    depth        rounds that reposts reached: 0 none, 1 direct contacts only
    beyond_one   reposts at depth 2 and more
    thinned      out-edges of reposters at `ResponseRates.thinned_from` and after, of those in `audience`
    seen_edges   int32[k], CSR position of the edge of each exposure, shares in order
    seen_shares  int32[k], index of its share
    seen_flags   uint8[k], FIRST_VIEW | CLICKED | REPOSTED
    unique_reach int, different people who saw any share of the day
    """

    audience: NDArray[np.int64]
    exposures: NDArray[np.int64]
    viewers: NDArray[np.int64]
    clicks: NDArray[np.int64]
    reposts: NDArray[np.int64]
    depth: NDArray[np.int64]
    beyond_one: NDArray[np.int64]
    thinned: NDArray[np.int64]
    seen_edges: NDArray[np.int32]
    seen_shares: NDArray[np.int32]
    seen_flags: NDArray[np.uint8]
    unique_reach: int


class Scratch:
    """Working memory for one graph and one thread; keep one for a whole run of the model."""

    def __init__(self, graph: Graph) -> None:
        words = graph.n_nodes // 64 + 1
        self.visited = np.zeros(words, dtype=np.uint64)
        self.today = np.zeros(words, dtype=np.uint64)
        self.queue = np.empty(graph.n_nodes + 1, dtype=np.uint32)
        widest = int(graph.out_degrees.max()) if graph.n_nodes else 0
        # Two broadcasts at a time: that of a share, and that of the next one.
        self.picked = np.empty(2 * (widest + 1), dtype=np.uint32)
        self.words = np.empty(2 * (widest + 1), dtype=np.uint64)
        self.reserve(max(1024, 2 * widest))

    def reserve(self, exposures: int) -> None:
        """Grow the buffers to this many exposures; what was written is kept."""
        old = getattr(self, "edges", np.empty(0, dtype=np.uint32))
        old_flags = getattr(self, "flags", np.empty(0, dtype=np.uint8))
        self.edges = np.empty(exposures, dtype=np.uint32)
        self.flags = np.empty(exposures, dtype=np.uint8)
        self.edges[: old.size] = old
        self.flags[: old.size] = old_flags


def propagate(
    graph: Graph,
    shares: Shares,
    edge_trust: NDArray[np.float32],
    edge_fatigue: NDArray[np.float32],
    person_interest: NDArray[np.float32],
    *,
    feed_load: NDArray[np.float32],
    rates: ResponseRates,
    key: np.uint64,
    day: int,
    scratch: Scratch | None = None,
) -> Exposure:
    """Propagate one day's shares.

    graph            edges from a source to who sees its posts
    edge_trust       float32[m], CSR order, T
    edge_fatigue     float32[m], CSR order, F; not changed
    person_interest  float32[n, n_topics], A
    feed_load        float32[n], L ≥ 0, items a day
    key              stream_key(seed, Stream.SEE, run)
    scratch          Scratch(graph), to reuse; results do not depend on it

    Nothing is shown over an edge whose trust is −1e29 or less: its source is muted there. It still counts as an exposure.
    The values of the large arrays are not searched for faults: where a load is NaN nobody sees, where trust,
    interest or fatigue is NaN nobody clicks or reposts.
    Raises ValueError for arrays of the wrong shape and values outside their range. Oracle: with repost 0 and
    empty feeds the exposures of a share are Binomial(out-degree, visibility), its clicks
    Binomial(out-degree, visibility · click rate).
    """
    _check_audience(graph, edge_trust, edge_fatigue, person_interest, feed_load)
    _check_shares(graph, shares, person_interest.shape[1])
    _check_rates(rates)
    work = Scratch(graph) if scratch is None else scratch
    if work.queue.size != graph.n_nodes + 1:
        raise ValueError(
            f"scratch for {work.queue.size - 1} people; the graph has {graph.n_nodes}; use Scratch(graph)"
        )
    names, share_rates = share_rows(shares)
    # Unsigned views: Numba tests each signed index for being negative.
    targets = graph.targets.view(np.uint32)
    audience = [
        np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
        for values in (edge_trust, edge_fatigue, person_interest, feed_load)
    ]
    counts = np.zeros((len(names), loops.N_COUNTS), dtype=np.int64)
    tables, numbers = class_tables().reshape(-1), np.array(rates, dtype=np.float64)
    state = np.zeros(loops.N_STATE, dtype=np.int64)
    while True:
        loops.run_shares(
            graph.offsets.view(np.uint64), targets, *audience, NO_LOADS, numbers, names, share_rates, np.uint64(key), day,
            tables, counts, work.edges, work.flags, work.visited, work.today, work.queue, work.picked, work.words,
            *ALL_KNOWN, state,
        )  # fmt: skip
        if state[0] == len(names):
            break
        work.reserve(2 * work.edges.size)
    written = int(state[1])
    loops.clear_marks(targets, work.edges[:written], work.today)
    return _outcome(counts, work, written, int(state[2]))


def _outcome(counts: NDArray[np.int64], work: Scratch, written: int, unique_reach: int) -> Exposure:
    columns = [np.ascontiguousarray(column) for column in counts.T]
    audience, exposures, viewers, clicks, reposts, depth, beyond_one, thinned = columns
    return Exposure(
        audience,
        exposures,
        viewers,
        clicks,
        reposts,
        depth,
        beyond_one,
        thinned,
        work.edges[:written].astype(np.int32),
        np.repeat(np.arange(len(counts), dtype=np.int32), exposures),
        work.flags[:written].copy(),
        unique_reach,
    )


def share_rows(shares: Shares) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The columns of shares as the kernel takes them, uint32[s, 4] and float32[s, 4].

    Visibility becomes a gap table with a probability a little above it, and the chance to keep a candidate.
    """
    visibility = np.asarray(shares.visibility, dtype=np.float64)
    names = np.empty((len(shares.source), 4), dtype=np.uint32)
    names[:, sights.SOURCE] = shares.source
    names[:, sights.TOPIC] = shares.topic
    names[:, sights.ORDINAL] = np.asarray(shares.ordinal).astype(np.uint32)
    names[:, sights.GAP_CLASS] = classes = classes_of(visibility)
    rates = np.empty(names.shape, dtype=np.float32)
    rates[:, sights.KEEP] = visibility / class_probabilities()[classes]
    rates[:, sights.CLICK_RATE] = shares.click_base
    rates[:, sights.REPOST_RATE] = np.asarray(shares.repost_base) * np.asarray(shares.quality)
    rates[:, sights.PREMIUM] = shares.peer_premium
    return names, rates


def _check_audience(
    graph: Graph,
    edge_trust: NDArray[np.float32],
    edge_fatigue: NDArray[np.float32],
    person_interest: NDArray[np.float32],
    feed_load: NDArray[np.float32],
) -> None:
    if person_interest.ndim != 2:
        raise ValueError(
            f"person_interest of {person_interest.ndim} dimensions; 2 are needed; [people, topics]"
        )
    wanted = {
        "edge_trust": (edge_trust.shape, (graph.n_edges,)),
        "edge_fatigue": (edge_fatigue.shape, (graph.n_edges,)),
        "feed_load": (feed_load.shape, (graph.n_nodes,)),
        "person_interest": (person_interest.shape[:1], (graph.n_nodes,)),
    }
    for name, (shape, expected) in wanted.items():
        if shape != expected:
            raise ValueError(
                f"{name} of shape {shape}; {expected} is needed; give one value per edge or person"
            )


def _check_shares(graph: Graph, shares: Shares, n_topics: int) -> None:
    sizes = {len(column) for column in shares}
    if len(sizes) != 1:
        raise ValueError(f"share columns of lengths {sorted(sizes)}; one length is needed; use Shares.of")
    if not len(shares.source):
        return
    for name, column, limit in (("source", shares.source, graph.n_nodes), ("topic", shares.topic, n_topics)):
        low, high = int(np.min(column)), int(np.max(column))
        if low < 0 or high >= limit:
            raise ValueError(
                f"share {name} {low if low < 0 else high}; from 0 to {limit - 1}; correct the share"
            )
    for name in ("visibility", "click_base", "repost_base", "peer_premium", "quality"):
        column = getattr(shares, name)
        top = 1.0 if name == "visibility" else np.inf
        good = (column >= 0.0) & (column <= top) & np.isfinite(column)
        if not good.all():
            bad = column[np.flatnonzero(~good)[0]]
            raise ValueError(f"share {name} {bad}; from 0 to {top}; correct the share")


def _check_rates(rates: ResponseRates) -> None:
    if not rates.feed_load_half > 0.0:
        raise ValueError(
            f"feed_load_half {rates.feed_load_half}; above 0 items a day; give the load that halves sight"
        )
    if not 1 <= rates.max_rounds <= 64:
        raise ValueError(f"max_rounds {rates.max_rounds}; from 1 to 64; 3 is usual")
    if not 0 <= rates.thinned_from <= MAX_EDGES:
        raise ValueError(
            f"thinned_from {rates.thinned_from}; from 0 to {MAX_EDGES}; give the first thinned edge's position"
        )
    if not all(np.isfinite(value) for value in rates):
        raise ValueError(f"response rates {tuple(rates)}; finite numbers are needed; correct the rate")
