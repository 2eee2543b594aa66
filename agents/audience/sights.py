"""The working memory in which a day's posts are told."""

from __future__ import annotations

import numpy as np

from agents.world.network import Networks


class Room:
    """That of one run, which all take in turn, and lists of exposures that grow."""

    def __init__(self, networks: Networks) -> None:
        nodes = int(np.diff(networks.nodes).max())
        self.visited, self.today = (np.zeros(nodes // 64 + 1, dtype=np.uint64) for _ in range(2))
        # By posts of employees, and by those of pages.
        self.near, self.far = (np.zeros(2 * (nodes // 64 + 1), dtype=np.uint64) for _ in range(2))
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
