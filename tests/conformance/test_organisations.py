"""Cases 49 and 50: organisations, privacy, merged accounts. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Fault
from rewards.ledger.history import export_events
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.people import (
    erase,
    import_people,
)
from rewards.people_file import PersonRow
from rewards.store import schema
from rewards.store.rebuild import BADGE, SUMMED, stored
from rewards.thanks.recognition import kudos_given
from tests.conformance.helpers import HOUR, kudos


def test_case_49_two_organisations_never_meet(world: Any) -> None:
    world.found(organisation="bolt")
    event = world.event("ana")
    assert world.record(event)[0].status == "awarded"
    assert world.earned("ana", "bolt") == 0
    assert world.record(event, organisation="bolt")[0].status == "awarded"
    with pytest.raises(Fault), world.db.begin() as tx:
        reverse_entry(tx, "bolt", world.entries("ana")[0].id, "hr", "not mine", now=world.now)
    assert world.earned("ana") == world.earned("ana", "bolt") == 20_000
    world.sound()


def totals(tx: Any, organisation: str) -> dict[str, Any]:
    """All projections but who is seen on boards: each row's key with its sum."""
    found = stored(tx, organisation, (*SUMMED, BADGE))
    found["board_score"] = {key: score for key, (score, _) in found["board_score"].items()}
    return found


def test_case_50_an_erased_name_is_nowhere_and_totals_stay(world: Any) -> None:
    row = PersonRow(
        id="zoe.quillfeather",
        name="Zoe Quillfeather",
        email="zoe@x.org",
        segment="sales",
        team="north",
        timezone="UTC",
        contacts=1,
    )
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now)
    world.record(world.event("zoe.quillfeather"), world.event("ana"))
    kudos(world, "ana", "zoe.quillfeather", "k", "Thanks, Zoe Quillfeather")
    with world.db.begin() as tx:
        before = totals(tx, world.organisation)
        erase(tx, world.organisation, "zoe.quillfeather", world.now, "zoe.quillfeather")
        assert totals(tx, world.organisation) == before
        assert [e.subject for e in export_events(tx, world.organisation)].count("ana") == 2
        assert "Zoe" not in str(kudos_given(tx, world.organisation, "ana"))
    with world.db.read() as tx:
        for table in schema.metadata.sorted_tables:
            for found in tx.execute(table.select()):
                assert "uillfeather" not in str(found), table.name
    assert world.record(world.event("zoe.quillfeather"))[0].status == "unknown_person"
    world.sound()


def test_merge_of_two_accounts_holds_one_cap_over_both(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben", world.now - HOUR))
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    assert world.balances("ana") == type(world.balances("ana"))(30_000, 30_000, 0)
    assert world.record(world.event("ana", world.now - 2 * HOUR))[0].status == "awarded"
    assert world.earned("ana") == 30_000
    world.sound()
