"""Bringing a database to the schema of this version."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from rewards.store import states
from rewards.store.schema import metadata
from rewards.store.session import Database, Transaction

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(db: Database) -> None:
    """Apply every migration not yet applied, in one transaction."""
    with db.begin() as tx:
        if not tx.connection.in_transaction():
            # Alembic commits by itself unless Core knows that a transaction is open.
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "head")


def head() -> str:
    """The newest migration of this version."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(tx: Transaction) -> str:
    """The newest migration that was applied, or "none"."""
    return MigrationContext.configure(tx.connection).get_current_revision() or "none"


def is_current(db: Database) -> bool:
    """True when the newest migration has been applied."""
    with db.read() as tx:
        return revision(tx) == head()


def is_ready(db: Database) -> bool:
    """True when it can be served: the newest migration was applied, and states are in the layout of this version."""
    if not is_current(db):
        return False
    with db.read() as tx:
        return not states.any_outdated(tx)


def differences(db: Database) -> list[Any]:
    """What `alembic check` would report: changes declared in schema.py that no migration makes."""
    with db.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))
