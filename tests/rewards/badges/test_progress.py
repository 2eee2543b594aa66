"""Progress towards badges is what scoring itself counts."""

from datetime import timedelta

import pytest

from rewards.badges.progress import badge_progress
from rewards.faults import NotFound
from rewards.ledger.periods import close_period
from rewards.publishing.publication import publish_scheme
from tests.conftest import SHARES, World


def shares(world: World, person: str = "ana") -> list[tuple[str, bool, float]]:
    with world.db.read() as tx:
        return [(b.badge, b.held, b.share) for b in badge_progress(tx, "acme", person, world.now)]


def test_before_any_event_nothing_is_done(world: World) -> None:
    assert shares(world) == [("first", False, 0.0), ("loud", False, 0.0)]


def test_a_share_earns_the_first_badge_and_half_of_the_second(world: World) -> None:
    world.record(world.event())
    assert shares(world) == [("first", True, 1.0), ("loud", False, 0.5)]
    with world.db.read() as tx:
        (step,) = badge_progress(tx, "acme", "ana", world.now)[1].steps
    assert (step.what, step.done, step.needed) == ("Share", "1", "2")


def test_nobody_has_no_progress(world: World) -> None:
    with pytest.raises(NotFound):
        shares(world, "nobody")


def test_progress_of_closed_periods_outlasts_a_publication(world: World) -> None:
    world.record(world.event())
    before, world.now = world.now, world.now + timedelta(days=2)
    with world.db.begin() as tx:
        close_period(tx, "acme", before + timedelta(hours=1), "hr", world.now)
    for _ in range(2):
        with world.db.begin() as tx:
            publish_scheme(tx, "acme", world.scheme(SHARES), world.now, "hr", "again", world.now)
        assert shares(world) == [("first", True, 1.0), ("loud", False, 0.5)]
