"""Accounts are found by the words that people are found by, page by page, whatever their number."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

from rewards.people.account_desk import MOST_LISTED, accounts, groups
from rewards.people.accounts import create_account
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.store import people as people_rows
from rewards.store import schema
from rewards.store.session import Transaction
from tests.conftest import World

NAMES = {"ana": "Ana Schmidt", "ben": "Ben Müller", "cleo": "Cleo Schmitz", "dan": "Dan Anders"}


@pytest.fixture
def world(db: Any) -> World:
    """Four people with an account, one of them an administrator."""
    made = World(db).found()
    with db.begin() as tx:
        import_people(tx, made.organisation, [_row(id_, name) for id_, name in NAMES.items()], made.now)
        for one in NAMES:
            create_account(
                tx, made.organisation, one, ["admin"] if one == "dan" else ["employee"], None, made.now
            )
    return made


def _row(id_: str, name: str, team: str = "north") -> PersonRow:
    return PersonRow(
        id=id_,
        name=name,
        email=f"{id_}.x@Field.example",
        segment="sales",
        team=team,
        timezone="UTC",
        contacts=1,
    )


@pytest.mark.parametrize(
    ("search", "role", "expected"),
    [
        ("schm", "", ["ana", "cleo"]),
        ("SCHMIDT an", "", ["ana"]),
        ("mueller", "", ["ben"]),
        ("muller", "", ["ben"]),
        ("cle", "", ["cleo"]),
        ("ben.x@field.example", "", ["ben"]),
        ("an", "admin", ["dan"]),
        ("", "admin", ["dan"]),
        ("schm", "admin", []),
        ("nobody", "", []),
        ("%", "", []),
        ("@", "", []),
    ],
)
def test_words_find_people_by_name_id_and_address(
    world: World, search: str, role: str, expected: list[str]
) -> None:
    with world.db.read() as tx:
        found, following = accounts(tx, world.organisation, world.now, search, role)
    assert ([one.person for one in found if one.person in NAMES], following) == (expected, "")


def test_a_search_goes_on_behind_its_page(world: World) -> None:
    with world.db.read() as tx:
        first, after = accounts(tx, world.organisation, world.now, "schm", limit=1)
        second, end = accounts(tx, world.organisation, world.now, "schm", after=after, limit=1)
    assert ([one.person for one in first], [one.person for one in second], end) == (["ana"], ["cleo"], "")


def test_of_too_many_teams_none_is_offered_so_that_one_is_typed(world: World) -> None:
    with world.db.read() as tx:
        segments, teams = groups(tx, world.organisation)
        assert "north" in teams
        assert segments == sorted(segments)
        assert teams == sorted(teams)
    with world.db.begin() as tx:
        many = [_row(f"m{at}", "M", f"team {at:03}") for at in range(MOST_LISTED)]
        import_people(tx, world.organisation, many, world.now)
        assert groups(tx, world.organisation) == (segments, [])


def _three_thousand_more(tx: Transaction, organisation: str) -> None:
    """In a table of a few rows any way is as good as an index."""
    (ben,) = people_rows.by_address(tx, organisation, "ben.x@field.example")
    columns = ", ".join(column.name for column in schema.person.c if column.name != "id")
    for statement in (
        f"INSERT INTO person ({columns}) SELECT {columns} FROM person, generate_series(1, 3000) WHERE id = :ben",
        "INSERT INTO person_identity (person_id, organisation_id, external_id, name, email, sort_name) "
        "SELECT id, organisation_id, 'x' || id, 'X', 'x' || id || '@field.example', 'x' FROM person "
        "WHERE organisation_id = :organisation AND id NOT IN (SELECT person_id FROM person_identity)",
        "INSERT INTO person_alias (organisation_id, external_id, person_id, name, email) "
        "SELECT :organisation, 'y' || n, :ben, 'Y', 'y' || n || '@field.example' FROM generate_series(1, 3000) n",
    ):
        tx.execute(text(statement), {"ben": ben.id, "organisation": organisation})
    tx.execute(text("ANALYZE person, person_identity, person_alias"))


@pytest.mark.parametrize("address", ["ben.x@field.example", "BEN.x@field.EXAMPLE"])
def test_an_address_is_found_by_an_index(world: World, address: str) -> None:
    asked: list[tuple[str, Any]] = []
    with world.db.begin() as tx:
        if tx.dialect == "postgresql":
            _three_thousand_more(tx, world.organisation)
        event.listen(tx.connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        found = people_rows.by_address(tx, world.organisation, address)
        explain = "EXPLAIN QUERY PLAN"
        if tx.dialect == "postgresql":
            explain = "EXPLAIN"
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(tx.connection.exec_driver_sql(f"{explain} {asked[0][0]}", asked[0][1]).all())
    assert [row.external_id for row in found] == ["ben"]
    assert "ix_person_identity_address" in plan
    assert "ix_person_alias_address" in plan
