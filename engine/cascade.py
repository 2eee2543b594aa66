"""The independent cascade: each newly active node gets one chance along each of its out-edges.

Every run lives in a world of its own, in which each edge is live or not; the world is a pure function of (seed, run, edge). So sizes depend on
the seed alone, not on threads, and two seed sets under one seed meet the same worlds: more seeds never reach fewer people.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.cascade_kernel import run_cascades
from engine.geometric import LEAST_P, gap_table
from engine.graph import Graph
from engine.streams import Stream, stream_key

MAX_RUNS = 2**31 - 1


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
        return float(self.sizes.mean())

    @property
    def standard_error(self) -> float:
        """Of the mean; NaN for a single run."""
        if self.sizes.size < 2:
            return float("nan")
        return float(self.sizes.std(ddof=1) / np.sqrt(self.sizes.size))


def spread(
    graph: Graph,
    seeds: ArrayLike,
    p: ArrayLike,
    runs: int,
    seed: int,
    threads: int | None = None,
) -> Spread:
    """Run an ensemble of independent cascades.

    seeds    node ids active at the start, each once; none is allowed and gives size 0
    p        chance per edge: one float, or one per edge in the order the edges were given to Graph.from_edges
    runs     cascades, 1 or more
    seed     whole number; the same gives the same sizes, whatever `threads`
    threads  at most so many at once; None: one per core

    Raises ValueError for p that is NaN or outside [0, 1] or of the wrong length, seeds outside the graph or twice, runs or threads below 1.
    Oracle: on tiny graphs the mean over all live-edge worlds, enumerated.
    """
    chosen = _checked_seeds(graph, seeds)
    chances = _checked_chances(graph, p)
    n_runs = _checked_whole(runs, "runs", MAX_RUNS)
    n_threads = _checked_whole(threads, "threads", 1024) if threads is not None else os.cpu_count() or 1
    bound = float(chances.max()) if chances.size else 0.0
    table_p = max(bound, LEAST_P)
    if chances.ndim == 0:
        keep = np.array([_threshold(bound / table_p)], dtype=np.uint32)
    else:
        in_order = graph.in_csr_order(chances / table_p)
        keep = np.minimum(np.rint(in_order * 2.0**32), 2.0**32 - 1).astype(np.uint32)
    if bound == 0.0 or chosen.size == 0:
        edges = int(graph.out_degrees[chosen].sum())
        still = np.zeros(n_runs, dtype=np.int64)
        return Spread(still + chosen.size, still, still + edges)
    table = gap_table(table_p)
    key = stream_key(seed, Stream.CASCADE)
    out = np.zeros((3, n_runs), dtype=np.int64)
    widest = int(graph.out_degrees.max())

    def work(first: int, last: int) -> None:
        words = graph.n_nodes // 64 + 1
        run_cascades(
            graph.offsets,
            graph.targets,
            keep,
            table,
            chosen,
            key,
            first,
            out[0, first:last],
            out[1, first:last],
            out[2, first:last],
            np.zeros(words, dtype=np.uint64),
            np.empty(graph.n_nodes + 1, dtype=np.int32),
            np.empty(widest + 1, dtype=np.int32),
        )

    _in_threads(work, n_runs, min(n_threads, n_runs))
    return Spread(*out)


def _in_threads(work: Any, n_runs: int, n_threads: int) -> None:
    if n_threads == 1:
        work(0, n_runs)
        return
    # More pieces than threads, since run lengths differ; the kernels hold no interpreter lock.
    pieces = min(n_runs, 8 * n_threads)
    cuts = [n_runs * i // pieces for i in range(pieces + 1)]
    with ThreadPoolExecutor(n_threads) as pool:
        for done in [pool.submit(work, a, b) for a, b in zip(cuts, cuts[1:], strict=False)]:
            done.result()


def _threshold(share: float) -> int:
    return min(2**32 - 1, round(share * 2**32))


def _checked_seeds(graph: Graph, seeds: ArrayLike) -> NDArray[np.int32]:
    array = np.asarray(seeds)
    if array.size == 0:
        return np.empty(0, dtype=np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"seeds of type {array.dtype}, shape {array.shape}; give a flat list of node ids")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= graph.n_nodes:
        bad = low if low < 0 else high
        raise ValueError(f"seed {bad}; the graph has nodes 0 to {graph.n_nodes - 1}; choose one of them")
    values, counts = np.unique(array, return_counts=True)
    if counts.max() > 1:
        raise ValueError(f"seed {values[counts > 1][0]} given twice; each seed once; remove the duplicate")
    return np.ascontiguousarray(array, dtype=np.int32)


def _checked_chances(graph: Graph, p: ArrayLike) -> NDArray[np.float64]:
    chances = np.asarray(p, dtype=np.float64)
    if chances.ndim > 1 or (chances.ndim == 1 and chances.size != graph.n_edges):
        raise ValueError(
            f"p of shape {chances.shape}; one number or {graph.n_edges}, one per edge; match the edges given"
        )
    good = (chances >= 0.0) & (chances <= 1.0)
    if not good.all():
        bad = chances[~good].flat[0]
        raise ValueError(f"p {bad}; from 0 to 1; give a probability")
    return chances


def _checked_whole(value: int, name: str, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= limit:
        raise ValueError(f"{name} {value!r}; a whole number from 1 to {limit}; give at least 1")
    return int(value)
