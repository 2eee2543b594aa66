"""HR's changes: what was seen is what is changed, moves count from their day, and nobody is locked out by herself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rewards.boards.boards import leaderboard
from rewards.faults import BadValue, Conflict, NotFound, Refused, Stale
from rewards.ledger.periods import close_period
from rewards.people.changing import (
    add_person,
    deactivate,
    edit_person,
    erase,
    move_person,
    move_zone,
    settle_moves,
    take_back_move,
)
from rewards.people.people import drop_leave, get_person, link_people, pause, set_leave, unlink_people
from rewards.people.profile import Profile, get_profile
from rewards.store import audit
from rewards.worker import work_once
from tests.conftest import World

SEGMENTED = """
name: by-segment
title: By segment
rules: [{id: share, title: Share, on: share, points: 20, when: {segment: [service]}}]
leaderboards: [{id: teams, title: Teams, window: month, group: team, minimum_group: 2}]
privacy: {minimum_group: 2}
"""
DAY = timedelta(days=1)


def profile(world: World, person: str = "ana") -> Profile:
    with world.db.read() as tx:
        return get_profile(tx, world.organisation, person)


def test_an_edit_changes_what_it_names_and_no_more(world: World) -> None:
    seen = profile(world)
    changes = {
        "name": "Ana Field",
        "email": "ana@field.example",
        "manager": "ben",
        "hours_share": "0,5",
        "locale": "de_AT",
    }
    with world.db.begin() as tx:
        edit_person(tx, "acme", "ana", changes, seen.stamp, actor="hal", now=world.now)
    found = profile(world)
    assert (found.person.name, found.person.email, found.person.manager) == (
        "Ana Field",
        "ana@field.example",
        "ben",
    )
    assert (found.person.hours_share, found.person.locale, found.person.contacts) == (0.5, "de-AT", 100)
    assert (found.manager_name, found.person.segment, found.person.desk) == ("Ben", "sales", "desk")
    assert found.stamp != seen.stamp
    with world.db.begin() as tx:
        edit_person(tx, "acme", "ana", {"manager": "", "email": ""}, found.stamp, actor="hal", now=world.now)
    assert (profile(world).person.manager, profile(world).person.email) == (None, None)


def test_of_two_administrators_the_second_looks_again(world: World) -> None:
    stamp = profile(world).stamp
    with world.db.begin() as tx:
        edit_person(tx, "acme", "ana", {"name": "First"}, stamp, actor="hal", now=world.now)
    for act in (
        lambda tx: edit_person(tx, "acme", "ana", {"name": "Second"}, stamp, actor="eve", now=world.now),
        lambda tx: move_person(
            tx, "acme", "ana", "x", "y", first=world.now.date(), stamp=stamp, actor="eve", now=world.now
        ),
        lambda tx: move_zone(tx, "acme", "ana", "Asia/Tokyo", None, stamp=stamp, actor="eve", now=world.now),
        lambda tx: deactivate(tx, "acme", "ana", stamp, "eve", now=world.now),
        lambda tx: erase(tx, "acme", "ana", stamp, "eve", now=world.now),
    ):
        with pytest.raises(Stale, match="changed by somebody else meanwhile"), world.db.begin() as tx:
            act(tx)
    assert profile(world).person.name == "First"


def test_a_break_of_hers_is_no_change_that_hr_sees(world: World) -> None:
    stamp = profile(world).stamp
    with world.db.begin() as tx:
        pause(tx, "acme", "ana", world.now)
    assert (profile(world).stamp, profile(world).with_us) == (stamp, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hours_share": "2"}, "hours_share: got '2'"),
        ({"contacts": "many"}, "contacts: got 'many'; a whole number"),
        ({"locale": "Deutsch sprechend"}, "not a language tag"),
        ({"desk": "sofa"}, "desk"),
        ({"segment": "x"}, "not changed here"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_bad_values_are_told_in_one_line(world: World, changes: dict[str, str], told: str) -> None:
    with pytest.raises(BadValue, match=told) as caught, world.db.begin() as tx:
        edit_person(tx, "acme", "ana", changes, None, actor="hal", now=world.now)
    assert "\n" not in str(caught.value)


def test_nobody_is_above_and_below_the_same_person(world: World) -> None:
    with world.db.begin() as tx:
        edit_person(tx, "acme", "ben", {"manager": "ana"}, None, actor="hal", now=world.now)
        edit_person(tx, "acme", "cleo", {"manager": "ben"}, None, actor="hal", now=world.now)
    for manager in ("cleo", "ana"):
        with pytest.raises(Refused, match="above and below"), world.db.begin() as tx:
            edit_person(tx, "acme", "ana", {"manager": manager}, None, actor="hal", now=world.now)
    with pytest.raises(NotFound), world.db.begin() as tx:
        edit_person(tx, "acme", "ana", {"manager": "nobody"}, None, actor="hal", now=world.now)


def test_adding(world: World) -> None:
    record = {
        "id": "new",
        "name": "New",
        "segment": "sales",
        "team": "south",
        "timezone": "Europe/Berlin",
        "contacts": "5",
        "manager": "ana",
    }
    with world.db.begin() as tx:
        assert add_person(tx, "acme", record, "hal", world.now) == "new"
    assert (profile(world, "new").person.manager, profile(world, "new").person.team) == ("ana", "south")
    for bad, kind in (
        (record, Conflict), (record | {"id": "a b"}, BadValue), (record | {"id": "n2", "manager": "x"}, NotFound),
        (record | {"id": "n3", "timezone": "Berlin"}, BadValue), ({"id": "n4"}, BadValue),
    ):  # fmt: skip
        with pytest.raises(kind), world.db.begin() as tx:
            add_person(tx, "acme", bad, "hal", world.now)


def test_a_move_counts_from_its_day(empty_world: World) -> None:
    world = empty_world.found(SEGMENTED)
    for person in ("ana", "ben"):
        world.record(world.event(person, world.now - 2 * DAY), world.event(person, world.now - DAY))
    assert world.earned("ana") == 0
    with world.db.begin() as tx:
        move_person(
            tx,
            "acme",
            "ana",
            "service",
            "desk-9",
            first=(world.now - DAY).date(),
            stamp=None,
            actor="hal",
            now=world.now,
        )
        move_person(
            tx,
            "acme",
            "ben",
            "service",
            "desk-9",
            first=(world.now - 3 * DAY).date(),
            stamp=None,
            actor="hal",
            now=world.now,
        )
    assert (world.earned("ana"), world.earned("ben")) == (20_000, 40_000)
    found = profile(world)
    assert [(one.segment, one.team, one.ahead) for one in found.moves] == [
        ("sales", "north", False),
        ("service", "desk-9", False),
    ]
    assert (found.person.segment, found.person.team) == ("service", "desk-9")
    with world.db.read() as tx:
        board = leaderboard(tx, "acme", "teams", "ana", world.now)
    assert [(row.label, row.amount_millipoints) for row in board.rows] == [("desk-9", 60_000)]
    # A day before one that was told already leaves the later one as it is.
    with world.db.begin() as tx:
        move_person(
            tx,
            "acme",
            "ana",
            "sales",
            "south",
            first=(world.now - 6 * DAY).date(),
            stamp=None,
            actor="hal",
            now=world.now,
        )
    assert (world.earned("ana"), profile(world).person.segment) == (20_000, "service")
    world.sound()


def test_a_move_ahead_waits_for_its_day(world: World) -> None:
    day = (world.now + 3 * DAY).date()
    begins = datetime.combine(day, datetime.min.time(), UTC)
    with world.db.begin() as tx:
        move_person(tx, "acme", "ana", "service", "desk-9", first=day, stamp=None, actor="hal", now=world.now)
        move_person(tx, "acme", "ben", "service", "desk-9", first=day, stamp=None, actor="hal", now=world.now)
    assert (profile(world).person.segment, profile(world).moves[-1].ahead) == ("sales", True)
    with world.db.begin() as tx:
        take_back_move(tx, "acme", "ben", begins, "hal", now=world.now)
        assert settle_moves(tx, "acme", begins - timedelta(microseconds=1)) == 0
    with pytest.raises(NotFound, match="none that lies ahead"), world.db.begin() as tx:
        take_back_move(tx, "acme", "ben", begins, "hal", now=world.now)
    work_once(world.db, begins, lambda *_: None)  # type: ignore[arg-type, return-value]
    assert (profile(world).person.segment, profile(world).moves[-1].ahead) == ("service", False)
    assert profile(world, "ben").person.segment == "sales"
    with pytest.raises(NotFound), world.db.begin() as tx:
        take_back_move(tx, "acme", "ana", begins, "hal", now=begins)


def test_no_move_reaches_into_a_closed_period_or_too_far(world: World) -> None:
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now - 2 * DAY, "hal", world.now)
    for day in (world.now.date() - 3 * DAY, world.now.date() + 500 * DAY):
        with pytest.raises(BadValue, match="limit"), world.db.begin() as tx:
            move_person(tx, "acme", "ana", "service", "x", first=day, stamp=None, actor="hal", now=world.now)
    with pytest.raises(BadValue, match="team"), world.db.begin() as tx:
        move_person(
            tx, "acme", "ana", "service", "", first=world.now.date(), stamp=None, actor="hal", now=world.now
        )


def test_a_zone_begins_on_a_day_that_was_not_begun(world: World) -> None:
    today = world.now.date()
    with world.db.begin() as tx:
        start = move_zone(
            tx, "acme", "ana", "Asia/Tokyo", today + 10 * DAY, stamp=None, actor="hal", now=world.now
        )
    assert start == datetime.combine(today + 10 * DAY, datetime.min.time(), UTC)
    assert [one.zone for one in profile(world).zones] == ["UTC", "Asia/Tokyo"]
    for day in (today, today - DAY, today + 900 * DAY, date(1, 1, 1)):
        with pytest.raises(BadValue, match="limit"), world.db.begin() as tx:
            move_zone(tx, "acme", "ana", "Asia/Tokyo", day, stamp=None, actor="hal", now=world.now)


def test_leave_said_twice_is_said_once_and_can_be_taken_back(world: World) -> None:
    first, last = date(2026, 12, 1), date(2026, 12, 5)
    with world.db.begin() as tx:
        for _ in range(2):
            set_leave(tx, "acme", "ana", first, last, now=world.now, actor="hal")
    assert profile(world).leave == ((first, last),)
    with world.db.begin() as tx:
        drop_leave(tx, "acme", "ana", first, last, now=world.now, actor="hal")
    assert profile(world).leave == ()
    with pytest.raises(NotFound, match="not known"), world.db.begin() as tx:
        drop_leave(tx, "acme", "ana", first, last, now=world.now, actor="hal")


def test_links_are_shown_and_can_be_taken_back(world: World) -> None:
    with world.db.begin() as tx:
        link_people(tx, "acme", "ana", "ben", world.now, actor="hal")
    assert profile(world).linked == (("ben", "Ben"),)
    with world.db.begin() as tx:
        unlink_people(tx, "acme", "ben", "ana", world.now, actor="hal")
    with pytest.raises(NotFound), world.db.begin() as tx:
        unlink_people(tx, "acme", "ben", "ana", world.now, actor="hal")


def test_nobody_locks_herself_out_and_the_log_says_who(world: World) -> None:
    for act in (deactivate, erase):
        with pytest.raises(Refused, match="is your own"), world.db.begin() as tx:
            act(tx, "acme", "ana", None, "ana", now=world.now)
    with world.db.begin() as tx:
        deactivate(tx, "acme", "ben", profile(world, "ben").stamp, "ana", now=world.now)
        deactivate(tx, "acme", "ben", None, "ana", now=world.now)
        log = [(row.actor, row.action) for row in audit.page(tx, "acme", audit.Asked(), None, 2)]
    assert log[0] == ("ana", "people.deactivate")
    assert not profile(world, "ben").with_us
    assert profile(world, "ben").away[-1][1] is None
    with world.db.read() as tx:
        assert get_person(tx, "acme", "ben").status == "inactive"
