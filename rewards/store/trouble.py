"""Classification of driver errors: trouble with the database itself, or a defect of the program."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from rewards.faults import Unavailable
from rewards.traces import said

OTHER_TABLES = "its tables are not those of this version (run groundswell db upgrade)"
_OLDER = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
_OTHER_TABLES = ("no such table", "no such column", "table ", "index ", "duplicate column")
_DOWN = (
    psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.InvalidCatalogName, psycopg.errors.InsufficientPrivilege,
    exc.TimeoutError, exc.DisconnectionError,
)  # fmt: skip
_SQLITE_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERRUPT,
    }
)  # fmt: skip


def trouble(error: BaseException) -> str | None:
    """Why the database cannot be used, in a few words without any value; None for an error of another kind."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    text = str(cause)
    if isinstance(cause, _OLDER):
        return OTHER_TABLES
    if isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError:
        # Without an SQLite code the exception's class tells: the driver raises this one when the library cannot continue.
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF
        if code == sqlite3.SQLITE_ERROR and text.startswith(_OTHER_TABLES):
            return OTHER_TABLES
        return _words(cause) if code in _SQLITE_DOWN else None
    if isinstance(cause, exc.TimeoutError):
        return "all connections are in use"
    return _words(cause) if isinstance(cause, _DOWN) else None


def _words(cause: BaseException) -> str:
    """The driver's message where it is safe, else its class; a message could contain an address."""
    return said(cause) or type(cause).__name__


def _was_lost(error: BaseException) -> bool:
    """True where the connection was lost, so that the outcome of the last statement is unknown."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "08").startswith(("08", "57P"))


@contextmanager
def told(commits: bool = False) -> Iterator[None]:
    """Translates a driver error that is the database's own trouble to `Unavailable`; `commits`: the block ends a transaction."""
    try:
        yield
    except Exception as error:
        why = trouble(error)
        if why is None:
            raise
        raise Unavailable(why, unsure=commits and _was_lost(error)) from error
