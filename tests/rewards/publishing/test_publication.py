"""Versions that are withdrawn, scheduled and topped up: nothing is left behind, nothing is displaced without a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from rewards.badges.credentials import credential_for
from rewards.faults import Conflict, NotFound
from rewards.ledger.entries import badges_for
from rewards.ledger.undo import reverse_entry
from rewards.publishing.drafts import retire_version
from rewards.publishing.publication import get_version, publish_scheme, roll_back, scheme_in_force, shadow
from tests.conftest import World
from tests.soundness import assert_sound

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLAIN = "name: s\ntitle: S\nrules: [{id: share, title: Share, on: share, points: 1}]\n"
FIRST = PLAIN.replace("points: 1", "points: 2")
NEED = "groups: [[{metric: events, of: share, at_least: 1}]]"
BADGES = {
    "a badge": f"badges: [{{id: first, title: First, points: 5, {NEED}}}]",
    "a badge for points": "badges: [{id: first, title: First, points: 5, groups: [[{metric: points, at_least: 2}]]}]",
    "a level": f"badges: [{{id: first, title: First, {NEED}, levels: [{{id: two, title: Two, times: 2, points: 5}}]}}]",
    "for each object": (
        "badges: [{id: first, title: First, points: 5, once_per: object,"
        " groups: [[{metric: events, of: share, scope: object, at_least: 1}]]}]"
    ),
    "a badge of a streak": (
        "badges: [{id: first, title: First, points: 5, groups: [[{metric: streak, of: daily, at_least: 1}]]}]\n"
        "streaks: [{id: daily, title: Daily, kinds: [share]}]"
    ),
}


def publish(
    world: World, text: str, at: datetime | None = None, mode: Any = "prospective", **more: Any
) -> int:
    with world.db.begin() as tx:
        made = publish_scheme(
            tx, "acme", world.scheme(text), at or world.now, "hr", "test", world.now, mode, **more
        )
    return made.version


def withdraw(world: World, version: int) -> None:
    with world.db.begin() as tx:
        roll_back(tx, "acme", version, "hr", "mistake", now=world.now)


def held(world: World, who: str = "ana") -> set[str]:
    with world.db.read() as tx:
        return {one.badge for one in badges_for(tx, "acme", who) if one.revoked_at is None}


def in_force(world: World, at: datetime) -> int:
    with world.db.read() as tx:
        found = scheme_in_force(tx, "acme", at)
    return 0 if found is None else found.version


@pytest.mark.parametrize("mode", ["prospective", "exact"])
@pytest.mark.parametrize("what", BADGES)
def test_rolling_back_leaves_no_badge_and_no_valid_credential(
    empty_world: World, what: str, mode: str
) -> None:
    world = empty_world.found(PLAIN)
    world.record(world.event(at=world.now - HOUR))
    before = world.standing()
    version = publish(world, FIRST + BADGES[what], world.now - 2 * HOUR if mode == "exact" else None, mode)
    world.now += HOUR
    world.record(world.event(), world.event())
    assert held(world)
    badge = max(held(world))
    with world.db.begin() as tx:
        assert not credential_for(tx, "acme", "ana", badge, "https://x.example", now=world.now).revoked
    withdraw(world, version)
    assert (world.earned(), held(world)) == (3000, set())
    assert [line for line in world.standing() if line[0] == before[0][0]] == before
    with world.db.begin() as tx:
        assert credential_for(tx, "acme", "ana", badge, "https://x.example", now=world.now).revoked
    world.sound()
    assert_sound(world.db, "acme", world.now)


def test_a_badge_of_both_versions_stays_and_pays_as_the_one_left_says(empty_world: World) -> None:
    world = empty_world.found(PLAIN + BADGES["a badge"].replace("points: 5", "points: 3"))
    version = publish(world, FIRST + BADGES["a badge"])
    world.record(world.event())
    assert world.earned() == 7000
    withdraw(world, version)
    assert (world.earned(), held(world)) == (4000, {"first"})
    world.sound()


def test_what_was_kept_after_a_reversal_goes_with_its_version_or_stays_with_the_other(
    empty_world: World,
) -> None:
    world = empty_world.found(PLAIN + BADGES["a badge"].replace("points: 5", "points: 3"))
    more = BADGES["a badge"].removesuffix("]") + f", {{id: second, title: Second, {NEED}}}]"
    version = publish(world, FIRST + more)
    (receipt,) = world.record(world.event())
    with world.db.begin() as tx:
        reverse_entry(tx, "acme", receipt.entries[0].id, "hr", "in error", now=world.now)
    assert (world.earned(), held(world)) == (5000, {"first", "second"})
    withdraw(world, version)
    assert (world.earned(), held(world)) == (3000, {"first"})
    world.sound()
    assert_sound(world.db, "acme", world.now)


def test_an_exact_version_takes_back_a_badge_that_it_does_not_give(empty_world: World) -> None:
    world = empty_world.found(PLAIN + BADGES["a badge"])
    world.record(world.event(at=world.now - HOUR))
    version = publish(world, PLAIN, world.now - 2 * HOUR, "exact")
    assert (world.earned(), held(world)) == (1000, set())
    withdraw(world, version)
    assert (world.earned(), held(world)) == (6000, {"first"})
    world.sound()


def test_a_later_version_without_it_leaves_a_badge_to_who_holds_it(empty_world: World) -> None:
    world = empty_world.found(PLAIN + BADGES["a badge"])
    world.record(world.event(at=world.now - HOUR))
    publish(world, PLAIN)
    world.now += HOUR
    world.record(world.event())
    assert (world.earned(), held(world)) == (7000, {"first"})


JANUARY = 40 * DAY


def test_a_scheduled_version_holds_from_its_day_whatever_is_published_before(empty_world: World) -> None:
    world = empty_world.found(PLAIN)
    january = world.now + JANUARY
    publish(world, FIRST, january)
    publish(world, PLAIN.replace("points: 1", "points: 3"))
    publish(world, PLAIN.replace("points: 1", "points: 4"), january - DAY)
    publish(world, PLAIN.replace("points: 1", "points: 5"), world.now - DAY, "exact")
    publish(world, PLAIN.replace("points: 1", "points: 6"), world.now - DAY, "top_up")
    assert [in_force(world, at) for at in (world.now, january - HOUR, january)] == [6, 4, 2]
    with world.db.begin() as tx:
        retire_version(tx, "acme", 6, "hr", "over", now=world.now)
    assert [in_force(world, at) for at in (world.now, january - HOUR, january)] == [7, 4, 2]
    world.now = january + HOUR
    world.record(world.event())
    assert world.earned() == 2000
    # What looks back over it afterwards has the word.
    publish(world, PLAIN.replace("points: 1", "points: 8"), january - HOUR, "exact")
    assert world.earned() == 8000
    world.sound()


def test_a_scheduled_version_that_would_never_hold_is_told_and_asked_about(empty_world: World) -> None:
    world = empty_world.found(PLAIN)
    january = world.now + JANUARY
    publish(world, FIRST, january)
    with pytest.raises(Conflict, match=r"version 2 .* scheduled .* displace_scheduled"):
        publish(world, PLAIN, january)
    assert in_force(world, january) == 2
    publish(world, PLAIN, january, displace_scheduled=True)
    assert in_force(world, january) == 3
    publish(world, FIRST, displace_scheduled=True)
    assert in_force(world, january) == 4
    with pytest.raises(Conflict, match="already rolled back"):
        withdraw(world, 2)


def test_rolling_back_what_came_before_leaves_the_scheduled_version(empty_world: World) -> None:
    world = empty_world.found(PLAIN)
    publish(world, FIRST, world.now + JANUARY)
    version = publish(world, PLAIN.replace("points: 1", "points: 3"))
    withdraw(world, version)
    assert [in_force(world, at) for at in (world.now, world.now + JANUARY)] == [1, 2]
    withdraw(world, 2)
    assert in_force(world, world.now + JANUARY) == 1


def test_a_top_up_that_hr_undid_stays_undone(empty_world: World) -> None:
    world = empty_world.found(PLAIN)
    (early,) = world.record(world.event(at=world.now - HOUR))
    publish(world, PLAIN.replace("points: 1", "points: 10"), world.now - DAY, "top_up")
    (given,) = (view for view in world.entries() if view.origin == "top_up")
    with world.db.begin() as tx:
        reverse_entry(tx, "acme", given.id, "hr", "not for her", now=world.now)
    assert world.earned() == 1000
    world.record(world.event(at=world.now - 2 * HOUR), world.event("ben", world.now - 2 * HOUR))
    assert (world.earned(), world.earned("ben")) == (2000, 10_000)
    publish(world, PLAIN, world.now + DAY)
    with world.db.begin() as tx:
        reverse_entry(tx, "acme", early.entries[0].id, "hr", "in error", now=world.now)
    assert world.earned() == 1000
    # A later top-up pays what it gives more itself.
    publish(world, PLAIN.replace("points: 1", "points: 15"), world.now - DAY, "top_up")
    assert (world.earned(), world.earned("ben")) == (6000, 15_000)
    world.sound()


def test_the_shadow_says_what_is_laid_aside_and_for_how_many(empty_world: World) -> None:
    badge = "badges: [{id: ten, title: Ten, groups: [[{metric: events, of: share, at_least: 10}]]}]"
    capped = PLAIN.replace("points: 1}", "points: 1, caps: [{window: month, points: 9}]}")
    world = empty_world.found(capped + badge)
    world.record(world.event(), world.event("ben"))

    def lost(text: str) -> list[tuple[str, str, int]]:
        with world.db.read() as tx:
            seen = shadow(tx, "acme", world.scheme(text), world.now, world.now, mode="prospective")
        return [(one.kind, one.of, one.people) for one in seen.loses]

    assert lost(capped + badge.replace("at_least: 10", "at_least: 12")) == []
    assert lost(PLAIN + badge) == [("cap", "share", 2)]
    assert lost(capped) == [("badge", "ten", 2)]
    assert lost(capped + badge.replace("of: share", "of: click")) == [("count", "ten", 2)]
    assert lost("name: s\ntitle: S\n") == [("rule", "share", 2), ("badge", "ten", 2)]


@pytest.mark.parametrize("version", [0, 2, 2**31, 2**53])
def test_a_number_that_no_version_has_is_not_found(world: World, version: int) -> None:
    with world.db.read() as tx, pytest.raises(NotFound, match=f"scheme version {version}: never published"):
        get_version(tx, world.organisation, version)
