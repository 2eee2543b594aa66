"""The audience's side: trust and fatigue on every edge from a source, muting, and the answer to a day's
posts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience_kernel import absorb, refresh_edges
from agents.parameters.parameters import Parameters
from agents.world.network import Network
from engine.response import Outcome, ResponseRates, Scratch, Shares, propagate, taken_again
from engine.streams import Stream, stream_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Posts(NamedTuple):
    """One day's posts of employees and corporate accounts, arrays of one length.

    source      node; `ordinal` tells apart the posts of one source on one day
    topic       column of interest
    visibility  of the channel
    premium     factor on clicks (1 for a corporate account)
    effort      care of what was written, 0 to 1
    polish      of the item, and of template text that others have posted before
    useful, promotional, disclosure  levels of the item
    tangible    1 where the sharer was tangibly rewarded for it (a fraction: the tangible part)
    """

    source: Ints
    ordinal: Ints
    topic: Ints
    visibility: Floats
    premium: Floats
    effort: Floats
    polish: Floats
    useful: Floats
    promotional: Floats
    disclosure: Floats
    tangible: Floats


class Answer(NamedTuple):
    """What came of each post, one value a post; counts are people unless said.

    naive       contacts of everybody who broadcast it: the plain sum of networks, a thinned one at its full size
    exposures   sights, repeats counted; float because a thinned onward edge counts for several
    viewers     different people who saw it, float likewise
    clicks      human clicks, each person once
    reposts     reposts in its tree; `beyond_one` those two or more steps from the sharer
    unfollows   contacts who muted the source over it
    unique_employees, unique_corporate  different people who saw any post of the day by that kind of source
    """

    naive: Floats
    exposures: Floats
    viewers: Floats
    clicks: Ints
    reposts: Ints
    depth: Ints
    beyond_one: Ints
    unfollows: Ints
    unique_employees: float
    unique_corporate: float


class Feelings:
    """Trust and fatigue of every contact towards every source, kept up lazily: a day costs in proportion to
    its posts.

    trust     float32[source edges] in [0, 1]
    fatigue   float32[source edges] ≥ 0
    lift      float32[edges], what the response kernel reads: θ_T·T − θ_F·F on edges of sources, also of those who never
              posted; on the thinned edges of the audience θ_T·T and the log of how many each stands for
    """

    def __init__(
        self,
        network: Network,
        p: Parameters,
        seed: int,
        run: int,
        first_day: int,
        pages_fatigue: NDArray[np.float32],
    ) -> None:
        """`pages_fatigue` is what followers of the company's pages have come to feel before the first day."""
        edges = network.n_source_edges
        corporate_begin = int(network.graph.offsets[network.n_employees])
        self.trust = np.full(edges, p.peer_trust, dtype=np.float32)
        self.trust[corporate_begin:] = p.corporate_trust
        self.fatigue = np.zeros(edges, dtype=np.float32)
        self.fatigue[corporate_begin:] = pages_fatigue
        self.muted = np.zeros(edges, dtype=np.uint8)
        onward = p.trust_weight * p.peer_trust + np.log(max(network.onward_weight, 1e-9))
        self.lift = np.full(network.graph.n_edges, onward, dtype=np.float32)
        self.lift[:edges] = p.trust_weight * self.trust - p.fatigue_weight * self.fatigue
        self.touched = np.full(network.n_sources, first_day, dtype=np.int64)
        self.stirred = np.zeros(network.n_sources, dtype=bool)
        self.trust_shift = np.zeros(network.n_sources)
        self.fatigue_sum = np.zeros(network.n_sources)
        pages = np.arange(network.n_employees, network.n_sources)
        sums = np.bincount(network.sources[corporate_begin:], pages_fatigue, network.n_sources)
        self.fatigue_sum[pages] = sums[pages]
        self.posts = np.zeros(network.n_sources)
        self.promotion = np.zeros(network.n_sources)
        self.start = np.full(network.n_sources, p.peer_trust)
        self.start[network.n_employees :] = p.corporate_trust
        self.last_seen_staff: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self.last_edges: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._network = network
        self._p = p
        self._scratch = Scratch(network.graph)
        self._see = stream_key(seed, Stream.SEE, run)
        self._feel = stream_key(seed, Stream.TRUST, run)
        self._rates = ResponseRates(
            feed_load_half=p.feed_load_scale,
            trust=1.0,
            affinity=p.affinity_weight,
            fatigue=0.0,
            thinned_from=edges,
        )

    def answer(self, posts: Posts, day: int) -> Answer:
        """The audience's answer to a day's posts; trust, fatigue and mutes move with it."""
        p, network = self._p, self._network
        self._refresh(np.unique(posts.source), day)
        outcome = self._spread(self._as_shares(posts), day)
        np.add.at(self.posts, posts.source, 1.0)
        np.add.at(self.promotion, posts.source, posts.promotional)
        counts = np.zeros((4, posts.source.size))
        direct = outcome.seen_edges < network.n_source_edges
        open_edge = np.ones(direct.size, dtype=bool)
        open_edge[direct] = self.muted[outcome.seen_edges[direct]] == 0
        unfollows = np.zeros(posts.source.size, dtype=np.int64)
        absorb(
            outcome.seen_edges,
            outcome.seen_shares,
            outcome.seen_flags,
            network.sources,
            posts.ordinal,
            trust_change(posts, p, 1.0),
            trust_change(posts, p, 0.0),
            self.promotion / np.maximum(self.posts, 1.0),
            np.array([p.fatigue_per_exposure, p.unfollow_base, p.unfollow_fatigue, p.strong_tie_share]),
            self._feel,
            day,
            self.trust,
            self.fatigue,
            self.muted,
            self.trust_shift,
            self.fatigue_sum,
            counts.reshape(-1),
            unfollows,
        )
        own, onward, first, onward_first = counts
        weight = network.onward_weight
        seen = network.graph.targets[outcome.seen_edges]
        by_staff = posts.source[outcome.seen_shares] < network.n_employees
        near, far = _distinct(seen, direct, by_staff & open_edge)
        pages_near, pages_far = _distinct(seen, direct, ~by_staff & open_edge)
        self.last_seen_staff = near
        self.last_edges = outcome.seen_edges[direct & open_edge]
        return Answer(
            naive=outcome.audience + (weight - 1.0) * outcome.thinned,
            exposures=own + weight * onward,
            viewers=first + weight * onward_first,
            clicks=outcome.clicks,
            reposts=outcome.reposts,
            depth=outcome.depth,
            beyond_one=outcome.beyond_one,
            unfollows=unfollows,
            unique_employees=self._people(near.size, far.size),
            unique_corporate=self._people(pages_near.size, pages_far.size),
        )

    def _people(self, near: int, far: int) -> float:
        # A person seen over a thinned edge stands for several, but never for more than there are.
        return min(near + self._network.onward_weight * far, float(self._network.graph.n_nodes))

    def _spread(self, shares: Shares, day: int) -> Outcome:
        # A colleague who passes a post on is a source too, whose edges are brought up to date; what was told over old ones is
        # told again. Draws are named by share and edge, so that nothing else changes.
        outcome = self._tell(shares, day)
        while True:
            source_of = self._network.sources[outcome.seen_edges[outcome.seen_edges < self.trust.size]]
            passing = np.zeros(self._network.n_sources, dtype=bool)
            passing[source_of] = True
            old = passing & (self.touched < day)
            if not old.any():
                self.stirred |= passing
                return outcome
            self._refresh(np.flatnonzero(old), day)
            outcome = self._told_again(outcome, shares, old & self.stirred, day)

    def _told_again(self, outcome: Outcome, shares: Shares, passing: NDArray[np.bool_], day: int) -> Outcome:
        direct = outcome.seen_edges < self.trust.size
        concerned = direct.copy()
        concerned[direct] = passing[self._network.sources[outcome.seen_edges[direct]]]
        rows = np.unique(outcome.seen_shares[concerned]).astype(np.int64)
        if rows.size == 0:
            return outcome
        return taken_again(outcome, rows, self._tell(shares.at(rows), day))

    def _tell(self, shares: Shares, day: int) -> Outcome:
        network = self._network
        return propagate(
            network.graph,
            shares,
            self.lift,
            self.lift,
            network.interest,
            network.feed_load,
            self._rates,
            self._see,
            day,
            self._scratch,
        )

    def trust_by_source(self, first: int, last: int, day: int) -> Floats:
        """float64[last − first]: mean trust on the edges of each source `first` … `last` − 1, on `day`."""
        gap = np.maximum(day - self.touched[first:last], 0)
        shift = self.trust_shift[first:last] * np.exp2(-gap / (7.0 * self._p.trust_half_life_weeks))
        return self.start[first:last] + shift / np.maximum(self._network.degrees[first:last], 1)

    def fatigue_by_source(self, first: int, last: int, day: int) -> Floats:
        """float64[last − first]: mean fatigue on the same edges."""
        gap = np.maximum(day - self.touched[first:last], 0)
        left = self.fatigue_sum[first:last] * np.exp2(-gap / self._p.fatigue_half_life_days)
        return left / np.maximum(self._network.degrees[first:last], 1)

    def mean_trust(self, first: int, last: int, day: int) -> float:
        """Mean trust over all edges of the sources."""
        return self._over_edges(self.trust_by_source(first, last, day), first, last)

    def mean_fatigue(self, first: int, last: int, day: int) -> float:
        """Mean fatigue over all edges of the sources."""
        return self._over_edges(self.fatigue_by_source(first, last, day), first, last)

    def _over_edges(self, values: Floats, first: int, last: int) -> float:
        degrees = self._network.degrees[first:last]
        return float(values @ degrees) / max(1, int(degrees.sum()))

    def _as_shares(self, posts: Posts) -> Shares:
        p = self._p
        return Shares.of(
            source=posts.source,
            topic=posts.topic,
            visibility=posts.visibility,
            click_base=p.click_base * click_factor(posts, p),
            repost_base=p.repost_base,
            peer_premium=posts.premium,
            quality=np.exp(p.quality_weight * (posts.effort - 0.5)),
            ordinal=posts.ordinal,
        )

    def _refresh(self, sources: Ints, day: int) -> None:
        p = self._p
        refresh_edges(
            sources.astype(np.int64),
            self._network.graph.offsets,
            np.array(
                [7.0 * p.trust_half_life_weeks, p.fatigue_half_life_days, p.trust_weight, p.fatigue_weight]
            ),
            day,
            self.start,
            self.touched,
            self.trust,
            self.fatigue,
            self.muted,
            self.lift,
            self.trust_shift,
            self.fatigue_sum,
        )


