"""What a rehearsal begins from: measured where there is history, said so, and an assumption everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rewards.content.content import publish_item
from rewards.content.desk import approve, days_waited, discard, reject, save_draft, submit
from rewards.content.items import ContentItem
from rewards.people.people import import_people
from rewards.store.session import Database
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.measured import measured
from tests.company import ORGANISATION, item, make_company, people

NOW = datetime.now(UTC)


def named(number: int) -> ContentItem:
    return item().model_copy(update={"id": f"item-{number}"})


def by_the_desk(db: Database, number: int, days: float, at: datetime) -> None:
    """An item that waited so long for its yes."""
    with db.begin() as tx:
        save_draft(tx, ORGANISATION, named(number), "kim", at - timedelta(days=days + 1))
        submit(tx, ORGANISATION, f"item-{number}", "kim", at - timedelta(days=days))
        assert approve(tx, ORGANISATION, f"item-{number}", "hal", "", now=at) is None


def test_without_history_nothing_is_measured(sqlite_db: Database) -> None:
    make_company(sqlite_db)
    with sqlite_db.read() as tx:
        found = measured(tx, ORGANISATION, NOW + timedelta(weeks=12))
    assert found.people == 12
    assert set(found.values) == set(found.from_what) == {"audience"}


def test_contacts_bound_the_audience(sqlite_db: Database) -> None:
    make_company(sqlite_db)
    with sqlite_db.read() as tx:
        found = measured(tx, ORGANISATION, NOW)
    assert found.values["audience"] == sum(one.contacts for one in people()) == 4500
    assert "add up to 4,500" in found.from_what["audience"]
    many = [one.model_copy(update={"contacts": 5000}) for one in people()]
    with sqlite_db.begin() as tx:
        import_people(tx, ORGANISATION, many, NOW)
    with sqlite_db.read() as tx:
        assert "audience" not in measured(tx, ORGANISATION, NOW).values


def test_items_and_their_delay_come_from_the_last_weeks(db: Database) -> None:
    make_company(db)
    for number, days in enumerate((1.0, 3.0, 6.2)):
        by_the_desk(db, number, days, NOW - timedelta(days=number))
    with db.read() as tx:
        # Beside the company's own item there are four: the least of which a delay can be told.
        found = measured(tx, ORGANISATION, NOW)
    assert found.values["items_per_week"] == 0.8
    assert found.values["approval_delay_days"] == 2
    assert "4 items came onto the grid in the last 5 weeks" in found.from_what["items_per_week"]
    assert "in the last 8 weeks was approved within 2.0 days" in found.from_what["approval_delay_days"]
    with db.begin() as tx:
        # The grid had its first item long ago: all of the weeks count.
        publish_item(tx, ORGANISATION, named(9), NOW - timedelta(weeks=20))
        assert measured(tx, ORGANISATION, NOW).values["items_per_week"] == 0.5
    for number in range(10, 20):
        with db.begin() as tx:
            publish_item(tx, ORGANISATION, named(number), NOW)
    with db.read() as tx:
        # What came past the desk waited for nobody.
        assert measured(tx, ORGANISATION, NOW).values["approval_delay_days"] == 0


def test_a_delay_counts_from_the_first_time_it_was_handed_in(sqlite_db: Database) -> None:
    make_company(sqlite_db)
    began = NOW - timedelta(days=30)

    def day(number: float) -> datetime:
        return began + timedelta(days=number)

    with sqlite_db.begin() as tx:
        first = save_draft(tx, ORGANISATION, named(1), "kim", day(0))
        submit(tx, ORGANISATION, "item-1", "kim", day(1))
        reject(tx, ORGANISATION, "item-1", "hal", "Say what it is for.", now=day(2))
        save_draft(tx, ORGANISATION, named(1), "kim", day(3), revision=first.revision)
        submit(tx, ORGANISATION, "item-1", "kim", day(4))
        approve(tx, ORGANISATION, "item-1", "hal", "", now=day(5))
        save_draft(tx, ORGANISATION, named(1), "kim", day(10), revision=0)
        submit(tx, ORGANISATION, "item-1", "kim", day(11))
        discard(tx, ORGANISATION, "item-1", "kim", day(12))
        save_draft(tx, ORGANISATION, named(1), "kim", day(20), revision=0)
        submit(tx, ORGANISATION, "item-1", "kim", day(21))
        approve(tx, ORGANISATION, "item-1", "hal", "", now=day(21.5))
    with sqlite_db.read() as tx:
        assert days_waited(tx, ORGANISATION, began) == pytest.approx([4.0, 0.5])
        assert days_waited(tx, ORGANISATION, day(15)) == pytest.approx([0.5])


def test_what_is_measured_can_be_rehearsed(sqlite_db: Database) -> None:
    make_company(sqlite_db)
    for number in range(5):
        by_the_desk(sqlite_db, number, 200.0, NOW)
    with sqlite_db.read() as tx:
        found = measured(tx, ORGANISATION, NOW)
    assert Assumptions.model_validate(dict(found.values)).approval_delay_days == 90
