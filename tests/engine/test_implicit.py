"""A graph of computed edges is the stored graph of the same edges, and the generator's in distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.cascade import spread
from engine.generate import lognormal_counts, social_graph
from engine.implicit import ImplicitGraph
from engine.streams import Stream, stream_key

KEY = stream_key(6, Stream.NETWORK)


def test_rows_are_the_stored_rows() -> None:
    graph = ImplicitGraph(700, 12.0, KEY, n_segments=3)
    stored = graph.stored()
    assert stored.n_nodes == 700
    assert np.array_equal(stored.out_degrees, graph.degrees())
    for u in (0, 1, 350, 699):
        assert np.array_equal(stored.neighbours(u), graph.neighbours(u))
    assert stored.targets.min() >= 0
    assert stored.targets.max() < 700


@pytest.mark.parametrize("p", [2.0**-10, 0.01, 0.05, 0.4, 1.0])
def test_sizes_are_those_of_the_stored_graph(p: float) -> None:
    graph = ImplicitGraph(5000, 20.0, KEY)
    one = spread(graph, [1, 2, 4999], p, 60, 3, threads=2)
    other = spread(graph.stored(), [1, 2, 4999], p, 60, 3)
    assert np.array_equal(one.sizes, other.sizes)
    assert np.array_equal(one.depths, other.depths)
    assert np.array_equal(one.edges_traversed, other.edges_traversed)


def test_a_small_chance_agrees_in_distribution() -> None:
    graph = ImplicitGraph(3000, 800.0, KEY, sigma=0.5)
    one = spread(graph, [1, 2], 0.0006, 6000, 3)
    other = spread(graph.stored(), [1, 2], 0.0006, 6000, 4)
    assert abs(one.mean - other.mean) < 4.5 * np.hypot(one.standard_error, other.standard_error)
    assert one.sizes.std() == pytest.approx(other.sizes.std(), rel=0.15)


@pytest.mark.parametrize("p", [0.012, 0.03])
def test_cascades_agree_with_those_on_generated_networks(p: float) -> None:
    """Over many networks of either kind: the same mean size, the same spread of sizes."""
    n, networks = 3000, 60
    ours, theirs = [], []
    for run in range(networks):
        key = stream_key(9, Stream.NETWORK, run)
        ours.append(spread(ImplicitGraph(n, 40.0, key), range(8), p, 20, run, threads=1).mean)
        theirs.append(spread(social_graph(n, 40.0, key), range(8), p, 20, run + 1000, threads=1).mean)
    error = np.hypot(np.std(ours, ddof=1), np.std(theirs, ddof=1)) / np.sqrt(networks)
    assert abs(np.mean(ours) - np.mean(theirs)) < 4.5 * error


def test_degrees_follow_the_law_of_the_generator() -> None:
    n = 400_000
    ours = ImplicitGraph(n, 50.0, KEY).degrees()
    theirs = lognormal_counts(n, 50.0 / np.exp(0.5), 1.0, KEY)
    assert ours.mean() == pytest.approx(50.0, rel=0.01)
    for q in (0.01, 0.25, 0.5, 0.9, 0.999, 0.9999):
        assert np.quantile(ours, q) == pytest.approx(
            np.quantile(theirs, q), rel=0.15 if q > 0.99 else 0.04, abs=1
        )
    # The tail is not cut where a table of 4096 quantiles would end.
    assert ours.max() > 50.0 / np.exp(0.5) * np.exp(4.0)


def test_expected_edges() -> None:
    graph = ImplicitGraph(300_000, 30.0, KEY, sigma=0.8)
    assert graph.expected_edges == pytest.approx(graph.degrees().sum(), rel=0.01)
    assert ImplicitGraph(100, 7.0, KEY, sigma=0.0).expected_edges == 700.0


@pytest.mark.parametrize(("segments", "homophily"), [(1, 0.5), (4, 0.0), (4, 0.7), (7, 1.0)])
def test_homophily_is_the_share_drawn_from_the_own_segment(segments: int, homophily: float) -> None:
    graph = ImplicitGraph(2003, 60.0, KEY, n_segments=segments, homophily=homophily)
    stored = graph.stored()
    sources = np.repeat(np.arange(2003), stored.out_degrees)
    own = np.mean(sources % segments == stored.targets % segments)
    expected = homophily + (1.0 - homophily) / segments
    assert own == pytest.approx(expected, abs=4.5 * np.sqrt(0.25 / sources.size) + 0.001)


def test_targets_are_even() -> None:
    stored = ImplicitGraph(200, 150.0, KEY, sigma=0.1).stored()
    counts = np.bincount(stored.targets, minlength=200)
    expected = stored.n_edges / 200
    assert ((counts - expected) ** 2 / expected).sum() < 200 + 4.5 * np.sqrt(400)


def test_a_billion_people_need_no_edges_in_memory() -> None:
    graph = ImplicitGraph(1_000_000_000, 50.0, KEY)
    assert graph.expected_edges == pytest.approx(5e10, rel=0.001)
    far = graph.neighbours(999_999_999)
    assert far.max() > 2**28
    result = spread(graph, [0, 999_999_999], 0.002, 200, 1)
    again = spread(graph, [0, 999_999_999], 0.002, 200, 1, threads=1)
    assert np.array_equal(result.sizes, again.sizes)
    with pytest.raises(ValueError, match="at most 2147483647 of each are stored"):
        ImplicitGraph(50_000_000, 50.0, KEY).stored()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"n_nodes": 0}, "n_nodes 0"),
    ({"n_nodes": 2**32}, "n_nodes 4294967296"),
    ({"n_nodes": 5.0}, r"n_nodes 5\.0"),
    ({"mean_degree": 0.0}, r"mean_degree 0\.0"),
    ({"mean_degree": float("nan")}, "mean_degree nan"),
    ({"sigma": -1.0}, r"sigma -1\.0"),
    ({"n_segments": 0}, "n_segments 0"),
    ({"n_segments": 11}, "n_segments 11; from 1 to 10"),
    ({"homophily": 1.5}, r"homophily 1\.5"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_graphs_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ImplicitGraph(**({"n_nodes": 10, "mean_degree": 3.0, "key": KEY} | change))


def test_what_an_implicit_graph_cannot_take_is_named() -> None:
    graph = ImplicitGraph(10, 3.0, KEY)
    with pytest.raises(ValueError, match="takes one number"):
        spread(graph, [0], [0.5] * 30, 1, 1)
    with pytest.raises(ValueError, match="seed 10; the graph has nodes 0 to 9"):
        spread(graph, [10], 0.5, 1, 1)
    with pytest.raises(ValueError, match="node 10"):
        graph.neighbours(10)
