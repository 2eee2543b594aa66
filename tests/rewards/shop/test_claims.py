"""Stock, budgets, allowances and the terms of refunds through versions of the scheme: they follow, and never grow by themselves."""

from typing import Any

import pytest

from rewards.faults import Conflict, Insufficient, Refused
from rewards.publishing.publication import roll_back
from rewards.shop.claims import approve_claim, cancel_claim, claim_reward, returnable, rewards_for
from rewards.thanks.recognition import kudos_allowance_left
from tests.conformance.helpers import DAY, kudos, publish

SCHEME = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 100}]
recognition: {kudos: {allowance: 100, gift: 10, per_pair: 100, reciprocal_limit: 100}}
rewards:
  - {id: mug, title: Mug, points: 10, stock: 1}
  - {id: trip, title: Trip, points: 10, budget_points: 20}
  - {id: card, title: Card, points: 10, approval: true}
  - {id: talk, title: Talk, points: 10, approval: true, refund: always}
"""


@pytest.fixture
def world(empty_world: Any) -> Any:
    made = empty_world.found(SCHEME)
    made.record(*(made.event(person) for person in made.people))
    return made


def claim(world: Any, reward: str, key: str, person: str = "ana") -> Any:
    with world.db.begin() as tx:
        return claim_reward(tx, world.organisation, person, reward, key, now=world.now)


def cancel(world: Any, made: Any, by_hr: bool = False) -> Any:
    with world.db.begin() as tx:
        return cancel_claim(
            tx, world.organisation, made.id, "hr" if by_hr else "ana", "no", now=world.now, by_hr=by_hr
        )


def approve(world: Any, made: Any) -> None:
    with world.db.begin() as tx:
        approve_claim(tx, world.organisation, made.id, "hr", "yes", now=world.now)


def left(world: Any, reward: str = "mug") -> int | None:
    with world.db.read() as tx:
        return next(
            one.left for one in rewards_for(tx, world.organisation, "ana", world.now) if one.id == reward
        )


def change(world: Any, old: str, new: str) -> Any:
    world.now += DAY / 24
    return publish(world, SCHEME.replace(old, new), world.now)


def bought(world: Any, reward: str) -> int:
    """How many more can be had of it now."""
    for n in range(100):
        try:
            claim(world, reward, f"{world.now}{n}", world.people[n % 5])
        except Insufficient:
            return n
    return 100


def test_stock_raised_from_one_to_five_leaves_four(world: Any) -> None:
    made = claim(world, "mug", "k")
    assert left(world) == 0
    version = change(world, "stock: 1", "stock: 5").version
    assert left(world) == 4
    change(world, "stock: 1", "stock: 5")
    assert left(world) == 4
    cancel(world, made)
    assert (left(world), bought(world, "mug"), left(world)) == (5, 5, 0)
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version, "hr", "test", now=world.now)
    assert left(world) == 0
    world.sound()


def test_stock_lowered_below_what_was_taken_comes_back_only_with_the_number(world: Any) -> None:
    change(world, "stock: 1", "stock: 3")
    first, *_ = [claim(world, "mug", f"k{n}", world.people[n]) for n in range(3)]
    change(world, "stock: 1", "stock: 2")
    cancel(world, first, by_hr=True)
    assert (left(world), bought(world, "mug")) == (0, 0)
    change(world, ", stock: 1", "")
    assert left(world) is None
    claim(world, "mug", "more")
    change(world, "stock: 1", "stock: 4")
    assert left(world) == 1


def test_a_reward_that_comes_back_after_a_while_has_what_was_left_of_it(world: Any) -> None:
    claim(world, "mug", "k")
    change(world, "  - {id: mug, title: Mug, points: 10, stock: 1}\n", "")
    change(world, "Mug", "A mug")
    assert left(world) == 0


@pytest.mark.parametrize(("amounts", "more"), [([50], 4), ([10], 0), ([50, 20, 50, 20], 1), ([10, 20], 1)])
def test_a_months_budget_follows_the_version_less_what_was_claimed(
    world: Any, amounts: list[int], more: int
) -> None:
    claim(world, "trip", "k")
    for amount in amounts:
        change(world, "budget_points: 20", f"budget_points: {amount}")
        with pytest.raises(Insufficient):
            _too_many(world, amount)
    assert bought(world, "trip") == more
    world.sound()


def _too_many(world: Any, amount: int) -> None:
    """More claims than the whole budget, all undone again."""
    with world.db.begin() as tx:
        for n in range(amount // 10 + 1):
            claim_reward(
                tx, world.organisation, world.people[n % 5], "trip", f"m{n}{world.now}", now=world.now
            )


def test_a_budget_left_out_for_a_while_counts_what_was_claimed_meanwhile(world: Any) -> None:
    change(world, ", budget_points: 20", "")
    for n in range(3):
        claim(world, "trip", f"k{n}")
    change(world, "Trip", "A trip")
    assert bought(world, "trip") == 0
    world.sound()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("allowance: 150", 140),
        ("allowance: 5", 0),
        ("allowance: 100", 90),
        ("allowance: 100, period: week", 90),
    ],
)
def test_an_allowance_follows_the_version_less_what_was_given(world: Any, words: str, expected: int) -> None:
    kudos(world, "ana", "ben", "k")
    change(world, "allowance: 100", words)
    assert allowance(world) == expected
    if expected:
        kudos(world, "ana", "ben", "l")
        assert allowance(world) == expected - 10
    change(world, "Mug", "A mug")
    assert allowance(world) == (80 if expected else 90)
    world.sound()


def allowance(world: Any) -> int:
    with world.db.read() as tx:
        found = kudos_allowance_left(tx, world.organisation, "ana", world.now)
    assert found is not None
    return found // 1000


def test_what_was_approved_stays(world: Any) -> None:
    made = claim(world, "card", "k")
    with world.db.read() as tx:
        assert returnable(tx, world.organisation, "ana", world.now) == {made.id}
    approve(world, made)
    with world.db.read() as tx:
        assert returnable(tx, world.organisation, "ana", world.now) == set()
    with pytest.raises(
        Conflict, match="handed out since; it could be taken back until it was approved; ask HR"
    ):
        cancel(world, made)
    assert world.balances().spendable == 90_000
    assert cancel(world, made, by_hr=True).status == "cancelled"
    assert world.balances().spendable == 100_000
    world.sound()


def test_before_it_is_approved_a_claim_is_taken_back(world: Any) -> None:
    assert cancel(world, claim(world, "card", "k")).status == "cancelled"


def test_where_nobody_approves_a_claim_is_taken_back_on_its_day(world: Any) -> None:
    first, second = claim(world, "trip", "k"), claim(world, "trip", "l")
    assert cancel(world, first).status == "cancelled"
    world.now += DAY
    with pytest.raises(Conflict, match="on the day of the claim; ask HR"):
        cancel(world, second)


def test_a_claim_keeps_the_terms_it_was_made_under(world: Any) -> None:
    generous, strict = claim(world, "talk", "k"), claim(world, "card", "l")
    approve(world, generous)
    approve(world, strict)
    change(world, ", refund: always", "")
    change(world, "Card, points: 10, approval: true", "Card, points: 10, approval: true, refund: always")
    assert cancel(world, generous).status == "cancelled"
    with pytest.raises(Conflict):
        cancel(world, strict)


def test_hr_takes_back_no_claim_of_her_own(world: Any) -> None:
    made = claim(world, "card", "k")
    with pytest.raises(Refused), world.db.begin() as tx:
        cancel_claim(tx, world.organisation, made.id, "ana", "no", now=world.now, by_hr=True)
