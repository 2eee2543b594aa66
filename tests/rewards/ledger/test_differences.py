"""What a replay changes in the ledger: amounts with the same reason, versions with the same amount, and nothing else."""

from typing import Any

from tests.conformance.helpers import DAY, HOUR, MINUTE, publish

HALVED = "{name: s, title: S, rules: [{id: share, title: Share, on: share, points: 10, decay: {factor: 1/2, window: day}}]}"
SAME = HALVED.replace("title: S,", "title: T,", 1)
LITTLE = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 10}]
award_budget: {points: 15}
"""


def standing(world: Any) -> list[tuple[int, str, int]]:
    """(millipoints, reason, version) of what nothing has undone, by event."""
    found = world.entries()
    undone = {entry.reverses for entry in found}
    kept = [entry for entry in found if entry.reverses is None and entry.id not in undone]
    kept.sort(key=lambda entry: entry.event_id)
    return [(entry.amount_millipoints, entry.reason, entry.scheme_version) for entry in kept]


def test_an_amount_that_changes_with_the_same_reason_is_posted_anew(empty_world: Any) -> None:
    world = empty_world.found(HALVED)
    world.record(world.event(id="b"))
    world.record(world.event(at=world.now - MINUTE, id="a"))
    assert standing(world) == [(10_000, "awarded", 1), (5_000, "awarded", 1)]
    assert world.earned() == 15_000
    world.sound()


def test_a_version_of_the_same_amount_takes_the_entries_over(empty_world: Any) -> None:
    world = empty_world.found(HALVED)
    world.record(world.event(id="a"))
    publish(world, SAME, world.now - DAY, "exact")
    assert standing(world) == [(10_000, "awarded", 2)]
    world.sound()


def test_what_the_budget_no_longer_paid_is_not_posted_anew(empty_world: Any) -> None:
    world = empty_world.found(LITTLE)
    world.record(world.event(id="b"))
    world.record(world.event(id="c"))
    assert standing(world) == [(10_000, "awarded", 1), (10_000, "budget_empty", 1)]
    count = len(world.entries())
    world.record(world.event(at=world.now - HOUR, id="a"))
    # Late, and without points to spend: it takes nothing from those that had them.
    assert len(world.entries()) == count + 1
    assert world.balances().spendable == 15_000
    world.sound()


def test_a_badge_called_as_its_rule_has_an_amount_of_its_own(empty_world: Any) -> None:
    text = (
        "{name: s, title: S, rules: [{id: share, title: Share, on: share, points: 10}], "
        "badges: [{id: share, title: Sharer, points: 5, groups: [[{metric: awards, of: share, at_least: 1}]]}]}"
    )
    world = empty_world.found(text)
    world.record(world.event())
    publish(world, text.replace("points: 10", "points: 20"), world.now - DAY, "exact")
    why = {entry.kind: entry.why for entry in world.entries()[:2]}
    assert "raised it from 10 points" in why["points"]
    assert "version" not in why["badge"]
