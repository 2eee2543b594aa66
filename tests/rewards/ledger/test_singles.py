"""Single events recorded together: each has the answer it would have had alone, and one that fails keeps no other back."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from rewards.events import Event
from rewards.faults import NotFound
from rewards.ledger import singles
from rewards.ledger.entries import Receipt
from rewards.ledger.singles import Single, record_singles
from rewards.store.session import Database
from tests.conftest import SHARES, World

TOO_LARGE = 2**70
"""A quantity that passes no check of an event, and that no database takes."""


def record_all(world: World, *events: Event, organisation: str = "acme") -> list[Receipt | Exception]:
    return record_singles(world.db, [Single(organisation, one, False) for one in events], world.now)


def statuses(found: list[Receipt | Exception]) -> list[str]:
    return [one.status if isinstance(one, Receipt) else type(one).__name__ for one in found]


def test_answers_come_in_the_order_given(world: World) -> None:
    later = world.event("ana", kind="click", verification="tracked", at=world.now - timedelta(minutes=1))
    earlier = world.event("ana", at=world.now - timedelta(minutes=2))
    other = world.event("ben")
    found = record_all(world, later, earlier, other, world.event("nobody"))
    assert statuses(found) == ["awarded", "awarded", "awarded", "unknown_person"]
    assert [one.id for one in found if isinstance(one, Receipt)][:3] == [later.id, earlier.id, other.id]
    assert (world.earned("ana"), world.earned("ben")) == (30_000, 20_000)
    world.sound()


def test_a_key_that_comes_twice_is_a_duplicate_or_a_conflict(world: World) -> None:
    event = world.event("ana")
    changed = event.model_copy(update={"object": "another"})
    assert statuses(record_all(world, event, event, changed)) == ["awarded", "duplicate", "conflict"]
    assert statuses(record_all(world, changed, event)) == ["conflict", "duplicate"]
    assert world.earned("ana") == 20_000


def test_one_that_cannot_be_recorded_keeps_no_other_back(world: World) -> None:
    poison = world.event("ben").model_copy(update={"quantity": TOO_LARGE})
    found = record_all(world, world.event("ana"), poison, world.event("cleo"))
    assert statuses(found)[::2] == ["awarded", "awarded"]
    assert isinstance(found[1], Exception)
    assert [world.earned(name) for name in ("ana", "ben", "cleo")] == [20_000, 0, 20_000]
    assert world.entries("ben") == []
    world.sound()


def test_organisations_are_recorded_apart(world: World) -> None:
    world.found(SHARES, "bolt")
    events = [world.event("ana"), world.event("ana"), world.event("ana")]
    asked = [Single(name, one, False) for name, one in zip(("acme", "nowhere", "bolt"), events, strict=True)]
    found = record_singles(world.db, asked, world.now)
    assert statuses(found)[::2] == ["awarded", "awarded"]
    assert isinstance(found[1], NotFound)
    assert (world.earned("ana"), world.earned("ana", "bolt")) == (20_000, 20_000)


def test_only_who_may_backfill_passes_the_grace_period(world: World) -> None:
    old = world.now - timedelta(days=30)
    asked = [
        Single("acme", world.event("ana", at=old), True),
        Single("acme", world.event("ben", at=old), False),
    ]
    assert statuses(record_singles(world.db, asked, world.now)) == ["awarded", "late"]


def test_where_the_database_fails_it_is_asked_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database makes everyone wait for seconds: not once more for each of them."""
    asked = []

    def locked(*given: Any, **_: Any) -> None:
        asked.append(given)
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(singles, "record", locked)
    found = record_all(world, world.event("ana"), world.event("ben"))
    assert statuses(found) == ["Unavailable"] * 2
    assert len(asked) == 1


def test_together_is_what_one_by_one_gives(sqlite_db: Database, postgresql_db: Database) -> None:
    """The same events, together on one database and by themselves on the other: entries and balances are equal."""
    together, alone = World(sqlite_db).found(), World(postgresql_db).found()
    events = [
        together.event(
            together.people[n % 3],
            at=together.now - timedelta(minutes=(n * 37) % 50),
            kind=("share", "click")[n % 2],
        )
        for n in range(24)
    ]
    for start in range(0, len(events), 8):
        record_all(together, *events[start : start + 8])
    for event in events:
        record_all(alone, event)
    for person in together.people:
        assert together.standing(person) == alone.standing(person)
        assert together.balances(person) == alone.balances(person)
    together.sound()
