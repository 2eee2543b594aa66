"""What is remembered outlasts versions: live on both databases, and in replay, entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from rewards.badges.progress import badge_progress
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme, roll_back
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.conftest import World
from tests.replays import balances_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NOTHING = "name: none\ntitle: None"


def scheme(*lines: str) -> str:
    """A scheme of those lines."""
    return "\n".join(("name: s", "title: S", *lines))


def rules(*texts: str) -> str:
    return "rules: [" + ", ".join(texts) + "]"


SHARE = "{id: share, title: Share, on: share, points: 1}"
CLICK = "{id: click, title: Click, on: click, points: 1}"


def capped(*caps: str, id_: str = "share", points: int = 10) -> str:
    return f"{{id: {id_}, title: T, on: {id_}, points: {points}, caps: [{', '.join(caps)}]}}"


def badges(*texts: str) -> str:
    return "badges: [" + ", ".join(texts) + "]"


def counted(least: int, more: str = "", need: str = "", id_: str = "ten") -> str:
    return f"{{id: {id_}, title: Ten, points: 5{more}, groups: [[{{metric: events, of: share, at_least: {least}{need}}}]]}}"


def lived(world: World, versions: Sequence[str], told: Sequence[list[Any]]) -> int:
    """Versions in turn, a day each, with ana's (hour, kind, fields) of the day; her points, after live and replay agreed."""
    world.now -= len(versions) * DAY
    world.now = world.now.replace(hour=0)
    start = world.now
    world.found(versions[0])
    since, events = [], []
    for version, day in zip(versions, told, strict=True):
        if world.now > start:
            with world.db.begin() as tx:
                publish_scheme(tx, "acme", world.scheme(version), world.now, "hr", "test", world.now)
            since.append((world.now, compile_scheme(world.scheme(version))))
        for hour, kind, rest in day:
            events.append(world.event("ana", world.now + hour * HOUR, kind, **rest))
        world.now += DAY
        if day:
            world.record(*events[-len(day) :])
    rows = [
        PersonRow(id=who, segment="sales", team="north", timezone="UTC", contacts=100) for who in world.people
    ]
    found = replay(events, compile_scheme(world.scheme(versions[0])), rows, since)
    views = world.entries()
    undone = {view.reverses for view in views}
    assert Counter(
        (v.event_id, v.rule, v.kind, v.amount_millipoints, v.reason)
        for v in views
        if v.reverses is None and v.id not in undone
    ) == Counter(
        (
            one.occasion.event.id,
            one.entry.item,
            one.entry.kind,
            one.entry.amount_millipoints,
            one.entry.reason.value,
        )
        for one in found.entries
    )
    world.sound()
    assert world.earned() == balances_of(found)["ana"]
    return world.earned() // 1000


def shares(count: int, **rest: Any) -> list[Any]:
    return [(1 + at / 10, "share", rest) for at in range(count)]


