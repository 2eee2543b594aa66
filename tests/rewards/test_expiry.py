"""Points lapse by age, the oldest first; ranks keep them."""

from datetime import timedelta
from typing import Any

from rewards.claims import claim_reward
from rewards.expiry import expire_due
from rewards.program import balances
from rewards.worker import work_once

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
        claim_reward(tx, world.organisation, "ana", "mug", "k", world.now)
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


def test_the_worker_lets_points_lapse(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    world.record(world.event())
    world.now += timedelta(days=31)
    for _ in range(2):
        work_once(world.db, world.now, lambda *_: None)
    assert spendable(world) == (0, 20_000)
    world.sound()
