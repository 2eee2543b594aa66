"""Participation in counts: nothing hidden can be reckoned from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rewards.program import Participation
from web.hr.groups import rows_of

SEGMENTS = st.lists(
    st.integers(1, 30).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), max_size=6
)


def told(groups: list[tuple[int, int]], minimum: int) -> Participation:
    """As the program tells it: segments below the minimum are left out."""
    named = [(f"s{at}", people, active) for at, (people, active) in enumerate(groups)]
    shown = tuple(row for row in named if row[1] >= minimum)
    active = sum(row[2] for row in named)
    return Participation(
        sum(row[1] for row in named), active, active, 0, 0, 0, shown, len(named) - len(shown)
    )


def test_small_counts_are_words() -> None:
    rows = rows_of(told([(20, 19), (20, 10), (20, 2), (20, 12)], 5), 5)
    assert [row.active for row in rows] == ["nearly all", "10", "fewer than 5", "12"]


def test_a_hidden_segment_takes_the_smallest_shown_with_it() -> None:
    rows = rows_of(told([(3, 1), (10, 6), (40, 20)], 5), 5)
    assert [(row.segment, row.people) for row in rows] == [("s2", 40)]


def test_one_masked_count_does_not_stand_alone() -> None:
    rows = rows_of(told([(20, 19), (20, 10), (20, 12)], 5), 5)
    assert [row.active for row in rows] == ["nearly all", "not shown", "12"]


@given(groups=SEGMENTS, minimum=st.integers(2, 8))
def test_nothing_small_can_be_reckoned_back(groups: list[tuple[int, int]], minimum: int) -> None:
    found = told(groups, minimum)
    rows = rows_of(found, minimum)
    hidden_people = found.people - sum(row.people for row in rows)
    assert hidden_people == 0 or hidden_people >= min(minimum, found.people)
    for row in rows:
        if row.active.isdecimal():
            assert minimum <= int(row.active) <= row.people - minimum
    masked = [row for row in rows if not row.active.isdecimal()]
    if len(masked) == 1 and hidden_people == 0:
        assert len(rows) == 1
