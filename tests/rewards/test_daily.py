"""Daily work of the worker: once a day for every organisation, whatever happens to one of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from rewards.daily import once_a_day
from rewards.people.organisations import create_organisation
from rewards.store.session import Database
from tests.conftest import NOON


def test_each_organisation_has_its_turn_once_a_day_though_one_fails(sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        for slug in ("first", "second"):
            create_organisation(tx, slug, slug.title(), "Europe/Madrid", NOON)
    done: list[tuple[str, datetime]] = []

    def renew(_: Database, slug: str, now: datetime) -> None:
        done.append((slug, now))
        if slug == "first":
            raise RuntimeError("no")

    tomorrow = NOON + timedelta(days=1)
    for now in (NOON, NOON, tomorrow):
        once_a_day(sqlite_db, "test", renew, now)
    assert done == [(slug, day) for day in (NOON, tomorrow) for slug in ("first", "second")]
    once_a_day(sqlite_db, "another test", renew, tomorrow)
    assert len(done) == 6
