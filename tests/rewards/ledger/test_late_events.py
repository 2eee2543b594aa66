"""An event out of order counts again only what follows it, and ends where canonical order ends."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from rewards.events import Event
from rewards.ledger.inbox import InboxEvent
from rewards.publishing.publication import publish_scheme
from rewards.store import events as event_rows
from rewards.store.session import Database
from tests.conftest import NOON, SHARES, World
from tests.soundness import assert_sound

SECOND = SHARES.replace("points: 20", "points: 25")
EVENTS = 30


def two_versions(db: Database) -> World:
    """The second version holds from two hours before now; nothing was recorded when it was published."""
    world = World(db).found()
    since = world.now - timedelta(hours=2)
    with db.begin() as tx:
        publish_scheme(tx, "acme", world.scheme(SECOND), since, "hr", "more", world.now, "exact")
    return world


def some_events(world: World) -> list[Event]:
    """Shares, clicks and thanks of three people over four hours, several in one instant, before any scheme as well."""
    found = []
    for n in range(EVENTS):
        at = NOON - timedelta(minutes=10 * (n // 2)) if n % 10 else NOON - timedelta(days=70, minutes=n)
        kind = ("share", "click", "kudos")[n % 3]
        owner = world.people[(n + 1) % 3] if kind == "kudos" else None
        found.append(
            world.event(
                world.people[n % 3], at, kind, owner=owner, object=f"item-{n % 4}", verification="tracked"
            )
        )
    return found


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_ends_where_canonical_order_does(db: Database, seed: int) -> None:
    world = two_versions(db)
    arrival = some_events(world)
    random.Random(seed).shuffle(arrival)
    for event in arrival:
        world.record(event, backfill=True)
    assert_sound(db, "acme", world.now)


def test_entries_from_before_the_late_event_are_not_touched(world: World) -> None:
    before = world.event("ana", NOON - timedelta(hours=3))
    late = world.event("ana", NOON - timedelta(hours=2))
    after = world.event("ana", NOON - timedelta(hours=1))
    world.record(before)
    world.record(after)
    ids = {view.id for view in world.entries("ana") if view.event_id == before.id}
    world.record(late)
    assert {view.id for view in world.entries("ana") if view.event_id == before.id} == ids
    # The day's cap of 30: 20, then 10 for what now comes second, and nothing for the last.
    assert [amount for _, _, amount, _ in world.standing("ana")] == [20_000, 10_000, 0]
    assert_sound(world.db, "acme", world.now)


def test_what_a_fold_reads_stands_in_the_order_of_its_fields(world: World) -> None:
    """Rows become events by position."""
    event = world.event(
        "ana", object="thing", channel="linkedin", tags=("a", "b"), quantity=3, verification="connector"
    )
    world.record(event)
    with world.db.read() as tx:
        ((row,),) = event_rows.scored_of(tx, [1], -(2**62)).values()
    told = InboxEvent.stored(row)
    assert (told.ref, told.source, told.event_id, told.kind) == (row.id, event.source, event.id, event.kind)
    assert (told.object, told.channel, told.tags) == (event.object, event.channel, event.tags)
    assert (told.quantity, told.verification, told.zone) == (event.quantity, event.verification, "UTC")
    assert (told.occurred_us, told.local_date) == (row.occurred_us, row.local_date)
