"""The graph keeps every edge, in order, with what belongs to it; bad lists are refused in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph import Graph

edge_lists = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=80)
    )
)


@settings(max_examples=80, deadline=None)
@given(edge_lists, st.booleans())
def test_rows_hold_the_edges_given_in_their_order(made: tuple[int, Any], ordered: bool) -> None:
    n, edges = made
    if ordered:
        edges = sorted(edges, key=lambda edge: edge[0])
    weights = np.arange(len(edges), dtype=np.float32) / 8
    graph = Graph.from_edges([u for u, _ in edges], [v for _, v in edges], n, weights)
    assert graph.n_nodes == n
    assert graph.n_edges == len(edges)
    assert graph.weights is not None
    for u in range(n):
        assert graph.neighbours(u).tolist() == [v for tail, v in edges if tail == u]
        row = slice(graph.offsets[u], graph.offsets[u + 1])
        assert graph.weights[row].tolist() == [i / 8 for i, (tail, _) in enumerate(edges) if tail == u]
    assert graph.out_degrees.tolist() == [sum(tail == u for tail, _ in edges) for u in range(n)]


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32, np.int64, np.uint64])
def test_any_whole_type_of_ids(dtype: Any) -> None:
    graph = Graph.from_edges(np.array([2, 0, 1], dtype=dtype), np.array([0, 1, 2], dtype=dtype), np.int64(3))
    assert [graph.neighbours(u).tolist() for u in range(3)] == [[1], [2], [0]]


def test_the_callers_arrays_stay_their_own() -> None:
    sources, targets, weights = (
        np.array([0, 1]),
        np.array([1, 0], dtype=np.int32),
        np.ones(2, dtype=np.float32),
    )
    graph = Graph.from_edges(sources, targets, 2, weights)
    targets[0], weights[0] = 0, 9.0
    assert graph.neighbours(0).tolist() == [1]
    assert graph.weights is not None
    assert graph.weights[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        graph.targets[0] = 0


def test_100_million_edges_would_take_half_a_gigabyte() -> None:
    graph = Graph.from_edges(np.arange(1000), np.arange(1000)[::-1].copy(), 1000)
    assert graph.nbytes == 4 * 1000 + 8 * 1001
    assert 4 * 10**8 + 8 * (10**7 + 1) < 0.5e9


HUGE = np.broadcast_to(np.int32(0), 2**31)
BAD: list[tuple[tuple[Any, ...], str]] = [
    (([0], [0, 1], 2), "1 sources but 2 targets"),
    (([0, 2], [0, 1], 2), "sources hold node 2"),
    (([0, 1], [0, -1], 2), "targets hold node -1"),
    (([0], [2**40], 2), "targets hold node"),
    (([0], [0], 0), "the graph has no nodes"),
    (([0.0], [0], 1), "float64"),
    (([float("nan")], [0], 1), "float64"),
    (([True], [0], 1), "bool"),
    ((["a"], [0], 1), "whole numbers"),
    (([[0]], [[0]], 1), "one dimension"),
    (([], [], -1), "n_nodes -1"),
    (([], [], 2**31), "n_nodes 2147483648"),
    (([], [], 2.0), r"n_nodes 2\.0"),
    (([], [], True), "n_nodes True"),
    ((HUGE, HUGE, 1), "2147483648 edges; at most 2147483647"),
    (([0], [0], 1, [0.5, 0.5]), "weights of shape"),
    (([0, 0], [0, 0], 1, [0.5, float("nan")]), "weight nan of edge 1"),
    (([0], [0], 1, [float("inf")]), "weight inf of edge 0"),
    (([0], [0], 1, ["heavy"]), "weights"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_lists_are_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Graph.from_edges(*arguments)


@pytest.mark.parametrize(
    ("offsets", "targets", "message"),
    [([0, 1], [0, 0], "end at"), ([0, 1, 1], [0], "offsets"), ([1, 1], [0], "begin")],
)
def test_rows_that_do_not_fit_are_refused(offsets: list[int], targets: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Graph(1, np.array(offsets, dtype=np.int64), np.array(targets, dtype=np.int32))
