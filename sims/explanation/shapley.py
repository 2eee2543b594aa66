"""Shapley values of a game whose players are groups of mechanisms, from some of its worlds.

A world is a set of players that are switched on, written as an integer whose bit i says whether player i is; a game gives it a
number. The value of a player is the mean of what switching it on changes, over all orders in which the players can be
switched on. They are unique in adding up to the whole less the empty world, treating equals equally, and giving nothing to who changes
nothing (Shapley 1953; for decompositions of a difference, Shorrocks 2013; for groups of parameters of one model, Kwon, Lee & Pouliot
2024, who also show that they solve a weighted least squares, and bound them where a world cannot be run).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """Values of the players, float64[players], and bounds that hold whatever the worlds that could not be run are worth."""

    values: Floats
    low: Floats
    high: Floats


def path(order: Sequence[int]) -> list[int]:
    """The worlds from none to all players when they are switched on in this order."""
    found = [0]
    for player in order:
        found.append(found[-1] | 1 << player)
    return found


def along(orders: Sequence[Sequence[int]], worlds: Mapping[int, float]) -> Parts:
    """The mean over some orders of what each player changes.

    A world that is missing is taken to lie between its neighbours, and for the bounds anywhere between the least and the greatest
    world there is. The values add up to the whole less the empty world, whatever is missing; both of these must be there.
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
