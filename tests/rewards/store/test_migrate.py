"""Migrations make exactly the declared schema, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from rewards.store import claims
from rewards.store.guards import installed, trigger_names
from rewards.store.migrate import _config, differences, is_current, upgrade
from rewards.store.session import open_database


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_upgrade_makes_the_declared_schema_and_can_be_repeated(
    dialect: str, fresh_url: Callable[[str], str]
) -> None:
    db = open_database(fresh_url(dialect))
    assert not is_current(db)
    upgrade(db)
    upgrade(db)
    assert is_current(db)
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
