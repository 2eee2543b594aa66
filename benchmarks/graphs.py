"""The graph of the propagation benchmarks: directed, heavy-tailed in both directions, with segments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph

MEAN_DEGREE = 50
SEGMENTS = 8
HOMOPHILY = 0.5
PIECE = 50_000


def benchmark_graph(n: int, seed: int = 1, mean_degree: float = MEAN_DEGREE) -> Graph:
    """Out-degrees lognormal (σ 1); who has many contacts is seen by many; half of them in the own segment.

    No self loops and no parallel edges, so that every peer can hold the same graph.
    """
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0.0, 1.0, n)
    degrees = np.minimum(np.rint(weights * (mean_degree / weights.mean())).astype(np.int64), n // 4)
    # A random stub is a node in proportion to its degree; nodes are numbered segment by segment.
    stubs = np.repeat(np.arange(n, dtype=np.int32), degrees)
    bounds = np.searchsorted(stubs, np.arange(SEGMENTS + 1) * n // SEGMENTS)
    offsets = np.concatenate([[0], np.cumsum(degrees)])
    rows: list[NDArray[np.int32]] = []
    targets: list[NDArray[np.int32]] = []
    # In pieces, so that the largest graph is made in little more memory than it takes.
    for first in range(0, n, PIECE):
        sources = stubs[offsets[first] : offsets[min(first + PIECE, n)]].astype(np.int64)
        near = rng.random(sources.size) < HOMOPHILY
        segment = sources * SEGMENTS // n
        low = np.where(near, bounds[segment], 0)
        high = np.where(near, bounds[segment + 1], stubs.size)
        met = stubs[low + (rng.random(sources.size) * (high - low)).astype(np.int64)]
        pairs = np.unique((sources * n + met)[sources != met])
        rows.append((pairs // n).astype(np.int32))
        targets.append((pairs % n).astype(np.int32))
    return Graph.from_edges(np.concatenate(rows), np.concatenate(targets), n)


def seed_set(n: int, size: int = 10) -> NDArray[np.int32]:
    """The same seeds for everybody."""
    return np.sort(np.random.default_rng(7).choice(n, size, replace=False)).astype(np.int32)
