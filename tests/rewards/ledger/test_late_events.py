"""An event out of order counts again only what follows it, and ends where canonical order ends."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from rewards.events import Event
from rewards.ledger.entries import badges_for
from rewards.ledger.holds import release_due
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


HELD = """
{name: held, title: Held, rules: [{id: share, title: Share, on: share, points: 20, hold_hours: 1, decay: {factor: 1/2, window: day}}]}
"""
EACH = """
{name: each, title: Each, rules: [{id: share, title: Share, on: share, points: 20}],
 badges: [{id: twice, title: Twice, once_per: object, groups: [[{metric: events, of: share, scope: object, at_least: 2}]]}]}
"""


def test_what_has_waited_does_not_wait_again_when_a_late_event_changes_it(empty_world: World) -> None:
    world = empty_world.found(HELD)
    now, world.now = world.now, world.now - timedelta(hours=3)
    world.record(world.event())
    world.now = now
    with world.db.begin() as tx:
        release_due(tx, "acme", now)
    # The event of an hour earlier halves the other, and has waited as well; one of the last hour waits.
    world.record(world.event(at=now - timedelta(hours=4)))
    assert (world.balances().held, world.balances().spendable) == (0, 30_000)
    world.record(world.event(at=now - timedelta(minutes=59)))
    assert (world.balances().held, world.balances().spendable) == (5_000, 30_000)
    assert_sound(world.db, "acme", now)


def test_a_badge_of_an_object_moves_to_the_event_that_earns_it_now(empty_world: World) -> None:
    world = empty_world.found(EACH)
    first, late, last = (
        world.event(at=world.now - timedelta(hours=hours), object="item", id=f"e{hours}")
        for hours in (3, 2, 1)
    )
    world.record(first)
    world.record(last)
    world.record(late)
    found = world.entries()
    undone = {view.reverses for view in found}
    kept = [v for v in found if v.kind == "badge" and v.reverses is None and v.id not in undone]
    with world.db.read() as tx:
        held = [badge.badge for badge in badges_for(tx, "acme", "ana") if badge.revoked_at is None]
    assert ([view.event_id for view in kept], held) == ([late.id], ["twice"])
    assert_sound(world.db, "acme", world.now)
