"""Triggers that keep the ledger append-only: the database itself refuses UPDATE and DELETE."""

from sqlalchemy import Connection, text

from rewards.store.schema import APPEND_ONLY

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION groundswell_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END $$
"""


def trigger_names(dialect: str) -> set[str]:
    """Names of the triggers that `install` creates."""
    if dialect == "postgresql":
        return {f"{table}_append_only" for table in APPEND_ONLY}
    return {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}


def install(connection: Connection) -> None:
    """Create the triggers on journal and posting."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRESQL_FUNCTION))
        for table in APPEND_ONLY:
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION groundswell_append_only()"
                )
            )
        return
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
                )
            )


def installed(connection: Connection) -> set[str]:
    """Names of the triggers present in the database."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return set(connection.execute(text(query)).scalars())
