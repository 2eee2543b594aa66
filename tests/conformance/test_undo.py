"""Cases 21 to 24: undoing. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Conflict, Insufficient, Refused
from rewards.ledger.entries import badges_for
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.shop.claims import claim_reward
from tests.conformance.helpers import (
    DAY,
    HOUR,
    MINUTE,
    in_threads,
    standing_views,
)


def test_case_21_reversing_restores_the_balance_once(world: Any) -> None:
    first, second = world.record(world.event(at=world.now - HOUR), world.event())
    assert world.earned() == 30_000
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, first.entries[0].id, "hr", "posted in error", now=world.now)
    assert world.earned() == 20_000
    assert [e.amount_millipoints for e in standing_views(world)] == [20_000]
    for entry in (first.entries[0].id, standing_views(world)[0].id):
        if entry == first.entries[0].id:
            with pytest.raises(Conflict, match="already undone"), world.db.begin() as tx:
                reverse_entry(tx, world.organisation, entry, "hr", "again", now=world.now)
    undoing = next(view for view in world.entries() if view.reverses is not None)
    with pytest.raises(Refused, match="cannot be undone itself"), world.db.begin() as tx:
        reverse_entry(tx, world.organisation, undoing.id, "hr", "again", now=world.now)
    assert second.entries[0].amount_millipoints == 10_000
    world.sound()


def test_case_21_sixteen_simultaneous_reversals_undo_once(world: Any) -> None:
    (receipt,) = world.record(world.event())

    def reverse(_: int) -> str:
        with world.db.begin() as tx:
            reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "twice", now=world.now)
        return "done"

    results = in_threads(16, reverse)
    assert results.count("done") == 1
    assert world.balances().spendable == 0
    world.sound()


def test_case_22_a_temporary_badge_goes_and_a_permanent_one_stays(world: Any) -> None:
    world.record(world.event(at=world.now - HOUR))
    (second,) = world.record(world.event())
    (only,) = world.record(world.event("ben"))
    with world.db.begin() as tx:
        assert {b.badge for b in badges_for(tx, world.organisation, "ana")} == {"first", "loud"}
        reverse_entry(tx, world.organisation, second.entries[0].id, "hr", "withdrawn", now=world.now)
        reverse_entry(tx, world.organisation, only.entries[0].id, "hr", "withdrawn", now=world.now)
        found = {b.badge: b.revoked_at for b in badges_for(tx, world.organisation, "ana")}
        assert found == {"first": None, "loud": world.now}
        assert [b.revoked_at for b in badges_for(tx, world.organisation, "ben")] == [None]
    world.sound()


BY_OBJECT = """
name: anew
title: A badge for every object
rules: [{id: like, title: Like, on: share, points: 1}]
badges:
  - {id: liked, title: Liked, once_per: object, points: 5, groups: [[{metric: events, of: share, scope: object, at_least: 2}]]}
"""


def likes(world: Any, *objects: str, person: str = "ana") -> list[Any]:
    """One event for each object, a minute after the other."""
    world.now += HOUR
    return [
        world.record(world.event(person, object=name, at=world.now - HOUR + at * MINUTE))[0]
        for at, name in enumerate(objects)
    ]


def liked(world: Any, person: str = "ana") -> tuple[int, int]:
    """How many awards of the badge stand, and how many there were."""
    with world.db.read() as tx:
        (badge,) = badges_for(tx, world.organisation, person)
    return badge.times, len(badge.awards)


def test_case_22_a_badge_of_every_object_is_kept_for_each_of_them(empty_world: Any) -> None:
    world = empty_world.found(BY_OBJECT)
    receipts = likes(world, "a", "a", "b", "b", "a")
    assert liked(world) == (2, 2)
    assert world.earned() == 15_000
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[1].entries[0].id, "hr", "withdrawn", now=world.now)
    # The third event on "a" earns it again: one award of it stands.
    assert liked(world) == (2, 2)
    assert world.earned() == 14_000
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[3].entries[0].id, "hr", "withdrawn", now=world.now)
    # Nothing earns it for "b" any more, and what is permanent is kept.
    assert liked(world) == (2, 2)
    assert world.earned() == 13_000
    likes(world, "b", "b", "c", "c")
    assert liked(world) == (3, 3)
    world.sound()


def test_case_22_a_closed_period_gave_it_for_one_object_and_the_next_gives_it_for_another(
    empty_world: Any,
) -> None:
    world = empty_world.found(BY_OBJECT)
    likes(world, "a", "a")
    world.now += DAY
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now - HOUR, "hr", world.now)
    likes(world, "b", "b", "a", "a")
    assert liked(world) == (2, 2)
    likes(world, "c")
    # Out of order: the open period is folded again from its base.
    world.record(world.event(object="c", at=world.now - HOUR - MINUTE))
    assert liked(world) == (3, 3)
    world.sound()


def test_two_accounts_that_become_one_keep_the_badge_of_each_object_once(empty_world: Any) -> None:
    world = empty_world.found(BY_OBJECT)
    likes(world, "a", "a", "b", "b")
    likes(world, "b", "b", "c", "c", person="ben")
    world.now += DAY
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now - HOUR, "hr", world.now)
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    assert liked(world)[0] == 3
    world.sound()


def test_case_23_reverted_and_earned_again_is_allowed(world: Any) -> None:
    (receipt,) = world.record(world.event(at=world.now - HOUR, object="post"))
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "deleted", now=world.now)
    assert world.record(world.event(object="post"))[0].status == "awarded"
    assert world.earned() == 20_000
    world.sound()


def test_case_24_redeemed_then_reversed_goes_negative_until_repaid(world: Any) -> None:
    (receipt,) = world.record(world.event())
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "mug", "k1", now=world.now)
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "fraud", now=world.now)
    assert world.balances().spendable == -15_000
    assert world.earned() == 0
    with pytest.raises(Insufficient, match="spendable"), world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k2", now=world.now)
    world.record(world.event(at=world.now - DAY), world.event(at=world.now))
    assert world.balances().spendable == 25_000
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k3", now=world.now)
    world.sound()
