"""Thanks: several at once, taken back, looked at late, and across closed periods."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.faults import BadValue, Conflict, Insufficient, NotFound, Refused
from rewards.ledger.periods import close_period
from rewards.review import decide, open_reviews
from rewards.store import journal
from rewards.thanks.recognition import (
    kudos_allowance_left,
    kudos_given,
    kudos_received,
    thank_several,
)
from rewards.thanks.withdrawal import withdraw_kudos
from tests.conformance.helpers import DAY, board, kudos

SPENDABLE = """
name: s
title: S
rules: [{id: thanks, title: Thanked, on: kudos, beneficiary: owner, points: 1}]
recognition: {kudos: {allowance: 100, gift: 10, reciprocal_limit: 1, spendable: true}}
rewards: [{id: mug, title: Mug, points: 5}]
leaderboards: [{id: week, title: Week, window: week, minimum_group: 2}]
privacy: {minimum_group: 2}
"""


def several(world: Any, receivers: list[str], key: str = "k", amount: int | None = None) -> Any:
    with world.db.begin() as tx:
        return thank_several(
            tx,
            world.organisation,
            "ana",
            receivers,
            "Well done",
            tags=[],
            key=key,
            now=world.now,
            amount=amount,
        )


def left(world: Any, person: str = "ana") -> int | None:
    with world.db.read() as tx:
        return kudos_allowance_left(tx, world.organisation, person, world.now)


def withdraw(world: Any, kudos_id: str, giver: str | None = "ana") -> None:
    with world.db.begin() as tx:
        withdraw_kudos(
            tx, world.organisation, int(kudos_id), giver, giver or "hr", reason="a mistake", now=world.now
        )


def thanked(world: Any, person: str) -> int:
    with world.db.read() as tx:
        who = next(row for row in world.entries(person) if row.kind == "kudos")
        assert who.amount_millipoints
        return journal.held_by_all(tx, world.organisation, "thanked")


@pytest.mark.parametrize("amount", [0, -1, -10_000])
def test_a_gift_of_nothing_is_refused(world: Any, amount: int) -> None:
    with pytest.raises(BadValue, match=f"gift of {amount} millipoints"):
        several(world, ["ben"], amount=amount)
    assert left(world) == 100_000


def test_one_request_thanks_several_and_the_remainder_stays_with_the_giver(world: Any) -> None:
    receipts = several(world, ["ben", "cleo", "dan"], amount=10_000)
    assert len({receipt.id for receipt in receipts}) == 3
    assert left(world) == 100_000 - 3 * 3_333
    assert thanked(world, "cleo") == 3 * 3_333
    assert [receipt.status for receipt in several(world, ["ben", "cleo", "dan"], amount=10_000)] == [
        "duplicate"
    ] * 3
    assert left(world) == 100_000 - 3 * 3_333
    world.sound()


def test_without_an_amount_each_of_several_gets_the_schemes_gift(world: Any) -> None:
    several(world, ["ben", "cleo"])
    assert left(world) == 80_000


def test_several_are_thanked_or_none(world: Any) -> None:
    with pytest.raises(Refused, match="oneself"):
        several(world, ["ben", "ana"])
    with pytest.raises(BadValue, match="each once"):
        several(world, ["ben", "ben"])
    with pytest.raises(BadValue, match="limit at least 1 for each"):
        several(world, ["ben", "cleo"], amount=1)
    with pytest.raises(Insufficient):
        several(world, ["ben", "cleo"], amount=102_000)
    assert left(world) == 100_000
    with world.db.read() as tx:
        assert kudos_given(tx, world.organisation, "ana", 100) == []
    several(world, ["ben"], "once")
    with pytest.raises(Conflict, match="other thanks"):
        several(world, ["ben", "cleo"], "once")


def test_thanks_taken_back_leave_nothing_behind(world: Any) -> None:
    (receipt,) = several(world, ["ben"])
    assert world.earned("ben") == 1_000
    with pytest.raises(NotFound):
        withdraw(world, receipt.id, "ben")
    withdraw(world, receipt.id)
    assert (world.earned("ben"), left(world)) == (0, 100_000)
    with world.db.read() as tx:
        assert kudos_received(tx, world.organisation, "ben") == []
        assert kudos_given(tx, world.organisation, "ana") == []
    with pytest.raises(Conflict, match="withdrawn already"):
        withdraw(world, receipt.id)
    world.sound()


def test_held_thanks_taken_back_ask_nobody_for_a_look(empty_world: Any) -> None:
    world = empty_world.found(SPENDABLE)
    for n in range(2):
        kudos(world, "ben", "ana", f"b{n}")
        last = kudos(world, "ana", "ben", f"a{n}")
    assert last.status == "held"
    withdraw(world, last.id)
    with world.db.read() as tx:
        assert open_reviews(tx, world.organisation) == []
    assert left(world) == 90_000
    world.sound()


def test_thanks_whose_points_were_spent_stay(empty_world: Any) -> None:
    from rewards.shop.claims import claim_reward

    world = empty_world.found(SPENDABLE)
    (receipt,) = several(world, ["ben"])
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ben", "mug", "k", now=world.now)
    with pytest.raises(Refused, match="the points were spent"):
        withdraw(world, receipt.id, None)
    world.sound()


def held(world: Any) -> str:
    """A gift of ana to ben that waits for a look; each has thanked the other once before."""
    for n in range(2):
        kudos(world, "ben", "ana", f"b{n}")
        last = kudos(world, "ana", "ben", f"a{n}")
    assert last.status == "held"
    return str(last.id)


def approve(world: Any) -> None:
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, world.organisation)
        decide(tx, world.organisation, review.id, "approve", "hr", reason="they work together", now=world.now)


def test_a_look_that_takes_longer_than_the_grace_period_loses_nothing(empty_world: Any) -> None:
    world = empty_world.found(SPENDABLE)
    held(world)
    before = world.balances("ben")
    world.now += 10 * DAY
    approve(world)
    after = world.balances("ben")
    assert (after.earned - before.earned, after.spendable - before.spendable) == (1_000, 11_000)
    world.sound()


def test_a_gift_of_a_closed_period_counts_today_and_changes_no_closed_board(empty_world: Any) -> None:
    world = empty_world.found(SPENDABLE)
    held(world)
    week = {row.label: row.amount_millipoints for row in board(world).rows}
    began, world.now = world.now, world.now + 10 * DAY
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now, "hr", world.now)
    approve(world)
    assert world.earned("ben") == 2_000
    assert {row.label: row.amount_millipoints for row in board(world).rows} == {"Ben": 1_000} or (
        board(world).suppressed
    )
    world.now = began
    assert {row.label: row.amount_millipoints for row in board(world).rows} == week
    world.sound()


def test_an_award_released_after_its_period_was_closed_changes_no_closed_board(empty_world: Any) -> None:
    from rewards.ledger.holds import release_due

    text = "{id: share, title: Share, on: share, points: 2, hold_hours: 100}"
    world = empty_world.found(SPENDABLE.replace("rules: [", f"rules: [{text}, "))
    world.record(world.event("ana"), world.event("ben"), world.event("cleo"))
    began, world.now = world.now, world.now + 10 * DAY
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now - timedelta(days=1), "hr", world.now)
        assert release_due(tx, world.organisation, world.now) == 3
    assert {row.amount_millipoints for row in board(world).rows} == {2_000}
    world.now = began
    assert board(world).rows == ()
    world.sound()
