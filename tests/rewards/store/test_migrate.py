"""Migrations make exactly the declared schema, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, text
from sqlalchemy.exc import DatabaseError

from rewards.store import claims
from rewards.store.guards import installed, trigger_names
from rewards.store.migrate import CURRENT, OLDER, _config, state, upgrade
from rewards.store.schema import metadata
from rewards.store.session import Database, open_database

# Indexes that each database keeps in a way of its own, so that no declaration fits both: of addresses in whatever capitals.
MADE_BY_MIGRATIONS = frozenset(
    {"ix_person_identity_address", "ix_person_alias_address", "ix_person_identity_letters"}
)
REFERRING = ("organisation", "person", "person_identity", "account", "session_token", "leave", "set_aside")


def differences(db: Database) -> list[Any]:
    """What `alembic check` would report: changes declared in schema.py that no migration makes."""
    with db.read() as tx:
        opts = {
            "compare_type": True,
            "include_object": lambda _, name, *_more: name not in MADE_BY_MIGRATIONS,
        }
        context = MigrationContext.configure(tx.connection, opts=opts)
        return list(compare_metadata(context, metadata))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_upgrade_makes_the_declared_schema_and_can_be_repeated(
    dialect: str, fresh_url: Callable[[str], str]
) -> None:
    db = open_database(fresh_url(dialect))
    assert state(db) == OLDER
    upgrade(db)
    upgrade(db)
    assert state(db) == CURRENT
    assert differences(db) == []
    with db.read() as tx:
        assert trigger_names(dialect) <= installed(tx.connection)
    db.close()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_was_taken_of_a_reward_is_counted_from_its_claims(
    dialect: str, fresh_url: Callable[[str], str]
) -> None:
    db = open_database(fresh_url(dialect))
    with db.begin() as tx:
        if not tx.connection.in_transaction():
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "0015")
    with db.begin() as tx:
        # The claims alone matter: what they belong to is not there, and they go before anybody asks for it.
        tx.execute(
            text(
                "PRAGMA defer_foreign_keys = ON"
                if dialect == "sqlite"
                else "SET session_replication_role = replica"
            )
        )
        for number, (reward, status) in enumerate(
            [("mug", "approved"), ("mug", "requested"), ("mug", "cancelled"), ("trip", "declined")]
        ):
            columns = "organisation_id, person_id, reward, cost, value, period, status, journal_id, dedupe, claimed_us"
            values = f"'acme', 1, '{reward}', 1, 1, '2026-11', '{status}', 1, 'k{number}', 1"
            tx.execute(text(f"INSERT INTO claim ({columns}) VALUES ({values})"))
        if not tx.connection.in_transaction():
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "0016")
        assert claims.taken(tx, "acme") == {"mug": 2}
        tx.execute(text("DELETE FROM claim"))
        tx.execute(text("DELETE FROM reward_taken"))
    db.close()


def filled(table: Table) -> dict[str, object]:
    """A row with something in every column that must have something, whose references meet at row 1 of organisation acme."""
    row: dict[str, object] = {}
    for column in table.columns:
        if column.name == "organisation_id":
            row[column.name] = "acme"
        elif not column.nullable or column.name in ("person_id", "manager_id"):
            kind = column.type.python_type
            row[column.name] = (
                1 if kind is int else False if kind is bool else b"x" if kind is bytes else "en"
            )
    return row


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_database_with_people_in_it_comes_up_to_this_version(
    dialect: str, fresh_url: Callable[[str], str]
) -> None:
    db = open_database(fresh_url(dialect))
    with db.begin() as tx:
        if not tx.connection.in_transaction():
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "0031")
    with db.begin() as tx:
        known = MetaData()
        known.reflect(tx.connection)
        for name in REFERRING:
            tx.execute(insert(known.tables[name]), filled(known.tables[name]))
    upgrade(db)
    assert differences(db) == []
    with db.read() as tx:
        for name in REFERRING:
            assert tx.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 1
        assert tx.execute(text("SELECT languages FROM organisation")).scalar_one() == ""
    db.close()


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["journal", "posting"])
def test_the_database_refuses_to_change_the_ledger(world: Any, table: str, statement: str) -> None:
    world.record(world.event())
    with pytest.raises(DatabaseError, match="append-only"), world.db.begin() as tx:
        tx.execute(text(statement.format(table)))


def test_unknown_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="only sqlite and postgresql"):
        open_database("mysql://host/db")
    with pytest.raises(ValueError, match="sqlite without a file"):
        open_database("sqlite://")
