"""Where a person belonged, lived and was away at an instant: boundaries, to the microsecond."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.scoring_tables import NOT_OFF
from rewards.clock import left_out
from rewards.ledger.places import FOREVER_US, Place, local_ordinal, places, today
from rewards.people.membership import invite, join, pause
from rewards.people.people import deactivate, erase
from rewards.scheme.scheme import Holiday
from rewards.store import people as people_rows
from rewards.store.units import to_us
from tests.conformance.helpers import HOUR


def at(day: int, hour: int = 0, month: int = 11, year: int = 2026) -> int:
    return to_us(datetime(year, month, day, hour, tzinfo=UTC))


def number(day: int, month: int = 11, year: int = 2026) -> int:
    return date(year, month, day).toordinal()


@dataclass
class Happened:
    """An event, as a place asks for it."""

    occurred_us: int
    local_date: int


def test_an_absence_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    place = Place("sales", "north", "UTC", absences=((at(3), at(5)), (at(9), FOREVER_US)))
    instants = (at(3) - 1, at(3), at(5) - 1, at(5), at(9) - 1, at(9))
    assert [place.is_away(one) for one in instants] == [False, True, True, False, False, True]
    assert not Place("sales", "north", "UTC").is_away(at(3))


def test_whoever_enrols_takes_part_from_that_instant_until_a_break() -> None:
    place = Place("sales", "north", "UTC", enrolments=((at(3), True), (at(5), False), (at(7), True)))
    instants = (at(3) - 1, at(3), at(5) - 1, at(5), at(7) - 1, at(7), at(29))
    assert [place.is_enrolled(one) for one in instants] == [False, True, True, False, False, True, True]
    assert not Place("sales", "north", "UTC").is_enrolled(at(3))


def test_a_membership_holds_from_its_instant_on() -> None:
    place = Place("lab", "south", "UTC", memberships=((at(3), "sales", "north"), (at(5), "lab", "south")))
    assert [place.membership_at(one) for one in (at(3), at(5) - 1, at(5))] == [
        ("sales", "north"), ("sales", "north"), ("lab", "south"),
    ]  # fmt: skip
    # What was before the first is not known: the present one is taken.
    assert place.membership_at(at(3) - 1) == ("lab", "south")


def test_the_segment_of_a_date_is_that_of_its_end_where_she_lived_at_noon() -> None:
    # The 4th ends in Madrid at 23:00 UTC of that day, in Tokyo at 15:00.
    moved = ((at(1), "sales", "north"), (at(4, 20), "lab", "north"))
    assert Place("x", "t", "Europe/Madrid", memberships=moved).segment_on(date(2026, 11, 4)) == "lab"
    assert Place("x", "t", "Asia/Tokyo", memberships=moved).segment_on(date(2026, 11, 4)) == "sales"
    assert Place("x", "t", "Asia/Tokyo", memberships=moved).segment_on(date(2026, 11, 5)) == "lab"
    for since, segment in ((at(4, 12), "sales"), (at(4, 12) + 1, "lab")):
        zones = ((at(1), "Europe/Madrid", 0), (since, "Asia/Tokyo", 0))
        place = Place("x", "t", "UTC", memberships=moved, zones=zones)
        assert place.segment_on(date(2026, 11, 4)) == segment
    # Moved to another segment with the midnight itself: the date that ended is not touched.
    midnight = ((at(1), "sales", "north"), (at(4, 23), "lab", "north"))
    assert Place("x", "t", "Europe/Madrid", memberships=midnight).segment_on(date(2026, 11, 4)) == "sales"


def test_holidays_of_segments_are_marked_for_who_has_moved_alone() -> None:
    everybody, sales, lab = (
        Holiday(date=date(2026, 11, day), title="Fair", segments=segments)
        for day, segments in ((2, ()), (3, ("sales",)), (6, ("lab", "shop")))
    )
    leave = ((number(9), number(10)),)
    stayed = Place("sales", "north", "UTC", leave=leave)
    assert stayed.off_under([everybody, sales, lab]) == leave
    moved = Place("lab", "t", "UTC", ((at(1), "sales", "t"), (at(5), "lab", "t")), leave=leave)
    assert moved.off_under([everybody, sales, lab]) == (
        *leave, (number(3), number(3)), (number(6), number(6)),
    )  # fmt: skip
    back = Place("sales", "t", "UTC", ((at(1), "lab", "t"), (at(5), "sales", "t")))
    assert back.off_under([sales, lab]) == ((number(3), NOT_OFF), (number(6), NOT_OFF))


def test_segments_by_date_go_by_the_zone_of_each_instant() -> None:
    moved = ((at(3, 23), "sales", "t"), (at(5, 22), "lab", "t"))
    assert Place("x", "t", "UTC", memberships=moved).segments_by_date() == [
        (number(3), "sales"),
        (number(5), "lab"),
    ]
    assert Place("x", "t", "Europe/Madrid", memberships=moved).segments_by_date() == [
        (number(4), "sales"), (number(5), "lab"),
    ]  # fmt: skip


def test_a_date_is_never_before_the_last_of_an_earlier_zone() -> None:
    move = at(3, 15)
    place = Place("x", "t", "UTC", zones=((0, "Asia/Tokyo", 0), (move, "Pacific/Honolulu", number(4))))
    assert place.date_at(move - 1) == (number(3), "Asia/Tokyo")
    # In Honolulu it is still the 3rd, and then the 4th; the 4th had been promised as the first date there.
    assert [place.date_at(one) for one in (move, at(4, 9), at(4, 10), at(5, 9), at(5, 10))] == [
        (number(4), "Pacific/Honolulu"), (number(4), "Pacific/Honolulu"), (number(4), "Pacific/Honolulu"),
        (number(4), "Pacific/Honolulu"), (number(5), "Pacific/Honolulu"),
    ]  # fmt: skip
    assert Place("x", "t", "Asia/Tokyo").date_at(move) == (number(4), "Asia/Tokyo")
    late = Place("x", "t", "UTC", zones=((at(3), "Asia/Tokyo", 0),))
    assert late.date_at(at(2, 23)) == (number(2), "UTC")


def test_only_the_second_of_two_equal_hours_may_go_back() -> None:
    place = Place("x", "t", "Europe/Madrid")
    # On 25 October 2026 clocks in Madrid go back from 03:00 to 02:00, at 01:00 UTC.
    for hour, repeated in ((0, False), (1, True), (2, False), (23, False)):
        assert place.may_go_back(Happened(at(25, hour, 10), number(25, 10)), at(24, 0, 10)) is repeated
    assert not Place("x", "t", "UTC").may_go_back(Happened(at(25, 1, 10), number(25, 10)), at(24, 0, 10))


def test_of_accounts_that_became_one_an_earlier_date_may_go_back() -> None:
    place = Place("x", "t", "UTC", formerly={7: Place("lab", "t", "Pacific/Honolulu")})
    # At 12:00 UTC of the 4th it is the 5th already where days begin first.
    for day, back in ((4, True), (5, False)):
        assert place.may_go_back(Happened(at(5, 12), number(day)), at(4, 12)) is back
    assert not place.may_go_back(Happened(at(5, 12), number(1)), 0)
    assert place.may_go_back(Happened(at(5, 12), number(1)), 1) is False
    assert place.of(7).zone == "Pacific/Honolulu"
    assert place.of(8) is place
    assert place.of(None) is place


def test_dates_that_were_left_out_are_missing_where_she_lived_then() -> None:
    gone = number(30, 12, 2011)
    assert Place("x", "t", "Pacific/Apia").missing() == (gone,)
    assert Place("x", "t", "UTC").missing() == ()
    for since, missing in ((at(1, 0, 12, 2011), (gone,)), (at(1, 0, 2, 2012), ())):
        assert Place("x", "t", "UTC", zones=((since, "Pacific/Apia", 0),)).missing() == missing
    until = Place(
        "x", "t", "UTC", zones=((0, "Pacific/Apia", 0), (at(1, 0, 12, 2011), "Pacific/Auckland", 0))
    )
    assert until.missing() == ()


def test_who_arrives_with_the_leap_itself_lost_nothing() -> None:
    ((leap, _),) = left_out("Pacific/Apia")
    for early, missing in ((0, ()), (1, (number(30, 12, 2011),))):
        zones = ((0, "UTC", 0), (to_us(leap) - early, "Pacific/Apia", 0))
        assert Place("x", "t", "UTC", zones=zones).missing() == missing


def test_a_move_across_the_date_line_loses_what_it_skips() -> None:
    # On the 21st at ten o'clock UTC Honolulu begins its 21st, and Kiritimati its 22nd.
    ahead = Place("x", "t", "UTC", zones=((0, "Pacific/Honolulu", 0), (at(21, 10), "Pacific/Kiritimati", 0)))
    assert ahead.missing() == (number(21),)
    near = Place("x", "t", "UTC", zones=((0, "Pacific/Honolulu", 0), (at(21, 10), "Europe/Madrid", 0)))
    assert near.missing() == ()


@pytest.mark.parametrize(("zone", "day"), [("UTC", 3), ("Asia/Tokyo", 4), ("Pacific/Honolulu", 3)])
def test_today_is_that_of_the_zone(zone: str, day: int) -> None:
    assert today(at(3, 15), zone) == date(2026, 11, day)
    assert local_ordinal(at(3, 15), zone) == number(day)


def test_who_has_joined_is_known_with_a_history_and_without(world: Any) -> None:
    with world.db.begin() as tx:
        invite(tx, "acme", world.now, "hr", people=("ana", "ben", "cleo"))
        joined = world.now + HOUR
        join(tx, "acme", "ana", joined)
        join(tx, "acme", "ben", joined)
        pause(tx, "acme", "ben", joined + HOUR)
    with world.db.read() as tx:
        rows = [people_rows.find(tx, "acme", name) for name in ("ana", "ben", "cleo", "dan")]
        where = places(tx, [row for row in rows if row is not None])
    instants = (to_us(joined) - 1, to_us(joined), to_us(joined + HOUR))
    taking = [[where[row.id].is_enrolled(at_us) for at_us in instants] for row in rows if row is not None]
    assert taking == [[False, True, True], [False, True, False], [False] * 3, [False] * 3]


def test_who_left_is_away_from_then_on_and_who_was_erased_always(world: Any) -> None:
    with world.db.begin() as tx:
        ids = {
            name: row.id for name, row in people_rows.find_many(tx, "acme", ("ana", "ben", "cleo")).items()
        }
        deactivate(tx, "acme", "ana", world.now)
        erase(tx, "acme", "ben", world.now)
        where = places(tx, list(people_rows.by_ids(tx, "acme", ids.values()).values()))
    instants = (0, to_us(world.now) - 1, to_us(world.now))
    away = {name: [where[id_].is_away(at_us) for at_us in instants] for name, id_ in ids.items()}
    assert away == {"ana": [False, False, True], "ben": [True] * 3, "cleo": [False] * 3}
