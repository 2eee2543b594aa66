"""Boundaries of intake: the size of a batch, the grace period to the microsecond, and which version's grace counts."""

from datetime import timedelta

import pytest

from rewards.ledger import intake
from tests.conformance.helpers import DAY, HOUR, publish
from tests.conftest import World

TICK = timedelta(microseconds=1)
LENIENT = """
{name: s, title: S, calendar: {grace_hours: 48}, rules: [{id: share, title: Share, on: share, points: 20}]}
"""
STRICT = LENIENT.replace("48", "1")


def test_a_batch_above_the_limit_is_refused_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_LIMIT", 2)
    with pytest.raises(ValueError, match="batch of 3 events: limit 2; send smaller batches"):
        world.record(*(world.event() for _ in range(3)))
    assert world.entries() == []
    assert [one.status for one in world.record(world.event(), world.event())] == ["awarded"] * 2


def test_the_grace_period_ends_to_the_microsecond(empty_world: World) -> None:
    world = empty_world.found(LENIENT)
    oldest = world.now - 48 * HOUR
    found = world.record(world.event(at=oldest - TICK), world.event(at=oldest), world.event(at=oldest + TICK))
    assert [one.status for one in found] == ["late", "awarded", "awarded"]


def test_the_grace_period_is_that_of_the_version_in_force_when_it_happened(empty_world: World) -> None:
    world = empty_world.found(LENIENT)
    publish(world, STRICT, world.now + HOUR)
    world.now += 5 * HOUR
    found = world.record(
        world.event(at=world.now - 5 * HOUR),
        world.event(at=world.now - 2 * HOUR),
        world.event(at=world.now - HOUR),
    )
    assert [one.status for one in found] == ["awarded", "late", "awarded"]


def test_before_any_scheme_the_grace_period_is_the_one_of_now(empty_world: World) -> None:
    world = empty_world.found(STRICT)
    first = world.now - 60 * DAY
    world.now = first + HOUR / 2
    found = world.record(world.event(at=first - HOUR / 2), world.event(at=first - HOUR))
    assert [one.status for one in found] == ["zero", "late"]


def test_no_quarantine_ends_in_an_unknown_organisation(world: World) -> None:
    with world.db.begin() as tx:
        assert intake.admit_due(tx, "nowhere", world.now) == 0
