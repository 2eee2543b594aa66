"""A graph whose edges are computed when they are needed instead of stored: for audiences beyond memory.

Neighbour k of node u is a function of (key, u, k), its degree one of (key, u). A cascade needs 4.1 bytes a person
and thread, and nothing for the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.graph import MAX_EDGES, Graph
from engine.implicit_kernel import CELLS, LEVELS, fill_neighbours, list_degrees
from engine.quantiles import normal_quantile

MAX_NODES = 2**32 - 2
MAX_DEGREE = 2**31 - 1


@dataclass(frozen=True, eq=False)
class ImplicitGraph:
    """One population, as engine.generate.social_graph makes it: lognormal out-degrees, segment u % n_segments.

    n_nodes      people, up to 2**32 − 2
    mean_degree  contacts a person, on average, of the law before rounding and before the cut at n_nodes − 1
    key          stream_key(seed, Stream.NETWORK, run)
    sigma        standard deviation of the logarithm of the out-degree, 0 to 4
    n_segments   1 to n_nodes
    homophily    0 … 1, chance that a contact is drawn from the own segment; else from everybody

    Unlike stored networks, a row may name one person twice, or its own node: k(k − 1) / 2n pairs of a row of k are
    equal on average. That is the price of edges that do not know of each other.
    Raises ValueError for values outside their range.
    """

    n_nodes: int
    mean_degree: float
    key: np.uint64
    sigma: float = 1.0
    n_segments: int = 8
    homophily: float = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.n_nodes, bool) or not isinstance(self.n_nodes, int | np.integer):
            raise ValueError(f"n_nodes {self.n_nodes!r}; a whole number up to {MAX_NODES}; give the people")
        if not 1 <= self.n_nodes <= MAX_NODES:
            raise ValueError(f"n_nodes {self.n_nodes}; from 1 to {MAX_NODES}; split the audience")
        if not 0.0 < self.mean_degree <= 1e6 or not 0.0 <= self.sigma <= 4.0:
            raise ValueError(
                f"mean_degree {self.mean_degree}, sigma {self.sigma}; above 0 to 1e6 and 0 to 4; correct them"
            )
        if not 1 <= self.n_segments <= self.n_nodes:
            raise ValueError(f"n_segments {self.n_segments}; from 1 to {self.n_nodes}; use 1 for none")
        if not 0.0 <= self.homophily <= 1.0:
            raise ValueError(f"homophily {self.homophily}; from 0 to 1; give a share such as 0.4")

    @cached_property
    def degree_table(self) -> NDArray[np.uint32]:
        """uint32[LEVELS · CELLS]: quantiles of the degree. The last cell of a level points to the next, which
        divides it again, so that the tail is as long as a stored network's."""
        median = self.mean_degree / float(np.exp(self.sigma * self.sigma / 2.0))
        tops = []
        for level in range(LEVELS):
            # Measured from the top, where one minus the quantile would lose its digits.
            upper = (CELLS - np.arange(CELLS) - 0.5) / float(CELLS) ** (level + 1)
            tops.append(np.rint(median * np.exp([-self.sigma * normal_quantile(u) for u in upper])))
        limit = min(self.n_nodes - 1, MAX_DEGREE)
        table: NDArray[np.uint32] = np.minimum(np.concatenate(tops), limit).astype(np.uint32)
        table.flags.writeable = False
        return table

    @property
    def expected_edges(self) -> float:
        """Out-degrees summed, in expectation."""
        levels = self.degree_table.reshape(LEVELS, CELLS).astype(np.float64)
        mean = 0.0
        for level in range(LEVELS - 1, -1, -1):
            row = levels[level]
            last = mean if level < LEVELS - 1 else row[-1]
            mean = float((row[:-1].sum() + last) / CELLS)
        return mean * self.n_nodes

    @property
    def widest(self) -> int:
        """The largest out-degree that can occur."""
        return int(self.degree_table.max())

    def degrees(self, first: int = 0, last: int | None = None) -> NDArray[np.int64]:
        """int64[last − first]: out-degrees of nodes first … last − 1."""
        out = np.empty((self.n_nodes if last is None else last) - first, dtype=np.int64)
        list_degrees(first, np.uint64(self.key), self.degree_table, out)
        return out

    def neighbours(self, node: int) -> NDArray[np.int64]:
        """Targets of one node's out-edges."""
        if not 0 <= node < self.n_nodes:
            raise ValueError(f"node {node}; the graph has nodes 0 to {self.n_nodes - 1}; choose among them")
        offsets = np.array([0, self.degrees(node, node + 1)[0]], dtype=np.int64)
        out = np.empty(offsets[1], dtype=np.uint32)
        fill_neighbours(
            node, offsets, np.uint64(self.key), self.n_nodes, self.n_segments, self.homophily, out
        )
        return out.astype(np.int64)

    def stored(self) -> Graph:
        """The graph with explicit edges in memory, identical edge for edge. Raises ValueError for more than 2**31 − 1 nodes or edges."""
        if self.n_nodes > MAX_EDGES or self.expected_edges > 1.1 * MAX_EDGES:
            raise ValueError(
                f"{self.n_nodes} nodes, about {self.expected_edges:.2g} edges; at most {MAX_EDGES} of each are stored"
            )
        degrees = self.degrees()
        n_edges = int(degrees.sum())
        if n_edges > MAX_EDGES:
            raise ValueError(f"{n_edges} edges; at most {MAX_EDGES} are stored; keep the graph implicit")
        offsets = np.zeros(self.n_nodes + 1, dtype=np.int64)
        np.cumsum(degrees, out=offsets[1:])
        targets = np.empty(n_edges, dtype=np.uint32)
        fill_neighbours(
            0, offsets, np.uint64(self.key), self.n_nodes, self.n_segments, self.homophily, targets
        )
        return Graph(int(self.n_nodes), offsets, targets.view(np.int32))
