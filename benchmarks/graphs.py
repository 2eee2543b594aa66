"""The graph of the propagation benchmarks: directed, heavy-tailed in both directions, with segments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph

MEAN_DEGREE = 50
SEGMENTS = 8
HOMOPHILY = 0.5


def benchmark_graph(n: int, seed: int = 1, mean_degree: float = MEAN_DEGREE) -> Graph:
    """Out-degrees lognormal (σ 1); who has many contacts is seen by many; half of them in the own segment.

    No self loops and no parallel edges, so that every peer can hold the same graph.
    """
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0.0, 1.0, n)
    degrees = np.minimum(np.rint(weights * (mean_degree / weights.mean())).astype(np.int64), n // 4)
    sources = np.repeat(np.arange(n, dtype=np.int64), degrees)
    # A random stub is a node in proportion to its degree; nodes are numbered segment by segment.
    bounds = np.searchsorted(sources, np.arange(SEGMENTS + 1) * n // SEGMENTS)
    segment = sources * SEGMENTS // n
    near = rng.random(sources.size) < HOMOPHILY
    low = np.where(near, bounds[segment], 0)
    high = np.where(near, bounds[segment + 1], sources.size)
    targets = sources[low + (rng.random(sources.size) * (high - low)).astype(np.int64)]
    pairs = np.unique((sources * n + targets)[sources != targets])
    return Graph.from_edges(pairs // n, pairs % n, n)


def seed_set(n: int, size: int = 10) -> NDArray[np.int32]:
    """The same seeds for everybody."""
    return np.sort(np.random.default_rng(7).choice(n, size, replace=False)).astype(np.int32)
