"""See → click → repost against closed forms and against a day simulated person by person."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from engine.graph import Graph
from engine.response import CLICKED, FIRST_VIEW, REPOSTED, Exposure, ResponseRates, Scratch, Shares, propagate
from engine.streams import Stream, stream_key

Floats = NDArray[np.float32]


class Audience:
    """A graph and what the people on it feel."""

    def __init__(self, graph: Graph, topics: int = 1) -> None:
        self.graph = graph
        self.trust = np.zeros(graph.n_edges, dtype=np.float32)
        self.fatigue = np.zeros(graph.n_edges, dtype=np.float32)
        self.interest = np.zeros((graph.n_nodes, topics), dtype=np.float32)
        self.load = np.zeros(graph.n_nodes, dtype=np.float32)

    @classmethod
    def random(cls, n: int, m: int, topics: int, rng: np.random.Generator) -> Audience:
        made = cls(Graph.from_edges(rng.integers(0, n, m), rng.integers(0, n, m), n), topics)
        made.trust = rng.normal(0, 0.6, m).astype(np.float32)
        made.fatigue = rng.random(m, dtype=np.float32) * 2
        made.interest = rng.normal(0, 0.7, (n, topics)).astype(np.float32)
        made.load = (rng.random(n) * 120).astype(np.float32)
        return made

    def day(
        self, shares: Shares, rates: ResponseRates, day: int, run: int = 0, scratch: Any = None
    ) -> Exposure:
        key = stream_key(4, Stream.SEE, run)
        return propagate(
            self.graph,
            shares,
            self.trust,
            self.fatigue,
            self.interest,
            feed_load=self.load,
            rates=rates,
            key=key,
            day=day,
            scratch=scratch,
        )


COUNTS = ("audience", "exposures", "viewers", "clicks", "reposts", "depth", "beyond_one")


def slow_day(a: Audience, shares: Shares, rates: ResponseRates, rng: np.random.Generator) -> dict[str, Any]:
    """The same day in plain Python, from the equations alone."""
    total: dict[str, Any] = dict.fromkeys(COUNTS, 0)
    today: set[int] = set()
    for s in range(len(shares.source)):
        root = int(shares.source[s])
        seen, sharers = {root}, [root]
        for depth in range(1, rates.max_rounds + 1):
            next_sharers = []
            for u in sharers:
                for e in range(int(a.graph.offsets[u]), int(a.graph.offsets[u + 1])):
                    total["audience"] += 1
                    v = int(a.graph.targets[e])
                    if rng.random() >= shares.visibility[s] / (1.0 + a.load[v] / rates.feed_load_half):
                        continue
                    total["exposures"] += 1
                    if v in seen:
                        continue
                    seen.add(v)
                    today.add(v)
                    total["viewers"] += 1
                    lift = math.exp(
                        rates.trust * a.trust[e]
                        + rates.affinity * a.interest[v, shares.topic[s]]
                        - rates.fatigue * a.fatigue[e]
                    )
                    premium = shares.peer_premium[s] if depth == 1 else rates.reposter_premium
                    total["clicks"] += rng.random() < min(1.0, shares.click_base[s] * premium * lift)
                    if rng.random() < min(1.0, shares.repost_base[s] * shares.quality[s] * lift):
                        total["reposts"] += 1
                        total["beyond_one"] += depth > 1
                        next_sharers.append(v)
            total["depth"] += 1 if next_sharers else 0
            sharers = next_sharers
    return total | {"unique_reach": len(today)}


def test_a_day_person_by_person_agrees_in_every_count() -> None:
    rng = np.random.default_rng(7)
    a = Audience.random(60, 700, 3, rng)
    shares = Shares.of(
        [3, 3, 17, 40, 5],
        [0, 1, 2, 2, 1],
        visibility=[0.9, 0.3, 1.0, 0.07, 0.5],
        click_base=[0.2, 0.4, 0.1, 0.9, 0.3],
        repost_base=[0.1, 0.3, 0.2, 0.5, 0.05],
        peer_premium=[2.0, 1.0, 3.0, 1.0, 0.0],
        quality=[1.0, 0.5, 1.5, 1.0, 2.0],
        ordinal=[0, 1, 0, 0, 0],
    )
    rates = ResponseRates(40.0, 0.5, 0.6, 0.3, 0.7, 4)
    days = 700
    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    scratch = Scratch(a.graph)
    for day in range(days):
        outcome = a.day(shares, rates, day, scratch=scratch)
        for name, value in slow_day(a, shares, rates, rng).items():
            theirs.setdefault(name, []).append(value)
            ours.setdefault(name, []).append(float(np.sum(getattr(outcome, name))))
    for name, values in theirs.items():
        mine = np.array(ours[name])
        error = math.sqrt((mine.var(ddof=1) + np.var(values, ddof=1)) / days)
        assert abs(mine.mean() - np.mean(values)) < 4.2 * error, name
        assert mine.std() == pytest.approx(np.std(values), rel=0.25), name


@pytest.mark.parametrize("visibility", [0.0, 0.0004, 0.05, 0.37, 1.0])
def test_one_round_is_binomial(visibility: float) -> None:
    """Empty feeds, no reposts: exposures Binomial(k, v), clicks Binomial(k, v·c)."""
    k, days = 2000, 1500
    a = Audience(Graph.from_edges(np.zeros(k, dtype=int), np.arange(1, k + 1), k + 1))
    share = Shares.of(0, visibility=visibility, click_base=0.25, repost_base=0.0)
    outcomes = [a.day(share, ResponseRates(), day) for day in range(days)]
    for field, chance in (("exposures", visibility), ("clicks", visibility * 0.25)):
        counts = np.array([int(getattr(outcome, field)[0]) for outcome in outcomes])
        law = stats.binom(k, chance)
        assert abs(counts.mean() - law.mean()) <= 4.5 * law.std() / math.sqrt(days)
        if law.std():
            assert counts.var() == pytest.approx(law.var(), rel=0.2)
    assert all(outcome.audience[0] == k for outcome in outcomes)


def test_feed_load_halves_sight_at_its_half() -> None:
    k = 4000
    a = Audience(Graph.from_edges(np.zeros(k, dtype=int), np.arange(1, k + 1), k + 1))
    a.load[:] = 30.0
    seen = [
        int(a.day(Shares.of(0, visibility=0.8), ResponseRates(30.0), day).exposures[0]) for day in range(200)
    ]
    assert abs(np.mean(seen) - 0.4 * k) < 4.5 * math.sqrt(k * 0.24 / 200)


@pytest.mark.parametrize(
    ("trust", "interest", "fatigue"), [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.4, -0.5, 0.7)]
)
def test_clicks_follow_the_exponential_lift(trust: float, interest: float, fatigue: float) -> None:
    k = 4000
    a = Audience(Graph.from_edges(np.zeros(k, dtype=int), np.arange(1, k + 1), k + 1), topics=2)
    a.trust[:], a.fatigue[:], a.interest[:, 1] = trust, fatigue, interest
    rates = ResponseRates(trust=0.5, affinity=0.8, fatigue=0.3)
    share = Shares.of(0, 1, visibility=1.0, click_base=0.2, repost_base=0.0)
    chance = 0.2 * math.exp(0.5 * trust + 0.8 * interest - 0.3 * fatigue)
    clicks = [int(a.day(share, rates, day).clicks[0]) for day in range(100)]
    assert abs(np.mean(clicks) - chance * k) < 4.5 * math.sqrt(k * chance * (1 - chance) / 100)


def test_rounds_premiums_and_depth_on_a_chain() -> None:
    """Everybody sees, clicks and reposts: a chain of six is walked as far as the rounds allow."""
    chain = Audience(Graph.from_edges(range(6), range(1, 7), 7))
    share = Shares.of(0, visibility=1.0, click_base=1.0, repost_base=1.0)
    for rounds in (1, 2, 4):
        outcome = chain.day(share, ResponseRates(max_rounds=rounds), 0)
        assert outcome.viewers.tolist() == [rounds]
        assert outcome.reposts.tolist() == [rounds]
        assert outcome.depth.tolist() == [rounds]
        assert outcome.beyond_one.tolist() == [rounds - 1]
        assert outcome.audience.tolist() == [rounds]
        assert outcome.clicks.tolist() == [rounds]
        assert outcome.seen_edges.tolist() == list(range(rounds))
        assert np.all(outcome.seen_flags == FIRST_VIEW | CLICKED | REPOSTED)
    first_only = chain.day(share, ResponseRates(reposter_premium=0.0, max_rounds=4), 0)
    assert first_only.clicks.tolist() == [1]
    not_first = chain.day(
        share._replace(peer_premium=np.zeros(1, np.float32)), ResponseRates(max_rounds=4), 0
    )
    assert not_first.clicks.tolist() == [3]


def test_people_count_once_a_tree_and_once_a_day() -> None:
    both = Audience(Graph.from_edges([0, 1, 0, 1], [2, 2, 1, 0], 3))
    shares = Shares.of([0, 1], visibility=1.0, click_base=1.0, repost_base=1.0)
    outcome = both.day(shares, ResponseRates(max_rounds=3), 0)
    # Each tree reaches the other source and node 2, which a reposter shows it once more.
    assert outcome.viewers.tolist() == [2, 2]
    assert outcome.exposures.tolist() == [4, 4]
    assert outcome.clicks.tolist() == [2, 2]
    assert outcome.unique_reach == 3
    assert outcome.seen_shares.tolist() == [0] * 4 + [1] * 4


def test_a_share_depends_on_no_other_share_of_the_day() -> None:
    rng = np.random.default_rng(9)
    a = Audience.random(400, 6000, 2, rng)
    shares = Shares.of(
        rng.integers(0, 400, 60), rng.integers(0, 2, 60), rng.random(60), 0.3, 0.1, ordinal=np.arange(60)
    )
    rates = ResponseRates(max_rounds=3)
    together = a.day(shares, rates, 5)
    order = rng.permutation(60)
    shuffled = a.day(Shares(*(column[order] for column in shares)), rates, 5)
    for field in COUNTS:
        assert np.array_equal(getattr(together, field)[order], getattr(shuffled, field))
    assert together.unique_reach == shuffled.unique_reach
    for s in (0, 17, 59):
        alone = a.day(Shares(*(column[s : s + 1] for column in shares)), rates, 5)
        assert alone.clicks[0] == together.clicks[s]
        assert np.array_equal(alone.seen_edges, together.seen_edges[together.seen_shares == s])


def test_the_sights_listed_are_the_sights_counted() -> None:
    rng = np.random.default_rng(10)
    a = Audience.random(300, 5000, 1, rng)
    shares = Shares.of(rng.integers(0, 300, 40), 0, 0.6, 0.4, 0.2, ordinal=np.arange(40))
    small = Scratch(a.graph)
    small.edges, small.flags = small.edges[:50].copy(), small.flags[:50].copy()
    outcome = a.day(shares, ResponseRates(max_rounds=4), 2, scratch=small)
    again = a.day(shares, ResponseRates(max_rounds=4), 2, scratch=small)
    fresh = a.day(shares, ResponseRates(max_rounds=4), 2)
    for one, two, three in zip(outcome, again, fresh, strict=True):
        assert np.array_equal(one, two)
        assert np.array_equal(one, three)
    size = shares.source.size
    for field, flag in (("viewers", FIRST_VIEW), ("clicks", CLICKED), ("reposts", REPOSTED)):
        flagged = outcome.seen_shares[outcome.seen_flags & flag > 0]
        assert np.array_equal(np.bincount(flagged, minlength=size), getattr(outcome, field))
    assert np.array_equal(np.bincount(outcome.seen_shares, minlength=size), outcome.exposures)
    people = a.graph.targets[outcome.seen_edges[outcome.seen_flags & FIRST_VIEW > 0]]
    assert outcome.unique_reach == np.unique(people).size
    assert not small.visited.any()
    assert not small.today.any()


def test_no_shares_give_nothing() -> None:
    outcome = Audience.random(10, 30, 1, np.random.default_rng(1)).day(Shares.of([]), ResponseRates(), 0)
    assert outcome.unique_reach == 0
    assert outcome.seen_edges.size == outcome.clicks.size == 0


def test_days_runs_and_ordinals_draw_anew() -> None:
    a = Audience.random(300, 9000, 1, np.random.default_rng(2))
    shares = Shares.of([1, 1], visibility=0.5, ordinal=[0, 1])
    edges = [
        tuple(a.day(shares, ResponseRates(), day, run).seen_edges) for day in (0, 1, -1) for run in (0, 1)
    ]
    assert len(set(edges)) == 6
    one = a.day(shares, ResponseRates(), 0)
    assert tuple(one.seen_edges[one.seen_shares == 0]) != tuple(one.seen_edges[one.seen_shares == 1])


BAD_SHARES: list[tuple[dict[str, Any], str]] = [
    ({"source": 10}, "share source 10; from 0 to 9"),
    ({"source": -1}, "share source -1"),
    ({"topic": 2}, "share topic 2; from 0 to 1"),
    ({"visibility": 1.2}, r"share visibility 1\.2"),
    ({"visibility": float("nan")}, "share visibility nan"),
    ({"click_base": -0.5}, "share click_base -0.5"),
    ({"repost_base": float("inf")}, "share repost_base inf"),
    ({"peer_premium": float("nan")}, "share peer_premium nan"),
    ({"quality": -1.0}, "share quality -1"),
]


@pytest.mark.parametrize(("change", "message"), BAD_SHARES, ids=[str(change) for change, _ in BAD_SHARES])
def test_bad_shares_are_named(change: dict[str, Any], message: str) -> None:
    a = Audience.random(10, 30, 2, np.random.default_rng(3))
    with pytest.raises(ValueError, match=message):
        a.day(Shares.of(**({"source": 0} | change)), ResponseRates(), 0)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        (ResponseRates(feed_load_half=0.0), "feed_load_half"),
        (ResponseRates(max_rounds=0), "max_rounds 0"),
        (ResponseRates(max_rounds=65), "max_rounds 65"),
        (ResponseRates(trust=float("nan")), "finite"),
    ],
)
def test_bad_rates_are_named(rates: ResponseRates, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Audience.random(10, 30, 1, np.random.default_rng(3)).day(Shares.of(0), rates, 0)


@pytest.mark.parametrize("name", ["trust", "fatigue", "interest", "load"])
def test_arrays_of_the_wrong_shape_are_named_and_nan_means_no(name: str) -> None:
    a = Audience.random(10, 30, 1, np.random.default_rng(3))
    good: Floats = getattr(a, name)
    setattr(a, name, good[:-1])
    with pytest.raises(ValueError, match=f"{name} of shape"):
        a.day(Shares.of(0), ResponseRates(), 0)
    setattr(a, name, np.full_like(good, np.nan))
    outcome = a.day(Shares.of(0, visibility=1.0, click_base=1.0, repost_base=1.0), ResponseRates(), 0)
    assert (outcome.exposures.sum() == 0) == (name == "load")
    assert outcome.clicks.sum() == outcome.reposts.sum() == 0


def test_a_scratch_of_another_graph_and_columns_of_two_lengths_are_named() -> None:
    a = Audience.random(10, 30, 1, np.random.default_rng(3))
    with pytest.raises(ValueError, match="scratch for 4 people; the graph has 10"):
        a.day(Shares.of(0), ResponseRates(), 0, scratch=Scratch(Graph.from_edges([], [], 4)))
    with pytest.raises(ValueError, match="one length"):
        a.day(Shares.of([0, 1])._replace(topic=np.zeros(1, np.int32)), ResponseRates(), 0)
    flat = Audience.random(10, 30, 1, np.random.default_rng(3))
    flat.interest = flat.interest.reshape(-1)
    with pytest.raises(ValueError, match="dimensions"):
        flat.day(Shares.of(0), ResponseRates(), 0)
