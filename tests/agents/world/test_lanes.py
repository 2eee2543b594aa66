"""Sums and medians by run have the bits of numpy's own over one run's array; boards of their own number are boards apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.parameters.parameters import Parameters
from agents.program.incentives import thirds, thirds_by_run
from agents.world.lanes import Draw, Lanes, Laws, distinct, medians, one_value, sums
from agents.world.memory import untouched

SIZES = st.lists(st.integers(0, 40), min_size=2, max_size=6)


# Numpy adds fewer than 8, up to 128 and more than 128 numbers in three ways.
LENGTHS = st.lists(st.one_of(st.integers(0, 40), st.integers(120, 300)), min_size=2, max_size=6)


@settings(deadline=None)
@given(sizes=LENGTHS, seed=st.integers(0, 1 << 32))
def test_sums_and_medians_by_run(sizes: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).lognormal(size=sum(sizes))
    starts, lane = np.cumsum([0, *sizes]), np.repeat(np.arange(len(sizes)), sizes)
    parts = np.split(values, starts[1:-1])
    assert sums(values[np.newaxis], starts)[0].tolist() == [float(part.sum()) for part in parts]
    assert medians(values, starts, lane).tolist() == [
        float(np.median(part)) if part.size else 0.0 for part in parts
    ]


# The first example compiles the kernel.
@settings(deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 1 << 32))
def test_thirds_of_boards_apart(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, among = rng.integers(0, 5, sum(sizes)), rng.random(sum(sizes)) < 0.8
    board = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    apart = np.zeros(points.size)
    for number in range(len(sizes)):
        apart += thirds(points, among & (board == number))
    assert thirds(points, among, board).tolist() == apart.tolist()


@settings(deadline=None)
@given(runs=st.integers(1, 5), people=st.integers(0, 30), seed=st.integers(0, 1 << 32), even=st.booleans())
def test_thirds_by_run_are_those_of_boards(runs: int, people: int, seed: int, even: bool) -> None:
    rng = np.random.default_rng(seed)
    sizes = [people if even else int(each) for each in rng.integers(0, people + 1, runs)]
    lanes = Lanes([Draw(1, run, Parameters()) for run in range(runs)], sizes)
    points = rng.choice([0, 1, 2, 700, 701], lanes.size)
    among = rng.random(lanes.size) < 0.8
    found = thirds_by_run(points, among, lanes)
    assert found.tolist() == thirds(points, among, lanes.lane).tolist()
    assert found.tolist() == [_third(row, points, among, lanes.lane) for row in range(lanes.size)]


def _third(row: int, points: np.ndarray, among: np.ndarray, board: np.ndarray) -> float:
    # By counting who has more and who has less.
    others = points[among & (points > 0.0) & (board == board[row])]
    if not among[row] or points[row] <= 0.0 or others.size < 3:
        return 0.0
    place = 3 * (others.size + np.sum(others > points[row]) - np.sum(others < points[row]))
    return float(place <= 2 * others.size) - float(place >= 4 * others.size)


def test_parameters_are_numbers_where_runs_agree_and_arrays_where_not() -> None:
    laws = Laws([Parameters(), Parameters(click_base=0.01)])
    lane = np.array([0, 1, 1])
    assert laws.at(lane).click_base.tolist() == [Parameters().click_base, 0.01, 0.01]
    assert laws.at(lane).repost_base == Parameters().repost_base
    assert Laws([Parameters()] * 2).at(lane) == Parameters()


def test_lanes_say_whose_rows_are_whose() -> None:
    lanes = Lanes([Draw(1, run, Parameters()) for run in range(3)], [2, 1, 3])
    assert lanes.lane.tolist() == [0, 0, 1, 2, 2, 2]
    assert lanes.own.tolist() == [0, 1, 0, 0, 1, 2]
    assert lanes.starts(np.array([1, 3, 5])).tolist() == [0, 1, 1, 3]
    assert lanes.counts(np.array([1, 1, 0, 0, 1, 0], dtype=bool)).tolist() == [2, 0, 1]


def test_untouched_memory_is_zero_and_can_be_written() -> None:
    room = untouched(5, np.int32)
    room[3] = 7
    assert room.tolist() == [0, 0, 0, 7, 0]
    assert untouched(0, np.uint8).size == 0


def test_distinct_values_have_the_bounds_of_their_runs() -> None:
    for rising in ([], [4], [1, 1, 1], [0, 2, 2, 5, 9, 9]):
        found, bounds = distinct(np.array(rising, dtype=np.int64))
        values, counts = np.unique(np.array(rising, dtype=np.int64), return_counts=True)
        assert found.tolist() == values.tolist()
        assert bounds.tolist() == [0, *np.cumsum(counts).tolist()]


def test_values_that_are_all_one_take_no_memory() -> None:
    alike, differing, none = np.full(9, 0.25), np.arange(9.0), np.zeros(0)
    assert one_value(alike).strides == (0,)
    assert one_value(alike).tolist() == alike.tolist()
    assert one_value(differing) is differing
    assert one_value(none) is none
