"""Participation in counts: nothing hidden can be reckoned from what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rewards.disclosure import shown_groups
from rewards.disclosure import told as words
from rewards.people.participation import Participation
from web.hr.groups import GroupRow, active_told, rows_of

SEGMENTS = st.lists(
    st.integers(1, 9).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))),
    min_size=1,
    max_size=4,
)


def told(groups: list[tuple[int, int]], minimum: int) -> Participation:
    """As the program tells it: segments that may not be shown are left out."""
    named = [(f"s{at}", people, active) for at, (people, active) in enumerate(groups)]
    may = shown_groups({(name, "team"): people for name, people, _ in named}, minimum).segments
    shown = tuple(row for row in named if row[0] in may)
    active = sum(row[2] for row in named)
    return Participation(
        sum(row[1] for row in named), active, active, 0, 0, 0, shown, len(named) - len(shown)
    )


def test_small_counts_are_words() -> None:
    rows = rows_of(told([(20, 19), (20, 10), (20, 2), (20, 12)], 5), 5)
    assert [row.active for row in rows] == ["nearly all", "10", "fewer than 5", "12"]


def test_where_the_whole_would_tell_the_smallest_number_is_not_shown_either() -> None:
    rows = rows_of(told([(20, 19), (20, 10), (20, 12)], 5), 5)
    assert [row.active for row in rows] == ["nearly all", "not shown", "12"]


def test_small_totals_are_words() -> None:
    assert active_told(told([(20, 19)], 5), 5) == ("nearly all", "nearly all")
    assert active_told(told([(20, 3)], 5), 5)[0] == "fewer than 5"
    assert active_told(told([(20, 9)], 5), 5)[0] == "9"
    assert active_told(told([(5, 5)], 5), 5)[0] == active_told(told([(5, 2)], 5), 5)[0] == "not shown"


def possible(rows: list[GroupRow], found: Participation, minimum: int) -> Iterator[tuple[int, ...]]:
    """Every way in which people can have been active so that a reader sees just this; the last number is of the hidden groups."""
    rest = found.people - sum(row.people for row in rows)
    ranges = [
        [n for n in range(row.people + 1) if row.active in (words(row.people, n, minimum), "not shown")]
        for row in rows
    ]
    for counts in product(*ranges, range(rest + 1)):
        total = words(found.people, sum(counts), minimum)
        if total == active_told(found, minimum)[1]:
            yield counts


@given(groups=SEGMENTS, minimum=st.integers(2, 4))
def test_nothing_small_can_be_reckoned_back(groups: list[tuple[int, int]], minimum: int) -> None:
    found = told(groups, minimum)
    rows = rows_of(found, minimum)
    ways = list(zip(*possible(rows, found, minimum), strict=True))
    numbers = any(row.active.isdecimal() for row in rows)
    for row, values in zip(rows, ways, strict=False):
        assert not row.active.isdecimal() or minimum <= int(row.active) <= row.people - minimum
        if numbers and not row.active.isdecimal():
            assert len(set(values)) > minimum // 2
    rest = found.people - sum(row.people for row in rows)
    if numbers and rest:
        assert len(set(ways[-1])) > minimum // 2 or minimum <= ways[-1][0] <= rest - minimum
