"""Opening the database: one transaction per use case, one writer per process on SQLite."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    create_engine,
    event,
    exc,
    text,
)
from sqlalchemy.pool import QueuePool, StaticPool

from rewards.store.address import parse_address
from rewards.store.prepared import Compiled, Prepared

BUSY_TIMEOUT_MS = 30_000
TRY_MS = 20
POOL_SIZE = 16
IDLE_BEFORE_PING_SECONDS = 10.0
_FAILED = (exc.OperationalError, exc.TimeoutError, sqlite3.OperationalError, psycopg.OperationalError)
Question = tuple[Prepared, Sequence[Mapping[str, Any]]]


class Transaction:
    """One open transaction. Use cases pass it on; only `rewards.store` looks inside.

    `memo` lives as long as the transaction: compiled schemes and the like, read once. On PostgreSQL statements given to
    `later` wait and travel together with the next question, or with the commit: fewer round trips, the same order.
    """

    __slots__ = ("_driver", "_waiting", "connection", "database", "dialect", "memo")

    def __init__(self, connection: Connection, database: "Database") -> None:
        self.connection = connection
        self.database = database
        self.dialect = database.dialect
        self.memo: dict[Any, Any] = {}
        self._driver: Any = connection.connection.driver_connection
        self._waiting: list[Question] = []

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one Core statement, with one or many parameter sets."""
        if self._waiting:
            self.flush()
        return self.connection.execute(statement, parameters)

    def ask(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run a prepared statement once a parameter set; returns what they gave back, in order."""
        return self.ask_all((statement, rows))[0]

    def ask_each(self, statement: Prepared, keys: Sequence[int], **rest: Any) -> list[Any]:
        """Run a prepared statement made with `one_of` over some keys; nothing is asked where there are none."""
        if not keys:
            return []
        if self.dialect == "sqlite":
            return self.ask(statement, [{"key": key, **rest} for key in keys])
        return self.ask(statement, [{"keys": list(keys), **rest}])

    def ask_all(self, *questions: "Question") -> list[list[Any]]:
        """Several prepared statements in one go; none may need another's answer."""
        if self.dialect == "sqlite":
            return [self._ask_sqlite(*question) for question in questions]
        asked = [*self._waiting, *questions]
        self._waiting = []
        with self._driver.pipeline():
            cursors = [self._send(*question) for question in asked]
        answers = [
            _answers(cursor, statement.on(self.dialect))
            for cursor, (statement, _) in zip(cursors, asked, strict=True)
        ]
        return answers[len(asked) - len(questions) :]

    def later(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a prepared statement that gives nothing back, now or together with what follows."""
        if not rows:
            return
        if self.dialect == "sqlite":
            made = statement.on("sqlite")
            self._driver.executemany(made.sql, map(made.values, rows))
        else:
            self._waiting.append((statement, rows))

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self.ask_all()

    def copy(self, statement: str) -> Any:
        """PostgreSQL's COPY, a context manager of psycopg: iterate over it to read, `write` to it to fill."""
        self.flush()
        return self._driver.cursor().copy(statement)

    def commit_with(self, commit: Callable[[], None]) -> None:
        """Send what waits, and the commit behind it."""
        if not self._waiting:
            commit()
            return
        asked, self._waiting = self._waiting, []
        with self._driver.pipeline():
            for question in asked:
                self._send(*question)
            commit()

    def _ask_sqlite(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        made = statement.on("sqlite")
        found: list[Any] = []
        for row in rows:
            found += self._driver.execute(made.sql, made.values(row)).fetchall()
        return list(map(made.row, found)) if made.row else found

    def _send(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> Any:
        made = statement.on("postgresql")
        cursor = self._driver.cursor()
        if len(rows) == 1:
            cursor.execute(made.sql, made.values(rows[0]))
        else:
            cursor.executemany(made.sql, [made.values(row) for row in rows], returning=made.row is not None)
        return cursor

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All or nothing inside the transaction, for a caller who goes on after a refusal."""
        self.flush()
        with self.connection.begin_nested():
            try:
                yield
                self.flush()
            except BaseException:
                self._waiting = []
                raise

    def for_update(self, statement: Any) -> Any:
        """The select with row locks; SQLite's BEGIN IMMEDIATE holds the whole file already."""
        return statement.with_for_update() if self.dialect == "postgresql" else statement


class Database:
    """An engine for writing and one for reading (the same one on PostgreSQL)."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.dialect = url.get_backend_name()
        self.cache: dict[Any, Any] = {}
        self._lock = threading.RLock()
        self._kept: Connection | None = None
        if self.dialect == "sqlite":
            self._writer = _sqlite_engine(url, writer=True)
            self._reader = _sqlite_engine(url, writer=False)
        else:
            self._writer = self._reader = _postgresql_engine(url)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and maintenance."""
        return self._writer

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A writing transaction: committed at the end, rolled back when the block raises."""
        if self.dialect == "sqlite":
            with self._lock:
                yield from self._write_sqlite()
        else:
            with self._writer.connect() as connection:
                opened = connection.begin()
                tx = Transaction(connection, self)
                try:
                    yield tx
                    tx.commit_with(opened.commit)
                except BaseException:
                    opened.rollback()
                    raise

    def _write_sqlite(self) -> Iterator[Transaction]:
        """One kept connection; its transactions are begun and ended through the driver, whatever Core thinks of them."""
        if self._kept is None:
            self._kept = self._writer.connect()
        tx = Transaction(self._kept, self)
        driver: Any = self._kept.connection.driver_connection
        if driver.in_transaction:
            raise RuntimeError("a writing transaction is open in this thread already; pass it on")
        _begin_sqlite(driver)
        try:
            yield tx
            driver.execute("COMMIT")
        finally:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            if self._kept.in_transaction():
                self._kept.rollback()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A reading transaction on one snapshot; nothing it does is kept."""
        with self._reader.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin() as transaction:
                yield Transaction(connection, self)
                transaction.rollback()

    def ping(self) -> bool:
        """True when the database answers."""
        with self.read() as tx:
            return bool(tx.execute(text("SELECT 1")).scalar_one() == 1)

    def failed(self, error: Exception) -> bool:
        """True where the error is the database's own (locked, full, gone), whatever was asked of it."""
        return isinstance(error, _FAILED)

    def close(self) -> None:
        """Give all connections back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        self._writer.dispose()
        self._reader.dispose()


def open_database(url: str) -> Database:
    """`sqlite:///file` or `postgresql://…` (psycopg 3 is used whatever driver the URL names).

    Raises ValueError for another database, or for SQLite without a file.
    """
    parsed = parse_address(url)
    if parsed.get_backend_name() == "postgresql":
        return Database(parsed)
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("sqlite without a file cannot be shared by connections; use sqlite:///path/to/file")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return Database(parsed)


def _begin_sqlite(driver: Any) -> None:
    """Take the file's write lock. Raises sqlite3.OperationalError after BUSY_TIMEOUT_MS.

    Left to itself SQLite soon sleeps 100 ms between its tries, so that writers who never pause can starve another one
    for ever. Many short tries get their turn.
    """
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1000
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
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _sqlite_engine(url: URL, *, writer: bool) -> Engine:
    """SQLite through the stdlib driver with transactions begun by us, not guessed by the driver."""
    options: dict[str, Any] = (
        {"poolclass": StaticPool} if writer else {"poolclass": QueuePool, "pool_size": 8}
    )
    engine = create_engine(
        url,
        # What a statement is given stands in no error.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged event must survive a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Erased names are overwritten, not only unlinked.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    if not writer:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    """PostgreSQL through psycopg. A connection is tried before use only after it lay idle for a while."""
    engine = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=POOL_SIZE)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # By default the width of an integer follows its value, and each mix of widths is another prepared statement.
        connection.adapters.register_dumper(int, Int8Dumper)

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _try(connection: Any, record: Any, _proxy: Any) -> None:
        idle = time.monotonic() - record.info.get("used", time.monotonic())
        if idle > IDLE_BEFORE_PING_SECONDS:
            try:
                engine.dialect.do_ping(connection)
                connection.rollback()
            except Exception as fault:
                raise exc.DisconnectionError("the server has closed this connection") from fault

    return engine


def _answers(cursor: Any, statement: Compiled) -> list[Any]:
    """All rows of a cursor, over all the parameter sets it ran with."""
    if statement.row is None:
        return []
    found: list[Any] = []
    while True:
        found += cursor.fetchall()
        if not cursor.nextset():
            return list(map(statement.row, found))
