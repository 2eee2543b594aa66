"""Her own days: days off taken and given back, another zone, and what is refused without losing what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from rewards.people.days_off import MOST_SPANS, days_off, take_days_off
from rewards.people.people import get_person
from rewards.store.session import Database
from tests.company import ORGANISATION, Company

Browser = Callable[[str], TestClient]
TODAY = datetime.now(UTC).date()


def off(db: Database) -> list[tuple[date, date]]:
    with db.read() as tx:
        return [(one.first, one.last) for one in days_off(tx, ORGANISATION, "ana", datetime.now(UTC))]


def span(start: int, end: int) -> dict[str, str]:
    return {
        "first": (TODAY + timedelta(days=start)).isoformat(),
        "last": (TODAY + timedelta(days=end)).isoformat(),
    }


def test_days_off_are_taken_shown_and_given_back(sign_in: Browser, sqlite_db: Database) -> None:
    ana = sign_in("ana")
    assert ana.post("/account/days", data=span(3, 5)).headers["location"] == "/account/days?done=taken"
    assert off(sqlite_db) == [(TODAY + timedelta(days=3), TODAY + timedelta(days=5))]
    assert "Give back" in ana.get("/account/days?done=taken").text
    assert ana.post("/account/days/back", data={"first": span(3, 5)["first"]}).status_code == 303
    assert off(sqlite_db) == []


@pytest.mark.parametrize(
    ("start", "end", "status", "words"),
    [
        (5, 3, 422, "swap them"),
        (-3, 2, 422, "limit today"),
        (1, 400, 422, "choose fewer"),
        (900, 901, 422, "choose fewer"),
    ],
)
def test_what_is_refused_is_said_and_kept(
    sign_in: Browser, sqlite_db: Database, start: int, end: int, status: int, words: str
) -> None:
    answer = sign_in("ana").post("/account/days", data=span(start, end))
    assert answer.status_code == status
    assert words in answer.text
    assert span(start, end)["first"] in answer.text
    assert off(sqlite_db) == []


@pytest.mark.parametrize("first", ["", "tomorrow", "1700000000", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_what_is_no_date_is_said_beside_what_was_typed(sign_in: Browser, first: str) -> None:
    last = span(1, 9)["last"]
    for address, fields in (
        ("/account/days", {"first": first, "last": last}),
        ("/account/days/back", {"first": first}),
    ):
        answer = sign_in("ana").post(address, data=fields, headers={"accept": "text/html"})
        assert answer.status_code in (409, 422)
        assert address == "/account/days/back" or f'value="{last}"' in answer.text


def test_a_day_is_taken_once(sign_in: Browser, sqlite_db: Database) -> None:
    ana = sign_in("ana")
    ana.post("/account/days", data=span(3, 5))
    again = ana.post("/account/days", data=span(5, 8))
    assert again.status_code == 409
    assert "off already" in again.text
    assert len(off(sqlite_db)) == 1


def test_what_has_begun_stays(sign_in: Browser, sqlite_db: Database) -> None:
    ana = sign_in("ana")
    ana.post("/account/days", data=span(0, 1))
    assert ana.post("/account/days/back", data={"first": span(0, 1)["first"]}).status_code == 409
    assert ana.post("/account/days/back", data={"first": span(9, 9)["first"]}).status_code == 409
    assert len(off(sqlite_db)) == 1


def test_there_is_a_limit_to_spans(sqlite_db: Database, company: Company) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        for number in range(MOST_SPANS):
            day = TODAY + timedelta(days=2 * number + 1)
            take_days_off(tx, ORGANISATION, "ana", day, day, now=now)
        day = TODAY + timedelta(days=2 * MOST_SPANS + 1)
        with pytest.raises(ValueError, match="limit 60 spans"):
            take_days_off(tx, ORGANISATION, "ana", day, day, now=now)


def test_another_zone_holds_from_tomorrow(sign_in: Browser, sqlite_db: Database) -> None:
    ana = sign_in("ana")
    assert (
        ana.post("/account/zone", data={"zone": "Asia/Tokyo"}).headers["location"]
        == "/account/days?done=zone"
    )
    with sqlite_db.read() as tx:
        assert get_person(tx, ORGANISATION, "ana").timezone == "Asia/Tokyo"


def test_a_zone_that_is_none_is_refused(sign_in: Browser) -> None:
    answer = sign_in("ana").post("/account/zone", data={"zone": "Mars/Base"})
    assert answer.status_code == 422
    assert "not an IANA name" in answer.text
