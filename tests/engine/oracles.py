"""Slow, independent answers to compare the kernels with: none of them uses the engine's randomness."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Edges = list[tuple[int, int]]


def live_edge_worlds(
    n: int, edges: Edges, p: NDArray[np.float64], seeds: list[int]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Chance, size and depth of each of the 2**m worlds in which every edge is live or not."""
    m = len(edges)
    live = (np.arange(1 << m)[:, None] >> np.arange(m)) & 1 == 1
    chance = np.where(live, p, 1.0 - p).prod(axis=1)
    level = np.full((1 << m, n), -1)
    level[:, seeds] = 0
    for depth in range(n):
        for number, (u, v) in enumerate(edges):
            reached = live[:, number] & (level[:, u] == depth) & (level[:, v] < 0)
            level[reached, v] = depth + 1
    return chance, (level >= 0).sum(axis=1), level.max(axis=1, initial=0)


def moments(chance: NDArray[np.float64], values: NDArray[Any]) -> tuple[float, float]:
    """Mean and standard deviation under the chances."""
    mean = float((chance * values).sum())
    return mean, float(np.sqrt(max(0.0, (chance * (values - mean) ** 2).sum())))


def frontier_sizes(
    n: int, edges: Edges, p: NDArray[np.float64], seeds: list[int], runs: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The cascade as a loop over the frontier with one coin for each out-edge."""
    out: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for (u, v), chance in zip(edges, p, strict=True):
        out[u].append((v, float(chance)))
    sizes = []
    for _ in range(runs):
        active, frontier = set(seeds), list(seeds)
        while frontier:
            fresh = []
            for u in frontier:
                for v, chance in out[u]:
                    if v not in active and rng.random() < chance:
                        active.add(v)
                        fresh.append(v)
            frontier = fresh
        sizes.append(len(active))
    return np.array(sizes)


def percolation_sizes(
    n: int, edges: Edges, p: NDArray[np.float64], seeds: list[int], runs: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The cascade as reachability in a networkx graph of live edges."""
    sizes = []
    for _ in range(runs):
        world = nx.DiGraph()
        world.add_nodes_from(range(n))
        world.add_edges_from(
            edge for edge, live in zip(edges, rng.random(len(edges)) < p, strict=True) if live
        )
        world.add_edges_from(("source", seed) for seed in seeds)
        sizes.append(len(nx.descendants(world, "source")) if seeds else 0)
    return np.array(sizes)


def random_edges(n: int, m: int, rng: np.random.Generator) -> Edges:
    """m edges, self loops and parallel ones among them."""
    return [(int(u), int(v)) for u, v in rng.integers(0, n, (m, 2))]
