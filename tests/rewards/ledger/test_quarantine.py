"""Quarantine ends for every event, whatever became of its people meanwhile, and the worker comes to rest."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rewards.ledger.holds import release_due
from rewards.ledger.periods import close_period
from rewards.merging import merge_people
from rewards.people.people import deactivate, erase, link_people, reactivate
from rewards.store import schema
from rewards.worker import work_once
from tests.conformance.helpers import HOUR, MINUTE

OWNED = """
name: s
title: S
rules:
  - {id: share, title: Share, on: share, points: 20}
  - {id: read, title: Read, on: share, beneficiary: owner, points: 1}
"""
AHEAD = 10 * MINUTE


def waits(world: Any, **more: Any) -> Any:
    event = world.event("ana", world.now + AHEAD, id="ahead", owner="ben", **more)
    assert world.record(event)[0].status == "quarantined"
    return event


def status(world: Any) -> str:
    with world.db.read() as tx:
        return str(tx.execute(schema.event.select().where(schema.event.c.event_id == "ahead")).one().status)


def released(world: Any) -> list[int]:
    """What three rounds after the event's time did."""
    world.now += AHEAD + MINUTE
    found = []
    for _ in range(3):
        with world.db.begin() as tx:
            found.append(release_due(tx, world.organisation, world.now))
    return found


def left(who: str) -> Callable[[Any, Any], None]:
    return lambda tx, world: deactivate(tx, world.organisation, who, world.now)


def forgotten(who: str) -> Callable[[Any, Any], None]:
    return lambda tx, world: erase(tx, world.organisation, who, world.now)


def merged(keep: str, drop: str) -> Callable[[Any, Any], None]:
    return lambda tx, world: merge_people(tx, world.organisation, keep, drop, world.now)


def returned(tx: Any, world: Any) -> None:
    deactivate(tx, world.organisation, "ana", world.now)
    reactivate(tx, world.organisation, "ana", world.now + timedelta(minutes=1))


def linked(tx: Any, world: Any) -> None:
    link_people(tx, world.organisation, "ana", "ben", world.now)


@pytest.mark.parametrize(
    ("meanwhile", "ends_as", "earned"),
    [
        (lambda tx, world: None, "scored", {"ana": 20_000, "ben": 1_000}),
        (left("ana"), "inactive_person", {"ana": 0, "ben": 0}),
        (left("ben"), "scored", {"ana": 20_000, "ben": 0}),
        (returned, "scored", {"ana": 20_000, "ben": 1_000}),
        (forgotten("ana"), "inactive_person", {"ben": 0}),
        (forgotten("ben"), "scored", {"ana": 20_000}),
        (linked, "scored", {"ana": 20_000, "ben": 0}),
        (merged("ana", "ben"), "scored", {"ana": 20_000}),
        (merged("ben", "ana"), "scored", {"ben": 20_000}),
        (merged("cleo", "ana"), "scored", {"cleo": 20_000, "ben": 1_000}),
        (merged("cleo", "ben"), "scored", {"ana": 20_000, "cleo": 1_000}),
    ],
)
def test_it_ends_once_and_counts_for_whom_it_should(
    empty_world: Any, meanwhile: Callable[[Any, Any], None], ends_as: str, earned: dict[str, int]
) -> None:
    world = empty_world.found(OWNED)
    waits(world)
    with world.db.begin() as tx:
        meanwhile(tx, world)
    assert released(world) == [1, 0, 0]
    assert status(world) == ends_as
    assert {who: world.earned(who) for who in earned} == earned
    world.sound()


def test_who_left_reads_why_it_does_not_count(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    waits(world)
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ana", world.now)
    released(world)
    (entry,) = world.entries("ana")
    assert (entry.amount_millipoints, entry.reason) == (0, "inactive_person")
    assert "not with the company" in entry.why


def test_a_period_closed_meanwhile_ends_it_too(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    waits(world)
    world.now += HOUR
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now, "hr", world.now)
    assert released(world) == [1, 0, 0]
    assert status(world) == "closed_period"
    world.sound()


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_sent_again_in_time_it_ends_the_same(empty_world: Any, who: str) -> None:
    world = empty_world.found(OWNED)
    event = waits(world)
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, who, world.now)
    world.now += AHEAD
    (receipt,) = world.record(event)
    assert receipt.status == ("awarded" if who == "ben" else "rejected")
    assert released(world) == [0, 0, 0] if who == "ben" else [1, 0, 0]
    assert (world.earned("ana"), world.earned("ben")) == (20_000 if who == "ben" else 0, 0)
    world.sound()


def test_the_worker_comes_to_rest(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    waits(world)
    with world.db.begin() as tx:
        erase(tx, world.organisation, "ben", world.now)
    world.now += AHEAD
    rounds = [work_once(world.db, world.now, lambda *_: None) for _ in range(2)]  # type: ignore[arg-type,return-value]
    assert [(one.released, one.idle) for one in rounds] == [(1, False), (0, True)]
