"""Not invited, invited, enrolled, paused or left: each step an event with its date; under a scheme for the enrolled only they earn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rewards.boards.boards import leaderboard
from rewards.events import MEMBERSHIP_KINDS
from rewards.faults import BadValue, NotFound, Refused
from rewards.ledger.history import export_events
from rewards.merging import merge_people
from rewards.people.membership import (
    KINDS,
    enrolment,
    invite,
    join,
    leave,
    membership_of,
    pause,
    resume,
)
from rewards.people.participation import participation
from rewards.people.people import deactivate, import_people, reactivate
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme, roll_back
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from rewards.store import schema
from rewards.thanks.recognition import give_kudos, kudos_received
from rewards.worker import work_once
from tests.conftest import SHARES, World
from web.worker import IDLE

MINUTE = timedelta(minutes=1)
ENROLLED_ONLY = SHARES.replace("title: Points for shares", "title: Points for shares\nmembership: enrolled")


@pytest.fixture
def world(db: Any) -> World:
    """A scheme for the enrolled alone."""
    return World(db).found(ENROLLED_ONLY)


def step(world: World, what: Any, *arguments: Any, **rest: Any) -> Any:
    """One step a minute."""
    world.now += MINUTE
    with world.db.begin() as tx:
        return what(tx, world.organisation, *arguments, world.now, **rest)


def call(world: World, *people: str, **rest: Any) -> Any:
    world.now += MINUTE
    with world.db.begin() as tx:
        return invite(tx, world.organisation, world.now, "hr", people=people, **rest)


def enrol(world: World, *people: str) -> None:
    call(world, *people)
    for one in people:
        step(world, join, one)


def shares(world: World, who: str = "ana") -> str:
    world.now += MINUTE
    (receipt,) = world.record(world.event(who))
    return receipt.reason


def assert_replays(world: World) -> None:
    """The exported log, scored offline with the same scheme, comes to what the ledger holds."""
    with world.db.read() as tx:
        events = list(export_events(tx, world.organisation))
    bare = [event.model_copy(update={"frozen": None, "recorded_at": None}) for event in events]
    for log in (events, bare):
        found = replay(log, compile_scheme(world.scheme(ENROLLED_ONLY)))
        for person in found.standings:
            assert world.earned(person.person) == person.millipoints, person.person
    world.sound()


def test_only_the_enrolled_earn_from_when_they_joined_until_they_leave(world: World) -> None:
    assert shares(world) == "not_enrolled"
    call(world, "ana")
    assert shares(world) == "not_enrolled"
    step(world, join, "ana")
    assert shares(world) == "awarded"
    step(world, pause, "ana")
    assert shares(world) == "not_enrolled"
    step(world, resume, "ana")
    assert shares(world) == "cap_partial"
    step(world, leave, "ana")
    assert shares(world) == "not_enrolled"
    assert world.earned() == 30_000
    with world.db.read() as tx:
        found = membership_of(tx, world.organisation, "ana", world.now)
    assert [standing for standing, _ in found.history] == [
        "invited",
        "enrolled",
        "paused",
        "enrolled",
        "left",
    ]
    assert (found.standing, found.asked, found.takes_part) == ("left", True, False)
    assert_replays(world)


def test_the_steps_are_events_of_their_own_kinds_in_the_log(world: World) -> None:
    enrol(world, "ana")
    with world.db.read() as tx:
        events = list(export_events(tx, world.organisation))
        steps = membership_of(tx, world.organisation, "ana", world.now).history
    told = [(event.kind, event.subject, event.occurred_at) for event in events]
    assert told == [(KINDS[standing], "ana", since) for standing, since in steps]
    assert set(KINDS.values()) == set(MEMBERSHIP_KINDS)


def test_what_happened_before_she_joined_earns_nothing_however_late_it_is_told(world: World) -> None:
    enrol(world, "ana")
    before = world.event("ana", world.now - timedelta(hours=1))
    after = world.event("ana", world.now)
    assert [one.reason for one in world.record(after, before)] == ["awarded", "not_enrolled"]
    assert_replays(world)


def test_a_clock_that_ran_ahead_earns_nothing_after_she_left(world: World) -> None:
    enrol(world, "ana")
    world.record(world.event("ana", world.now + MINUTE))
    assert world.earned() == 20_000
    with world.db.begin() as tx:
        leave(tx, world.organisation, "ana", world.now + MINUTE / 2)
    world.now += MINUTE
    assert world.earned() == 0
    assert_replays(world)


def test_two_steps_at_one_instant_follow_each_other(world: World) -> None:
    call(world, "ana")
    with world.db.begin() as tx:
        for what in (join, pause, resume, leave, join):
            what(tx, world.organisation, "ana", world.now)
    assert shares(world) == "awarded"
    assert_replays(world)


def test_whoever_left_has_no_break_to_end(world: World) -> None:
    call(world, "ana")
    step(world, join, "ana")
    step(world, leave, "ana")
    with pytest.raises(Refused, match="join again"):
        step(world, resume, "ana")


def test_doing_a_step_twice_changes_nothing(world: World) -> None:
    assert call(world, "ana", "ben").invited == 2
    assert call(world, "ana", "ben").invited == 0
    step(world, join, "ana")
    assert call(world, "ana").invited == 0
    step(world, join, "ana")
    with world.db.read() as tx:
        count = len(tx.execute(select(schema.enrolment)).all())
    assert count == 3


def test_steps_that_say_nothing_are_refused_in_one_line(world: World) -> None:
    for what, why in ((join, "was not invited"), (pause, "does not take part")):
        with pytest.raises(Refused, match=why):
            step(world, what, "ana")
    with pytest.raises(BadValue, match="got nobody"):
        call(world)
    with pytest.raises(NotFound):
        call(world, "ana", "nobody")
    step(world, deactivate, "ana")
    with pytest.raises(Refused, match="deactivated"):
        call(world, "ana")
    with pytest.raises(Refused, match="deactivated"):
        step(world, leave, "ana")


def test_who_comes_back_to_the_company_stands_where_she_stood(world: World) -> None:
    enrol(world, "ana")
    step(world, deactivate, "ana")
    step(world, reactivate, "ana")
    assert shares(world) == "awarded"
    assert_replays(world)


def test_a_group_is_invited_at_once_and_mailed_once(world: World) -> None:
    with world.db.begin() as tx:
        rows = [
            PersonRow(id=f"p{n}", email=f"p{n}@acme.example", segment="shop", team=f"t{n % 2}", timezone="UTC", contacts=1)
            for n in range(6)
        ]  # fmt: skip
        import_people(tx, world.organisation, rows, world.now)
    with world.db.begin() as tx:
        some = invite(tx, world.organisation, world.now, "hr", segments=["shop"], teams=["t0"])
        rest = invite(tx, world.organisation, world.now, "hr", segments=["shop"])
        everybody = invite(tx, world.organisation, world.now, "hr", everybody=True)
    assert [(one.invited, one.mailed, one.left) for one in (some, rest, everybody)] == [
        (3, 3, 0), (3, 3, 0), (5, 0, 0)
    ]  # fmt: skip
    with world.db.read() as tx:
        queued = tx.execute(select(schema.mail)).all()
        told = enrolment(tx, world.organisation, world.now)
    assert [row.kind for row in queued] == ["join"] * 6
    assert (told.people, told.invited, told.enrolled) == (11, 11, "fewer than 2")
    assert told.groups == (), "of a segment of whom nobody joined it would be told who did not"


def test_boards_and_participation_know_the_enrolled_alone(world: World) -> None:
    enrol(world, "ana", "ben", "cleo")
    for one in ("ana", "ben", "cleo"):
        shares(world, one)
    shares(world, "dan")

    def seen() -> tuple[list[str], int, int]:
        with world.db.read() as tx:
            board = leaderboard(tx, world.organisation, "week", "ana", world.now)
            found = participation(tx, world.organisation, world.now)
        return sorted(row.label for row in board.rows), found.people, found.active_7d

    assert seen() == (["Ana", "Ben", "Cleo"], 3, 3), "who has not joined is not somebody who stays away"
    step(world, pause, "cleo")
    assert seen() == (["Ana", "Ben"], 2, 2)
    step(world, resume, "cleo")
    assert seen() == (["Ana", "Ben", "Cleo"], 3, 3)
    world.sound()


def test_thanks_reach_everybody_and_points_the_enrolled(world: World) -> None:
    enrol(world, "ana")
    with pytest.raises(Refused, match="join first"):
        step(
            world,
            lambda tx, org, now: give_kudos(tx, org, "ben", "ana", "Thank you", tags=(), key="k0", now=now),
        )
    step(
        world, lambda tx, org, now: give_kudos(tx, org, "ana", "ben", "Thank you", tags=(), key="k1", now=now)
    )
    with world.db.read() as tx:
        assert [one.message for one in kudos_received(tx, world.organisation, "ben")] == ["Thank you"]
    assert world.earned("ben") == 0
    enrol(world, "ben")
    step(
        world, lambda tx, org, now: give_kudos(tx, org, "ana", "ben", "Once more", tags=(), key="k2", now=now)
    )
    assert world.earned("ben") == 1000
    world.sound()


def test_one_human_takes_part_under_whichever_account(world: World) -> None:
    enrol(world, "ana")
    shares(world, "ana")
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ben", "ana", world.now)
    assert world.earned("ben") == 20_000
    assert shares(world, "ben") == "cap_partial"
    world.sound()


def test_schemes_published_before_keep_everybody(db: Any) -> None:
    world = World(db).found()
    assert world.scheme(SHARES).membership == "everybody"
    assert shares(world) == "awarded"
    step(world, pause, "ana")
    assert shares(world) == "cap_partial", "a break keeps one off boards; what happens still counts"
    with world.db.read() as tx:
        assert not membership_of(tx, world.organisation, "ana", world.now).takes_part
        assert membership_of(tx, world.organisation, "ben", world.now).takes_part
        assert participation(tx, world.organisation, world.now).people == 5
        board = leaderboard(tx, world.organisation, "week", "ben", world.now)
    assert [row.label for row in board.rows] == []
    world.sound()


def test_boards_follow_a_version_for_the_enrolled_and_its_withdrawal(db: Any) -> None:
    world = World(db).found()
    for one in ("ana", "ben", "cleo"):
        shares(world, one)
    enrol(world, "ben", "cleo")

    def shown() -> list[str]:
        with world.db.read() as tx:
            board = leaderboard(tx, world.organisation, "week", "ben", world.now)
        world.sound()
        return sorted(row.label for row in board.rows)

    assert shown() == ["Ana", "Ben", "Cleo"]
    with db.begin() as tx:
        made = publish_scheme(
            tx, world.organisation, world.scheme(ENROLLED_ONLY), world.now, "hr", "why", world.now
        )
    assert shown() == ["Ben", "Cleo"]
    with db.begin() as tx:
        roll_back(tx, world.organisation, made.version, "hr", "why", now=world.now)
    assert shown() == ["Ana", "Ben", "Cleo"]


def test_the_worker_aligns_boards_when_a_scheduled_version_begins(db: Any) -> None:
    world = World(db).found()
    shares(world, "ana")
    with db.begin() as tx:
        publish_scheme(
            tx, world.organisation, world.scheme(ENROLLED_ONLY), world.now + MINUTE, "hr", "why", world.now
        )
    world.now += MINUTE
    assert work_once(db, world.now, lambda *_: 204).mailed == IDLE.mailed
    with db.read() as tx:
        board = leaderboard(tx, world.organisation, "week", "ben", world.now)
    assert [row.label for row in board.rows] == []
    world.sound()
