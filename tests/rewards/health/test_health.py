"""Programme health: numbers that add up with the ledger and tell nobody apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rewards.health.health import KEPT_FOR, health_of, is_old, keep_health, kept_health
from rewards.health.money import _left
from rewards.health.rows import Health, HealthRow
from rewards.ledger.undo import reverse_entry
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from rewards.thanks.recognition import give_kudos
from tests.conftest import World

DAY = timedelta(days=1)
SCHEME = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 10}]
recognition: {kudos: {allowance: 100, gift: 10}}
award_budget: {points: 100, window: month}
rewards: [{id: mug, title: Mug, points: 5, unit_cost_cents: 1000, stock: 7}]
privacy: {minimum_group: 5}
"""


@pytest.fixture
def world(world: World) -> World:
    """Twenty people more in two segments, and a scheme with money in it."""
    more = [
        PersonRow(
            id=f"p{at:02d}",
            name="",
            segment="tiny" if at < 3 else "support",
            team="x",
            timezone="UTC",
            contacts=1,
        )
        for at in range(20)
    ]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, more, world.now - 40 * DAY)
        publish_scheme(tx, world.organisation, world.scheme(SCHEME), world.now, "hr", "", world.now)
    return world


def look(world: World, later: timedelta = DAY) -> Health:
    with world.db.read() as tx:
        return health_of(tx, world.organisation, world.now + later)


def row(found: Health, measure: str, group: str = "") -> HealthRow:
    return next(one for one in found.rows if (one.measure, one.group) == (measure, group))


def share(world: World, *people: str) -> None:
    world.record(*(world.event(one) for one in people))


def test_sums_are_those_of_the_ledger(world: World) -> None:
    people = [f"p{at:02d}" for at in range(3, 13)]
    share(world, *people, "ana", "ben")
    found = look(world)
    assert row(found, "people").value == 25
    assert row(found, "shares_28d").value == 12
    assert row(found, "active_28d").told == "12"
    assert (
        row(found, "points_held").value
        == sum(world.balances(one).spendable for one in (*people, "ana", "ben")) / 1000
    )
    assert row(found, "liability").value == pytest.approx(
        row(found, "points_held").value * 2 if row(found, "points_held").value else 0
    )
    assert row(found, "award_budget_left").value == 0
    assert row(found, "award_budget_left").until == (world.now + DAY).date().isoformat()
    assert row(found, "stock_left", "Mug").value == 7
    assert sum(week.shares for week in found.weeks) == 12
    assert row(found, "viewers_28d").told == "unknown"


def test_who_is_never_thanked_is_counted_among_those_who_did_something(world: World) -> None:
    people = [f"p{at:02d}" for at in range(3, 13)]
    share(world, *people)
    with world.db.begin() as tx:
        for at, one in enumerate(people[:3]):
            give_kudos(
                tx, world.organisation, "dan", one, "Thank you", tags=[], key=f"k{at:08d}", now=world.now
            )
    found = look(world)
    assert row(found, "contributors").told == "11"
    assert row(found, "never_thanked").told == "8"
    assert row(found, "coverage").value == pytest.approx(3 / 11)


def test_a_small_segment_is_nowhere_and_cannot_be_reckoned(world: World) -> None:
    share(world, "p00", "p01", *(f"p{at:02d}" for at in range(3, 13)), "ana", "ben", "cleo", "dan", "eva")
    found = look(world)
    groups = {one.group for one in found.rows if one.section in ("segments", "never_thanked", "fairness")}
    assert "tiny" not in groups
    assert len(groups) <= 1, "beside the whole one shown segment of two would tell the small one"
    assert found.hidden >= 2


@pytest.mark.parametrize(("days", "weeks"), [(0, 1), (9, 3), (400, 13)])
def test_the_curve_begins_with_the_program(db: Database, days: int, weeks: int) -> None:
    young = World(db)
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "UTC", young.now)
        begins = young.now - timedelta(days=days)
        publish_scheme(tx, "acme", PRESETS["clicks"], begins, "hr", "start", young.now, "exact")
    with db.read() as tx:
        found = health_of(tx, "acme", young.now)
    assert len(found.weeks) == weeks
    monday = young.now.date() - timedelta(days=young.now.weekday())
    assert found.weeks[-1].monday == monday.isoformat()


def test_few_are_never_told_as_a_number(world: World) -> None:
    share(world, "p05", "p06")
    found = look(world)
    assert row(found, "active_28d").told == "fewer than 5"
    assert row(found, "active_28d").value is None
    assert row(found, "never_thanked").value is None
    assert not [one for one in found.rows if one.measure in ("coverage", "points_per_share")]
    assert all(week.sharers == "fewer than 5" for week in found.weeks)


def test_what_was_taken_back_is_told_by_page(world: World) -> None:
    world.record(
        world.event("ana", object="page-a"),
        world.event("ben", object="page-a"),
        world.event("eva", object="page-b"),
    )
    entry = world.entries("ana")[0]
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry.id, "hr", "a test", now=world.now)
    found = look(world)
    assert [(one.group, one.value) for one in found.of("reversals")] == [("page-a", 1)]
    assert row(found, "shares_28d").value == 2


def test_a_budget_runs_out_at_the_pace_of_the_last_weeks(world: World) -> None:
    assert (
        _left("budget_left", "x", 10, 3, now=world.now, whole=20).until
        == (world.now + 4 * DAY).date().isoformat()
    )
    assert _left("budget_left", "x", 10, 0, now=world.now, whole=20).until == ""
    assert _left("budget_left", "x", -1, 3, now=world.now, whole=20).value == 0


def test_it_is_kept_and_comes_back_the_same(world: World) -> None:
    with world.db.read() as tx:
        assert is_old(tx, world.organisation, world.now)
    found = keep_health(world.db, world.organisation, world.now, "F", {"2026-11-23": (1.0, 2.5)})
    keep_health(world.db, world.organisation, world.now, "F", {"2026-11-23": (1.0, 2.5)})
    with world.db.read() as tx:
        assert kept_health(tx, world.organisation, world.now + KEPT_FOR) == found
        assert kept_health(tx, world.organisation, world.now + KEPT_FOR + DAY) is None
        assert not is_old(tx, world.organisation, world.now)
        earlier = world.now - timedelta(minutes=30)
        assert is_old(tx, world.organisation, earlier), (
            "the clock was set back: what was counted is of a time to come"
        )
        assert kept_health(tx, world.organisation, earlier) is None
    assert [week.high for week in found.weeks][-1] == 2.5
