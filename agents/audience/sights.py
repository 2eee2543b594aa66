"""Working memory of the kernels that spread a day's posts."""

from __future__ import annotations

import numpy as np

from agents.world.network import Networks


class Room:
    """Scratch arrays of the size of one run, reused by all runs in turn, and growing lists of exposures."""

    def __init__(self, networks: Networks) -> None:
        nodes = int(np.diff(networks.nodes).max())
        self.visited, self.today = (np.zeros(nodes // 64 + 1, dtype=np.uint64) for _ in range(2))
        # Bitmaps of people exposed at distance one, and farther: by posts of employees, then by posts of pages.
        self.near, self.far = (np.zeros(2 * (nodes // 64 + 1), dtype=np.uint64) for _ in range(2))
        self.queue = np.empty(nodes + 1, dtype=np.uint32)
        # Two broadcasts at a time: the current share's and the next one's.
        self.picked = np.empty(2 * (networks.widest + 1), dtype=np.uint32)
        self.words = np.empty(2 * (networks.widest + 1), dtype=np.uint64)
        self.edges = np.empty(max(1024, 2 * networks.widest), dtype=np.uint32)
        self.flags = np.empty(self.edges.size, dtype=np.uint8)

    def reserve(self, exposures: int) -> None:
        """Grow the lists to hold `exposures` entries; what was written is kept."""
        for name in ("edges", "flags"):
            old = getattr(self, name)
            new = np.empty(exposures, dtype=old.dtype)
            new[: old.size] = old
            setattr(self, name, new)
