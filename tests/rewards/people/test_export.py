"""A person's data: whole, readable, without secrets; and nothing of it left after erasure, in any table."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rewards.badges.credentials import credential_for
from rewards.faults import NotFound
from rewards.outside.requests import begin_request, finish_request
from rewards.people.accounts import create_account, create_token, hash_password, open_session
from rewards.people.export import export_person
from rewards.people.people import erase, import_people, link_people, set_leave
from rewards.people_file import PersonRow
from rewards.publishing.drafts import create_draft
from rewards.shop.claims import claim_reward
from rewards.store import personal, schema, trail
from rewards.store.units import to_us
from rewards.thanks.recognition import give_kudos
from tests.conftest import World

ZOE = "zoe.quillfeather"


@pytest.fixture
def world(db: Any) -> World:
    """Zoë did everything that can be done."""
    made = World(db)
    made.now = datetime.now(UTC) - timedelta(minutes=1)
    made.found()
    row = PersonRow(
        id=ZOE,
        name="Zoë Quillfeather",
        email="zoe@x.org",
        segment="sales",
        team="north",
        timezone="UTC",
        contacts=1,
    )
    org, now = made.organisation, made.now
    with db.begin() as tx:
        import_people(tx, org, [row], now)
        create_account(tx, org, ZOE, ["employee", "strategist"], hash_password("a long enough phrase"), now)
        open_session(tx, org, ZOE, now)
        create_token(tx, org, "own", ("me:read",), now, person=ZOE)
        set_leave(tx, org, ZOE, date(2026, 1, 1), date(2026, 1, 2), now=now)
        link_people(tx, org, ZOE, "eva", now)
    made.record(made.event(ZOE), made.event(ZOE), made.event("ana", kind="kudos", owner=ZOE))
    with db.begin() as tx:
        give_kudos(tx, org, ZOE, "ana", "From Zoë", tags=(), key="k", now=now)
        give_kudos(tx, org, "ana", ZOE, "For Zoë Quillfeather", tags=(), key="k", now=now)
        claim_reward(tx, org, ZOE, "mug", "k", now=now)
        credential_for(tx, org, ZOE, "first", "https://advocacy.example", now=now)
        create_draft(tx, org, made.scheme("{name: draft, title: Draft}"), ZOE, now)
        owner, _ = begin_request(tx, org, "c", "k", "h", now=now)
        said = json.dumps({"body": {"person": ZOE, "name": "Zoë Quillfeather"}}, ensure_ascii=False)
        finish_request(tx, org, "c", "k", owner, answer=said)
        trail.tell(tx, org, [("event.awarded", {"n": 1})], to_us(now))
    return made


def export(world: World, person: str = ZOE) -> dict[str, Any]:
    with world.db.begin() as tx:
        return export_person(tx, world.organisation, person, person, world.now).tables


def test_every_row_that_refers_to_the_person_is_there(world: World) -> None:
    found = export(world)
    with world.db.read() as tx:
        (who,) = [
            row.person_id for row in tx.execute(schema.person_identity.select()) if row.external_id == ZOE
        ]
        for table in schema.metadata.sorted_tables:
            columns = [
                c.name for c in table.columns
                if any(k.column.table.name == "person" for k in c.foreign_keys)
            ]  # fmt: skip
            rows = [r for r in tx.execute(table.select()) if any(getattr(r, c) == who for c in columns)]
            assert len(found.get(table.name, [])) >= len(rows), table.name
    for table in ("person", "person_identity", "event", "journal", "posting", "balance", "kudos", "claim", "credential",
                  "leave", "person_link", "account", "session_token", "api_token", "person_badge", "audit"):  # fmt: skip
        assert found[table], table
    assert found["person_identity"][0]["name"] == "Zoë Quillfeather"
    assert found["leave"][0]["first_date"] == "2026-01-01"
    assert {row["message"] for row in found["kudos"]} == {"From Zoë", "For Zoë Quillfeather"}


def test_it_is_json_and_holds_no_secret(world: World) -> None:
    text = json.dumps(export(world))
    assert not set(personal._SECRET) & {key for rows in export(world).values() for row in rows for key in row}
    assert "argon2" not in text
    assert "Ana" not in text
    assert export(world, "ana")["audit"]


def test_somebody_else_gets_nothing_of_it(world: World) -> None:
    text = json.dumps(export(world, "dan"))
    assert "uillfeather" not in text
    with pytest.raises(NotFound):
        export(world, "nobody")
    with pytest.raises(NotFound), world.db.begin() as tx:
        export_person(tx, "bolt", ZOE, ZOE, world.now)


def test_case_50_nothing_names_an_erased_person_in_any_table(world: World) -> None:
    with world.db.begin() as tx:
        erase(tx, world.organisation, ZOE, world.now, ZOE)
    with world.db.read() as tx:
        for table in schema.metadata.sorted_tables:
            for row in tx.execute(table.select()):
                for word in ("uillfeather", "zoe", "zoë"):
                    assert word not in str(row).casefold(), (table.name, row)
    world.sound()
