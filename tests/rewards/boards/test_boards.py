"""Boards give away neither a small group nor who stands behind a pseudonym."""

from typing import Any

import pytest

from rewards.people.people import get_person, import_people, set_opt_out
from rewards.people_file import PersonRow
from tests.conformance.helpers import HOUR, board

SCHEME = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 10}]
leaderboards:
  - {id: named, title: Named, window: month}
  - {id: masked, title: Masked, window: total, pseudonyms: true}
  - {id: own, title: Of the segment, window: week, group: segment, minimum_group: 2}
  - {id: teams, title: Teams, window: month, group: team, minimum_group: 2}
  - {id: large, title: Large teams, window: month, group: team, minimum_group: 3}
challenges: [{id: all, title: All, metric: points, goal: 100, days: 30, unit: everyone}]
privacy: {minimum_group: 2}
"""


@pytest.fixture
def world(empty_world: Any) -> Any:
    made = empty_world.found(SCHEME)
    made.record(*(made.event(person) for at, person in enumerate(made.people) for _ in range(at + 1)))
    return made


def move(world: Any, **teams: str) -> None:
    rows = [
        PersonRow(id=who, name=who.title(), segment="sales", team=team, timezone="UTC", contacts=1)
        for who, team in teams.items()
    ]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, rows, world.now)
    world.now += HOUR
    world.record(*(world.event(person) for person in world.people))


def test_one_board_under_pseudonyms_puts_all_boards_of_persons_under_them(world: Any) -> None:
    labels = [{row.label for row in board(world, name).rows} for name in ("named", "masked")]
    assert labels[0] == labels[1]
    assert not labels[0] & {person.title() for person in world.people}
    assert {row.label for row in board(world, "teams").rows} == {"north"}


def test_a_board_of_segments_is_for_its_people(world: Any) -> None:
    assert len(board(world, "own").rows) == 5
    without = board(world, "own", None)
    assert (without.rows, without.neighbours, without.me) == ((), (), None)
    assert without.suppressed == "it is shown to the people of each segment alone"


def test_a_board_of_segments_has_the_neighbours_of_ones_segment(world: Any) -> None:
    def near(reader: str) -> list[tuple[str, int]]:
        return [(row.label, row.rank) for row in board(world, "own", reader).neighbours]

    with world.db.read() as tx:
        names = {who: get_person(tx, world.organisation, who).pseudonym for who in world.people}
    assert near("cleo") == [(names["eva"], 1), (names["dan"], 2), (names["ben"], 4), (names["ana"], 5)]
    elsewhere = PersonRow(id="ben", name="Ben", segment="lab", team="north", timezone="UTC", contacts=1)
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [elsewhere], world.now)
    assert near("cleo") == [(names["eva"], 1), (names["dan"], 2), (names["ana"], 4)]
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "cleo", True, world.now)
    assert near("cleo") == []
    assert near("dan") == [(names["eva"], 1), (names["ana"], 3)]


def test_a_team_beside_the_whole_hides_with_the_small_one(world: Any) -> None:
    move(world, dan="pair", eva="pair", cleo="solo")
    assert [row.label for row in board(world, "teams").rows] == ["pair"]


def test_a_board_with_a_larger_minimum_shows_a_part_of_what_the_others_show(world: Any) -> None:
    move(world, dan="pair", eva="pair")
    assert {row.label for row in board(world, "teams").rows} == {"north", "pair"}
    assert board(world, "large").rows == ()
    assert "no team is large enough" in board(world, "large").suppressed
