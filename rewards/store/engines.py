"""Database engines: SQLite's file and its write lock, PostgreSQL's connection pool."""

import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from psycopg.types.numeric import Int8Dumper
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

CONNECT_SECONDS = 10
TRY_MS = 20
# For operations outside the write lock: opening the file, and a reader that meets a checkpoint.
_BUSY_MS = 5_000
POOL_SIZE = 16
IDLE_BEFORE_PING_SECONDS = 10.0


def file_of(url: URL) -> Path:
    """Path of SQLite's file; the address may be one of SQLite's own URIs."""
    return Path(unquote(str(url.database).removeprefix("file:")) if "uri" in url.query else str(url.database))


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at a path; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def begin_sqlite(driver: sqlite3.Connection, give_up: float) -> None:
    """Take SQLite's write lock. Raises sqlite3.OperationalError when it is not available until `give_up`.

    SQLite's own busy handler soon sleeps 100 ms between tries, so that busy writers can starve another one
    for ever. Many short tries are fair.
    """
    driver.execute(f"PRAGMA busy_timeout={TRY_MS}")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
    finally:
        driver.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def sqlite_engine(url: URL, *, writer: bool) -> Engine:
    """SQLite through Python's own driver with explicit transactions."""
    options: dict[str, Any] = (
        {"poolclass": StaticPool} if writer else {"poolclass": QueuePool, "pool_size": 8}
    )
    engine = create_engine(
        url,
        # Error messages do not contain the values of a statement.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged event must survive a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Erased names are overwritten on disk, not only unlinked.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    if not writer:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

    return engine


def postgresql_engine(url: URL, wait_seconds: float) -> Engine:
    """PostgreSQL through psycopg. A connection is tested before use only after it was idle for a while."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=wait_seconds,
        connect_args={} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {round(1000 * wait_seconds)}")
        connection.commit()
        # By default the width of an integer parameter follows its value, and each mix of widths is another prepared statement.
        connection.adapters.register_dumper(int, Int8Dumper)

    @event.listens_for(engine, "checkin")
    def _note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _try(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        idle = time.monotonic() - record.info.get("used", time.monotonic())
        if idle > IDLE_BEFORE_PING_SECONDS:
            try:
                engine.dialect.do_ping(connection)
                connection.rollback()
            except Exception as fault:
                raise exc.DisconnectionError("the server has closed this connection") from fault

    return engine
