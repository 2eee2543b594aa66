"""Case 20 for awards: with the budget used up the badge yes, ranks yes, spendable points no, and the reason is told."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.ledger.entries import badges_for
from rewards.ledger.holds import release_due
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from tests.conformance.helpers import DAY, in_threads, publish

SCHEME = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 10}]
badges: [{id: first, title: First, points: 5, groups: [[{metric: awards, of: share, at_least: 1}]]}]
award_budget: {points: 20}
calendar: {zone: UTC, grace_hours: 8000}
"""


@pytest.fixture
def world(empty_world: Any) -> Any:
    return empty_world.found(SCHEME)


def held(world: Any, person: str) -> tuple[int, int]:
    found = world.balances(person)
    return found.earned // 1000, found.spendable // 1000


def pool(world: Any) -> int:
    """What all people have to spend."""
    return sum(held(world, person)[1] for person in world.people)


def test_case_20_the_budget_is_empty_the_badge_yes_the_points_no(world: Any) -> None:
    world.record(world.event("ana"))
    assert held(world, "ana") == (15, 15)
    (receipt,) = world.record(world.event("ben"))
    # Of ten points five were left; of the badge's five none.
    assert held(world, "ben") == (15, 5)
    assert [(e.rule, e.amount_millipoints, e.reason) for e in receipt.entries] == [
        ("share", 10_000, "budget_empty"), ("first", 5_000, "budget_empty"),
    ]  # fmt: skip
    assert receipt.entries[0].why == (
        "“Share” counts for your rank; 5 points of it can be spent, since the budget for spendable points is used up."
    )
    with world.db.read() as tx:
        (badge,) = badges_for(tx, world.organisation, "ben")
    assert (badge.badge, badge.revoked_at) == ("first", None)
    (receipt,) = world.record(world.event("cleo"))
    assert held(world, "cleo") == (15, 0)
    assert {e.reason for e in world.entries("cleo")} == {"budget_empty"}
    assert pool(world) == 20
    world.sound()


def test_a_new_month_has_a_budget_of_its_own(world: Any) -> None:
    world.record(*(world.event(person) for person in world.people))
    assert pool(world) == 20
    world.now += 30 * DAY
    world.record(world.event("eva"))
    assert pool(world) == 30
    world.sound()


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("window", "last", "first"),
    [
        ("day", 11 * HOURS, 12 * HOURS),
        ("week", 5 * DAY, 6 * DAY),
        ("month", 6 * DAY, 7 * DAY),
        ("total", 30 * DAY, None),
    ],
)
def test_every_window_of_the_calendar_has_one(
    empty_world: Any, window: str, last: timedelta, first: timedelta | None
) -> None:
    world = empty_world.found(SCHEME.replace("{points: 20}", f"{{points: 20, window: {window}}}"))
    noon = world.now
    world.record(*(world.event(person) for person in world.people))
    world.now = noon + last
    world.record(world.event("eva"))
    assert pool(world) == 20
    if first is not None:
        world.now = noon + first
        world.record(world.event("eva"))
        assert pool(world) == 30
    world.sound()


def test_what_is_taken_back_returns_to_the_budget_and_what_was_never_spendable_makes_no_debt(
    world: Any,
) -> None:
    (first,) = world.record(world.event("ana"))
    (second,) = world.record(world.event("ben"))
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, second.entries[0].id, "hr", "test", now=world.now)
    assert (held(world, "ben")[1], pool(world)) == (0, 15)
    world.record(world.event("cleo"))
    assert pool(world) == 20
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, first.entries[0].id, "hr", "test", now=world.now)
    # The badge is hers to keep, and so is what it paid.
    assert (held(world, "ana")[1], pool(world)) == (5, 10)
    world.sound()


def test_counting_again_keeps_what_was_spendable_and_gives_nothing_more(world: Any) -> None:
    world.record(world.event("ana"), world.event("ana"))
    assert held(world, "ana") == (25, 20)
    world.record(world.event("ben"))
    before = {person: held(world, person) for person in world.people}
    for person in ("ana", "ben"):
        # An earlier event: the badge is earned by it now, and everything after it is counted again.
        world.record(world.event(person, world.now - timedelta(hours=1)))
    assert held(world, "ana") == (35, 20)
    assert held(world, "ben") == (before["ben"][0] + 10, before["ben"][1])
    assert pool(world) == 20
    world.sound()


def test_what_a_smaller_award_leaves_goes_to_the_next_of_the_same_person(world: Any) -> None:
    world.record(world.event("ana"), world.event("ana"))
    assert held(world, "ana") == (25, 20)
    publish(world, SCHEME.replace("points: 10}", "points: 8}"), world.now - DAY, "exact")
    assert held(world, "ana") == (21, 20)
    world.sound()


def test_accounts_that_become_one_keep_what_they_could_spend(world: Any) -> None:
    world.record(world.event("ben"), world.event("cleo"))
    assert (held(world, "ben"), held(world, "cleo")) == ((15, 15), (15, 5))
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    assert (held(world, "ana"), pool(world) - held(world, "ben")[1]) == ((15, 15), 20)
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "cleo", world.now)
    # The badge is there once, and five points of it were given back.
    assert held(world, "ana") == (25, 20)
    world.sound()


def test_a_version_changes_what_is_left_and_takes_nothing_back(world: Any) -> None:
    world.record(world.event("ana"))
    for amount in (10, 30, 10, 30):
        world.now += timedelta(minutes=1)
        publish(world, SCHEME.replace("points: 20", f"points: {amount}"), world.now)
        world.record(world.event("dan", kind="other"))
    world.record(*(world.event(person) for person in ("ben", "cleo", "dan", "eva")))
    assert pool(world) == 30
    world.now += timedelta(minutes=1)
    publish(world, SCHEME.replace("award_budget: {points: 20}", ""), world.now)
    world.record(world.event("ana"))
    assert (pool(world), held(world, "ana")) == (40, (25, 25))
    world.sound()


def test_awards_that_wait_draw_on_the_budget_when_they_are_released(empty_world: Any) -> None:
    world = empty_world.found(SCHEME.replace("points: 10}", "points: 10, hold_hours: 24}"))
    world.record(world.event("ana"), world.event("ben"))
    assert pool(world) == 10
    world.now += 2 * DAY
    with world.db.begin() as tx:
        assert release_due(tx, world.organisation, world.now) == 2
    assert pool(world) == 20
    assert {held(world, person)[0] for person in ("ana", "ben")} == {15}
    world.sound()


def test_many_at_once_never_get_more_than_the_budget(world: Any) -> None:
    def share(n: int) -> None:
        world.record(world.event(world.people[n % 5], id=f"n{n}"))

    in_threads(20, share)
    assert pool(world) == 20
    assert sum(held(world, person)[0] for person in world.people) == 20 * 10 + 5 * 5
    world.sound()


def test_the_employee_reads_of_it(world: Any) -> None:
    from rewards.scheme.explain import explain_scheme

    said = [line for line in explain_scheme(world.scheme(SCHEME)) if line.startswith("All awards together")]
    assert said == [
        "All awards together can make 20 points spendable a month; what goes beyond counts for your rank and your badges, and cannot be "
        "spent."
    ]
