"""What a driver's error means: trouble with the database itself, or a defect of ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from rewards.faults import Unavailable

_MOST_CHARACTERS = 160
_OLDER = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
_DOWN = (
    psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.InvalidCatalogName, psycopg.errors.InsufficientPrivilege,
    exc.TimeoutError, exc.DisconnectionError, sqlite3.OperationalError,
)  # fmt: skip


def trouble(error: BaseException) -> str | None:
    """Why the database cannot be used, in a few words without any value; None where the error is of another kind."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    text = " ".join(str(cause).split())[:_MOST_CHARACTERS]
    if isinstance(cause, _OLDER) or (
        isinstance(cause, sqlite3.OperationalError) and text.startswith(("no such table", "no such column"))
    ):
        return "its tables are not those of this version (run groundswell db upgrade)"
    if isinstance(cause, exc.TimeoutError):
        return "all connections are in use"
    # Exactly this class: its others are about values (IntegrityError, DataError) and about our own statements.
    if isinstance(cause, _DOWN) or type(cause) is sqlite3.DatabaseError:
        return text or type(cause).__name__
    return None


@contextmanager
def told() -> Iterator[None]:
    """Raises `Unavailable` in place of a driver's error that is the database's own trouble."""
    try:
        yield
    except Exception as error:
        why = trouble(error)
        if why is None:
            raise
        raise Unavailable(why) from error
