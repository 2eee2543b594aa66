"""Cases 25 to 30 through `record`, and what follows for zones and leave. On SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rewards.boards.boards import leaderboard
from rewards.ledger.entries import badges_for
from rewards.people.people import change_zone, import_people, set_leave
from rewards.people_file import PersonRow
from tests.conformance.helpers import DAY, HOUR, MINUTE

STREAK = """
name: streak
title: Streak
rules: [{id: share, title: Share, on: share, points: 20, caps: [{window: day, points: 30}]}]
streaks: [{id: daily, title: Daily, kinds: [share]}]
badges:
  - {id: three, title: Three days, permanent: false, groups: [[{metric: streak, of: daily, at_least: 3}]]}
leaderboards: [{id: week, title: Week, window: week, minimum_group: 2}]
privacy: {minimum_group: 2}
"""


def badges(world: Any) -> set[str]:
    with world.db.read() as tx:
        return {b.badge for b in badges_for(tx, "acme", "ana") if b.revoked_at is None}


def share_on(world: Any, *days: datetime) -> None:
    for at in days:
        world.now = max(world.now, at)
        world.record(world.event(at=at))


def test_case_25_both_folds_of_a_repeated_hour_are_one_date(empty_world: Any) -> None:
    empty_world.now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    world = empty_world.found(STREAK, zone="Europe/Madrid")
    # 02:30 summer time and 02:30 winter time.
    share_on(world, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert [amount for _, _, amount, _ in world.standing()] == [20_000, 10_000]


def test_case_26_a_day_of_23_hours_does_not_break_a_streak(empty_world: Any) -> None:
    empty_world.now = datetime(2026, 3, 27, 12, tzinfo=UTC)
    text = STREAK.replace("kinds: [share]", "kinds: [share], days: [mon, tue, wed, thu, fri, sat, sun]")
    world = empty_world.found(text, zone="Europe/Madrid")
    share_on(
        world,
        datetime(2026, 3, 28, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 22, 1, tzinfo=UTC),
    )
    assert badges(world) == {"three"}


def test_case_28_the_third_of_january_2027_is_week_53(empty_world: Any) -> None:
    empty_world.now = datetime(2027, 1, 3, 12, tzinfo=UTC)
    world = empty_world.found(STREAK)
    world.record(world.event("ana"), world.event("ben"))
    with world.db.read() as tx:
        assert leaderboard(tx, "acme", "week", None, world.now).window == "w:2026-W53"
        assert len(leaderboard(tx, "acme", "week", None, world.now).rows) == 2
        assert leaderboard(tx, "acme", "week", None, world.now + DAY).window == "w:2027-W01"


def test_case_29_a_weekend_does_not_break_a_weekday_streak(empty_world: Any) -> None:
    empty_world.now = datetime(2026, 11, 19, 12, tzinfo=UTC)
    world = empty_world.found(STREAK)
    share_on(world, *(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (19, 20, 23)))
    assert badges(world) == {"three"}


def test_case_30_leave_pauses_a_streak_also_when_it_is_entered_afterwards(empty_world: Any) -> None:
    empty_world.now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    world = empty_world.found(STREAK)
    share_on(world, *(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (16, 17, 20)))
    assert badges(world) == set()
    with world.db.begin() as tx:
        set_leave(tx, "acme", "ana", date(2026, 11, 18), date(2026, 11, 19), now=world.now)
    assert badges(world) == {"three"}
    world.sound()


def test_two_changes_of_zone_on_one_day_free_no_date(empty_world: Any) -> None:
    world = empty_world.found(zone="Asia/Tokyo")
    with world.db.begin() as tx:
        first = change_zone(tx, "acme", "ana", "Pacific/Honolulu", world.now)
        second = change_zone(tx, "acme", "ana", "Pacific/Midway", world.now + MINUTE)
    assert first == second == datetime(2026, 11, 24, 15, tzinfo=UTC)
    share_on(world, *(world.now + n * HOUR for n in (-1, 1, 4, 20)))
    assert [amount for _, _, amount, _ in world.standing()] == [20_000, 10_000, 0, 0]


HOLIDAYS = STREAK + "calendar: {holidays: [{date: 2026-11-18, title: Fair, segments: [sales]}]}\n"


@pytest.mark.parametrize(("before", "after", "kept"), [("sales", "lab", True), ("lab", "sales", False)])
def test_a_holiday_goes_by_the_segment_of_that_day(
    empty_world: Any, before: str, after: str, kept: bool
) -> None:
    world = empty_world
    world.now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    world.found(HOLIDAYS)

    def belongs(segment: str) -> None:
        row = PersonRow(id="ana", name="Ana", segment=segment, team="north", timezone="UTC", contacts=1)
        with world.db.begin() as tx:
            import_people(tx, "acme", [row], world.now)

    belongs(before)
    share_on(world, datetime(2026, 11, 16, 12, tzinfo=UTC), datetime(2026, 11, 17, 12, tzinfo=UTC))
    world.now = datetime(2026, 11, 19, 8, tzinfo=UTC)
    belongs(after)
    share_on(world, datetime(2026, 11, 19, 12, tzinfo=UTC))
    assert badges(world) == ({"three"} if kept else set())
    world.sound()
