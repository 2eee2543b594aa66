"""Shapley values of games that can be solved by hand; efficiency; a second way to the same numbers; bounds."""

from collections.abc import Mapping
from itertools import permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.explanation.shapley import Floats, along, path

PLAYERS = 4
WHOLE = (1 << PLAYERS) - 1


def least_squares(worlds: Mapping[int, float], players: int):
    """Kwon, Lee & Pouliot 2024, theorem 1; KernelSHAP: the nearest additive game, held to the whole."""
    whole = (1 << players) - 1
    inner = [world for world in worlds if world not in (0, whole)]
    total = worlds[whole] - worlds[0]
    on = np.array([[world >> player & 1 for player in range(players)] for world in inner], dtype=np.float64)
    sizes = [world.bit_count() for world in inner]
    root = np.sqrt([(players - 1) / (comb(players, s) * s * (players - s)) for s in sizes])
    right = np.array([worlds[world] - worlds[0] for world in inner]) - on[:, -1] * total
    first = np.linalg.lstsq((on[:, :-1] - on[:, -1:]) * root[:, None], right * root, rcond=None)[0]
    return np.append(first, total - first.sum())


def exact(worlds: Mapping[int, float], players: int) -> Floats:
    """float64[players]: the values from all 2**players worlds."""
    found = np.zeros(players)
    for world, value in worlds.items():
        size = world.bit_count()
        for player in range(players):
            if world >> player & 1:
                found[player] += value / (players * comb(players - 1, size - 1))
            else:
                found[player] -= value / (players * comb(players - 1, size))
    return found


def additive(world: int) -> float:
    return 7.0 + sum((3.0, -2.0, 0.0, 5.0)[player] for player in range(PLAYERS) if world >> player & 1)


def test_in_an_additive_game_everybody_has_what_they_bring_in_any_order() -> None:
    worlds = {world: additive(world) for world in range(WHOLE + 1)}
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        assert along([order], worlds).values.tolist() == [3.0, -2.0, 0.0, 5.0]
    assert exact(worlds, PLAYERS) == pytest.approx([3.0, -2.0, 0.0, 5.0])


def test_two_who_bring_something_only_together_share_it() -> None:
    worlds = {0: 0.0, 1: 0.0, 2: 0.0, 3: 10.0}
    assert along([[0, 1]], worlds).values.tolist() == [0.0, 10.0]
    assert along([[0, 1], [1, 0]], worlds).values.tolist() == [5.0, 5.0]
    assert exact(worlds, 2).tolist() == [5.0, 5.0]


games = st.lists(st.integers(-1000, 1000), min_size=WHOLE + 1, max_size=WHOLE + 1)


@given(games, st.permutations(range(PLAYERS)))
def test_values_add_up_exactly_along_an_order_and_its_reverse(values: list[int], order: list[int]) -> None:
    worlds = {world: float(value) for world, value in enumerate(values)}
    found = along([order, order[::-1]], worlds).values
    assert found.sum() == worlds[WHOLE] - worlds[0]


@given(games)
def test_all_orders_are_all_worlds_are_least_squares(values: list[int]) -> None:
    worlds = {world: float(value) for world, value in enumerate(values)}
    every = along([list(order) for order in permutations(range(PLAYERS))], worlds).values
    assert every == pytest.approx(exact(worlds, PLAYERS), abs=1e-6)
    assert every == pytest.approx(least_squares(worlds, PLAYERS), abs=1e-6)


@given(games, st.permutations(range(PLAYERS)), st.sets(st.integers(1, WHOLE - 1)))
def test_bounds_hold_whatever_the_missing_worlds_are_worth(
    values: list[int], order: list[int], gone: set[int]
) -> None:
    worlds = {world: float(value) for world, value in enumerate(values)}
    known = {world: value for world, value in worlds.items() if world not in gone}
    least, most = min(known.values()), max(known.values())
    kept = {world: min(max(value, least), most) for world, value in worlds.items()}
    orders = [order, order[::-1]]
    found, true = along(orders, known), along(orders, kept).values
    assert (found.low <= true + 1e-9).all()
    assert (true <= found.high + 1e-9).all()
    assert found.values.sum() == pytest.approx(worlds[WHOLE] - worlds[0], abs=1e-9)
    touched = {world for each in orders for world in path(each)} & gone
    assert touched or (found.low == found.high).all()
