"""Who brought which flow on which day: what is needed to split flows by groups of employees afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPLIT_FLOWS = (
    "shares",
    "active_sharers",
    "quality",
    "viewers",
    "naive_reach",
    "human_clicks",
    "reposts",
    "deep_reposts",
    "reposted_shares",
    "engagement",
    "leads",
    "unfollows",
    "risky_shares",
    "bought_shares",
    "gamed_shares",
    "points",
    "praise",
)


class FlowLog:
    """Entries (person, day, value) of each flow, in the order they came."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Ints, int, Floats]]] = {name: [] for name in SPLIT_FLOWS}

    def add(self, day: int, person: Ints, **values: Floats) -> None:
        """One day's values of some flows, one a person entry."""
        if person.size:
            for name, value in values.items():
                self._parts[name].append((person, day, value))

    def summed(self, name: str, codes: Ints, groups: int, days: int) -> Floats:
        """float64[groups, days]: a flow added up by the group of its person and its day."""
        total: Floats = np.zeros(groups * days)
        parts = self._parts[name]
        if parts:
            person = np.concatenate([part[0] for part in parts])
            day = np.repeat([part[1] for part in parts], [part[0].size for part in parts])
            value = np.concatenate([part[2] for part in parts])
            total = np.asarray(
                np.bincount(codes[person] * days + day, value, groups * days), dtype=np.float64
            )
        return total.reshape(groups, days)
