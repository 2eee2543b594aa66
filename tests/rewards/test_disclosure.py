"""Which groups may be shown: no sum over a small group can be reckoned from what is shown, by any subtraction."""

from fractions import Fraction
from itertools import chain, combinations, product

from hypothesis import given
from hypothesis import strategies as st

from rewards.disclosure import Cell, Shown, shown_groups

CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["", "s", "t", "u"]), st.sampled_from(["", "a", "b", "c"])),
    st.integers(1, 9),
    min_size=1,
    max_size=7,
)


def solvable(rows: list[list[int]], wanted: list[int]) -> bool:
    """Whether a sum of multiples of the rows is `wanted`, by elimination over fractions."""
    columns = len(wanted)
    table = [[Fraction(row[at]) for row in rows] + [Fraction(wanted[at])] for at in range(columns)]
    done = 0
    for column in range(len(rows)):
        pivot = next((at for at in range(done, columns) if table[at][column]), None)
        if pivot is None:
            continue
        table[done], table[pivot] = table[pivot], table[done]
        for at in range(columns):
            if at != done and table[at][column]:
                factor = table[at][column] / table[done][column]
                table[at] = [one - factor * other for one, other in zip(table[at], table[done], strict=True)]
        done += 1
    return all(row[-1] == 0 for row in table[done:])


def told(cells: dict[Cell, int], shown: Shown) -> list[list[int]]:
    """Which cells each shown sum adds up."""
    names = list(cells)
    sums = [[1] * len(names)] if shown.whole else []
    sums += [[int(segment == one) for segment, _ in names] for one in sorted(shown.segments)]
    return sums + [[int(team == one) for _, team in names] for one in sorted(shown.teams)]


@given(cells=CELLS, minimum=st.integers(2, 8))
def test_no_sum_over_a_small_group_can_be_reckoned(cells: dict[Cell, int], minimum: int) -> None:
    rows, names = told(cells, shown_groups(cells, minimum)), list(cells)
    every = chain.from_iterable(combinations(range(len(names)), n) for n in range(1, len(names) + 1))
    for chosen in every:
        if sum(cells[names[at]] for at in chosen) < minimum:
            assert not solvable(rows, [int(at in chosen) for at in range(len(names))])


@given(cells=CELLS, minimum=st.integers(2, 8))
def test_neither_can_any_mixture_of_a_small_group(cells: dict[Cell, int], minimum: int) -> None:
    names = list(cells)
    rows = told(cells, shown_groups(cells, minimum))
    for factors in product((-1, 0, 1), repeat=min(len(rows), 6)):
        mixed = [sum(f * row[at] for f, row in zip(factors, rows, strict=False)) for at in range(len(names))]
        people = sum(cells[name] for name, amount in zip(names, mixed, strict=True) if amount)
        assert people == 0 or people >= minimum


@given(cells=CELLS, minimum=st.integers(2, 8))
def test_what_a_stricter_display_shows_is_part_of_what_all_show(cells: dict[Cell, int], minimum: int) -> None:
    everywhere = shown_groups(cells, minimum)
    stricter = shown_groups(cells, minimum + 3, everywhere)
    assert stricter.segments <= everywhere.segments
    assert stricter.teams <= everywhere.teams
    assert shown_groups(cells, minimum) == everywhere


def test_one_small_team_takes_the_smallest_other_with_it() -> None:
    cells = {("s", "a"): 20, ("s", "b"): 7, ("s", "c"): 3}
    assert shown_groups(cells, 5) == Shown(True, frozenset("s"), frozenset("a"))


def test_large_groups_are_all_shown() -> None:
    cells = {("s", "a"): 20, ("s", "b"): 7, ("t", "c"): 30, ("t", "d"): 6}
    assert shown_groups(cells, 5) == Shown(True, frozenset("st"), frozenset("abcd"))


def test_small_teams_that_hide_each_other_leave_the_rest_alone() -> None:
    cells = {("s", "a"): 20, ("s", "b"): 3, ("s", "c"): 3}
    assert shown_groups(cells, 5).teams == {"a"}


def test_a_segment_beside_its_teams_gives_nothing_away() -> None:
    # Segment s less team a would be the two of team b, although the small teams together are large enough.
    cells = {("s", "a"): 20, ("s", "b"): 2, ("t", "c"): 20, ("t", "d"): 4}
    found = shown_groups(cells, 5)
    assert found.whole
    assert not ({"s"} <= found.segments and {"a"} <= found.teams)


def test_people_without_a_team_are_a_part_too() -> None:
    assert shown_groups({("s", "a"): 20, ("s", ""): 2}, 5).teams == frozenset()


def test_of_too_few_people_not_even_the_whole_is_shown() -> None:
    assert shown_groups({("s", "a"): 4}, 5) == Shown(False, frozenset(), frozenset())


def test_a_large_company_is_decided_quickly() -> None:
    cells = {(f"s{at % 12}", f"t{at % 700}"): 1 + at % 6 for at in range(4200)}
    assert shown_groups(cells, 5).whole
