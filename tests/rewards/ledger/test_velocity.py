"""The velocity limit: which events wait for a review, to the second, in whatever order they arrive."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.events import Event
from rewards.ledger.periods import close_period
from rewards.review import decide, open_reviews
from tests.conformance.helpers import publish
from tests.conftest import World

FAST = """
name: fast
title: Fast
rules: [{id: share, title: Share, on: share, points: 10}]
fair_play: {review_above_per_hour: 3}
"""


@pytest.fixture
def fast(db: Any) -> World:
    return World(db).found(FAST)


def at(world: World, seconds: int, person: str = "ana") -> Event:
    return world.event(
        person, world.now - timedelta(hours=2) + timedelta(seconds=seconds), id=f"{person}{seconds}"
    )


def held(world: World, person: str = "ana") -> list[str | None]:
    """The events whose award waits."""
    return [event for event, _, _, reason in world.standing(person) if reason == "held_for_review"]


@pytest.mark.parametrize(("last", "waits"), [(3599, True), (3600, False), (3601, False)])
def test_an_event_an_hour_before_no_longer_counts(fast: World, last: int, waits: bool) -> None:
    fast.record(*(at(fast, seconds) for seconds in (0, 1200, 2400, last)))
    assert held(fast) == ([f"ana{last}"] if waits else [])


def test_the_hour_moves_on_event_by_event(fast: World) -> None:
    fast.record(*(at(fast, seconds) for seconds in (0, 1200, 2400, 3610, 3620)))
    assert held(fast) == ["ana3620"]


def test_a_late_event_holds_a_later_one_that_had_counted(fast: World) -> None:
    fast.record(*(at(fast, seconds) for seconds in (0, 1200, 2400)))
    assert (held(fast), fast.earned()) == ([], 30_000)
    (late,) = fast.record(at(fast, 1800))
    assert late.reason == "awarded"
    assert (held(fast), fast.earned(), fast.balances().held) == (["ana2400"], 30_000, 10_000)
    fast.sound()


def test_what_was_reviewed_is_not_held_again(fast: World) -> None:
    fast.record(*(at(fast, seconds) for seconds in (0, 1200, 2400, 2500)))
    with fast.db.begin() as tx:
        (review,) = open_reviews(tx, fast.organisation)
        decide(tx, fast.organisation, review.id, "approve", "hal", reason="fine", now=fast.now)
    assert held(fast) == []
    fast.record(at(fast, 1800))
    # The fourth now is the one at 2400; the one at 2500 was looked at.
    assert held(fast) == ["ana2400"]


def test_each_person_has_a_limit_of_her_own(fast: World) -> None:
    fast.record(*(at(fast, seconds, person) for seconds in (0, 10, 20) for person in ("ana", "ben")))
    assert held(fast) == held(fast, "ben") == []
    fast.record(at(fast, 30, "ben"), at(fast, 30, "cleo"))
    assert (held(fast), held(fast, "ben"), held(fast, "cleo")) == ([], ["ben30"], [])


def test_history_that_is_brought_in_waits_for_nobody(fast: World) -> None:
    fast.record(*(at(fast, seconds) for seconds in range(6)), backfill=True)
    assert (held(fast), fast.earned()) == ([], 60_000)
    # It counts for what comes after it all the same.
    fast.record(at(fast, 60))
    assert held(fast) == ["ana60"]


def test_a_batch_of_several_hours_is_looked_at_whole(fast: World) -> None:
    fast.record(*(at(fast, seconds) for seconds in (0, 10, 20, 30, 5400)))
    assert held(fast) == ["ana30"]


def test_nothing_of_a_closed_period_is_held_any_more(db: Any) -> None:
    world = World(db).found(FAST.replace("per_hour: 3", "per_hour: 10"))
    world.record(*(at(world, seconds) for seconds in (0, 10, 20, 30)))
    # A version that reaches back allows fewer; before the next event the period is closed.
    publish(world, FAST, world.now - timedelta(hours=3), "exact")
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now - timedelta(minutes=119), "hr", world.now)
    world.record(at(world, 70))
    assert (held(world), world.earned()) == (["ana70"], 40_000)
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, world.organisation)
    assert review.detail == {"events_in_an_hour": 5, "limit": 3}
