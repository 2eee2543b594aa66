"""A kernel as plain Python over lists: the same source, the same numbers, and only Python's own integers."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np
import pytest

from engine import scoring_tables as c
from engine.kernels import inlined
from engine.plain import plain
from engine.scoring_plain import Objects, PlainState
from engine.scoring_terms import natural

_STEP = 3


@inlined
def _halved(x: Any) -> Any:
    return x // 2


@inlined
def _walk(grid: Any, out: Any) -> Any:
    total = 0
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            out[row, column] = _halved(int(grid[row, column])) * _STEP + c.HELD
            out[row, column] += natural(row)
            total += out[row, column]
    return total


@inlined
def _broken(grid: Any) -> Any:
    return grid[0, 0] // grid[0, 1]


def test_lists_give_what_arrays_give() -> None:
    grid = np.array([[4, -7, 9], [10, 0, 5]])
    over_lists = [[0, 0, 0], [0, 0, 0]]
    total = plain(_walk, {})(grid.tolist(), over_lists)
    expected = [[(int(x) // 2) * _STEP + c.HELD + row for x in grid[row]] for row in range(2)]
    assert over_lists == expected
    assert total == sum(map(sum, expected))
    assert {type(x) for row in over_lists for x in row} == {int}


def test_what_is_named_instead_takes_its_place_everywhere() -> None:
    out = [[0]]
    assert plain(_walk, {"_STEP": 5, "_halved": lambda x: x})([[4]], out) == 21
    assert out == [[21]]


def test_a_trace_names_the_line_of_the_kernel() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        plain(_broken, {})([[1, 0]])
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.name) == (__file__, "_broken")
    assert frame.line == "return grid[0, 0] // grid[0, 1]"


def test_a_copied_state_goes_its_own_way() -> None:
    state = PlainState.of([[1, 2]], [(7, 70), (3, 30)])
    other = state.copy()
    other.people[0][0] = 9
    other.objects[next(slot for slot, pair in other.objects.items() if pair[0] == 7)][1] = 71
    other.used[0] += 1
    assert state.people == [[1, 2]]
    assert state.objects.pairs() == [[3, 30], [7, 70]]
    assert (state.used, other.used) == ([2], [3])


def test_keys_of_one_slot_stand_beside_each_other() -> None:
    slot = 5
    keys = [slot + 1, slot + 1 + (1 << 31), slot + 1 + (1 << 32)]
    made = PlainState.of([[0]], [(key, 10 + place) for place, key in enumerate(keys)]).objects
    assert [made[slot + place] for place in range(3)] == [[key, 10 + n] for n, key in enumerate(keys)]
    assert Objects().pairs() == []
