"""First days: read from every way in, told of groups alone, forgotten with the person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rewards.faults import BadValue
from rewards.health.health import health_of
from rewards.merging import merge_people
from rewards.people.changing import edit_person
from rewards.people.columns import guess
from rewards.people.export import export_person
from rewards.people.people import Person, erase, get_person, import_people
from rewards.people.reimporting import Applied
from rewards.people.tenure import GROUPS, months_before, months_between, tenure_of
from rewards.people_file import PersonRow, parse_file
from rewards.publishing.publication import publish_scheme
from rewards.store.schema import person
from tests.conftest import World
from tests.rewards.health.test_health import SCHEME
from tests.rewards.people.test_reimporting import apply, faults, plan

SOME = date(2019, 4, 1)


def known(world: World, person: str) -> Person:
    with world.db.read() as tx:
        return get_person(tx, "acme", person)


def give(world: World, **days: date) -> None:
    with world.db.begin() as tx:
        for person, day in days.items():
            edit_person(tx, "acme", person, {"first_day": day.isoformat()}, None, actor="hal", now=world.now)


def raw(world: World, person: str) -> list[Any]:
    with world.db.begin() as tx:
        return [
            row["joined_date"] for row in export_person(tx, "acme", person, "hal", world.now).tables["person"]
        ]


def test_a_file_says_it_in_both_ways_of_writing_and_takes_nothing_away(world: World) -> None:
    assert guess(["Personalnummer", "Eintrittsdatum"]) == {"id": 0, "first_day": 1}
    assert guess(["id", "Hire date"]) == {"id": 0, "first_day": 1}
    assert apply(world, "id,first_day\nana,2019-04-01\nben,1.4.2019\n") == Applied(0, 2, 0, 0, 0)
    assert (known(world, "ana").first_day, known(world, "ben").first_day) == (SOME, SOME)
    found = plan(world, "id,first_day\nana,2019-04-01\nben,2020-01-07\ncleo,\n")
    assert [(one.id, one.fields) for one in found.changed] == [
        ("ben", (("first_day", "2019-04-01", "2020-01-07"),))
    ]
    assert apply(world, "id,first_day,team\nana,,south\n") == Applied(0, 1, 0, 0, 0)
    assert known(world, "ana").first_day == SOME
    wrong = plan(world, "id,first_day\nana,spring\nben,31.2.2019\ncleo,1066-10-14\n")
    assert [column for _line, column, _value in faults(wrong)] == ["first_day"] * 3


def test_a_whole_file_without_the_column_takes_nothing_away(world: World) -> None:
    give(world, ana=SOME)
    with world.db.begin() as tx:
        import_people(
            tx,
            "acme",
            [PersonRow(id="ana", segment="sales", team="south", timezone="UTC", contacts=9)],
            world.now,
        )
    assert (known(world, "ana").first_day, known(world, "ana").team) == (SOME, "south")
    (row,) = parse_file("id,segment,team,timezone,contacts,first_day\nx,s,t,UTC,1,2001-02-03\n").rows
    assert row.first_day == date(2001, 2, 3)


def test_hr_sets_and_clears_it(world: World) -> None:
    give(world, ana=SOME)
    assert known(world, "ana").first_day == SOME
    with world.db.begin() as tx:
        edit_person(tx, "acme", "ana", {"first_day": ""}, None, actor="hal", now=world.now)
    assert known(world, "ana").first_day is None
    with pytest.raises(BadValue, match="first_day: got"), world.db.begin() as tx:
        edit_person(tx, "acme", "ana", {"first_day": "soon"}, None, actor="hal", now=world.now)


def test_it_is_exported_forgotten_and_merged(world: World) -> None:
    give(world, ana=SOME, ben=date(2015, 1, 1))
    assert raw(world, "ana") == ["2019-04-01"]
    with world.db.begin() as tx:
        merge_people(tx, "acme", "ana", "ben", world.now)
    assert known(world, "ana").first_day == date(2015, 1, 1)
    assert sorted(raw(world, "ana"), key=str) == ["2015-01-01", None], (
        "nothing of it stays with the account that is gone"
    )
    with world.db.begin() as tx:
        internal = [row["id"] for row in export_person(tx, "acme", "ana", "hal", world.now).tables["person"]]
        erase(tx, "acme", "ana", world.now)
        left = tx.execute(select(person.c.joined_date).where(person.c.id.in_(internal))).scalars().all()
    assert list(left) == [None, None]


def test_groups_begin_with_whole_years() -> None:
    today = date(2026, 3, 1)
    days = (
        today,
        date(2025, 3, 2),
        date(2025, 3, 1),
        date(2023, 3, 2),
        date(2023, 3, 1),
        date(2016, 3, 1),
        date(2030, 1, 1),
        None,
    )
    assert [tenure_of(day, today) for day in days] == [
        "under-1-year", "under-1-year", "1-to-3-years", "1-to-3-years", "3-to-10-years", "10-years-or-more", "under-1-year", "not-known",
    ]  # fmt: skip
    assert len(GROUPS) == 5


@pytest.mark.parametrize("beginning", [date(2026, 1, 5), date(2024, 2, 29), date(2025, 7, 31)])
def test_months_lead_back_to_the_same_group(beginning: date) -> None:
    for months in (0, 1, 11, 12, 35, 36, 119, 120, 500):
        assert months_between(months_before(beginning, months), beginning) == months


def test_health_compares_groups_of_enough_people_and_only_where_days_are_known(world: World) -> None:
    def rates() -> dict[str, float | None]:
        with world.db.read() as tx:
            found = health_of(tx, "acme", world.now + timedelta(days=1))
        return {row.group: row.value for row in found.rows if row.section == "fairness_tenure"}

    more = [
        PersonRow(id=f"p{at:02d}", segment="sales", team="x", timezone="UTC", contacts=1) for at in range(13)
    ]
    with world.db.begin() as tx:
        import_people(tx, "acme", more, world.now - timedelta(days=40))
        publish_scheme(tx, "acme", world.scheme(SCHEME), world.now, "hr", "", world.now)
    world.record(*(world.event(one.id) for one in more), world.event("p00", object="other"))
    assert rates() == {}, "where nobody's first day is known there is nothing to compare"
    today = world.now.date()
    long, new = months_before(today, 150), months_before(today, 2)
    give(world, **{f"p{at:02d}": long if at < 5 else new for at in range(9)})
    found = rates()
    # Four newcomers and four of whom it is not known are too few; five old hands are enough.
    assert set(found) == {"10-years-or-more"}
    give(world, p09=new)
    assert set(rates()) == {"10-years-or-more", "under-1-year", ""}
