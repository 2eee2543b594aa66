"""The independent cascade: each newly active node gets one chance along each of its out-edges.

Every run lives in a world of its own, in which each edge is live or not; the world is a pure function of
(seed, run, edge). So sizes depend on the seed alone, not on threads, and two seed sets under one seed meet
the same worlds: more seeds never reach fewer people.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.cascade_kernel import BATCH, KEEP_ALL, run_cascades, thin_edges
from engine.geometric import LEAST_P, class_probabilities, class_tables, gap_table
from engine.graph import Graph
from engine.implicit import ImplicitGraph
from engine.implicit_kernel import run_implicit
from engine.streams import Stream, stream_key

MAX_RUNS = 2**31 - 1
Floats = NDArray[np.float64]
Runner = Callable[[int, int, NDArray[np.uint64], NDArray[np.uint32]], None]


@dataclass(frozen=True, eq=False)
class Spread:
    """Sizes of an ensemble of cascades.

    sizes            int64[runs], active nodes at the end, seeds counted
    depths           int64[runs], rounds until nobody new was reached (0: the seeds only)
    edges_traversed  int64[runs], chances given: out-edges of all active nodes
    """

    sizes: NDArray[np.int64]
    depths: NDArray[np.int64]
    edges_traversed: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """The mean size."""
        return float(self.sizes.mean())

    @property
    def standard_error(self) -> float:
        """Of the mean; NaN for a single run."""
        if self.sizes.size < 2:
            return float("nan")
        return float(self.sizes.std(ddof=1) / np.sqrt(self.sizes.size))


def spread(
    graph: Graph | ImplicitGraph,
    seeds: ArrayLike,
    p: ArrayLike,
    runs: int,
    seed: int,
    threads: int | None = None,
) -> Spread:
    """Run an ensemble of independent cascades.

    graph    stored, or an engine.implicit.ImplicitGraph with one p for all edges
    seeds    node ids active at the start, each once; none is allowed and gives size 0
    p        chance per edge: one float, or one per edge in the order the edges were given to Graph.from_edges;
             met to 2**-27, and below 2**-10 to 2**-41
    runs     cascades, 1 or more; run i is the same whatever their number
    seed     whole number, taken modulo 2**64; the same gives the same sizes, whatever `threads`
    threads  the most threads at once; None: one per core

    Raises ValueError for p that is NaN or outside [0, 1] or of the wrong length, seeds outside the graph or
    twice, runs or threads below 1, and numbers that should be whole and are not.
    Oracle: on tiny graphs the mean over all live-edge worlds, enumerated.
    """
    chosen = _checked_seeds(graph, seeds)
    chances = _checked_chances(graph, p)
    n_runs = _checked_whole(runs, "runs", MAX_RUNS)
    n_threads = _checked_whole(threads, "threads", 1024) if threads is not None else os.cpu_count() or 1
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise ValueError(f"seed {seed!r}; any whole number, taken modulo 2**64; give an integer")
    key = stream_key(seed, Stream.CASCADE)
    out = np.zeros((3, n_runs), dtype=np.int64)
    runner = _implicit_runner if isinstance(graph, ImplicitGraph) else _stored_runner
    run = runner(graph, chances, chosen, key, out)  # type: ignore[arg-type]

    def work(pieces: Iterator[tuple[int, int]]) -> None:
        visited = np.zeros(graph.n_nodes // 64 + 1, dtype=np.uint64)
        queue = np.empty(graph.n_nodes + 1, dtype=np.uint32)
        for first, last in pieces:
            run(first, last, visited, queue)

    _in_threads(work, n_runs, min(n_threads, n_runs))
    return Spread(*out)


def _stored_runner(
    graph: Graph, chances: Floats, seeds: NDArray[np.uint32], key: np.uint64, out: NDArray[np.int64]
) -> Runner:
    coins = _coins(graph, chances)
    # Unsigned views: Numba tests each signed index for being negative.
    offsets, targets = graph.offsets.view(np.uint64), graph.targets.view(np.uint32)
    widest = int(graph.out_degrees.max()) if graph.n_nodes else 0

    def run(first: int, last: int, visited: NDArray[np.uint64], queue: NDArray[np.uint32]) -> None:
        picked = np.empty(BATCH + widest + 1, dtype=np.uint32)
        parts = (out[row, first:last] for row in range(3))
        run_cascades(offsets, targets, *coins, seeds, key, first, *parts, visited, queue, picked)

    return run


def _implicit_runner(
    graph: ImplicitGraph, chances: Floats, seeds: NDArray[np.uint32], key: np.uint64, out: NDArray[np.int64]
) -> Runner:
    keep, _, table = _one_chance(float(chances))

    def run(first: int, last: int, visited: NDArray[np.uint64], queue: NDArray[np.uint32]) -> None:
        picked = np.empty(BATCH + graph.widest + 1, dtype=np.uint32)
        run_implicit(
            graph.n_nodes, graph.key, graph.degree_table, graph.n_segments, graph.homophily, int(keep[0]), table,
            seeds, key, first, *(out[row, first:last] for row in range(3)), visited, queue, picked,
        )  # fmt: skip

    return run


def _one_chance(p: float) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint32]]:
    table_chance = max(p, LEAST_P)
    keep = np.array([round(p / table_chance * KEEP_ALL)], dtype=np.uint32)
    return keep, np.zeros(1, dtype=np.uint8), gap_table(table_chance)


def _coins(graph: Graph, chances: Floats) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint32]]:
    """keep, node_class and tables as run_cascades takes them."""
    if chances.ndim == 0:
        return _one_chance(float(chances))
    keep = np.empty(graph.n_edges, dtype=np.uint32)
    node_class = np.empty(graph.n_nodes, dtype=np.uint8)
    order = np.empty(0, dtype=np.int32) if graph.edge_order is None else graph.edge_order
    fault = thin_edges(
        graph.offsets, np.ascontiguousarray(chances), order, class_probabilities(), node_class, keep
    )
    if fault >= 0:
        raise ValueError(f"p {chances[fault]} of edge {fault}; from 0 to 1; give a probability")
    return keep, node_class, class_tables().reshape(-1)


def _in_threads(work: Callable[[Iterator[tuple[int, int]]], None], n_runs: int, n_threads: int) -> None:
    # Many more pieces than threads, since runs differ in length; each thread keeps its scratch for all of
    # its pieces.
    n_pieces = 1 if n_threads == 1 else min(n_runs, 16 * n_threads)
    cuts = [n_runs * i // n_pieces for i in range(n_pieces + 1)]
    pieces = _Shared(pairwise(cuts))
    if n_threads == 1:
        work(pieces)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        for done in [pool.submit(work, pieces) for _ in range(n_threads)]:
            done.result()


class _Shared(Iterator[tuple[int, int]]):
    """One iterator for several threads."""

    def __init__(self, items: Iterator[tuple[int, int]]) -> None:
        self._items = items
        self._lock = Lock()

    def __next__(self) -> tuple[int, int]:
        with self._lock:
            return next(self._items)


def _checked_seeds(graph: Graph | ImplicitGraph, seeds: ArrayLike) -> NDArray[np.uint32]:
    array = np.asarray(seeds)
    if array.size == 0:
        return np.empty(0, dtype=np.uint32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"seeds of type {array.dtype}, shape {array.shape}; give a flat list of node ids")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= graph.n_nodes:
        bad = low if low < 0 else high
        known = f"nodes 0 to {graph.n_nodes - 1}" if graph.n_nodes else "no nodes"
        raise ValueError(f"seed {bad}; the graph has {known}; choose among them")
    values, counts = np.unique(array, return_counts=True)
    if counts.max() > 1:
        raise ValueError(f"seed {values[counts > 1][0]} given twice; each seed once; remove the duplicate")
    return np.ascontiguousarray(array, dtype=np.uint32)


def _checked_chances(graph: Graph | ImplicitGraph, p: ArrayLike) -> Floats:
    try:
        chances = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"p {p!r:.40}; a probability from 0 to 1 is needed, or one per edge") from fault
    if isinstance(graph, ImplicitGraph) and chances.ndim:
        raise ValueError(f"p of shape {chances.shape}; an implicit graph takes one number; give a float")
    if isinstance(graph, Graph) and (chances.ndim > 1 or (chances.ndim and chances.size != graph.n_edges)):
        raise ValueError(
            f"p of shape {chances.shape}; one number or {graph.n_edges}, one per edge; match the edges given"
        )
    # Chances of each edge are checked where they are read anyway, in thin_edges.
    if not chances.ndim and not 0.0 <= chances <= 1.0:
        raise ValueError(f"p {chances}; from 0 to 1; give a probability")
    return chances


def _checked_whole(value: int, name: str, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= limit:
        raise ValueError(f"{name} {value!r}; a whole number from 1 to {limit}; give at least 1")
    return int(value)
