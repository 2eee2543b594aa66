"""Common goals: by membership at event time, on the scheme's dates, and fixed once late events cannot count."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rewards.challenges.challenges import challenge, challenges, finish_challenges
from rewards.faults import NotFound
from rewards.ledger.undo import reverse_entry
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.store.webhooks import take_from_outbox
from tests.conftest import World

SCHEME = """
name: goals
title: Goals
rules: [{id: share, title: Share, on: share, points: 2.5}]
challenges:
  - {id: sprint, title: Sprint, metric: points, goal: 10, days: 3}
  - {id: shares, title: Shares, metric: events, of: share, goal: 4, days: 3, unit: everyone}
  - {id: each, title: Each team, metric: events, of: share, goal: 2, days: 3}
calendar: {zone: Pacific/Auckland, grace_hours: 24}
privacy: {minimum_group: 2}
"""
HOUR = timedelta(hours=1)
# Midnight of 25 November in Auckland (+13).
START = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def world(db: Any) -> World:
    """Published at the first midnight of the challenges, to the second."""
    made = World(db)
    made.now = START
    made.found("{name: before, title: Before}")
    publish(made, SCHEME)
    return made


def publish(world: World, text: str) -> None:
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, world.scheme(text), world.now, "hr", "test", world.now)


def see(world: World, name: str, person: str | None = "ana") -> Any:
    with world.db.read() as tx:
        return challenge(tx, world.organisation, name, person, world.now)


def teams(world: World, name: str) -> dict[str, int]:
    return {stand.team: stand.done for stand in see(world, name).teams}


def finish(world: World) -> int:
    with world.db.begin() as tx:
        return finish_challenges(tx, world.organisation, world.now)


def move(world: World, team: str, *people: str) -> None:
    rows = [PersonRow(id=p, name=p, segment="sales", team=team, timezone="UTC", contacts=1) for p in people]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, rows, world.now)


def share(world: World, person: str, at: datetime) -> Any:
    before, world.now = world.now, max(world.now, at)
    (receipt,) = world.record(world.event(person, at))
    world.now = before
    return receipt


def test_the_dates_are_the_zones_and_the_last_day_counts_whole(world: World) -> None:
    found = see(world, "shares")
    assert (found.first_day, found.last_day) == (date(2026, 11, 25), date(2026, 11, 27))
    end = START + timedelta(days=3)
    for at in (START - HOUR, START, end - timedelta(seconds=1), end):
        share(world, "ana", at)
    world.now = end + HOUR
    assert teams(world, "shares") == {"": 2}
    assert teams(world, "sprint") == {"north": 5}


def test_what_was_done_counts_for_the_team_of_that_time(world: World) -> None:
    share(world, "ana", START + HOUR)
    world.now = START + 2 * HOUR
    move(world, "south", "ana", "ben")
    share(world, "ana", START + 3 * HOUR)
    share(world, "ben", START + 3 * HOUR)
    share(world, "ana", START + HOUR + timedelta(minutes=1))
    world.now = START + 4 * HOUR
    assert teams(world, "each") == {"north": 2, "south": 2}
    assert teams(world, "sprint") == {"north": 5, "south": 5}
    assert teams(world, "shares") == {"": 4}
    assert {stand.team: stand.is_mine for stand in see(world, "each").teams} == {
        "north": False,
        "south": True,
    }
    assert all(stand.reached for stand in see(world, "each").teams)
    assert not any(stand.reached for stand in see(world, "sprint").teams)


def test_small_teams_are_not_shown_nor_what_would_tell_of_them(world: World) -> None:
    move(world, "solo", "eva")
    move(world, "pair", "dan", "cleo")
    share(world, "eva", START + HOUR)
    world.now = START + 2 * HOUR
    found = see(world, "each", "eva")
    # Everybody's number less those of north and pair would be the number of solo.
    assert teams(world, "shares") == {"": 1}
    assert ([s.team for s in found.teams], found.suppressed) == (["pair"], 2)


def test_a_team_that_everybody_left_hides_another(world: World) -> None:
    move(world, "south", "dan", "eva")
    share(world, "eva", START + HOUR)
    world.now = START + 2 * HOUR
    move(world, "north", "dan", "eva")
    world.now = START + 2 * HOUR
    assert teams(world, "each") == {}
    assert see(world, "each").suppressed == 2


def test_of_fewer_people_than_the_minimum_not_even_the_whole_is_shown(world: World) -> None:
    publish(world, SCHEME.replace("minimum_group: 2", "minimum_group: 6"))
    found = see(world, "shares")
    assert (found.teams, found.suppressed) == ((), 1)


def test_a_result_is_fixed_after_grace_once_and_stays(world: World) -> None:
    receipt = share(world, "ana", START + HOUR)
    share(world, "ana", START + 2 * HOUR)
    end = START + timedelta(days=3)
    world.now = end + 23 * HOUR
    assert see(world, "each").state == "counting"
    assert finish(world) == 0
    world.now = end + 25 * HOUR
    assert finish(world) == 3
    assert finish(world) == 0
    with world.db.begin() as tx:
        told = [
            json.loads(row.payload)
            for row in take_from_outbox(tx, 100, 0)
            if row.topic == "challenge.finished"
        ]
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "test", now=world.now)
    assert {row["challenge"]: row["teams_reached"] for row in told} == {"sprint": 0, "shares": 0, "each": 1}
    assert (see(world, "each").state, teams(world, "each")) == ("final", {"north": 2})
    world.sound()


def test_a_reversal_lowers_a_challenge_that_runs(world: World) -> None:
    receipt = share(world, "ana", START + HOUR)
    world.now = START + 2 * HOUR
    assert teams(world, "each") == {"north": 1}
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "test", now=world.now)
    assert teams(world, "each") == {"north": 0}
    assert teams(world, "sprint") == {"north": 0}


def test_a_new_version_with_the_same_words_goes_on_and_with_others_begins_anew(world: World) -> None:
    share(world, "ana", START + HOUR)
    world.now = START + timedelta(days=1, hours=1)
    publish(world, SCHEME.replace("points: 2.5", "points: 5"))
    assert (see(world, "each").first_day, teams(world, "each")) == (date(2026, 11, 25), {"north": 1})
    publish(world, SCHEME.replace("goal: 2,", "goal: 3,"))
    assert (see(world, "each").first_day, teams(world, "each")) == (date(2026, 11, 26), {"north": 0})
    assert see(world, "shares").first_day == date(2026, 11, 25)


def test_a_stated_first_day_holds_whenever_the_scheme_takes_effect(world: World) -> None:
    later = SCHEME.replace("goal: 10, days: 3", "goal: 10, days: 3, starts: 2026-11-26")
    publish(world, later)
    share(world, "ana", START + 5 * HOUR)
    share(world, "ana", START + 25 * HOUR)
    found = see(world, "sprint")
    assert (found.first_day, found.last_day) == (date(2026, 11, 26), date(2026, 11, 28))
    assert teams(world, "sprint") == {"north": 2}


def test_what_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        see(world, "nothing")
    with pytest.raises(NotFound):
        see(world, "each", "nobody")
    with world.db.read() as tx:
        assert challenges(tx, "bolt", None, world.now) == []


def test_one_that_was_away_goes_on_if_it_is_back_before_its_end(world: World) -> None:
    share(world, "ana", START + HOUR)
    world.now = START + 20 * HOUR
    publish(world, "{name: none, title: None}")
    with pytest.raises(NotFound):
        see(world, "shares")
    world.now = START + 40 * HOUR
    publish(world, SCHEME)
    share(world, "ana", START + 41 * HOUR)
    world.now = START + 42 * HOUR
    assert (see(world, "shares").first_day, teams(world, "shares")) == (date(2026, 11, 25), {"": 2})
    publish(world, "{name: none, title: None}")
    world.now = START + timedelta(days=9)
    publish(world, SCHEME)
    assert (see(world, "shares").first_day, teams(world, "shares")) == (date(2026, 12, 4), {"": 0})


def test_another_title_changes_nothing_and_another_goal_is_another_challenge(world: World) -> None:
    share(world, "ana", START + HOUR)
    world.now = START + 20 * HOUR
    publish(world, SCHEME.replace("title: Shares", "title: All shares"))
    found = see(world, "shares")
    assert (found.title, found.first_day) == ("All shares", date(2026, 11, 25))
    assert teams(world, "shares") == {"": 1}
    world.now = START + 30 * HOUR
    publish(world, SCHEME.replace("goal: 4", "goal: 5"))
    assert see(world, "shares").first_day == date(2026, 11, 26)
