"""Gini coefficients against their definition, mean difference of all pairs over twice the mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agents.observe.gini import ginis, group_ginis
from agents.program.rising_kernel import DIGITS, FEW

Ints = NDArray[np.int64]
AMOUNTS = st.lists(
    st.one_of(st.just(0), st.integers(0, 9), st.integers(0, DIGITS + 1), st.integers(0, 10**12)), max_size=40
)


def gini(amounts: Ints) -> float:
    """Of one run with everybody there."""
    return float(ginis(np.array([0, amounts.size]), amounts, np.ones(amounts.size, dtype=np.bool_))[0])


def by_pairs(amounts: list[int]) -> float:
    """The definition, in whole numbers up to the last division."""
    pairs = sum(abs(a - b) for a in amounts for b in amounts)
    return pairs / (2 * len(amounts) * sum(amounts)) if sum(amounts) else 0.0


def test_equal_amounts_give_zero_and_one_who_has_all_gives_one_less_a_share() -> None:
    assert gini(np.full(10, 3)) == 0.0
    assert gini(np.array([0] * 9 + [5])) == pytest.approx(0.9)
    assert gini(np.zeros(4, dtype=np.int64)) == gini(np.empty(0, dtype=np.int64)) == 0.0


@given(AMOUNTS, AMOUNTS)
def test_each_run_has_its_own_people(one: list[int], other: list[int]) -> None:
    first = np.array([0, len(one), len(one) + len(other)])
    amounts = np.array(one + other, dtype=np.int64)
    found = ginis(first, amounts, np.ones(amounts.size, dtype=np.bool_))
    assert found == pytest.approx([by_pairs(one), by_pairs(other)], rel=1e-12)


@given(st.lists(st.integers(0, 10**12), min_size=FEW + 1, max_size=2 * FEW))
def test_many_large_amounts_give_the_same_as_pairs(amounts: list[int]) -> None:
    assert gini(np.array(amounts, dtype=np.int64)) == pytest.approx(by_pairs(amounts), rel=1e-12)


@given(AMOUNTS, st.integers(0, 2**40 - 1))
def test_who_is_not_there_counts_neither_as_a_head_nor_with_an_amount(amounts: list[int], bits: int) -> None:
    among = np.array([bits >> place & 1 == 1 for place in range(len(amounts))], dtype=np.bool_)
    first = np.array([0, len(amounts)])
    found = ginis(first, np.array(amounts, dtype=np.int64), among)
    here = [amount for amount, there in zip(amounts, among, strict=True) if there]
    assert found == pytest.approx([by_pairs(here)], rel=1e-12)


def test_groups_week_by_week_with_what_came_in_the_last_weeks_alone() -> None:
    # Three weeks, people 0 to 4; 0, 2 and 4 are one group, and 4 leaves after the first week.
    amounts = np.array([[1, 0, 3, 5, 7], [1, 2, 9, 5, 7], [4, 2, 9, 6, 7]], dtype=np.float32)
    present = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0], [1, 1, 1, 1, 0]], dtype=np.float32)
    # A second split has everybody in one group.
    group, heads = (
        np.array([[0, 1, 0, 1, 0], [2, 2, 2, 2, 2]]),
        np.array([[3, 2, 5], [2, 2, 4], [2, 2, 4]], dtype=float),
    )
    whole = group_ginis(group, amounts, present, heads)
    recent = group_ginis(group, amounts, present, heads, weeks=1)
    by_week = [
        [[1, 3, 7], [0, 5], [1, 0, 3, 5, 7]],
        [[1, 9], [2, 5], [1, 2, 9, 5]],
        [[4, 9], [2, 6], [4, 2, 9, 6]],
    ]
    assert whole.tolist() == [[pytest.approx(by_pairs(group)) for group in week] for week in by_week]
    new = [
        [[1, 3, 7], [0, 5], [1, 0, 3, 5, 7]],
        [[0, 6], [2, 0], [0, 2, 6, 0]],
        [[3, 0], [0, 1], [3, 0, 0, 1]],
    ]
    assert recent.tolist() == [[pytest.approx(by_pairs(group)) for group in week] for week in new]
