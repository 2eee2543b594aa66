"""Cases 25 to 31: time. On SQLite and on PostgreSQL."""

from datetime import date
from typing import Any

from rewards.ledger.history import export_events
from rewards.people.people import (
    change_zone,
    get_person,
    import_people,
    set_leave,
)
from rewards.people_file import PersonRow
from tests.conformance.helpers import HOUR


def test_case_27_a_date_repeated_by_travel_has_no_second_cap(empty_world: Any) -> None:
    world = empty_world.found(zone="Asia/Tokyo")
    with world.db.begin() as tx:
        change_zone(tx, world.organisation, "ana", "Pacific/Honolulu", world.now)
    first, second, third = (world.event(at=world.now + step) for step in (-HOUR, HOUR, 10 * HOUR))
    world.now += 11 * HOUR
    receipts = world.record(first, second, third)
    assert [sum(e.amount_millipoints for e in r.entries) for r in receipts] == [20_000, 10_000, 0]
    with world.db.read() as tx:
        dates = {event.local_date for event in export_events(tx, world.organisation)}
    assert dates == {date(2026, 11, 24)}
    world.sound()


def test_case_30_leave_is_known_to_the_fold(world: Any) -> None:
    with world.db.begin() as tx:
        set_leave(tx, world.organisation, "ana", date(2026, 11, 16), date(2026, 11, 20), now=world.now)
    assert world.record(world.event())[0].status == "awarded"


def test_case_31_an_unknown_zone_becomes_the_organisations_and_is_flagged(world: Any) -> None:
    row = PersonRow.model_construct(
        id="zed", name="Zed", email="", segment="sales", team="north", timezone="Mars/Olympus", contacts=1, locale="en",
        role="employee", manager="", desk="desk", hours_share=1.0,
    )  # fmt: skip
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now)
        person = get_person(tx, world.organisation, "zed")
    assert (person.timezone, person.zone_flagged) == ("UTC", True)
