"""Shapley values of a game whose players are groups of mechanisms, from a sample of coalitions (called worlds here).

A world is the set of players that are switched on, as an integer whose bit i is player i; the game assigns it a value. The Shapley value
of a player is its mean marginal contribution over all orders of the players. It is the only attribution that is efficient (adds up to the
full minus the empty world), symmetric, and zero for null players (Shapley 1953; for decompositions of a difference, Shorrocks 2013; for
groups of parameters of one model, Kwon, Lee & Pouliot 2024, who also show that it solves a weighted least-squares problem, and bound it
where a world cannot be simulated).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """Values of the players, float64[players], and bounds that hold for any value of the worlds that could not be simulated."""

    values: Floats
    low: Floats
    high: Floats


def path(order: Sequence[int]) -> list[int]:
    """The worlds from no player to all players, adding them in this order."""
    found = [0]
    for player in order:
        found.append(found[-1] | 1 << player)
    return found


def along(orders: Sequence[Sequence[int]], worlds: Mapping[int, float]) -> Parts:
    """The mean marginal contribution of each player over some orders.

    A missing world is interpolated between its neighbours, and for the bounds ranges between the smallest and the largest known world. The
    values add up to the full minus the empty world in any case; these two must be known.
    """
    players = len(orders[0])
    least, most = min(worlds.values()), max(worlds.values())
    found = np.zeros((3, players))
    for order in orders:
        steps = path(order)
        known = [at for at, world in enumerate(steps) if world in worlds]
        value = np.interp(range(len(steps)), known, [worlds[steps[at]] for at in known])
        there = np.isin(range(len(steps)), known)
        low, high = np.where(there, value, least), np.where(there, value, most)
        found[:, list(order)] += np.diff(value), low[1:] - high[:-1], high[1:] - low[:-1]
    return Parts(*(found / len(orders)))
