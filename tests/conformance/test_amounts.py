"""Cases 11 to 20: amounts and caps, through `record`. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Insufficient
from rewards.ledger.entries import badges_for
from rewards.shop.claims import claim_reward


def test_case_20_an_empty_budget_refuses_the_points_and_leaves_the_badge(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k", now=world.now)
    with pytest.raises(Insufficient, match=r"budget trip:2026-11: 10 points asked"), world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ben", "trip", "k", now=world.now)
    with world.db.begin() as tx:
        assert {b.badge for b in badges_for(tx, world.organisation, "ben")} == {"first"}
    assert world.balances("ben").spendable == 20_000
    world.sound()
