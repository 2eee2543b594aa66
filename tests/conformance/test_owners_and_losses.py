"""Owners go by their own dates, and a temporary badge goes when its requirements are no longer met, live as offline."""

from datetime import UTC, datetime
from typing import Any

from rewards.ledger.entries import badges_for
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from tests.conformance.helpers import DAY, HOUR

OWNED = """
name: s
title: S
rules:
  - {id: read, title: Read, on: click, beneficiary: owner, points: 10, caps: [{window: day, points: 10}]}
"""
TEMPORARY = """
name: s
title: S
badges:
  - id: trusted
    title: Trusted
    permanent: false
    groups: [[{metric: events, of: share, at_least: 2}]]
    penalties: [{on: comment, takes: all}]
"""


def held(world: Any, person: str = "ana") -> list[str]:
    with world.db.read() as tx:
        found = badges_for(tx, world.organisation, person)
    return [badge.badge for badge in found if badge.revoked_at is None]


def test_an_owners_cap_goes_by_the_owners_own_date(empty_world: Any) -> None:
    world = empty_world.found(OWNED, zone="Europe/Madrid")
    row = PersonRow(
        id="hana", name="Hana", segment="sales", team="north", timezone="Pacific/Honolulu", contacts=1
    )
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now - 9 * DAY)
    # One date in Honolulu, two in Madrid.
    before, after = datetime(2026, 11, 23, 20, tzinfo=UTC), datetime(2026, 11, 24, 2, tzinfo=UTC)
    for at in (before, after):
        world.record(world.event(at=at, kind="click", owner="hana"))
    assert [amount for _, _, amount, _ in world.standing("hana")] == [10_000, 0]
    world.sound()


def test_a_temporary_badge_is_lost_live_and_won_back(empty_world: Any) -> None:
    world = empty_world.found(TEMPORARY)
    at = world.now - 6 * HOUR
    for hour, kind, badges in (
        (0, "share", []),
        (1, "share", ["trusted"]),
        (2, "comment", []),
        (3, "share", []),
        (4, "share", ["trusted"]),
    ):
        world.record(world.event(at=at + hour * HOUR, kind=kind))
        assert held(world) == badges, (hour, kind)
        world.sound()


def test_a_late_penalty_takes_a_temporary_badge_away(empty_world: Any) -> None:
    world = empty_world.found(TEMPORARY)
    at = world.now - 6 * HOUR
    for hour in (0, 2):
        world.record(world.event(at=at + hour * HOUR))
    assert held(world) == ["trusted"]
    world.record(world.event(at=at + HOUR, kind="comment"))
    assert held(world) == []
    world.sound()
