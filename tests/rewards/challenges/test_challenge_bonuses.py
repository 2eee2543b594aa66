"""Every unit and metric of a challenge counts live; its bonus is paid to each contributor, once, where the goal is reached."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rewards.challenges.challenges import challenge, finish_challenges
from rewards.faults import Conflict
from rewards.ledger.entries import entries_for
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.people import erase, import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme, roll_back, shadow
from rewards.review import decide, open_reviews
from rewards.store.rebuild import rebuild
from rewards.store.verify import verify
from rewards.store.webhooks import take_from_outbox
from rewards.worker import work_once
from tests.conftest import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
END = START + timedelta(days=3)
FINAL = END + timedelta(hours=25)
BASE = """
name: goals
title: Goals
rules:
  - {id: share, title: Share, on: share, points: 2.5, caps: [{window: day, points: 5}]}
  - {id: lead, title: Lead, on: lead, points: 7, per: unit}
calendar: {zone: UTC, grace_hours: 24}
privacy: {minimum_group: 2}
challenges:
"""
PLACES = {
    "ana": ("sales", "north"), "ben": ("sales", "north"), "cleo": ("sales", "south"),
    "dan": ("labs", "south"), "eva": ("labs", "south"),
}  # fmt: skip


def line(metric: str, unit: str, goal: int, points: float = 10, name: str = "sprint", rest: str = "") -> str:
    of = {"points": "", "awards": "of: share, ", "events": "of: share, ", "quantity": "of: lead, "}[metric]
    return f"  - {{id: {name}, title: Sprint, metric: {metric}, {of}goal: {goal}, days: 3, unit: {unit}, points: {points}{rest}}}\n"


def place(world: World, **where: tuple[str, str]) -> None:
    rows = [
        PersonRow(id=p, name=p.title(), segment=s, team=t, timezone="UTC", contacts=1)
        for p, (s, t) in where.items()
    ]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, rows, world.now)


def publish(world: World, *lines: str) -> int:
    with world.db.begin() as tx:
        found = publish_scheme(
            tx,
            world.organisation,
            world.scheme(BASE + "".join(lines)),
            world.now,
            "hr",
            "test",
            world.now,
        )
    return found.version


@pytest.fixture
def world(db: Any) -> World:
    """Everybody in their place since long before; the schemes follow."""
    made = World(db)
    made.now = START - timedelta(days=30)
    made.found("{name: before, title: Before}")
    place(made, **PLACES)
    made.now = START
    return made


def happen(world: World) -> None:
    """ana shares three times (the cap ends the third), ben once, dan twice and has a lead of 4; cleo and eva do nothing."""
    for hours, who, kind, quantity in (
        (1, "ana", "share", 1), (2, "ana", "share", 1), (3, "ana", "share", 1), (4, "ben", "share", 1),
        (5, "dan", "share", 1), (6, "dan", "share", 1), (7, "dan", "lead", 4),
    ):  # fmt: skip
        world.now = START + hours * HOUR
        world.record(world.event(who, world.now, kind, quantity=quantity))
    world.now = START + 8 * HOUR


DONE = {
    ("points", "person"): {"ana": 5, "ben": 2, "cleo": 0, "dan": 33, "eva": 0},
    ("points", "team"): {"north": 7, "south": 33},
    ("points", "segment"): {"sales": 7, "labs": 33},
    ("points", "everyone"): {"": 40},
    ("awards", "person"): {"ana": 2, "ben": 1, "cleo": 0, "dan": 2, "eva": 0},
    ("awards", "team"): {"north": 3, "south": 2},
    ("awards", "segment"): {"sales": 3, "labs": 2},
    ("awards", "everyone"): {"": 5},
    ("events", "person"): {"ana": 3, "ben": 1, "cleo": 0, "dan": 2, "eva": 0},
    ("events", "team"): {"north": 4, "south": 2},
    ("events", "segment"): {"sales": 4, "labs": 2},
    ("events", "everyone"): {"": 6},
    ("quantity", "person"): {"ana": 0, "ben": 0, "cleo": 0, "dan": 4, "eva": 0},
    ("quantity", "team"): {"north": 0, "south": 4},
    ("quantity", "segment"): {"sales": 0, "labs": 4},
    ("quantity", "everyone"): {"": 4},
}
GAVE = {"points": "ana ben dan", "awards": "ana ben dan", "events": "ana ben dan", "quantity": "dan"}


def see(world: World, person: str | None = "ana") -> Any:
    with world.db.read() as tx:
        return challenge(tx, world.organisation, "sprint", person, world.now)


def stands(world: World, unit: str) -> dict[str, int]:
    if unit == "person":
        return {s.team: s.done for who in world.people for s in see(world, who).teams}
    return {stand.team: stand.done for stand in see(world).teams}


def finish(world: World) -> int:
    with world.db.begin() as tx:
        return finish_challenges(tx, world.organisation, world.now)


def bonuses(world: World, person: str) -> list[Any]:
    return [entry for entry in world.entries(person) if entry.kind == "challenge"]


def paid(world: World) -> dict[str, int]:
    found = {who: sum(e.amount_millipoints for e in bonuses(world, who)) for who in world.people}
    return {who: amount for who, amount in found.items() if amount}


@pytest.mark.parametrize(("metric", "unit"), list(DONE))
def test_each_metric_and_unit_counts_and_pays_its_contributors(world: World, metric: str, unit: str) -> None:
    goal = max({amount for amount in DONE[metric, unit].values() if amount})
    publish(world, line(metric, unit, goal))
    happen(world)
    expected = DONE[metric, unit]
    assert stands(world, unit) == {
        who: n for who, n in expected.items() if unit != "segment" or who in ("sales", "labs")
    }
    world.now = END + 23 * HOUR
    assert (finish(world), paid(world)) == (0, {})
    before = {who: world.balances(who) for who in world.people}
    world.now = FINAL
    assert (finish(world), finish(world)) == (1, 0)
    reached = {where for where, amount in expected.items() if amount >= goal}
    where = {
        "person": {who: who for who in world.people},
        "team": {who: team for who, (_, team) in PLACES.items()},
        "segment": {who: segment for who, (segment, _) in PLACES.items()},
        "everyone": dict.fromkeys(world.people, ""),
    }[unit]
    winners = {who for who in GAVE[metric].split() if where[who] in reached}
    assert winners
    assert paid(world) == dict.fromkeys(winners, 10_000)
    for who in world.people:
        gain = 10_000 if who in winners else 0
        now = world.balances(who)
        assert (now.earned - before[who].earned, now.spendable - before[who].spendable) == (gain, gain)
    assert stands(world, unit) == expected
    assert {stand.reached for stand in see(world, min(winners)).teams} >= {True}
    world.sound()


def test_the_reason_is_told_to_the_employee(world: World) -> None:
    publish(world, line("events", "team", 4, 2.5))
    happen(world)
    world.now = FINAL
    finish(world)
    (entry,) = bonuses(world, "ana")
    assert (entry.reason, entry.rule, entry.rule_title) == ("challenge", "challenge:sprint", "Sprint")
    assert entry.why == "2.5 points: the challenge “Sprint” was reached, and you contributed."
    with world.db.begin() as tx:
        (told,) = [
            json.loads(row.payload)
            for row in take_from_outbox(tx, 100, 0)
            if row.topic == "challenge.finished"
        ]
    assert told == {
        "challenge": "sprint", "first_day": "2026-11-24", "teams_reached": 1, "people_paid": 2,
    }  # fmt: skip


def test_who_moved_gave_each_team_their_part_and_is_paid_once(world: World) -> None:
    publish(world, line("events", "team", 1), line("awards", "segment", 2, 3, "wide"))
    world.now = START + HOUR
    world.record(world.event("ana", world.now))
    world.now = START + 2 * HOUR
    place(world, ana=("labs", "south"))
    world.now = START + 3 * HOUR
    world.record(world.event("ana", world.now))
    assert stands(world, "team") == {}, (
        "north has one person left, and south with the whole would tell of them"
    )
    with world.db.read() as tx:
        wide = challenge(tx, world.organisation, "wide", "ana", world.now)
    assert {s.team: (s.done, s.is_mine) for s in wide.teams} == {"labs": (1, True), "sales": (1, False)}
    world.now = FINAL
    assert finish(world) == 2
    assert paid(world) == {"ana": 10_000}
    world.sound()


def test_rivals_pay_once(world: World) -> None:
    publish(world, line("points", "everyone", 40))
    happen(world)
    world.now = FINAL
    gate = threading.Barrier(4)

    def round_() -> None:
        gate.wait()
        work_once(world.db, world.now, lambda *_: 200)  # type: ignore[arg-type,return-value]

    rivals = [threading.Thread(target=round_) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    work_once(world.db, world.now, lambda *_: 200)  # type: ignore[arg-type,return-value]
    assert paid(world) == {"ana": 10_000, "ben": 10_000, "dan": 10_000}
    world.sound()


def test_a_bonus_is_undone_once_and_not_paid_again(world: World) -> None:
    publish(world, line("events", "person", 3))
    happen(world)
    world.now = FINAL
    finish(world)
    (entry,) = bonuses(world, "ana")
    earned = world.earned("ana")
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry.id, "hr", "test", now=world.now)
    with pytest.raises(Conflict), world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry.id, "hr", "test", now=world.now)
    assert (finish(world), world.earned("ana")) == (0, earned - 10_000)
    world.sound()


def test_what_is_reversed_before_the_end_does_not_count_and_after_it_changes_nothing(world: World) -> None:
    publish(world, line("awards", "person", 2))
    happen(world)
    (dans,) = [e for e in world.entries("dan") if e.rule == "share" and e.occurred_at == START + 5 * HOUR]
    (anas,) = [e for e in world.entries("ana") if e.rule == "share" and e.occurred_at == START + HOUR]
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, dans.id, "hr", "test", now=world.now)
    assert stands(world, "person")["dan"] == 1
    world.now = FINAL
    finish(world)
    assert paid(world) == {"ana": 10_000}
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, anas.id, "hr", "test", now=world.now)
    assert (finish(world), paid(world)) == (0, {"ana": 10_000})
    world.sound()


def test_one_that_ended_is_paid_whatever_version_follows_and_one_cut_short_is_not(world: World) -> None:
    publish(
        world, line("events", "everyone", 6), line("events", "everyone", 6, 5, "long", ", starts: 2026-11-25")
    )
    happen(world)
    world.now = START + timedelta(days=3, hours=1)
    publish(world, line("points", "everyone", 1000, 1, "other"))
    world.now = START + timedelta(days=10)
    assert finish(world) == 2
    assert paid(world) == {"ana": 10_000, "ben": 10_000, "dan": 10_000}
    world.sound()


def test_merged_accounts_are_paid_once_and_the_erased_not_at_all(world: World) -> None:
    publish(world, line("events", "everyone", 6))
    happen(world)
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "ben", world.now)
        erase(tx, world.organisation, "dan", world.now, "hr")
    world.now = FINAL
    assert finish(world) == 1
    assert [e.amount_millipoints for e in bonuses(world, "ana")] == [10_000]
    assert verify(world.db) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_version_rolled_back_takes_its_bonuses_along(world: World, again: bool) -> None:
    before = line("events", "everyone", 6, 2.5, rest=", starts: 2026-11-24") if again else ""
    publish(world, before or line("events", "everyone", 600, 1, "far"))
    world.now = START + timedelta(minutes=1)
    version = publish(world, line("events", "everyone", 6, rest=", starts: 2026-11-24"))
    happen(world)
    world.now = FINAL
    finish(world)
    assert paid(world) == dict.fromkeys(("ana", "ben", "dan"), 10_000)
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version, "hr", "test", now=world.now)
    assert paid(world) == {}
    finish(world)
    assert paid(world) == (dict.fromkeys(("ana", "ben", "dan"), 2_500) if again else {})
    world.sound()


def test_a_closed_period_keeps_the_bonus_of_a_version_rolled_back(world: World) -> None:
    version = publish(world, line("events", "everyone", 6))
    happen(world)
    world.now = FINAL
    finish(world)
    world.now = FINAL + HOUR
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now, "hr", world.now)
    world.now += HOUR
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version, "hr", "test", now=world.now)
    finish(world)
    assert paid(world) == dict.fromkeys(("ana", "ben", "dan"), 10_000)
    world.sound()


def test_accounts_merged_after_the_bonus_keep_one_and_a_rollback_takes_that_one(world: World) -> None:
    publish(world, line("events", "everyone", 600, 1, "far"))
    world.now = START + timedelta(minutes=1)
    version = publish(world, line("events", "everyone", 6))
    happen(world)
    world.now = FINAL
    finish(world)
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "ben", world.now)
        merge_people(tx, world.organisation, "cleo", "dan", world.now)
    # The daily cap of 5 holds for both together now.
    assert (world.earned("ana"), world.earned("cleo")) == (15_000, 43_000)
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version, "hr", "test", now=world.now)
    assert (world.earned("ana"), world.earned("cleo")) == (5_000, 33_000)
    assert verify(world.db) == []


@pytest.mark.parametrize(("points", "again"), [(10, 10_000), (4, 4_000), (0, 0)])
def test_an_exact_version_pays_as_if_it_had_always_been(world: World, points: float, again: int) -> None:
    publish(world, line("events", "everyone", 6, rest=", starts: 2026-11-24"))
    happen(world)
    world.now = FINAL
    finish(world)
    before = {who: world.earned(who) for who in world.people}
    lines = [line("events", "everyone", 6, points, rest=", starts: 2026-11-24")] if points else []
    scheme = world.scheme(BASE + "".join(lines) if lines else BASE.replace("challenges:", ""))
    with world.db.begin() as tx:
        seen = shadow(tx, world.organisation, scheme, START, world.now, mode="exact")
        publish_scheme(tx, world.organisation, scheme, START, "hr", "test", world.now, "exact")
    finish(world)
    assert paid(world) == (dict.fromkeys(("ana", "ben", "dan"), again) if again else {})
    changed = {who: world.earned(who) - before[who] for who in world.people}
    assert seen.by_person == {who: change for who, change in changed.items() if change}
    world.sound()


def test_a_top_up_leaves_every_bonus(world: World) -> None:
    publish(world, line("events", "everyone", 6))
    happen(world)
    world.now = FINAL
    finish(world)
    scheme = world.scheme(BASE.replace("challenges:", ""))
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, scheme, START, "hr", "test", world.now, "top_up")
    assert (finish(world), paid(world)) == (0, dict.fromkeys(("ana", "ben", "dan"), 10_000))
    world.sound()


def test_points_that_wait_count_once_their_time_is_over(world: World) -> None:
    text = BASE.replace("per: unit}", "per: unit, hold_hours: 48}") + line("points", "everyone", 7)
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, world.scheme(text), world.now, "hr", "test", world.now)
    world.now = END - HOUR
    world.record(world.event("dan", world.now, "lead"))
    world.now = FINAL
    work_once(world.db, world.now, lambda *_: 200)  # type: ignore[arg-type,return-value]
    assert (see(world).state, see(world).teams[0].done, paid(world)) == ("counting", 0, {})
    world.now = END + timedelta(hours=72)
    work_once(world.db, world.now, lambda *_: 200)  # type: ignore[arg-type,return-value]
    assert (see(world).state, see(world).teams[0].done, paid(world)) == ("final", 7, {"dan": 10_000})
    world.sound()


@pytest.mark.parametrize("metric", ["awards", "events"])
def test_what_a_person_has_yet_to_look_at_does_not_count(world: World, metric: str) -> None:
    text = BASE.replace("challenges:", "fair_play: {review_above_per_hour: 1}\nchallenges:") + line(
        metric, "person", 2
    )
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, world.scheme(text), world.now, "hr", "test", world.now)
    world.now = START + HOUR
    world.record(world.event("ana", world.now - 2 * MINUTE), world.event("ana", world.now - MINUTE))
    assert stands(world, "person")["ana"] == 1
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, world.organisation)
        decide(tx, world.organisation, review.id, "approve", "hr", reason="fine", now=world.now)
    assert stands(world, "person")["ana"] == 2
    world.now = FINAL
    finish(world)
    assert paid(world) == {"ana": 10_000}
    world.sound()


def test_projections_are_rebuilt_with_bonuses(world: World) -> None:
    publish(world, line("quantity", "team", 4))
    happen(world)
    world.now = FINAL
    finish(world)
    with world.db.begin() as tx:
        rebuild(tx, world.organisation)
        assert entries_for(tx, world.organisation, "dan")[0].reason == "challenge"
    world.sound()
