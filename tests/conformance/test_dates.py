"""Dates that never were are excused, and dates that come twice are one date: live as in replay."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rewards.clock import left_out
from rewards.ledger.entries import badges_for
from rewards.ledger.history import export_events
from rewards.people.people import change_zone, import_people
from rewards.people_file import PersonRow
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.conformance.helpers import MINUTE

DAILY = """
name: s
title: S
rules: [{id: share, title: Share, on: share, points: 10, caps: [{window: day, points: 10}]}]
streaks: [{id: daily, title: Daily, kinds: [share], days: [mon, tue, wed, thu, fri, sat, sun]}]
badges: [{id: steady, title: Steady, groups: [[{metric: streak, of: daily, at_least: 4}]]}]
calendar: {grace_hours: 8760}
"""


def lives(world: Any, zone: str, now: datetime) -> PersonRow:
    """Somebody in a zone, under the scheme, at a time."""
    world.now = now
    world.found(DAILY)
    row = PersonRow(id="zoe", name="Zoe", segment="sales", team="north", timezone=zone, contacts=1)
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], now)
    return row


def shares(world: Any, *at: datetime) -> list[int]:
    """What each share gives in the end, in the order of time."""
    for one in at:
        world.record(world.event("zoe", one, id=one.isoformat()))
    return amounts(world)


def amounts(world: Any) -> list[int]:
    return [amount // 1000 for _, rule, amount, _ in world.standing("zoe") if rule == "share"]


def held(world: Any) -> list[str]:
    with world.db.read() as tx:
        return [badge.badge for badge in badges_for(tx, world.organisation, "zoe")]


def replayed(world: Any, row: PersonRow) -> tuple[list[int], list[str]]:
    """Amounts and badges of the export, scored offline."""
    with world.db.read() as tx:
        events = list(export_events(tx, world.organisation))
    found = replay(events, compile_scheme(world.scheme(DAILY)), [row])
    (standing,) = found.standings
    given = [one.entry.amount_millipoints // 1000 for one in found.entries if one.entry.item == "share"]
    return given, list(standing.badges)


def test_a_date_that_a_country_left_out_breaks_no_streak(empty_world: Any) -> None:
    world = empty_world
    row = lives(world, "Pacific/Apia", datetime(2012, 1, 2, tzinfo=UTC))
    local = [(12, 28, 10), (12, 29, 10), (12, 31, -14)]
    days = [
        datetime(2011, month, day, 12, tzinfo=UTC) + timedelta(hours=shift) for month, day, shift in local
    ]
    assert shares(world, *days, datetime(2012, 1, 1, tzinfo=UTC) - timedelta(hours=2)) == [10] * 4
    assert held(world) == ["steady"]
    assert replayed(world, row) == ([10] * 4, ["steady"])
    world.sound()


def test_a_date_that_was_there_and_missed_breaks_it_all_the_same(empty_world: Any) -> None:
    world = empty_world
    row = lives(world, "Pacific/Auckland", datetime(2012, 1, 2, tzinfo=UTC))
    shares(world, *(datetime(2011, 12, day, tzinfo=UTC) for day in (27, 28, 30, 31)))
    assert held(world) == []
    assert replayed(world, row)[1] == []


@pytest.mark.parametrize(("to", "badge"), [("Pacific/Kiritimati", True), ("Pacific/Auckland", False)])
def test_a_move_across_the_date_line_skips_a_date(empty_world: Any, to: str, badge: bool) -> None:
    """Into Kiritimati the clocks go 24 hours ahead, so that a date is lost; into Auckland 23, which leaves an hour of it."""
    world = empty_world
    start = datetime(2026, 11, 20, 20, tzinfo=UTC)
    row = lives(world, "Pacific/Honolulu", start)
    for _ in range(2):
        shares(world, world.now)
        world.now += timedelta(days=1)
    with world.db.begin() as tx:
        # Asked for on the 21st, in force from the midnight that begins the 22nd.
        change_zone(tx, world.organisation, "zoe", to, world.now - timedelta(days=1))
    for at in (datetime(2026, 11, 22, 22, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC)):
        world.now = at
        shares(world, at)
    assert held(world) == (["steady"] if badge else [])
    with world.db.read() as tx:
        told = [(one.local_date, one.zone) for one in export_events(tx, world.organisation)]
    assert [day.day for day, _ in told if day] == [20, 21, 23, 24]
    moved = row.model_copy(update={"timezone": to})
    assert replayed(world, moved) == ([10] * 4, held(world))
    world.sound()


NOVEMBER = datetime(2010, 11, 7, tzinfo=UTC)
# At 00:01 on the 7th clocks went back to 23:01 on the 6th: the 7th began twice.
FIRST, BETWEEN, SECOND = (
    NOVEMBER + timedelta(minutes=minutes, seconds=30) for minutes in (150, 165, 210)
)  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_date_that_begins_twice_has_one_cap(empty_world: Any, order: tuple[int, ...]) -> None:
    world = empty_world
    row = lives(world, "America/St_Johns", NOVEMBER + timedelta(days=1))
    at = (FIRST, BETWEEN, SECOND)
    assert shares(world, *(at[one] for one in order)) == [10, 0, 0]
    assert replayed(world, row)[0] == [10, 0, 0]
    world.sound()


def test_both_hours_before_that_midnight_are_one_date(empty_world: Any) -> None:
    world = empty_world
    row = lives(world, "America/St_Johns", NOVEMBER + timedelta(days=1))
    assert shares(world, FIRST - 30 * MINUTE, FIRST + 30 * MINUTE, SECOND) == [10, 0, 10]
    assert replayed(world, row)[0] == [10, 0, 10]
    world.sound()


def test_dates_left_out_are_known() -> None:
    assert [day for _, day in left_out("Pacific/Apia")] == [date(2011, 12, 30)]
    assert [day for _, day in left_out("Pacific/Kwajalein")] == [date(1993, 8, 21)]
    assert [left_out(zone) for zone in ("Europe/Madrid", "America/St_Johns", "UTC")] == [(), (), ()]
