"""The state of the audience: trust and fatigue on every edge from a source, muting, and the response to a day's posts."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.audience.absorbing_kernel import FROM_SOURCE, Heard, Scratch
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
    Edges,
    Feel,
    Flags,
    Sources,
    copy_written,
    refresh_edges,
    source_means,
)
from agents.audience.hearing_kernel import (
    PROGRESS,
    ROOM_USED,
    RUN,
    Keys,
    Rates,
    hear,
)
from agents.audience.sights import Room
from agents.parameters.parameters import Parameters
from agents.world.draws import uniforms_each
from agents.world.lanes import Draw, Laws, keys_of
from agents.world.memory import untouched, unwritten
from agents.world.network import Networks
from engine.geometric import class_tables
from engine.response import ResponseRates, Shares, share_rows
from engine.response_kernel import AUDIENCE, BEYOND_ONE, CLICKS, DEPTH, N_COUNTS, REPOSTS, THINNED
from engine.streams import Stream, poissons

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The attributes of `Feelings` that change from day to day, except those held per edge.
_WRITTEN = (
    "_felt", "_stirred", "_marked", "_ready", "reached", "touched", "trust_shift", "fatigue_sum", "posts", "promotion",
    "_promotional", "n_reached",
)  # fmt: skip


class Feelings:
    """Trust and fatigue of every contact towards every source, updated lazily: the cost of a day is proportional to its posts.

    Runs are concatenated as in `agents.world.network.Networks`; a source's edges are written from its first post on.

    trust     float32[edges] in [0, 1]
    fatigue   float32[edges] ≥ 0
    lift      float32[edges], log-odds that the response kernel adds: θ_T·T − θ_F·F on edges of sources, whether or not they have
              posted; on the thinned edges of the audience θ_T·T plus the logarithm of the edge's weight
    n_reached int64[R], direct contacts exposed to a share since day 0; reached: a bit for each node, of `audience_kernel.Flags`
    """

    def __init__(
        self,
        networks: Networks,
        laws: Laws,
        draws: Sequence[Draw],
        first_day: int,
        posts_per_day: Floats,
        *,
        page_sight: Floats,
        page_trust: Floats,
    ) -> None:
        """`posts_per_day` is each page's cadence, `page_sight` the visibility of its channel in each run.

        Both determine the initial trust and fatigue of its followers.
        """
        n, edges, p = int(networks.sources[-1]), int(networks.edges[-1]), laws.at(networks.lane)
        self._networks, self._laws = networks, laws
        self._feel = _feel_rates(networks, laws)
        self._rates = _response_rates(networks, laws)
        self.start = np.broadcast_to(np.asarray(p.peer_trust, dtype=np.float64), n).copy()
        self.start[networks.pages] = page_trust
        # Pages of these arrays that are never written take no memory: most people never post.
        self._trust, self._fatigue, self._lift = (unwritten(edges, np.float32) for _ in range(3))
        self.muted = unwritten(edges, np.uint8)
        nodes = int(networks.nodes[-1])
        self._felt, self._stirred, self._marked = (np.zeros(n, dtype=np.uint8) for _ in range(3))
        self._ready, self.reached = (
            untouched(nodes, np.uint8),
            untouched(nodes // 8 + networks.count + 1, np.uint8),
        )
        self.touched, self._first_day = np.full(n, first_day, dtype=np.int64), first_day
        self.trust_shift, self.fatigue_sum = np.zeros(n), np.zeros(n)
        self.posts, self.promotion, self._promotional = np.zeros(n), np.zeros(n), np.zeros(n)
        self.n_reached = np.zeros(networks.count, dtype=np.int64)
        self._see = keys_of(draws, Stream.SEE)
        self._feel_keys = keys_of(draws, Stream.TRUST)
        self._react = keys_of(draws, Stream.REACTION)
        self._room = Room(networks)
        self._left: tuple[Floats, Floats] | None = None
        self.last_edges: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._settle_pages(posts_per_day, page_sight, first_day)

    def _settle_pages(self, posts_per_day: Floats, page_sight: Floats, first_day: int) -> None:
        networks, pages = self._networks, self._networks.pages
        self._refresh(pages, first_day)
        # Read post by post, where the loads of followers one by one would be far apart.
        self._page_load = np.empty(int(networks.page_edges[-1]), dtype=np.float32)
        for run, parameters in enumerate(self._laws.all):
            mine = pages[networks.lane[pages] == run]
            if mine.size == 0:
                continue
            first, degrees = int(networks.begins[mine[0]]), networks.degrees[mine]
            edges = slice(first, first + int(degrees.sum()))
            account = np.repeat(np.arange(mine.size), degrees)
            load = networks.feed_load[networks.nodes[run] + networks.targets[edges]]
            self._page_load[networks.page_edges[run] : networks.page_edges[run + 1]] = load
            sight = float(page_sight[run]) * size_factor(degrees, parameters)
            felt = settled_fatigue(load, posts_per_day[account], np.minimum(1.0, sight)[account], parameters)
            self._fatigue[edges] = felt
            self.fatigue_sum[mine] = np.bincount(account, felt, mine.size)

    def rename(self, draws: Sequence[Draw]) -> None:
        """Key the audience's further random numbers by these draws; the ties are kept."""
        for keys, stream in (
            (self._see, Stream.SEE), (self._feel_keys, Stream.TRUST), (self._react, Stream.REACTION),
        ):  # fmt: skip
            keys[:] = keys_of(draws, stream)

    def copy(self) -> Feelings:
        """An independent copy, for a fork."""
        found, edges = copy(self), int(self._networks.edges[-1])
        for name in ("_flags", "_edges", "_sources"):
            found.__dict__.pop(name, None)
        for name, value in vars(self).items():
            if name in _WRITTEN:
                setattr(found, name, value.copy())
        found._trust, found._fatigue, found._lift = (unwritten(edges, np.float32) for _ in range(3))
        found.muted = unwritten(edges, np.uint8)
        copy_written(self._networks.world, self._flags, self._edges, found._flags, found._edges)
        return found

    def answer(self, posts: Posts, day: int) -> Answer:
        """The audience's response to a day's posts; updates trust, fatigue and mutes."""
        networks, source = self._networks, posts.source
        lane = networks.lane[source]
        p, order = self._laws.at(lane), np.argsort(lane, kind="stable")
        at = np.searchsorted(lane[order], np.arange(networks.count + 1))
        np.add.at(self.posts, source, 1.0)
        np.add.at(self.promotion, source, posts.promotional)
        self._promotional[source] = self.promotion[source] / np.maximum(self.posts[source], 1.0)
        contacts = networks.degrees[source].astype(np.float64)
        names, share_rates = share_rows(_as_shares(posts, networks.own[source], contacts, p))
        changes = trust_change(posts, p, 1.0), trust_change(posts, p, 0.0)
        counts, sights = np.zeros((source.size, N_COUNTS), dtype=np.int64), np.zeros((source.size, 4))
        unfollows, people = (
            np.zeros(source.size, dtype=np.int64),
            np.zeros((networks.count, 5), dtype=np.int64),
        )
        self._hear(
            Heard(at, order, source, posts.ordinal), names, share_rates, changes, day, counts=counts, sights=sights,
            unfollows=unfollows, people=people,
        )  # fmt: skip
        self.n_reached += people[:, 4]
        weight = networks.onward_weight[lane]
        viewers = sights[:, 2] + weight * sights[:, 3]
        drawn = uniforms_each(self._react, lane, day, networks.own[source], posts.ordinal)
        return Answer(
            naive=counts[:, AUDIENCE] + (weight - 1.0) * counts[:, THINNED],
            exposures=sights[:, 0] + weight * sights[:, 1],
            viewers=viewers,
            clicks=counts[:, CLICKS].copy(),
            reactions=poissons(drawn, viewers * reaction_rate(posts, p)),
            reposts=counts[:, REPOSTS].copy(),
            depth=counts[:, DEPTH].copy(),
            beyond_one=counts[:, BEYOND_ONE].copy(),
            unfollows=unfollows,
            unique_employees=self._people(people[:, 0], people[:, 1]),
            unique_corporate=self._people(people[:, 2], people[:, 3]),
        )

    def _hear(
        self,
        heard: Heard,
        names: NDArray[np.uint32],
        share_rates: NDArray[np.float32],
        changes: tuple[Floats, Floats],
        day: int,
        *,
        counts: Ints,
        sights: Floats,
        unfollows: Ints,
        people: Ints,
    ) -> None:
        networks, room = self._networks, self._room
        size = len(names)
        spans, again = np.zeros((size, 3), dtype=np.int64), np.zeros(size, dtype=np.uint8)
        progress = np.zeros(PROGRESS, dtype=np.int64)
        scratch = Scratch(networks.taken, room.visited, room.today, room.near, room.far, room.words)
        world, *rows = networks.rows
        while True:
            hear(
                tuple(heard), names, share_rates, changes, world, *rows[:3], networks.targets,
                networks.targets.view(np.uint32), networks.offsets.view(np.uint64), networks.feed_load, self._page_load,
                self._flags, self._edges, self._sources, self.touched, self._all_rates, self._keys, day,
                class_tables().reshape(-1), (room.edges, room.queue, room.picked), room.flags, tuple(scratch), spans, again, counts, sights,
                unfollows, people, networks.source_edges, progress,
            )  # fmt: skip
            if progress[RUN] == networks.count:
                break
            progress[ROOM_USED] = -1 - progress[ROOM_USED]
            room.reserve(2 * room.edges.size)
        if networks.count == 1:
            exposures = np.concatenate(
                [np.arange(*span) for span in spans[heard.order, :2].tolist()] or [heard.at[:0]]
            )
            self.last_edges = room.edges[exposures[room.flags[exposures] & FROM_SOURCE > 0]].astype(np.int32)

    def _people(self, near: Ints, far: Ints) -> Floats:
        # An exposure over a thinned edge has a weight above 1; the weighted count is capped by the number of people.
        return np.minimum(
            near + self._networks.onward_weight * far, np.diff(self._networks.nodes).astype(np.float64)
        )

    @cached_property
    def _flags(self) -> tuple[NDArray[np.uint8], ...]:
        drawn = self._networks.drawn
        return tuple(
            Flags(drawn, self._ready, self.reached, self._felt, self._stirred, self._marked, self.muted)
        )

    @cached_property
    def _edges(self) -> tuple[NDArray[np.float32], ...]:
        return tuple(Edges(self._trust, self._fatigue, self._lift))

    @cached_property
    def _sources(self) -> tuple[Floats, ...]:
        return tuple(Sources(self.start, self.trust_shift, self.fatigue_sum, self._promotional))

    @cached_property
    def _all_rates(self) -> tuple[Floats, ...]:
        return tuple(Rates(self._feel, self._rates, self._networks.levels))

    @cached_property
    def _keys(self) -> tuple[NDArray[np.uint64], ...]:
        return tuple(Keys(self._see, self._feel_keys, self._networks.keys))

    @property
    def trust(self) -> NDArray[np.float32]:
        """float32[source edges]: trust in a model of one run, brought up to date for all sources; for tests and teaching."""
        self._tell_of_all()
        return self._trust[: int(self._networks.source_edges[0])]

    @property
    def fatigue(self) -> NDArray[np.float32]:
        """float32[source edges]: fatigue in a model of one run, likewise."""
        self._tell_of_all()
        return self._fatigue[: int(self._networks.source_edges[0])]

    @property
    def lift(self) -> NDArray[np.float32]:
        """float32[edges]: lift in a model of one run as the response kernel reads it; for tests."""
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
        self._fatigue[:edges][of_new] = 0.0
        self.muted[:edges][of_new] = 0
        self._felt[new] = 1

    def trust_of_sources(self, day: int) -> Floats:
        """float64[sources]: mean trust on the edges of each source, on `day`."""
        return self.means_of_sources(day)[0]

    def means_of_sources(self, day: int) -> tuple[Floats, Floats]:
        """float64[sources] each: mean trust and mean fatigue on the edges of each source, on `day`."""
        # Whoever has not posted, as most people, is as at the start.
        trust, fatigue = self.start.copy(), np.zeros(self.start.size)
        felt = np.flatnonzero(self._felt.view(np.bool_))
        kept = self._kept(day - self._first_day + 1)
        starts = np.searchsorted(felt, self._networks.sources)
        source_means(
            felt, starts, self.touched, day, self._networks.degrees, *kept, self._sources, trust, fatigue
        )  # fmt: skip
        return trust, fatigue

    def _kept(self, days: int) -> tuple[Floats, Floats]:
        # float64[R, days or more]: the part of a change of trust, and of fatigue, that remains after so many days.
        if self._left is None or self._left[0].shape[1] < days:
            gap = -np.arange(2 * max(days, 64))
            weeks, half = (
                self._laws.column(name)[:, np.newaxis]
                for name in ("trust_half_life_weeks", "fatigue_half_life_days")
            )
            self._left = np.exp2(gap / (7.0 * weeks)), np.exp2(gap / half)
        return self._left

    def mean_trust(self, first: int, last: int, day: int) -> float:
        """Mean trust over all edges of the sources."""
        degrees = self._networks.degrees[first:last]
        return float((self.trust_of_sources(day)[first:last] * degrees).sum()) / max(1, int(degrees.sum()))

    def _refresh(self, sources: Ints, day: int) -> None:
        networks = self._networks
        refresh_edges(
            sources.astype(np.int64), networks.lane, *networks.rows, self._flags, self._feel, day, self.touched,
            self._edges, self._sources,
        )  # fmt: skip


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
        click_base=p.click_base * click_factor(posts, p) * np.exp(posts.log_appeal + posts.log_clicks),
        repost_base=p.repost_base,
        peer_premium=posts.premium,
        quality=np.exp(p.quality_weight * (posts.effort - 0.5) + posts.log_appeal + posts.log_reposts),
        ordinal=posts.ordinal,
    )
