"""Generated networks have the degrees, segments, coworkers and overlap that were asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.generate import Ties, audience_network, lognormal_counts, sketch_network, social_graph
from engine.graph import Graph
from engine.reach import expected_unique_reach
from engine.streams import Stream, stream_key

KEY = stream_key(8, Stream.NETWORK)


def network(**change: Any) -> Graph:
    made: dict[str, Any] = {
        "contact_counts": np.full(40, 200),
        "contact_segments": np.arange(40) % 4,
        "audience_size": 8000,
        "audience_segments": np.arange(8000) % 5,
        "homophily": 0.6,
        "coworker_share": 0.1,
        "key": KEY,
        "audience_mean_degree": 4.0,
    }
    return audience_network(**(made | change))


def test_out_degrees_are_exact_and_targets_different() -> None:
    counts = np.random.default_rng(1).integers(0, 900, 40)
    graph = network(contact_counts=counts, n_corporate=2)
    assert np.array_equal(graph.out_degrees[:40], counts)
    for u in range(0, graph.n_nodes, 7):
        row = graph.neighbours(u)
        assert np.unique(row).size == row.size
        assert u not in row
    assert graph.targets.min() >= 0
    assert graph.targets.max() < graph.n_nodes


def test_known_ties_are_kept_and_the_rest_is_drawn() -> None:
    ties = Ties(np.array([0, 3, 3, 5]), np.array([7, 1, 39, 0, 1], dtype=np.int32))
    made: dict[str, Any] = {
        "contact_counts": np.array([2, 10, *[200] * 38]),
        "contact_segments": np.arange(40) % 4,
        "audience_size": 800,
        "audience_segments": np.arange(800) % 5,
        "homophily": 0.6,
        "coworker_share": 0.1,
        "key": KEY,
    }
    drawn, known = sketch_network(**made), sketch_network(**made, ties=ties)
    rows = []
    for sketch in (drawn, known):
        targets = np.empty(int(sketch.offsets[-1]), dtype=np.int32)
        # In two pieces, as threads take them.
        sketch.fill(0, 2, targets)
        sketch.fill(2, sketch.n_nodes, targets)
        rows.append([targets[a:b] for a, b in pairwise(sketch.offsets)])
    colleagues = [row[row < 40].tolist() for row in rows[1][:40]]
    assert colleagues[:3] == [[7, 1, 39], [], [0, 1]]
    # Somebody's colleagues are contacts; more of them than contacts are kept all the same.
    assert [row.size for row in rows[1][:3]] == [3, 10, 200]
    for one, other in zip(rows[0][3:], rows[1][3:], strict=True):
        assert np.array_equal(one, other)
    assert all(np.unique(row).size == row.size for row in rows[1])


def test_coworkers_stay_inside_and_corporate_accounts_have_none() -> None:
    graph = network(n_corporate=4)
    inside = [(graph.neighbours(u) < 40).sum() for u in range(40)]
    assert inside == [20] * 36 + [0] * 4
    assert all((graph.neighbours(u) < 36).sum() == 20 for u in range(36))
    assert not (graph.targets[graph.offsets[40] :] < 40).any()


def test_homophily_is_the_share_drawn_from_the_own_segment() -> None:
    graph = network(coworker_share=0.0, contact_counts=np.full(40, 500))
    for segment in range(4):
        rows = [graph.neighbours(u) for u in range(segment, 40, 4)]
        own = np.mean(np.concatenate([(row - 40) % 5 == segment for row in rows]))
        # Own segment by homophily, or by chance as one of five.
        assert own == pytest.approx(0.6 + 0.4 / 5, abs=4.5 * np.sqrt(0.22 / 5000))


def test_sources_without_segment_draw_from_everybody() -> None:
    graph = network(contact_segments=np.full(40, -1), coworker_share=0.0, contact_counts=np.full(40, 500))
    shares = np.bincount((graph.targets[: 40 * 500] - 40) % 5, minlength=5) / (40 * 500)
    assert np.allclose(shares, 0.2, atol=4.5 * np.sqrt(0.16 / 20_000))


def test_overlap_is_that_of_a_finite_audience() -> None:
    counts = np.random.default_rng(2).integers(100, 1500, 40)
    unique = []
    for run in range(30):
        graph = network(
            contact_counts=counts, homophily=0.0, coworker_share=0.0, key=stream_key(8, Stream.NETWORK, run)
        )
        unique.append(np.unique(graph.targets[: counts.sum()]).size)
    expected = expected_unique_reach(counts, 8000)
    assert abs(np.mean(unique) - expected) < 4.5 * np.std(unique) / np.sqrt(30)


def test_concentration_makes_audiences_overlap_more() -> None:
    unique = [
        np.unique(network(concentration=value, coworker_share=0.0).targets[: 40 * 200]).size
        for value in (1.0, 2.0, 4.0)
    ]
    assert unique[0] > unique[1] > unique[2]


def test_a_network_depends_on_its_key_alone() -> None:
    one, many = network(threads=1), network(threads=5)
    assert np.array_equal(one.targets, many.targets)
    assert not np.array_equal(one.targets, network(key=stream_key(9, Stream.NETWORK)).targets)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 12),
    st.integers(0, 25),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(1, 8),
    st.integers(0, 9),
)
def test_small_worlds_are_filled_to_the_last_person(
    sources: int, audience: int, homophily: float, share: float, concentration: float, number: int
) -> None:
    rng = np.random.default_rng(number)
    counts = rng.integers(0, 60, sources)
    graph = audience_network(
        counts, rng.integers(-1, 4, sources), audience, rng.integers(0, 3, audience), homophily, coworker_share=share,
        key=stream_key(number, 2), concentration=concentration, audience_mean_degree=6.0,
    )  # fmt: skip
    near = np.minimum(np.rint(counts * share).astype(int), max(sources - 1, 0))
    assert np.array_equal(graph.out_degrees[:sources], near + np.minimum(counts - near, audience))
    for u in range(graph.n_nodes):
        row = graph.neighbours(u)
        assert np.unique(row).size == row.size
        assert u not in row


def test_lognormal_counts() -> None:
    counts = lognormal_counts(60_000, 250.0, 1.0, KEY)
    assert np.median(counts) == pytest.approx(250.0, rel=0.02)
    assert counts.mean() == pytest.approx(250.0 * np.exp(0.5), rel=0.03)
    assert np.log(np.maximum(counts, 1)).std() == pytest.approx(1.0, rel=0.02)
    assert lognormal_counts(1000, 250.0, 1.0, KEY, 100, most=300).min() >= 100
    assert lognormal_counts(1000, 250.0, 1.0, KEY, 100, most=300).max() <= 300


def test_a_population_without_a_company() -> None:
    graph = social_graph(20_000, 50.0, KEY)
    assert graph.n_nodes == 20_000
    assert graph.out_degrees.mean() == pytest.approx(50.0, rel=0.04)
    assert graph.out_degrees.max() > 10 * np.median(graph.out_degrees)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"audience_size": -1, "audience_segments": []}, "audience_size -1"),
    ({"contact_segments": [0]}, "1 contact_segments for 40 contact_counts"),
    ({"audience_segments": [0, 1]}, "audience_segments of shape"),
    ({"n_corporate": 41}, "n_corporate 41; from 0 to 40"),
    ({"contact_counts": np.full(40, -1)}, "contact count -1"),
    ({"audience_segments": np.full(8000, -1)}, "audience segment -1"),
    ({"homophily": 1.1}, r"homophily 1\.1"),
    ({"homophily": float("nan")}, "homophily nan"),
    ({"coworker_share": -0.1}, r"coworker_share -0\.1"),
    ({"concentration": 0.5}, r"concentration 0\.5"),
    ({"threads": 0}, "threads 0"),
    ({"audience_mean_degree": -1.0}, "audience_mean_degree"),
    ({"audience_sigma": 9.0}, "sigma"),
    ({"audience_counts": [1, 2]}, "audience_counts of shape"),
    ({"audience_counts": np.full(8000, -1)}, "audience count -1"),
    (
        {
            "audience_size": 700_000,
            "audience_segments": np.zeros(700_000),
            "audience_counts": np.full(700_000, 4000),
        },
        "edges; at most",
    ),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_networks_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network(**change)


@pytest.mark.parametrize("arguments", [(-1, 5.0, 1.0), (5, 0.0, 1.0), (5, 5.0, -1.0), (5, float("nan"), 1.0)])
def test_bad_lognormal_counts_are_named(arguments: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="lognormal counts"):
        lognormal_counts(*arguments, KEY)
