"""Migrations make exactly the declared schema, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from rewards.store.guards import installed, trigger_names
from rewards.store.migrate import differences, is_current, upgrade
from rewards.store.session import Database, open_database


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


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["journal", "posting"])
def test_the_database_refuses_to_change_the_ledger(db: Database, table: str, statement: str) -> None:
    from tests.rewards.ledger_rows import one_entry

    one_entry(db)
    with pytest.raises(DatabaseError, match="append-only"), db.begin() as tx:
        tx.execute(text(statement.format(table)))


def test_unknown_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="only sqlite and postgresql"):
        open_database("mysql://host/db")
    with pytest.raises(ValueError, match="sqlite without a file"):
        open_database("sqlite://")
