"""The independent cascade against enumerated worlds, closed forms, two other implementations and bad input."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.cascade import Spread, spread
from engine.graph import Graph
from engine.picking import NODE_STEP, STEP
from tests.engine.oracles import (
    Edges,
    frontier_sizes,
    live_edge_worlds,
    moments,
    percolation_sizes,
    random_edges,
)

RUNS = 3000
ARCS = list(permutations(range(3), 2))


def graph_of(n: int, edges: Edges) -> Graph:
    return Graph.from_edges([u for u, _ in edges], [v for _, v in edges], n)


def agrees(mean: float, deviation: float, found: np.ndarray[Any, Any], limit: float = 4.5) -> bool:
    """Whether the mean of the runs lies within `limit` standard errors of the exact one."""
    if deviation < 1e-12:
        return bool(np.all(found == round(mean)))
    return bool(abs(found.mean() - mean) <= limit * deviation / np.sqrt(found.size))


def matches_worlds(n: int, edges: Edges, p: Any, seeds: list[int], seed: int) -> None:
    chances = np.broadcast_to(np.asarray(p, dtype=float), (len(edges),))
    result = spread(graph_of(n, edges), seeds, p, RUNS, seed, threads=1)
    chance, sizes, depths = live_edge_worlds(n, edges, chances, seeds)
    assert agrees(*moments(chance, sizes), result.sizes), (edges, p, seeds)
    assert agrees(*moments(chance, depths), result.depths), (edges, p, seeds)
    possible = set(sizes[chance > 0])
    assert set(result.sizes) <= possible


@pytest.mark.parametrize("m", range(7))
def test_every_graph_of_three_nodes(m: int) -> None:
    rng = np.random.default_rng(m)
    for number, chosen in enumerate(combinations(ARCS, m)):
        edges = list(chosen)
        matches_worlds(3, edges, 0.37, [0], number)
        matches_worlds(3, edges, rng.random(m), [1, 2], number)


@pytest.mark.parametrize("n", [4, 5, 6])
def test_a_sample_of_larger_graphs(n: int) -> None:
    rng = np.random.default_rng(n)
    for number in range(15):
        edges = random_edges(n, int(rng.integers(n, 11)), rng)
        seeds = [int(v) for v in rng.choice(n, rng.integers(1, 3), replace=False)]
        matches_worlds(n, edges, float(rng.random()), seeds, number)
        matches_worlds(n, edges, rng.random(len(edges)) ** 2, seeds, number)


@pytest.mark.parametrize("p", [2.0**-13, 0.0007, 0.002, 0.02, 0.06, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("per_edge", [False, True])
def test_a_star_reaches_a_binomial_number(p: float, per_edge: bool) -> None:
    leaves = 2500
    star = Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1), leaves + 1)
    result = spread(star, [0], np.full(leaves, p) if per_edge else p, 4000, 11)
    law = stats.binom(leaves, p)
    reached = result.sizes - 1
    if p == 1.0:
        assert np.all(reached == leaves)
        return
    edges = np.unique(law.ppf(np.linspace(0.0, 1.0, 9)[1:-1]))
    seen = np.bincount(np.searchsorted(edges, reached), minlength=edges.size + 1)
    expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * reached.size
    kept = expected > 0.5
    assert seen[~kept].sum() <= 5
    scaled = expected[kept] * seen[kept].sum() / expected[kept].sum()
    assert stats.chisquare(seen[kept], scaled).pvalue > 1e-4
    assert np.all(result.edges_traversed == leaves)


def test_edges_succeed_independently_of_each_other() -> None:
    # One edge for each place in the row: neighbours share a word of randomness.
    n_runs, leaves = 6000, 6
    two_steps = [(0, v) for v in range(1, leaves + 1)]
    hits = np.zeros((n_runs, leaves), dtype=bool)
    for v in range(1, leaves + 1):
        # A long tail behind leaf v shows in the size whether v was reached, in the same worlds.
        tail = [(v, leaves + 1), (leaves + 1, leaves + 2)]
        p = np.concatenate([np.full(leaves, 0.3), [1.0, 1.0]])
        plain = spread(graph_of(leaves + 3, two_steps), [0], 0.3, n_runs, 5).sizes
        long = spread(graph_of(leaves + 3, two_steps + tail), [0], p, n_runs, 5)
        hits[:, v - 1] = long.depths > 1
        assert plain.size == n_runs
    assert np.all(np.abs(hits.mean(axis=0) - 0.3) < 4.5 * np.sqrt(0.21 / n_runs))
    correlations = np.corrcoef(hits.T)[np.triu_indices(leaves, 1)]
    assert np.all(np.abs(correlations) < 4.5 / np.sqrt(n_runs))


@pytest.mark.parametrize(("p", "attack"), [(0.5, 0.79681), (0.3, 0.31370)])
def test_attack_rate_on_poisson_graphs(p: float, attack: float) -> None:
    """A mean degree of 4: S = 1 − exp(−4pS), both for the chance and for the size of a large outbreak."""
    n, rng = 60_000, np.random.default_rng(3)
    ends = rng.integers(0, n, (2 * n, 2))
    graph = Graph.from_edges(ends.reshape(-1), ends[:, ::-1].reshape(-1), n)
    outbreaks = []
    for start in range(150):
        sizes = spread(graph, [int(rng.integers(n))], p, 4, start, threads=1).sizes
        outbreaks.append(sizes)
    share = np.concatenate(outbreaks) / n
    large = share[share > 0.05]
    assert abs(large.size / share.size - attack) < 4 * np.sqrt(attack * (1 - attack) / share.size)
    assert abs(large.mean() - attack) < 0.004


def test_critical_growth_on_a_tree_of_equal_families() -> None:
    """On a tree with k children each, round d reaches (kp)^d nodes on average."""
    k, depth = 5, 4
    sources = np.repeat(np.arange(sum(k**level for level in range(depth))), k)
    tree = Graph.from_edges(sources, np.arange(1, sources.size + 1), sources.size + 1)
    result = spread(tree, [0], 0.2, 40_000, 8)
    # kp = 1: every round adds one person on average.
    assert abs(result.mean - (depth + 1)) < 4.5 * result.standard_error


def test_two_other_implementations_agree_on_fifty_graphs() -> None:
    rng = np.random.default_rng(2026)
    scores = []
    for number in range(50):
        n = int(rng.integers(20, 60))
        edges = random_edges(n, int(rng.integers(n, 4 * n)), rng)
        p = rng.random(len(edges)) ** 3 if number % 2 else np.full(len(edges), rng.uniform(0.02, 0.5))
        seeds = [int(v) for v in rng.choice(n, rng.integers(1, 5), replace=False)]
        ours = spread(graph_of(n, edges), seeds, p if number % 2 else float(p[0]), 2000, number).sizes
        for peer, runs in ((frontier_sizes, 300), (percolation_sizes, 200)):
            theirs = peer(n, edges, p, seeds, runs, rng)
            error = np.sqrt(ours.var(ddof=1) / ours.size + theirs.var(ddof=1) / theirs.size)
            scores.append((ours.mean() - theirs.mean()) / error if error else float(ours[0] - theirs[0]))
    assert np.abs(scores).max() < 4.0
    assert 0.7 < np.std(scores) < 1.3


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(0, 160), st.booleans())
def test_certain_and_impossible_edges_give_reachability(number: int, n: int, m: int, ordered: bool) -> None:
    """p 0 or 1 per edge, in the order given, sorted or not: exactly the reachable set."""
    rng = np.random.default_rng(number)
    edges = random_edges(n, m, rng)
    if ordered:
        edges.sort()
    p = rng.integers(0, 2, m).astype(float)
    seeds = [int(v) for v in rng.choice(n, rng.integers(0, n + 1), replace=False)]
    expected = percolation_sizes(n, edges, p, seeds, 1, rng)[0]
    result = spread(graph_of(n, edges), seeds, p, 3, number)
    assert np.all(result.sizes == expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.0, 1.0))
def test_more_seeds_never_reach_fewer(number: int, p: float) -> None:
    rng = np.random.default_rng(number)
    graph = graph_of(30, random_edges(30, 90, rng))
    order = rng.permutation(30)
    sizes = [spread(graph, order[:k], p, 20, number).sizes for k in (1, 3, 9, 30)]
    assert all(np.all(a <= b) for a, b in pairwise(sizes))
    assert np.all(sizes[-1] == 30)


def test_results_depend_on_the_seed_alone() -> None:
    rng = np.random.default_rng(5)
    graph = graph_of(3000, random_edges(3000, 30_000, rng))
    for p in (0.08, rng.random(graph.n_edges) * 0.2):
        one = spread(graph, [1, 2, 3], p, 203, 7, threads=1)
        for threads in (2, 3, 8, None):
            other = spread(graph, [1, 2, 3], p, 203, 7, threads=threads)
            assert np.array_equal(one.sizes, other.sizes)
            assert np.array_equal(one.depths, other.depths)
            assert np.array_equal(one.edges_traversed, other.edges_traversed)
        assert np.array_equal(spread(graph, [3, 1, 2], p, 50, 7).sizes, one.sizes[:50])
        assert not np.array_equal(spread(graph, [1, 2, 3], p, 203, 8).sizes, one.sizes)


def test_traversed_edges_are_the_out_edges_of_all_active_nodes() -> None:
    rng = np.random.default_rng(6)
    graph = graph_of(50, random_edges(50, 200, rng))
    assert spread(graph, [0], 0.0, 3, 1).edges_traversed.tolist() == [graph.out_degrees[0]] * 3
    everybody = spread(graph, np.arange(50), 0.5, 3, 1)
    assert everybody.edges_traversed.tolist() == [200] * 3
    assert everybody.depths.tolist() == [0] * 3


def test_spread_summarises_its_sizes() -> None:
    sizes = np.array([1, 2, 3, 6])
    result = Spread(sizes, sizes, sizes)
    assert result.mean == 3.0
    assert result.standard_error == pytest.approx(np.std(sizes, ddof=1) / 2.0)
    assert np.isnan(Spread(sizes[:1], sizes[:1], sizes[:1]).standard_error)


def test_self_loops_and_parallel_edges_have_their_meaning() -> None:
    loop = spread(graph_of(1, [(0, 0)]), [0], 1.0, 5, 1)
    assert loop.sizes.tolist() == [1] * 5
    assert loop.depths.tolist() == [0] * 5
    twice = spread(graph_of(2, [(0, 1), (0, 1)]), [0], 0.5, 20_000, 1)
    assert abs(twice.mean - 1.75) < 4.5 * np.sqrt(0.75 * 0.25 / 20_000)


def test_nobody_and_nothing() -> None:
    empty = Graph.from_edges([], [], 0)
    assert spread(empty, [], 0.5, 3, 1).sizes.tolist() == [0, 0, 0]
    assert spread(empty, [], [], 3, 1).mean == 0.0
    lonely = Graph.from_edges([], [], 4)
    assert spread(lonely, [], 0.5, 2, 1).sizes.tolist() == [0, 0]
    assert spread(lonely, [2], np.empty(0), 2, 1).sizes.tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"seed 0; the graph has no nodes"):
        spread(empty, [0], 0.5, 3, 1)


@pytest.mark.parametrize("seed", [0, -1, 2**63, 2**64 + 5, -(2**70), np.int64(3), np.uint64(2**64 - 1)])
def test_any_whole_seed_is_taken(seed: Any) -> None:
    graph = graph_of(3, [(0, 1), (1, 2)])
    assert np.array_equal(spread(graph, [0], 0.5, 40, seed).sizes, spread(graph, [0], 0.5, 40, seed).sizes)


CHAIN = graph_of(3, [(0, 1), (1, 2)])
BAD: list[tuple[dict[str, Any], str]] = [
    ({"p": -0.1}, r"p -0\.1; from 0 to 1"),
    ({"p": 1.0000001}, "from 0 to 1"),
    ({"p": float("nan")}, "p nan"),
    ({"p": float("inf")}, "p inf"),
    ({"p": [0.5, float("nan")]}, r"p nan of edge 1"),
    ({"p": [0.5, 2.0]}, r"p 2\.0 of edge 1"),
    ({"p": [0.5]}, r"one number or 2, one per edge"),
    ({"p": [[0.5, 0.5]]}, r"shape \(1, 2\)"),
    ({"p": "half"}, "probability"),
    ({"p": None}, "probability"),
    ({"p": 1j}, "probability"),
    ({"seeds": [3]}, "seed 3; the graph has nodes 0 to 2"),
    ({"seeds": [-1]}, "seed -1"),
    ({"seeds": [2**40]}, "nodes 0 to 2"),
    ({"seeds": [1, 0, 1]}, "seed 1 given twice"),
    ({"seeds": [0.0]}, "float64"),
    ({"seeds": [float("nan")]}, "float64"),
    ({"seeds": [True, False, True]}, "bool"),
    ({"seeds": [[0, 1]]}, "flat list"),
    ({"seeds": 0}, "flat list"),
    ({"seeds": ["0"]}, "flat list"),
    ({"seeds": [2**70]}, "flat list"),
    ({"runs": 0}, "runs 0"),
    ({"runs": -4}, "runs -4"),
    ({"runs": 2.5}, r"runs 2\.5"),
    ({"runs": True}, "runs True"),
    ({"runs": 2**31}, "runs 2147483648"),
    ({"threads": 0}, "threads 0"),
    ({"threads": -1}, "threads -1"),
    ({"threads": 1.5}, r"threads 1\.5"),
    ({"seed": 1.5}, r"seed 1\.5"),
    ({"seed": None}, "seed None"),
    ({"seed": "7"}, "seed '7'"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[str(change) for change, _ in BAD])
def test_bad_input_is_named(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"seeds": [0], "p": 0.5, "runs": 5, "seed": 1} | change
    with pytest.raises(ValueError, match=message):
        spread(CHAIN, **arguments)


def test_no_two_nodes_of_a_run_meet_the_same_words() -> None:
    """Node u reads the counters u · NODE_STEP + k · STEP: equal ones would need nodes further apart than any graph's."""
    step_in_nodes = int(STEP) * pow(int(NODE_STEP), -1, 2**64) % 2**64
    distances = [k * step_in_nodes % 2**64 for k in range(1, 100_000)]
    assert min(min(d, 2**64 - d) for d in distances) > 2**31
