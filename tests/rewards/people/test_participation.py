"""Participation is counted for whoever looks, and of a large company kept for a while. On SQLite and on PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.people import participation as module
from rewards.people.participation import participation, participation_shown, renew_participation
from tests.conformance.helpers import DAY, HOUR, MINUTE, publish
from tests.conftest import SHARES


def now_counted(world: Any) -> Any:
    with world.db.read() as tx:
        return participation(tx, world.organisation, world.now)


def shown(world: Any) -> Any:
    return participation_shown(world.db, world.organisation, world.now)


def test_a_small_company_is_counted_at_once(world: Any) -> None:
    for person in world.people:
        world.record(world.event(person))
        assert shown(world) == (now_counted(world), None)
    assert shown(world)[0].by_segment == (("sales", 5, 5),)


def test_a_large_company_reads_what_was_kept(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEW_PEOPLE", 4)
    world.record(world.event("ana"))
    first, counted_at = shown(world)
    assert (first, counted_at) == (now_counted(world), world.now)
    world.record(world.event("ben"))
    world.now += MINUTE
    assert shown(world) == (first, counted_at), "nothing is counted again so soon"
    renew_participation(world.db, world.organisation, world.now)
    assert shown(world) == (first, counted_at)
    world.now += 10 * MINUTE
    assert shown(world) == (first, counted_at)
    renew_participation(world.db, world.organisation, world.now)
    assert shown(world) == (now_counted(world), world.now)
    assert shown(world)[0].active_7d == 2
    world.record(world.event("cleo"))
    world.now += timedelta(hours=7)
    assert shown(world) == (now_counted(world), world.now), "where no worker ran for long it is counted"


def test_another_smallest_group_is_held_to_at_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEW_PEOPLE", 4)
    world.record(world.event("ana"))
    assert shown(world)[0].by_segment == (("sales", 5, 1),)
    publish(world, SHARES.replace("privacy: {minimum_group: 2}", "privacy: {minimum_group: 6}"), world.now)
    assert shown(world)[0].by_segment == ()
    assert shown(world)[0].suppressed_segments == 1
    world.now += DAY - HOUR
    assert shown(world)[0] == now_counted(world)
