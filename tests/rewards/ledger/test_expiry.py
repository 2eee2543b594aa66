"""Points lapse by age, the oldest first; ranks keep them."""

from datetime import timedelta
from typing import Any

from rewards.ledger.entries import balances
from rewards.ledger.expiry import expire_due
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.organisations import create_organisation
from rewards.publishing.publication import publish_scheme
from rewards.shop.claims import cancel_claim, claim_reward
from rewards.thanks.withdrawal import withdraw_kudos
from rewards.worker import work_once
from tests.conformance.helpers import kudos

SCHEME = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 20}]
rewards: [{id: mug, title: Mug, points: 15}]
calendar: {redemption_expiry_days: 30}
"""


def spendable(world: Any, person: str = "ana") -> tuple[int, int]:
    with world.db.read() as tx:
        found = balances(tx, world.organisation, person)
    return found.spendable, found.earned


def expire(world: Any) -> int:
    with world.db.begin() as tx:
        return expire_due(tx, world.organisation, world.now)


def test_what_was_not_spent_in_time_lapses_once_and_ranks_stay(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    began = world.now
    world.record(world.event())
    world.now = began + timedelta(days=10)
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now)
    world.record(world.event())
    world.now = began + timedelta(days=29)
    assert expire(world) == 0
    assert spendable(world) == (25_000, 40_000)
    world.now = began + timedelta(days=31)
    assert [expire(world), expire(world)] == [1, 0]
    # Of the first 20 points 15 were spent, so that 5 lapse; the second 20 are young.
    assert spendable(world) == (20_000, 40_000)
    assert world.entries()[0].why == "These points were not spent in time. Your rank keeps them."
    world.now = began + timedelta(days=41)
    assert expire(world) == 1
    assert spendable(world) == (0, 40_000)
    world.sound()


def test_a_scheme_without_a_limit_and_debts_lose_nothing(empty_world: Any) -> None:
    world = empty_world.found(SCHEME.replace("calendar: {redemption_expiry_days: 30}", ""))
    world.record(world.event())
    world.now += timedelta(days=400)
    assert expire(world) == 0
    assert spendable(world) == (20_000, 20_000)


def reverse(world: Any, entry: int) -> None:
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry, "hr", "test", now=world.now)


def test_taking_back_what_lapsed_unspent_makes_no_debt(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    (receipt,) = world.record(world.event())
    world.now += timedelta(days=31)
    world.record(world.event())
    assert expire(world) == 1
    reverse(world, receipt.entries[0].id)
    assert spendable(world) == (20_000, 20_000)
    assert world.entries()[0].why == "What had lapsed of points that were taken back is not owed."
    assert expire(world) == 0
    world.sound()


def test_taking_back_what_was_spent_still_does(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    (receipt,) = world.record(world.event())
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now)
    world.now += timedelta(days=31)
    assert expire(world) == 1
    reverse(world, receipt.entries[0].id)
    assert spendable(world) == (-15_000, 0)
    world.sound()


def test_what_comes_back_from_a_claim_can_be_spent_for_the_schemes_days(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    world.record(world.event())
    began = world.now
    with world.db.begin() as tx:
        claim = claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now)
    world.now = began + timedelta(days=29)
    with world.db.begin() as tx:
        cancel_claim(tx, world.organisation, claim.id, "hr", "out of mugs", now=world.now, by_hr=True)
    world.now = began + timedelta(days=58)
    assert (expire(world), spendable(world)) == (1, (15_000, 20_000))
    world.now = began + timedelta(days=60)
    assert (expire(world), spendable(world)) == (1, (0, 20_000))
    world.sound()


def test_counting_again_gives_old_points_no_new_life(empty_world: Any) -> None:
    world = empty_world.found(SCHEME.replace("points: 20", "points: 20, caps: [{window: day, points: 30}]"))
    began = world.now
    first, _ = world.record(world.event(), world.event())
    world.now = began + timedelta(days=20)
    # The second, of 10 points, comes to 20 without the first: half of it is new, all of it as old as it was.
    reverse(world, first.entries[0].id)
    assert spendable(world) == (20_000, 20_000)
    world.now = began + timedelta(days=31)
    assert (expire(world), spendable(world)) == (1, (0, 20_000))
    publish_again(world, 40)
    assert spendable(world) == (20_000, 40_000)
    assert (expire(world), spendable(world)) == (1, (0, 40_000))
    reverse(world, second_award(world))
    assert spendable(world) == (0, 0)
    world.sound()


def publish_again(world: Any, points: int) -> None:
    scheme = world.scheme(SCHEME.replace("points: 20", f"points: {points}"))
    with world.db.begin() as tx:
        publish_scheme(
            tx, world.organisation, scheme, world.now - timedelta(days=40), "hr", "test", world.now, mode="exact"
        )  # fmt: skip


def second_award(world: Any) -> int:
    found = world.entries()
    undone = {entry.reverses for entry in found}
    return max(e.id for e in found if e.kind == "points" and e.id not in undone and e.reverses is None)


def test_two_accounts_that_become_one_keep_the_age_of_their_points(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    began = world.now
    world.record(world.event("ben"))
    world.now = began + timedelta(days=20)
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now, "hr", world.now)
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    world.record(world.event("ana"))
    world.now = began + timedelta(days=31)
    assert (expire(world), spendable(world)) == (1, (20_000, 40_000))
    world.sound()


def test_the_worker_lets_points_lapse(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    world.record(world.event())
    world.now += timedelta(days=31)
    for _ in range(2):
        work_once(world.db, world.now, lambda *_: None)
    assert spendable(world) == (0, 20_000)
    world.sound()


def test_counting_again_what_was_spent_makes_newer_points_no_older(empty_world: Any) -> None:
    world = empty_world.found(SCHEME.replace("points: 20}", "points: 15}"))
    began = world.now
    world.record(world.event())
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now)
    world.now = began + timedelta(days=20)
    world.record(world.event())
    with world.db.begin() as tx:
        publish_scheme(
            tx, world.organisation, world.scheme(SCHEME), began, "hr", "test", world.now, mode="exact"
        )
    assert spendable(world) == (25_000, 40_000)
    world.now = began + timedelta(days=31)
    assert (expire(world), spendable(world)) == (1, (20_000, 40_000)), (
        "the raise of the first is as old as it"
    )
    world.now = began + timedelta(days=51)
    assert (expire(world), spendable(world)) == (1, (0, 40_000))
    world.sound()


def test_what_lapsed_of_an_award_taken_back_is_given_back_once(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    receipts = world.record(world.event(), world.event())
    world.now += timedelta(days=31)
    assert expire(world) == 1
    for receipt, earned in zip(receipts, (20_000, 0), strict=True):
        with world.db.begin() as tx:
            reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "test", now=world.now)
        assert spendable(world) == (0, earned)
    world.sound()


def test_points_lapse_when_their_days_are_over_to_the_microsecond(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    began = world.now
    world.record(world.event())
    for beyond, lost in ((0, 0), (1, 1), (2, 0)):
        world.now = began + timedelta(days=30, microseconds=beyond)
        assert expire(world) == lost
    assert spendable(world) == (0, 20_000)


def test_before_any_scheme_nothing_lapses(empty_world: Any) -> None:
    with empty_world.db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "UTC", empty_world.now)
    assert expire(empty_world) == 0


def test_taking_thanks_back_whose_points_lapsed_takes_no_others(empty_world: Any) -> None:
    world = empty_world.found(SCHEME + "recognition: {kudos: {allowance: 100, gift: 10, spendable: true}}\n")
    given = kudos(world, "ana", "ben", "k")
    world.now += timedelta(days=31)
    world.record(world.event("ben"))
    assert expire(world) == 1
    assert spendable(world, "ben")[0] == 20_000
    with world.db.begin() as tx:
        withdraw_kudos(tx, world.organisation, int(given.id), "ana", "ana", reason="a mistake", now=world.now)
    assert spendable(world, "ben")[0] == 20_000
    world.sound()
