"""What a process remembers of open periods never makes a difference but in time."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from rewards.events import Event
from rewards.ledger import open_period
from rewards.ledger.intake import record
from rewards.ledger.open_period import Periods
from rewards.ledger.undo import reverse_entry
from rewards.people.people import set_leave
from rewards.publishing.publication import publish_scheme
from rewards.store.session import Database, open_database
from tests.conftest import NOON, SHARES, World
from tests.soundness import assert_sound


def events(world: World, count: int, person: str = "ana") -> list[Event]:
    """Shares and clicks on few items, a quarter of an hour apart, in order."""
    return [
        world.event(
            person, NOON - timedelta(minutes=15 * (count - n)), ("share", "click")[n % 2], object=f"item-{n % 5}",
            verification="tracked",
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_remembered(db: Database) -> None:
    """Tests share the object by which they have PostgreSQL open."""
    db.cache.pop("open periods", None)


@pytest.fixture
def other(db: Database) -> Database:
    """The same database as another process has it open."""
    return open_database(db.url.render_as_string(hide_password=False))


def remembered(db: Database) -> dict[int, int]:
    """Of how many events each person's remembered period is."""
    return {id_: len(period.events) for id_, period in Periods.of(db)._kept.items()}


@pytest.mark.parametrize("seed", range(3))
def test_processes_that_take_turns_end_where_canonical_order_does(
    world: World, other: Database, seed: int
) -> None:
    arrival = events(world, 40)
    random.Random(seed).shuffle(arrival)
    for n, event in enumerate(arrival):
        with (world.db, other)[n % 3 == 0].begin() as tx:
            record(tx, "acme", [event], received_at=world.now, backfill=True)
    assert max(remembered(world.db).values()) > 20
    assert_sound(world.db, "acme", world.now)
    other.close()


def test_what_another_process_changed_is_seen(world: World, other: Database) -> None:
    first, *late = events(world, 12)
    world.record(late[-1])
    world.record(late[5])
    assert list(remembered(world.db).values()) == [2]
    with other.begin() as tx:
        (receipt,) = record(tx, "acme", [late[7]], received_at=world.now)
        reverse_entry(tx, "acme", receipt.entries[0].id, "hr", "in error", now=world.now)
        set_leave(tx, "acme", "ana", NOON.date(), NOON.date(), now=world.now)
    world.record(late[3])
    with other.begin() as tx:
        publish_scheme(
            tx, "acme", world.scheme(SHARES.replace("points: 20", "points: 25")), NOON - timedelta(hours=2),
            "hr", "more", world.now, "exact",
        )  # fmt: skip
    world.record(late[1])
    world.record(first)
    assert_sound(world.db, "acme", world.now)
    other.close()


def test_a_transaction_that_is_rolled_back_leaves_nothing_behind(world: World) -> None:
    some = events(world, 6)
    world.record(some[5])
    world.record(some[1])

    def fail() -> None:
        with world.db.begin() as tx:
            record(tx, "acme", [some[2]], received_at=world.now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    world.record(some[0])
    world.record(some[3])
    assert len(world.standing("ana")) == 4
    assert_sound(world.db, "acme", world.now)


def test_only_so_many_events_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_period, "MOST_EVENTS", 10)
    for person in world.people:
        first, *rest = events(world, 4, person)
        for event in (*rest, first):
            world.record(event)
    assert list(remembered(world.db).values()) == [4, 4]
    assert_sound(world.db, "acme", world.now)
