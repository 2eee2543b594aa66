"""What is left of caps, how streaks stand and which level is held, as scoring itself counts them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rewards.badges.outlook import NOTHING, LevelHeld, StreakToday, level_held, outlook
from rewards.document import load_document
from rewards.people.people import set_leave
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from tests.conftest import World

SCHEME = """
name: s
title: S
rules:
  - {id: share, title: Share, on: share, points: 3, caps: [{window: day, points: 5}, {window: day, points: 9}, {window: week, points: 20}]}
caps: [{window: month, points: 40}]
streaks: [{id: daily, title: Daily, kinds: [share], days: [mon, tue, wed, thu, fri, sat, sun], freezes: 1, freeze_window: total}]
levels: [{id: low, title: Low, points: 4}, {id: high, title: High, points: 100}]
"""


@pytest.fixture
def rules(world: World) -> World:
    scheme = load_document(SCHEME, IncentiveScheme, "s")
    with world.db.begin() as tx:
        publish_scheme(tx, "acme", scheme, world.now, "hr", "a test", world.now)
    return world


def seen(
    world: World, days: int = 0
) -> tuple[dict[tuple[str, str], tuple[int, int]], StreakToday, LevelHeld | None]:
    with world.db.read() as tx:
        found = outlook(tx, "acme", "ana", world.now + timedelta(days=days))
    (streak,) = found.streaks
    caps = {(cap.rule, cap.window): (cap.left_millipoints, cap.whole_millipoints) for cap in found.caps}
    return caps, streak, found.level


def test_without_a_scheme_there_is_nothing(world: World) -> None:
    with world.db.read() as tx:
        assert outlook(tx, "acme", "ana", world.now - timedelta(days=400)) == NOTHING


def test_before_any_event_everything_is_left(rules: World) -> None:
    caps, streak, level = seen(rules)
    assert caps == {
        ("Share", "day"): (5000, 5000),
        ("Share", "week"): (20000, 20000),
        ("", "month"): (40000, 40000),
    }
    assert (streak.days, streak.broken, streak.freezes_left) == (0, False, 1)
    assert level == LevelHeld("", "Low", 4000)


def test_what_was_earned_is_gone_from_every_cap_until_its_window_ends(rules: World) -> None:
    rules.record(rules.event())
    rules.record(rules.event())
    caps, _, level = seen(rules)
    assert caps["Share", "day"] == (0, 5000)
    assert caps["Share", "week"] == (15000, 20000)
    assert caps["", "month"] == (35000, 40000)
    assert level == LevelHeld("Low", "High", 95000)
    later, _, _ = seen(rules, days=1)
    assert later["Share", "day"] == (5000, 5000)


def test_a_streak_is_kept_frozen_then_broken(rules: World) -> None:
    rules.record(rules.event())
    _, today, _ = seen(rules)
    assert (today.days, today.acted_today, today.frozen_days, today.broken) == (1, True, 0, False)
    _, tomorrow, _ = seen(rules, days=1)
    assert (tomorrow.days, tomorrow.acted_today, tomorrow.frozen_days, tomorrow.broken) == (
        1,
        False,
        0,
        False,
    )
    _, missed, _ = seen(rules, days=2)
    assert (missed.frozen_days, missed.freezes_left, missed.broken) == (1, 0, False)
    _, broken, _ = seen(rules, days=3)
    assert (broken.frozen_days, broken.broken) == (0, True)


def test_leave_excuses(rules: World) -> None:
    rules.record(rules.event())
    first = rules.now.date() + timedelta(days=1)
    with rules.db.begin() as tx:
        set_leave(tx, "acme", "ana", first, first + timedelta(days=5), now=rules.now)
    _, back, _ = seen(rules, days=6)
    assert (back.frozen_days, back.broken) == (0, False)


def test_levels() -> None:
    scheme = load_document(SCHEME, IncentiveScheme, "s")
    assert level_held(scheme, 100_000) == LevelHeld("High", "", None)
    none = load_document(
        "name: s\ntitle: S\nrules: [{id: a, title: A, on: share, points: 1}]", IncentiveScheme, "s"
    )
    assert level_held(none, 5) is None
