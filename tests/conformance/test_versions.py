"""Cases 46 to 48: versions of the scheme. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Conflict
from rewards.publishing.publication import roll_back, scheme_in_force, shadow
from tests.conformance.helpers import DAY, DOUBLE, HALF, HOUR, MINUTE, publish


def test_case_46_events_are_scored_by_the_version_in_force_when_they_occurred(world: Any) -> None:
    publish(world, DOUBLE, world.now)
    world.now += HOUR
    before, after = world.record(world.event("ana", world.now - 2 * HOUR), world.event("ben", world.now))
    assert [r.entries[0].amount_millipoints for r in (before, after)] == [20_000, 40_000]
    assert [r.entries[0].scheme_version for r in (before, after)] == [1, 2]
    with world.db.read() as tx:
        assert scheme_in_force(tx, world.organisation, world.now - 2 * HOUR).version == 1


def test_case_47_a_top_up_lets_nobody_fall(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"), world.event("ben", world.now - MINUTE))
    with world.db.read() as tx:
        seen = shadow(tx, world.organisation, world.scheme(DOUBLE), world.now - DAY, world.now)
    assert seen.by_person == {"ana": 20_000, "ben": 50_000}
    assert seen.by_segment == {"sales": 70_000}
    publish(world, DOUBLE, world.now - DAY, "top_up")
    assert (world.earned("ana"), world.earned("ben")) == (40_000, 80_000)
    publish(world, HALF, world.now - DAY, "top_up")
    assert (world.earned("ana"), world.earned("ben")) == (40_000, 80_000)
    world.sound()


def test_case_47_an_exact_version_goes_up_and_down(world: Any) -> None:
    world.record(world.event("ana"))
    publish(world, HALF, world.now - DAY, "exact")
    assert world.earned("ana") == 10_000
    publish(world, DOUBLE, world.now - DAY, "exact")
    assert world.earned("ana") == 40_000
    world.sound()


@pytest.mark.parametrize("mode", ["prospective", "top_up", "exact"])
def test_case_48_a_rollback_leaves_balances_as_if_never_published(world: Any, mode: str) -> None:
    world.record(world.event("ana"))
    version = publish(world, DOUBLE, world.now if mode == "prospective" else world.now - DAY, mode)
    world.now += HOUR
    world.record(world.event("ana"), world.event("ben"))
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version.version, "hr", "mistake", now=world.now)
    assert (world.earned("ana"), world.earned("ben")) == (30_000, 20_000)
    with pytest.raises(Conflict), world.db.begin() as tx:
        roll_back(tx, world.organisation, version.version, "hr", "again", now=world.now)
    world.sound()


@pytest.mark.parametrize(("text", "way", "points"), [(HALF, "lowered", "10"), (DOUBLE, "raised", "40")])
def test_an_exact_version_says_that_it_changed_an_amount(
    world: Any, text: str, way: str, points: str
) -> None:
    world.record(world.event(at=world.now - HOUR))
    publish(world, text, world.now - DAY, "exact")
    entries = world.entries()
    (now,) = [
        one for one in entries if one.rule == "share" and one.reverses is None and one.scheme_version == 2
    ]
    assert now.why == f"{points} points for “Share”. A new version of the scheme {way} it from 20 points."
    undone = [one.why for one in entries if one.reverses is not None and one.rule == "share"]
    assert undone == ["A new version of the scheme counts this differently; this undoes its former amount."]
    with world.db.begin() as tx:
        roll_back(tx, "acme", 2, "hr", "test", now=world.now)
    assert world.earned() == 20_000
    assert "20 points for “Share”." in [one.why for one in world.entries()[:4]]
    assert any(
        one.why == "The version of the scheme that gave this was withdrawn." for one in world.entries()
    )
    world.sound()
