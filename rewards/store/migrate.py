"""Bringing a database to the schema of this version."""

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
    """Apply every migration not yet applied, in one transaction. Raises BadValue for a database of a newer version."""
    with db.begin() as tx:
        if state_of(revision(tx)) == NEWER:
            raise BadValue("the database {value}", value=WHAT_TO_DO[NEWER])
        if not tx.connection.in_transaction():
            # Alembic commits by itself unless Core knows that a transaction is open.
            tx.connection.begin()
        command.upgrade(_config(tx.connection), "head")


def is_blank(db: Database) -> bool:
    """True for a database without a single table: nobody's yet."""
    with db.read() as tx:
        return not inspect(tx.connection).get_table_names()


@cache
def head() -> str:
    """The newest migration of this version; its scripts are read once, for every probe of readiness asks."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(tx: Transaction) -> str:
    """The newest migration that was applied, or "none"."""
    return MigrationContext.configure(tx.connection).get_current_revision() or "none"


def state(db: Database) -> str:
    """CURRENT, OLDER (tables are missing, or what scoring remembers was written by an earlier version) or NEWER than this version."""
    with db.read() as tx:
        found = state_of(revision(tx))
        if found == CURRENT and _STATES not in db.cache:
            # Once all are of this version's layout they stay so: this version writes no other.
            if states.any_outdated(tx):
                return OLDER
            db.cache[_STATES] = True
        return found


def state_of(applied: str) -> str:
    """What it means that this is the newest migration that was applied."""
    if applied == head():
        return CURRENT
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return OLDER if applied in known or applied == "none" else NEWER
