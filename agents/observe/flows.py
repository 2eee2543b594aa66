"""A log of flows by person and day, from which flows are split by groups of employees afterwards."""

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
    "large_cascades",
    "reactions",
    "contacts_gained",
    "engagement",
    "leads",
    "unfollows",
    "risky_shares",
    "bought_shares",
    "careless_shares",
    "gamed_shares",
    "points",
    "praise",
    "contest_wins",
    "sanctions",
    "joined",
    "lapsed",
    "opt_outs",
)


class FlowLog:
    """Entries (person, day, value) of each flow in the order of recording; flows recorded together share one array of persons."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, ...], list[tuple[Ints, int, tuple[Floats, ...]]]] = {}

    def copy(self) -> FlowLog:
        """An independent copy, for a fork."""
        found = FlowLog()
        found._parts = {names: list(parts) for names, parts in self._parts.items()}
        return found

    def add(self, day: int, person: Ints, **values: Floats) -> None:
        """Record one day's values of some flows, one value per entry of `person`."""
        if person.size:
            self._parts.setdefault(tuple(values), []).append((person, day, tuple(values.values())))

    def on(self, day: int, name: str) -> tuple[Ints, Floats]:
        """Persons and values of a flow on one day, in the order of recording."""
        parts = [
            (person, values[names.index(name)])
            for names, found in self._parts.items()
            if name in names
            for person, at, values in found
            if at == day
        ]
        people = [person for person, _ in parts] or [np.empty(0, dtype=np.int64)]
        amounts = [value for _, value in parts] or [np.empty(0)]
        return np.concatenate(people), np.concatenate(amounts)

    def summed(self, group: Ints, groups: int, days: int) -> dict[str, Floats]:
        """{flow: float64[groups, days]}: each flow summed by the groups of its person and by day.

        `group` is int64[splits, n]: the group of each person in each split; groups are numbered through all splits.
        """
        found: dict[str, Floats] = {}
        for names, parts in self._parts.items():
            person = np.concatenate([part[0] for part in parts])
            day = np.repeat([part[1] for part in parts], [part[0].size for part in parts])
            cell = (group[:, person] * days + day).ravel()
            for place, name in enumerate(names):
                value = np.tile(np.concatenate([part[2][place] for part in parts]), len(group))
                found[name] = np.asarray(np.bincount(cell, value, groups * days), dtype=np.float64).reshape(
                    groups, days
                )
        nothing = np.zeros((groups, days))
        return {name: found.get(name, nothing) for name in SPLIT_FLOWS}