ONE = {"object": "one"}
KEPT = {
    "a badge is paid once": (
        [
            scheme(rules(SHARE), badges(counted(1))),
            scheme(rules(SHARE)),
            scheme(rules(SHARE), badges(counted(1))),
        ],
        [shares(1), shares(1), shares(1)],
        8,
    ),
    "a level of a badge is paid once": (
        [
            text := scheme(
                rules(SHARE),
                badges(counted(1, ", levels: [{id: more, title: More, times: 2, points: 7}]")),
            ),
            scheme(rules(SHARE)),
            text,
        ],
        [shares(2), shares(1), shares(2)],
        17,
    ),
    "a month's limit written second": (
        [
            scheme(rules(capped("{window: month, points: 100}"))),
            scheme(rules(capped("{window: day, points: 100}", "{window: month, points: 100}"))),
        ],
        [shares(6), shares(10)],
        100,
    ),
    "the limit of the whole scheme among others": (
        [
            scheme(rules(capped()), "caps: [{window: month, points: 100}]"),
            scheme(rules(capped()), "caps: [{window: day, points: 1000}, {window: month, points: 100}]"),
        ],
        [shares(6), shares(10)],
        100,
    ),
    "a limit that two share": (
        [
            scheme(rules(capped("{window: month, points: 100}", "{window: month, points: 70}"))),
            scheme(rules(capped("{window: month, points: 100}"))),
        ],
        [shares(9), shares(9)],
        100,
    ),
    "a limit that is lowered below what was used": (
        [
            scheme(rules(capped("{window: month, points: 50}"))),
            scheme(rules(capped("{window: month, points: 30}"))),
        ],
        [shares(4), shares(4)],
        40,
    ),
    "the limit of an object and its place": (
        [
            scheme(rules(capped("{window: total, points: 30, scope: object}"))),
            scheme(
                rules(capped("{window: day, points: 1000}", "{window: total, points: 30, scope: object}"))
            ),
        ],
        [shares(2, **ONE), shares(4, **ONE)],
        30,
    ),
    "the limit of a pair and its place": (
        [
            scheme(rules(capped("{window: total, points: 30, scope: pair}"))),
            scheme(rules(capped("{window: day, points: 1000}", "{window: total, points: 30, scope: pair}"))),
        ],
        [shares(2, owner="ben"), shares(4, owner="ben")],
        30,
    ),
    "a rule that was away: limit, repeats, cooldown, object": (
        [
            text := scheme(
                rules(
                    capped("{window: month, points: 15}"),
                    "{id: click, title: C, on: click, points: 8, decay: {factor: 1/2}}",
                    "{id: lead, title: L, on: lead, points: 100, cooldown_minutes: 4320}",
                    "{id: training, title: T, on: training, points: 1000, per_object: once}",
                )
            ),
            scheme(rules("{id: other, title: O, on: comment, points: 1}")),
            text,
        ],
        [
            [(1, "share", {}), (2, "click", {}), (3, "lead", {}), (4, "training", ONE)],
            [(1, "share", {}), (2, "click", {}), (3, "lead", {}), (4, "training", ONE)],
            [(1, "share", {}), (2, "click", {}), (3, "lead", {}), (4, "training", ONE)],
        ],
        15 + 12 + 100 + 1000,
    ),
    "a scheme retired and published again": (
        [
            text := scheme(rules(SHARE), badges(counted(3)), "caps: [{window: month, points: 9}]"),
            NOTHING,
            text,
        ],
        [shares(2), shares(2), shares(9)],
        9 + 5,
    ),
    "nine of ten under a new penalty": (
        [
            scheme(rules(SHARE), badges(counted(10))),
            scheme(rules(SHARE), badges(counted(10, ", penalties: [{on: complaint, takes: 1}]"))),
        ],
        [shares(9), shares(1)],
        15,
    ),
    "nine of ten when the penalty goes": (
        [
            scheme(rules(SHARE), badges(counted(10, ", penalties: [{on: complaint, takes: 1}]"))),
            scheme(rules(SHARE), badges(counted(10))),
        ],
        [shares(9), shares(1)],
        15,
    ),
    "nine of ten under another condition": (
        [
            scheme(rules(SHARE), badges(counted(10))),
            scheme(rules(SHARE), badges(counted(10, need=", when: {not: {tag: [internal]}}"))),
        ],
        [shares(9), shares(1)],
        15,
    ),
    "nine of ten when another requirement comes before": (
        [
            scheme(rules(SHARE), badges(counted(10))),
            scheme(
                rules(SHARE),
                "badges: [{id: ten, title: Ten, points: 5, groups: [[{metric: events, of: click, at_least: 50}],"
                " [{metric: quantity, of: share, at_least: 99}, {metric: events, of: click, at_least: 1}],"
                " [{metric: events, of: share, at_least: 10}]]}]",
            ),
        ],
        [shares(9), shares(1)],
        15,
    ),
    "nine of ten, after a version without": (
        [text := scheme(rules(SHARE), badges(counted(10))), scheme(rules(SHARE)), text],
        [shares(9), [], shares(1)],
        15,
    ),
    "what was counted within an object": (
        [
            text := scheme(rules(SHARE), badges(counted(2, ", once_per: object", ", scope: object"))),
            scheme(rules(SHARE)),
            text,
        ],
        [shares(1, **ONE), [], shares(3, **ONE)],
        4 + 5,
    ),
    "the rest when proof comes": (
        [
            text := scheme(
                rules(
                    "{id: share, title: S, on: share, points: 10, per_object: once, verification: tracked, until_verified: 1/5}"
                )
            ),
            NOTHING,
            text,
        ],
        [shares(1, **ONE), [], shares(1, **ONE, verification="tracked")],
        10,
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_it_survives_versions(empty_world: World, case: str) -> None:
    versions, told, points = KEPT[case]
    assert lived(empty_world, versions, told) == points


STREAK = "streaks: [{id: daily, title: Daily, kinds: [share], days: [mon, tue, wed, thu, fri, sat, sun]"
LONG = "{id: long, title: Long, points: 5, groups: [[{metric: streak, of: daily, at_least: 3}]]}"


def test_a_streak_goes_on_after_a_version_without(empty_world: World) -> None:
    text = scheme(rules(SHARE), badges(LONG), STREAK + "}]")
    # The version without it lasts a part of a day.
    world = empty_world
    world.now = world.now.replace(hour=0) - 3 * DAY
    world.found(text)
    for day in range(3):
        world.now += HOUR
        world.record(world.event())
        if day == 1:
            with world.db.begin() as tx:
                publish_scheme(
                    tx, "acme", world.scheme(scheme(rules(SHARE))), world.now, "hr", "x", world.now
                )
            world.now += HOUR
            world.record(world.event())
            with world.db.begin() as tx:
                publish_scheme(tx, "acme", world.scheme(text), world.now, "hr", "x", world.now)
        world.now = world.now.replace(hour=0) + DAY
    assert world.earned() == 4000 + 5000
    world.sound()


def test_freezes_used_stay_used(empty_world: World) -> None:
    """Two were granted and one was used: of one none is left, and of two one, which covers one more missed day."""
    two, one = (scheme(rules(SHARE), badges(LONG), STREAK + f", freezes: {n}}}]") for n in (2, 1))
    days = [shares(1), [], shares(1), shares(1), [], shares(1), shares(1)]
    world = empty_world
    assert lived(world, [two, two, one, two, two, two, two], days) == 5 + 5
    with world.db.read() as tx:
        (found,) = (one for one in badge_progress(tx, "acme", "ana", world.now) if one.badge == "long")
    assert found.held


def test_days_on_which_no_version_had_a_streak_are_not_required(empty_world: World) -> None:
    """Two days, then two away, then the third; without, the day that a version had it and nothing was done breaks it."""
    text = scheme(rules(SHARE), badges(LONG), STREAK + "}]")
    without = scheme(rules(SHARE))
    days = [shares(1), shares(1), [], shares(1), shares(1), shares(1)]
    assert lived(empty_world, [text, text, without, without, text, text], days) == 5 + 5


def test_a_day_missed_before_the_streak_was_away_breaks_it(empty_world: World) -> None:
    text = scheme(rules(SHARE), badges(LONG), STREAK + "}]")
    days = [shares(1), shares(1), [], [], shares(1), shares(1)]
    assert lived(empty_world, [text, text, text, NOTHING, text, text], days) == 4


def test_a_person_without_events_under_a_version_is_carried_like_all(empty_world: World) -> None:
    text = scheme(rules(capped("{window: month, points: 15}")), badges(counted(2)))
    assert (
        lived(empty_world, [text, scheme(rules(CLICK)), NOTHING, text], [shares(1), [], [], shares(2)]) == 20
    )


def test_rolling_back_the_version_between_changes_nothing(empty_world: World) -> None:
    world = empty_world
    text = scheme(rules(capped("{window: month, points: 15}")), badges(counted(2)))
    lived(world, [text, NOTHING, text], [shares(1), shares(1), shares(1)])
    assert world.earned() == 20_000
    with world.db.begin() as tx:
        roll_back(tx, "acme", 2, "hr", "mistake", now=world.now)
    # Now the second share counts, and is the last under the limit.
    assert world.earned() == 20_000
    world.sound()
