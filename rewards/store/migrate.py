"""Migrating a database to this version's schema."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from rewards.faults import BadValue
from rewards.store import states
from rewards.store.session import Database, Transaction

CURRENT, OLDER, NEWER = "up to date", "older than this version", "newer than this version"
WHAT_TO_DO = {
    OLDER: "lacks migrations; run groundswell db upgrade",
    NEWER: "was written by a newer version of Groundswell; run that version, or a newer one",
}
MIGRATIONS = Path(__file__).parent / "migrations"
_STATES = ("states", "in the layout of this version")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(db: Database) -> None:
    """Apply all pending migrations in one transaction. Raises BadValue for a database of a newer version."""
    with db.begin() as tx:
        if state_of(revision(tx)) == NEWER:
            raise BadValue("the database {value}", value=WHAT_TO_DO[NEWER])
        if not tx.connection.in_transaction():
            # Alembic commits by itself unless Core knows about an open transaction.
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "head")


def is_blank(db: Database) -> bool:
    """True for a database without any table."""
    with db.read() as tx:
        return not inspect(tx.connection).get_table_names()


@cache
def head() -> str:
    """The latest migration of this version, cached because each readiness probe asks for it."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(tx: Transaction) -> str:
    """The latest migration applied, or "none"."""
    return MigrationContext.configure(tx.connection).get_current_revision() or "none"


def state(db: Database) -> str:
    """CURRENT, OLDER (migrations are pending, or fold states have an earlier layout) or NEWER than this version."""
    with db.read() as tx:
        found = state_of(revision(tx))
        if found == CURRENT and _STATES not in db.cache:
            # Once all states have this version's layout they keep it: this version writes no other.
            if states.any_outdated(tx):
                return OLDER
            db.cache[_STATES] = True
        return found


def state_of(applied: str) -> str:
    """The state of a database by the latest migration applied."""
    if applied == head():
        return CURRENT
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return OLDER if applied in known or applied == "none" else NEWER
