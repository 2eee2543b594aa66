"""What was seen on a day, run by run, and the working memory in which it is told."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.world.network import Networks
from engine.response_kernel import EXPOSURES

Ints = NDArray[np.int64]


class Room:
    """Working memory of propagation: that of one run, which all take in turn, and lists of exposures that grow."""

    def __init__(self, networks: Networks) -> None:
        nodes = int(np.diff(networks.nodes).max())
        self.visited = np.zeros(nodes // 64 + 1, dtype=np.uint64)
        self.today = np.zeros(nodes // 64 + 1, dtype=np.uint64)
        self.queue = np.empty(nodes + 1, dtype=np.uint32)
        # Two broadcasts at a time: that of a share, and that of the next one.
        self.picked = np.empty(2 * (networks.widest + 1), dtype=np.uint32)
        self.words = np.empty(2 * (networks.widest + 1), dtype=np.uint64)
        self.edges = np.empty(max(1024, 2 * networks.widest), dtype=np.uint32)
        self.flags = np.empty(self.edges.size, dtype=np.uint8)

    def reserve(self, exposures: int) -> None:
        """Room for so many exposures; what was written stays."""
        for name in ("edges", "flags"):
            old = getattr(self, name)
            new = np.empty(exposures, dtype=old.dtype)
            new[: old.size] = old
            setattr(self, name, new)


class Sights(NamedTuple):
    """Exposures of a day's shares, in the order of the shares.

    counts   int64[s, 8] as of `engine.response_kernel`
    edges    uint32[k], number of the edge among its run's; shares: int32[k], of the share; flags: uint8[k]
    at       int64[R + 1], where each run's exposures begin
    """

    counts: Ints
    edges: NDArray[np.uint32]
    shares: NDArray[np.int32]
    flags: NDArray[np.uint8]
    at: Ints

    @classmethod
    def of(cls, counts: Ints, room: Room, written: int, share_at: Ints) -> Sights:
        """What stands in `room` after a day."""
        seen = counts[:, EXPOSURES]
        at = np.concatenate([[0], np.cumsum(seen)])[share_at]
        shares = np.repeat(np.arange(len(counts), dtype=np.int32), seen)
        return cls(counts, room.edges[:written].copy(), shares, room.flags[:written].copy(), at)

    def mended(self, rows: Ints, again: Sights, lane: Ints) -> Sights:
        """The same with the shares at `rows`, rising, gone as `again` has it; `lane` is the run of each share."""
        counts = self.counts.copy()
        counts[rows] = again.counts
        kept = ~np.isin(self.shares, rows)
        shares = np.concatenate([self.shares[kept], rows[again.shares].astype(np.int32)])
        order = np.argsort(shares, kind="stable")
        edges = np.concatenate([self.edges[kept], again.edges])[order]
        flags = np.concatenate([self.flags[kept], again.flags])[order]
        at = np.searchsorted(lane[shares[order]], np.arange(self.at.size))
        return Sights(counts, edges, shares[order], flags, at)