def settled_fatigue(
    network: Network, posts_per_day: Floats, visibility: float, p: Parameters
) -> NDArray[np.float32]:
    """float32[followers' edges]: mean fatigue of each after years of so many posts a day by each corporate account."""
    begin = int(network.graph.offsets[network.n_employees])
    followers = network.graph.targets[begin : network.n_source_edges]
    account = network.sources[begin:] - network.n_employees
    sights = visibility / (1.0 + network.feed_load[followers] / p.feed_load_scale)
    left_tomorrow = 2.0 ** (-1.0 / p.fatigue_half_life_days)
    felt = p.fatigue_per_exposure * posts_per_day[account] * sights * left_tomorrow / (1.0 - left_tomorrow)
    return np.asarray(felt, dtype=np.float32)


def motive(posts: Posts, tie: float, p: Parameters) -> Floats:
    """Motive a reader infers: tangible · (1 − tie) + inferred from disclosure · disclosure.

    Symbolic rewards add nothing; every share is unsolicited.
    """
    return posts.tangible * (1.0 - tie) + p.disclosure_inference * posts.disclosure


def trust_change(posts: Posts, p: Parameters, strong: float) -> Floats:
    """Change of trust per exposure, over a strong (1) or weak (0) tie: rate · (κ⁺ · useful − κ⁻ · polish − κ_r · motive)."""
    tie = p.strong_tie if strong else p.weak_tie
    gain = p.trust_useful * posts.useful
    loss = p.trust_polish * posts.polish + p.trust_motive * motive(posts, tie, p)
    return p.trust_rate * (gain - loss)


def template_text(effort: Floats, copies: Floats, p: Parameters) -> Floats:
    """Polish that duplicated text adds: duplicate · (1 − e) · copies / (1 + copies), for shares of the same item before this one."""
    return p.duplicate_text * (1.0 - effort) * copies / (1.0 + copies)


def click_factor(posts: Posts, p: Parameters) -> Floats:
    """Factor on clicks from what was written: exp(θ_q · (e − ½) − θ_T · κ_r · tangible · (1 − average tie))."""
    tie = p.strong_tie_share * p.strong_tie + (1.0 - p.strong_tie_share) * p.weak_tie
    return np.exp(
        p.quality_weight * (posts.effort - 0.5)
        - p.trust_weight * p.trust_motive * posts.tangible * (1.0 - tie)
    )


def _distinct(
    seen: NDArray[np.int32], direct: NDArray[np.bool_], wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    # People who saw a post straight from its source, and those who saw it only from a reposter.
    near = np.unique(seen[wanted & direct])
    return near, np.setdiff1d(seen[wanted & ~direct], near)
