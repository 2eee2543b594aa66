"""The audience's side: trust and fatigue on every edge from a source, muting, and the answer to a day's
posts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import (
    Answer,
    Posts,
    click_factor,
    reaction_rate,
    settled_fatigue,
    shown,
    size_factor,
    trust_change,
)
from agents.audience.audience_kernel import (
    FEEL,
    Feel,
    absorb,
    count_people,
    mark_passing,
    refresh_edges,
    spread,
)
from agents.audience.sights import Room, Sights
from agents.parameters.parameters import Parameters
from agents.world.draws import uniforms_each
from agents.world.lanes import Draw, Laws
from agents.world.network import Networks, untouched
from engine.geometric import class_tables
from engine.response import ResponseRates, Shares, share_rows
from engine.response_kernel import AUDIENCE, BEYOND_ONE, CLICKS, DEPTH, N_COUNTS, REPOSTS, THINNED
from engine.streams import Stream, poissons, stream_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Feelings:
    """Trust and fatigue of every contact towards every source, kept up lazily: a day costs in proportion to
    its posts. Runs stand side by side, as in `agents.world.network.Networks`; a source's arrays are told of from its first post on.

    trust     float32[edges] in [0, 1]
    fatigue   float32[edges] ≥ 0
    lift      float32[edges], what the response kernel reads: θ_T·T − θ_F·F on edges of sources, also of those who never
              posted; on the thinned edges of the audience θ_T·T and the log of how many each stands for
    reached   uint8[nodes], direct contacts who saw a share since day 0; n_reached: int64[R]
    """

    def __init__(
        self,
        networks: Networks,
        laws: Laws,
        draws: Sequence[Draw],
        first_day: int,
        posts_per_day: Floats,
        page_sight: Floats,
        page_trust: Floats,
    ) -> None:
        """`posts_per_day` is each page's cadence, `page_sight` the visibility of its channel in each run: what its followers have come to
        feel follows from the two.
        """
        n, edges, p = int(networks.sources[-1]), int(networks.edges[-1]), laws.at(networks.lane)
        self._networks, self._laws = networks, laws
        self._feel = _feel_rates(networks, laws)
        self._rates = _response_rates(networks, laws)
        self.start = np.broadcast_to(np.asarray(p.peer_trust, dtype=np.float64), n).copy()
        self.start[networks.pages] = page_trust
        # What nobody writes takes no memory: most people never post.
        self._trust, self._lift = untouched(edges, np.float32), untouched(edges, np.float32)
        self._fatigue, self.muted = untouched(edges, np.float32), untouched(edges, np.uint8)
        self._felt, self._ready = (
            np.zeros(n, dtype=np.uint8),
            untouched(int(networks.nodes[-1]), np.uint8),
        )
        self.touched = np.full(n, first_day, dtype=np.int64)
        self.stirred = np.zeros(n, dtype=bool)
        self.trust_shift, self.fatigue_sum = np.zeros(n), np.zeros(n)
        self.posts, self.promotion, self._promotional = np.zeros(n), np.zeros(n), np.zeros(n)
        self.reached = untouched(int(networks.nodes[-1]), np.uint8)
        self.n_reached = np.zeros(networks.count, dtype=np.int64)
        self._see = _keys(draws, Stream.SEE)
        self._feel_keys = _keys(draws, Stream.TRUST)
        self._react = _keys(draws, Stream.REACTION)
        self._room = Room(networks)
        self.last_edges: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._settle_pages(posts_per_day, page_sight, first_day)

    def _settle_pages(self, posts_per_day: Floats, page_sight: Floats, first_day: int) -> None:
        networks, pages = self._networks, self._networks.pages
        self._refresh(pages, first_day)
        for run, parameters in enumerate(self._laws.all):
            mine = pages[networks.lane[pages] == run]
            if mine.size == 0:
                continue
            first, degrees = int(networks.begins[mine[0]]), networks.degrees[mine]
            edges = slice(first, first + int(degrees.sum()))
            account = np.repeat(np.arange(mine.size), degrees)
            load = networks.feed_load[networks.nodes[run] + networks.targets[edges]]
            sight = float(page_sight[run]) * size_factor(degrees, parameters)
            felt = settled_fatigue(load, posts_per_day[account], np.minimum(1.0, sight)[account], parameters)
            self._fatigue[edges] = felt
            self.fatigue_sum[mine] = np.bincount(account, felt, mine.size)

    def answer(self, posts: Posts, day: int) -> Answer:
        """The audience's answer to a day's posts; trust, fatigue and mutes move with it."""
        networks = self._networks
        lane = networks.lane[posts.source]
        if networks.count == 1:
            return self._answer(posts, lane, day)
        order = np.argsort(lane, kind="stable")
        found = self._answer(posts.at(order), lane[order], day)
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return found.at(back)

    def _answer(self, posts: Posts, lane: Ints, day: int) -> Answer:
        networks, p = self._networks, self._laws.at(lane)
        share_at = np.searchsorted(lane, np.arange(networks.count + 1))
        self._refresh(np.unique(posts.source), day)
        contacts = networks.degrees[posts.source].astype(np.float64)
        sights = self._spread(_as_shares(posts, networks.own[posts.source], contacts, p), lane, share_at, day)
        np.add.at(self.posts, posts.source, 1.0)
        np.add.at(self.promotion, posts.source, posts.promotional)
        self._promotional[posts.source] = self.promotion[posts.source] / np.maximum(
            self.posts[posts.source], 1.0
        )
        people = np.zeros((networks.count, 5), dtype=np.int64)
        sharer = networks.own[posts.source]
        kinds = (networks.source_edges, networks.world, networks.targets.view(np.uint32))
        count_people(
            sights.at, sights.edges, sights.shares, sharer, *kinds, self.muted, self._room.visited, self._room.today,
            self.reached, int(day >= 0), people,
        )  # fmt: skip
        self.n_reached += people[:, 4]
        if networks.count == 1:
            own = sights.edges < networks.source_edges[0]
            self.last_edges = sights.edges[own][self.muted[sights.edges[own]] == 0].astype(np.int32)
        counts, unfollows = np.zeros((lane.size, 4)), np.zeros(lane.size, dtype=np.int64)
        absorb(
            share_at, sights.at, sights.edges, sights.shares, sights.flags, sharer, posts.ordinal,
            trust_change(posts, p, 1.0), trust_change(posts, p, 0.0), self._promotional, *kinds[:2], self._feel,
            self._feel_keys, day, self._trust, self._fatigue, self.muted, self.trust_shift, self.fatigue_sum, counts,
            unfollows,
        )  # fmt: skip
        weight = networks.onward_weight[lane]
        viewers = counts[:, 2] + weight * counts[:, 3]
        drawn = uniforms_each(self._react, lane, day, sharer, posts.ordinal)
        told = sights.counts
        return Answer(
            naive=told[:, AUDIENCE] + (weight - 1.0) * told[:, THINNED],
            exposures=counts[:, 0] + weight * counts[:, 1],
            viewers=viewers,
            clicks=told[:, CLICKS].copy(),
            reactions=poissons(drawn, viewers * reaction_rate(posts, p)),
            reposts=told[:, REPOSTS].copy(),
            depth=told[:, DEPTH].copy(),
            beyond_one=told[:, BEYOND_ONE].copy(),
            unfollows=unfollows,
            unique_employees=self._people(people[:, 0], people[:, 1]),
            unique_corporate=self._people(people[:, 2], people[:, 3]),
        )

    def _people(self, near: Ints, far: Ints) -> Floats:
        # A person seen over a thinned edge stands for several, but never for more than there are.
        return np.minimum(
            near + self._networks.onward_weight * far, np.diff(self._networks.nodes).astype(np.float64)
        )

    def _spread(self, shares: Shares, lane: Ints, share_at: Ints, day: int) -> Sights:
        # A colleague who passes a post on is a source too, whose edges are brought up to date; what was told over old ones is
        # told again. Draws are named by share and edge, so that nothing else changes.
        networks = self._networks
        sights = self._tell(shares, share_at, day)
        while True:
            passing = np.zeros(networks.lane.size, dtype=np.uint8)
            mark_passing(
                sights.at, sights.edges, sights.shares, shares.source.astype(np.int64), networks.source_edges,
                networks.world, passing,
            )  # fmt: skip
            heard = np.flatnonzero(passing)
            # On the very first day all are up to date, and nobody's feelings are written down yet.
            old = heard[(self.touched[heard] < day) | (self._felt[heard] == 0)]
            if old.size == 0:
                self.stirred[heard] = True
                return sights
            self._refresh(old, day)
            sights = self._told_again(sights, shares, lane, old[self.stirred[old]], day)

    def _told_again(self, sights: Sights, shares: Shares, lane: Ints, passing: Ints, day: int) -> Sights:
        if passing.size == 0:
            return sights
        networks = self._networks
        run = lane[sights.shares]
        direct = sights.edges < networks.source_edges[run]
        edge = networks.edges[run[direct]] + sights.edges[direct]
        source = np.searchsorted(networks.begins, edge, side="right") - 1
        rows = np.unique(sights.shares[direct][np.isin(source, passing)]).astype(np.int64)
        if rows.size == 0:
            return sights
        share_at = np.searchsorted(lane[rows], np.arange(networks.count + 1))
        return sights.mended(rows, self._tell(shares.at(rows), share_at, day), lane)

    def _tell(self, shares: Shares, share_at: Ints, day: int) -> Sights:
        networks, room = self._networks, self._room
        names, share_rates = share_rows(shares)
        counts = np.zeros((len(names), N_COUNTS), dtype=np.int64)
        progress = np.zeros(6, dtype=np.int64)
        while True:
            spread(
                share_at, *networks.rows, networks.targets.view(np.uint32), networks.offsets.view(np.uint64),
                networks.drawn, self._ready, self._lift, networks.levels, networks.feed_load, self._feel,
                self._rates, names, share_rates, self._see, day, class_tables().reshape(-1), counts, room.edges,
                room.flags, room.visited, room.today, room.queue, room.picked, room.words, progress,
            )  # fmt: skip
            if progress[0] == networks.count:
                break
            room.reserve(2 * room.edges.size)
        return Sights.of(counts, room, int(progress[1]), share_at)

    @property
    def trust(self) -> NDArray[np.float32]:
        """float32[source edges] of a model of one run, everybody told of: for tests and teaching."""
        self._tell_of_all()
        return self._trust[: int(self._networks.source_edges[0])]

    @property
    def fatigue(self) -> NDArray[np.float32]:
        """float32[source edges], likewise."""
        self._tell_of_all()
        return self._fatigue[: int(self._networks.source_edges[0])]

    @property
    def lift(self) -> NDArray[np.float32]:
        """float32[edges] of a model of one run, as the response kernel reads it: for tests."""
        networks = self._networks
        node = np.repeat(np.arange(networks.offsets.size - 1), np.diff(networks.offsets))
        known = np.arange(node.size) < networks.source_edges[0]
        usual = np.where(known, self._feel[0, FEEL.first_lift], self._feel[0, FEEL.onward_lift])
        return np.where(self._ready[node] == 1, self._lift, usual.astype(np.float32))

    def _tell_of_all(self) -> None:
        new = np.flatnonzero(self._felt == 0)
        edges = int(self._networks.source_edges[0])
        of_new = np.repeat(self._felt == 0, self._networks.degrees)
        self._trust[:edges][of_new] = np.repeat(self.start, self._networks.degrees)[of_new]
        self._felt[new] = 1

    def trust_of_sources(self, day: int) -> Floats:
        """float64[sources]: mean trust on the edges of each source, on `day`."""
        gap = np.maximum(day - self.touched, 0)
        weeks = self._laws.at(self._networks.lane).trust_half_life_weeks
        shift = self.trust_shift * np.exp2(-gap / (7.0 * weeks))
        found: Floats = self.start + shift / np.maximum(self._networks.degrees, 1)
        return found

    def fatigue_of_sources(self, day: int) -> Floats:
        """float64[sources]: mean fatigue on the same edges."""
        gap = np.maximum(day - self.touched, 0)
        left = self.fatigue_sum * np.exp2(-gap / self._laws.at(self._networks.lane).fatigue_half_life_days)
        found: Floats = left / np.maximum(self._networks.degrees, 1)
        return found

    def trust_by_source(self, first: int, last: int, day: int) -> Floats:
        """float64[last − first]: mean trust on the edges of each source `first` … `last` − 1, on `day`."""
        return self.trust_of_sources(day)[first:last]

    def fatigue_by_source(self, first: int, last: int, day: int) -> Floats:
        """float64[last − first]: mean fatigue on the same edges."""
        return self.fatigue_of_sources(day)[first:last]

    def mean_trust(self, first: int, last: int, day: int) -> float:
        """Mean trust over all edges of the sources."""
        return self._over_edges(self.trust_by_source(first, last, day), first, last)

    def mean_fatigue(self, first: int, last: int, day: int) -> float:
        """Mean fatigue over all edges of the sources."""
        return self._over_edges(self.fatigue_by_source(first, last, day), first, last)

    def _over_edges(self, values: Floats, first: int, last: int) -> float:
        degrees = self._networks.degrees[first:last]
        return float(values @ degrees) / max(1, int(degrees.sum()))

    def _refresh(self, sources: Ints, day: int) -> None:
        networks = self._networks
        refresh_edges(
            sources.astype(np.int64), networks.lane, *networks.rows, networks.drawn, self._ready, self._felt, self._feel,
            day, self.start, self.touched, self._trust, self._fatigue, self.muted, self._lift, self.trust_shift,
            self.fatigue_sum,
        )  # fmt: skip


def _keys(draws: Sequence[Draw], stream: Stream) -> NDArray[np.uint64]:
    return np.array([stream_key(draw.seed, stream, draw.run) for draw in draws], dtype=np.uint64)


def _feel_rates(networks: Networks, laws: Laws) -> Floats:
    columns = {
        "trust_days": 7.0 * laws.column("trust_half_life_weeks"),
        "fatigue_days": laws.column("fatigue_half_life_days"),
        "trust_weight": laws.column("trust_weight"),
        "fatigue_weight": laws.column("fatigue_weight"),
        "per_exposure": laws.column("fatigue_per_exposure"),
        "unfollow_base": laws.column("unfollow_base"),
        "unfollow_fatigue": laws.column("unfollow_fatigue"),
        "strong_share": laws.column("strong_tie_share"),
        "first_lift": (laws.column("trust_weight").astype(np.float32) * laws.column("peer_trust").astype(np.float32)),
        "onward_lift": laws.column("trust_weight") * laws.column("peer_trust") + np.log(np.maximum(networks.onward_weight, 1e-9)),
    }  # fmt: skip
    return np.ascontiguousarray(np.stack([columns[name] for name in Feel._fields], axis=1), dtype=np.float64)


def _response_rates(networks: Networks, laws: Laws) -> Floats:
    rates = [
        ResponseRates(
            feed_load_half=p.feed_load_scale,
            trust=1.0,
            affinity=p.affinity_weight,
            fatigue=0.0,
            thinned_from=int(edges),
        )
        for p, edges in zip(laws.all, networks.source_edges, strict=True)
    ]
    return np.array(rates, dtype=np.float64)


def _as_shares(posts: Posts, node: Ints, contacts: Floats, p: Parameters) -> Shares:
    return Shares.of(
        source=node,
        topic=posts.topic,
        visibility=shown(posts, contacts, p),
        click_base=p.click_base * click_factor(posts, p) * np.exp(posts.log_clicks),
        repost_base=p.repost_base,
        peer_premium=posts.premium,
        quality=np.exp(p.quality_weight * (posts.effort - 0.5) + posts.log_reposts),
        ordinal=posts.ordinal,
    )
