"""Importing people: leave is kept, and whatever a row says that is not taken is told."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rewards.ledger.entries import badges_for
from rewards.people.people import ImportSummary, NotTaken, get_person, import_people, list_people
from rewards.people_file import PersonRow, parse_file
from tests.conformance.helpers import DAY

WEEKDAYS = """
name: leave
title: Leave pauses a streak
streaks: [{id: weekdays, title: Every working day, kinds: [share]}]
badges: [{id: steady, title: Steady, groups: [[{metric: streak, of: weekdays, at_least: 4}]]}]
calendar: {grace_hours: 8760}
"""
OFF = ((date(2026, 11, 9), date(2026, 11, 13)),)


def row(id_: str, **more: Any) -> PersonRow:
    return PersonRow(
        **{"id": id_, "name": id_, "segment": "sales", "team": "north", "timezone": "UTC", "contacts": 1}
        | more
    )


def take(world: Any, *rows: PersonRow) -> ImportSummary:
    with world.db.begin() as tx:
        return import_people(tx, world.organisation, rows, world.now)


def held(world: Any, person: str) -> list[str]:
    with world.db.read() as tx:
        return [badge.badge for badge in badges_for(tx, world.organisation, person)]


def shares(world: Any, person: str) -> None:
    for day in (5, 6, 16, 17):
        world.record(world.event(person, datetime(2026, 11, day, 10, tzinfo=UTC)))


def test_leave_of_the_file_pauses_a_streak_of_the_new(empty_world: Any) -> None:
    world = empty_world.found(WEEKDAYS)
    take(world, row("zoe", leave=OFF))
    shares(world, "zoe")
    assert held(world, "zoe") == ["steady"]
    world.sound()


def test_leave_of_a_later_file_repairs_a_streak_and_says_it_once(empty_world: Any) -> None:
    world = empty_world.found(WEEKDAYS)
    shares(world, "ana")
    assert held(world, "ana") == []
    known = row("ana", name="Ana", contacts=100, leave=OFF)
    assert take(world, known) == ImportSummary(0, 1, 0)
    assert held(world, "ana") == ["steady"]
    assert take(world, known) == ImportSummary(0, 0, 1)
    world.sound()


def test_a_manager_whom_nobody_can_have_is_told(world: Any) -> None:
    summary = take(
        world,
        row("p1", manager="p9"), row("p2", manager="p2"), row("p3", manager="p4"), row("p4", manager="p5"),
        row("p5", manager="p3"), row("p6", manager="ana"),
    )  # fmt: skip
    told = [(one.person, one.column, one.value) for one in summary.not_taken]
    assert told == [("p1", "manager", "p9"), ("p2", "manager", "p2"), ("p5", "manager", "p3")]
    with world.db.read() as tx:
        managers = {one.id: one.manager for one in list_people(tx, world.organisation)}
    assert [managers[f"p{n}"] for n in range(1, 7)] == [None, None, "p4", "p5", None, "ana"]


@pytest.mark.parametrize("known", [False, True])
def test_an_unknown_zone_is_told_and_the_organisations_taken(empty_world: Any, known: bool) -> None:
    world = empty_world.found(zone="Europe/Madrid")
    if known:
        take(world, row("p1", timezone="Europe/Madrid"))
    text = "id,segment,team,timezone,contacts\np1,sales,north,W. Europe Standard Time,1\n"
    file = parse_file(text, "people.csv", flag_zones=True)
    assert (file.lines, file.unknown_zones) == ({"p1": 2}, {"p1": "W. Europe Standard Time"})
    summary = take(world, *file.rows)
    assert summary.not_taken == (
        NotTaken("p1", "timezone", None, "Europe/Madrid was taken; correct the zone"),
    )
    with world.db.read() as tx:
        found = get_person(tx, world.organisation, "p1")
    assert (found.timezone, found.zone_flagged) == ("Europe/Madrid", True)


def test_many_people_with_leave_are_taken_at_once(world: Any) -> None:
    start = date(2026, 1, 1)
    rows = [row(f"p{n}", leave=((start + n * DAY, start + (n + 3) * DAY),)) for n in range(1200)]
    assert take(world, *rows) == ImportSummary(1200, 0, 0)
    assert take(world, *rows) == ImportSummary(0, 0, 1200)
