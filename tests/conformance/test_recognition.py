"""Cases 32 to 38: recognition and rewards. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Conflict, Fault, Insufficient, Refused
from rewards.people.people import (
    link_people,
)
from rewards.review import decide, open_reviews
from rewards.shop.claims import cancel_claim, claim_reward
from rewards.thanks.recognition import kudos_allowance_left, kudos_given, kudos_received
from tests.conformance.helpers import DAY, in_threads, kudos


def test_case_32_kudos_to_oneself_or_a_linked_account_are_refused(world: Any) -> None:
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "ana", "ben", world.now)
    for receiver in ("ana", "ben"):
        with pytest.raises(Refused, match="oneself or to a linked"):
            kudos(world, "ana", receiver, "k")


def test_case_33_eighty_concurrent_gifts_send_exactly_the_allowance(world: Any) -> None:
    results = in_threads(80, lambda n: kudos(world, "ana", world.people[1 + n % 4], f"k{n}").status)
    assert sum(not isinstance(result, Fault) for result in results) == 10
    assert all(isinstance(result, str | Insufficient) for result in results)
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now) == 0
        assert len(kudos_given(tx, world.organisation, "ana", 100)) == 10
    world.sound()


def test_case_34_the_allowance_is_granted_once_a_period(world: Any) -> None:
    in_threads(8, lambda n: kudos(world, "ana", world.people[1 + n % 4], f"k{n}").status)
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now) == 20_000
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now + 30 * DAY) == 100_000
    assert [e.origin for e in world.entries()].count("allowance") == 1


def test_case_35_a_reciprocal_pair_beyond_its_limit_is_held(world: Any) -> None:
    for n in range(2):
        kudos(world, "ana", "ben", f"a{n}")
        kudos(world, "ben", "ana", f"b{n}")
    assert kudos(world, "ana", "ben", "a3").status == "awarded"
    held = kudos(world, "ben", "ana", "b3")
    assert (held.status, held.reason) == ("held", "held_for_review")
    with world.db.begin() as tx:
        assert len(kudos_received(tx, world.organisation, "ana")) == 2
        (review,) = open_reviews(tx, world.organisation)
        decide(tx, world.organisation, review.id, "decline", "hr", reason="swapped", now=world.now)
        assert kudos_allowance_left(tx, world.organisation, "ben", world.now) == 80_000
        with pytest.raises(Conflict, match="already"):
            decide(tx, world.organisation, review.id, "approve", "hr", reason="again", now=world.now)
    world.sound()


def test_case_36_the_last_reward_goes_to_one_of_two_claimants(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))

    def claim(n: int) -> str:
        with world.db.begin() as tx:
            return claim_reward(tx, world.organisation, ("ana", "ben")[n], "mug", "k", now=world.now).status

    results = in_threads(2, claim)
    loser = ("ana", "ben")[next(n for n, result in enumerate(results) if isinstance(result, Insufficient))]
    assert "approved" in results
    assert world.balances(loser).spendable == 20_000
    world.sound()


def test_case_37_a_cancelled_reward_returns_balance_and_stock(world: Any) -> None:
    world.record(world.event("ana"))
    with world.db.begin() as tx:
        claim = claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now)
        assert claim_reward(tx, world.organisation, "ana", "mug", "k", now=world.now) == claim
        cancel_claim(tx, world.organisation, claim.id, "ana", "changed my mind", now=world.now)
        with pytest.raises(Conflict):
            cancel_claim(tx, world.organisation, claim.id, "ana", "again", now=world.now)
        claim_reward(tx, world.organisation, "ana", "mug", "k2", now=world.now)
    assert world.balances() == type(world.balances())(20_000, 5_000, 0)
    world.sound()


def test_case_38_a_message_is_kept_as_plain_text(world: Any) -> None:
    kudos(world, "ana", "ben", "k", "<script>alert(1)</script>")
    with world.db.read() as tx:
        (found,) = kudos_received(tx, world.organisation, "ben")
    assert found.message == "<script>alert(1)</script>"
