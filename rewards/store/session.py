"""Database sessions: one transaction per use case, one writer per process on SQLite."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeVar

import psycopg
from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Select,
)

from rewards.faults import Unavailable
from rewards.outputs import OWNER_ONLY
from rewards.store.address import parse_address
from rewards.store.engines import begin_sqlite, file_of, identity, postgresql_engine, sqlite_engine
from rewards.store.prepared import KEYS, Compiled, NoRow, Prepared, RowT, check_columns
from rewards.store.trouble import told

# How long a writer waits for the write lock by default. A web request waits less, since it holds a thread.
WAIT_SECONDS = 30.0
Question = tuple[Prepared[RowT], Sequence[Mapping[str, object]]]
OtherT = TypeVar("OtherT", bound=NamedTuple)
SelectT = TypeVar("SelectT", bound=Select[*tuple[Any, ...]])


class Transaction:
    """One open transaction. Use cases pass it on; only `rewards.store` uses its members.

    `memo`: a cache for the life of the transaction, of compiled schemes and the like; `is_snapshot`: it is read-only and sees one
    snapshot. On PostgreSQL statements given to `later` are buffered and sent with the next query, or with the commit: fewer round trips
    in the same order.
    """

    __slots__ = ("_driver", "_waiting", "connection", "database", "dialect", "is_snapshot", "memo")

    def __init__(self, connection: Connection, database: "Database", *, is_snapshot: bool = False) -> None:
        self.is_snapshot = is_snapshot
        self.connection = connection
        self.database = database
        self.dialect = database.dialect
        self.memo: dict[Any, Any] = {}
        self._driver: Any = connection.connection.driver_connection
        self._waiting: list[Question[Any]] = []

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one Core statement, with one or many parameter sets."""
        if self._waiting:
            self.flush()
        return self.connection.execute(statement, parameters)

    def rows(self, shape: type[RowT], statement: Executable) -> list[RowT]:
        """The result of one Core statement, as rows of a type that names its columns."""
        found = self.execute(statement)
        check_columns(shape, found.keys())
        return list(map(shape._make, found.all()))

    def row(self, shape: type[RowT], statement: Executable) -> RowT | None:
        """The single row of a Core statement, or None without one."""
        found = self.execute(statement)
        check_columns(shape, found.keys())
        row = found.one_or_none()
        return None if row is None else shape._make(row)

    def ask(self, statement: Prepared[RowT], rows: Sequence[Mapping[str, object]]) -> list[RowT]:
        """Run a prepared statement once per parameter set; returns all rows in order."""
        return self._ask_all((statement, rows))[0]

    def ask_both(self, first: Question[RowT], second: Question[OtherT]) -> tuple[list[RowT], list[OtherT]]:
        """Run two prepared statements in one round trip; neither may depend on the other's result."""
        one, other = self._ask_all(first, second)
        return one, other

    def ask_each(self, statement: Prepared[RowT], keys: Sequence[int], **rest: object) -> list[RowT]:
        """Run a prepared statement made with `one_of` over some keys; without keys no query is sent."""
        return self.ask(*self.each(statement, keys, **rest)) if keys else []

    def each(self, statement: Prepared[RowT], keys: Sequence[int], **rest: object) -> Question[RowT]:
        """A statement with its keys, to be run together with others."""
        bound = json.dumps(list(keys)) if self.dialect == "sqlite" else list(keys)
        return statement, [{KEYS: bound, **rest}]

    def _ask_all(self, *questions: Question[Any]) -> list[list[Any]]:
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

    def later(self, statement: Prepared[NoRow], rows: Sequence[Mapping[str, object]]) -> None:
        """Run a prepared statement that returns no rows, at once or together with the next query."""
        if not rows:
            return
        if self.dialect == "sqlite":
            made = statement.on("sqlite")
            self._driver.executemany(made.sql, map(made.values, rows))
        else:
            self._waiting.append((statement, rows))

    def flush(self) -> None:
        """Send the buffered statements."""
        if self._waiting:
            self._ask_all()

    def copy(self, statement: str) -> Any:
        """PostgreSQL's COPY, a context manager of psycopg: iterate over it to read, `write` to it to fill."""
        self.flush()
        return self._driver.cursor().copy(statement)

    def commit_with(self, commit: Callable[[], None]) -> None:
        """Send the buffered statements and the commit in one round trip."""
        if not self._waiting:
            commit()
            return
        asked, self._waiting = self._waiting, []
        with self._driver.pipeline():
            for question in asked:
                self._send(*question)
            commit()

    def _ask_sqlite(self, statement: Prepared[RowT], rows: Sequence[Mapping[str, object]]) -> list[RowT]:
        made = statement.on("sqlite")
        found: list[Any] = []
        for row in rows:
            found += self._driver.execute(made.sql, made.values(row)).fetchall()
        return list(map(made.row, found)) if made.row else []

    def _send(self, statement: Prepared[RowT], rows: Sequence[Mapping[str, object]]) -> Any:
        made = statement.on("postgresql")
        cursor = self._driver.cursor()
        sets = made.sets(rows)
        if len(sets) == 1:
            cursor.execute(made.sql, sets[0])
        else:
            cursor.executemany(made.sql, sets, returning=made.row is not None)
        return cursor

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A savepoint: statements of the block are rolled back together, for a caller that goes on after a refusal."""
        self.flush()
        with self.connection.begin_nested():
            try:
                yield
                self.flush()
            except BaseException:
                self._waiting = []
                raise

    def for_update(self, statement: SelectT) -> SelectT:
        """The select with row locks; on SQLite BEGIN IMMEDIATE has locked the whole file already."""
        return statement.with_for_update() if self.dialect == "postgresql" else statement


class Database:
    """An engine for writing and one for reading (the same one on PostgreSQL)."""

    def __init__(self, url: URL, create: bool = True, wait_seconds: float | None = None) -> None:
        self.url = url
        self.dialect = url.get_backend_name()
        self.cache: dict[Any, Any] = {}
        self.wait_seconds = WAIT_SECONDS if wait_seconds is None else wait_seconds
        self._create = create
        self._path = file_of(url)
        self._file: tuple[int, int] | None = None
        self._lock = threading.RLock()
        self._kept: Connection | None = None
        if self.dialect == "sqlite":
            self._writer = sqlite_engine(url, writer=True)
            self._reader = sqlite_engine(url, writer=False)
        else:
            self._writer = self._reader = postgresql_engine(url, self.wait_seconds)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and maintenance."""
        return self._writer

    @contextmanager
    def begin(self, wait_seconds: float | None = None) -> Iterator[Transaction]:
        """A writing transaction: committed at the end, rolled back when the block raises.

        Raises Unavailable when the write lock is not available in time, or when the database cannot be used.
        """
        if self.dialect == "sqlite":
            give_up = time.monotonic() + (self.wait_seconds if wait_seconds is None else wait_seconds)
            if not self._lock.acquire(timeout=max(0.0, give_up - time.monotonic())):
                raise Unavailable("database is locked")
            try:
                with told():
                    self._check_file()
                    yield from self._write_sqlite(give_up)
            finally:
                self._lock.release()
        else:
            with told(), self._writer.connect() as connection:
                opened = connection.begin()
                tx = Transaction(connection, self)
                try:
                    yield tx
                    with told(commits=True):
                        tx.commit_with(opened.commit)
                except BaseException:
                    opened.rollback()
                    raise

    def _write_sqlite(self, give_up: float) -> Iterator[Transaction]:
        """A transaction on the one kept connection; begun and ended through the driver, past Core."""
        if self._kept is None:
            self._kept = self._writer.connect()
            self._file = identity(self._path)
        tx = Transaction(self._kept, self)
        driver: Any = self._kept.connection.driver_connection
        if driver.in_transaction:
            raise RuntimeError("a writing transaction is open in this thread already; pass it on")
        begin_sqlite(driver, give_up)
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
        """A read-only transaction on one snapshot; nothing is stored. Raises Unavailable."""
        if self.dialect == "sqlite":
            self._check_file()
        with told(), self._reader.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin() as transaction:
                yield Transaction(connection, self, is_snapshot=True)
                transaction.rollback()

    def _check_file(self) -> None:
        """Check that SQLite's file is still the one that was opened: writes to a file removed meanwhile would be lost."""
        found = identity(self._path)
        if found is None and (self._file is not None or not self._create):
            raise Unavailable("its file is missing (groundswell db upgrade makes a new one)")
        if self._file is None:
            self._file = found
        elif found != self._file:
            with self._lock:
                self.close()
                self.cache.clear()
                self._file = found

    def failed(self, error: Exception) -> bool:
        """True where the error is the database's own (locked, full, gone), whatever statement was run."""
        return isinstance(error, Unavailable)

    def close(self) -> None:
        """Close all connections; a connection with an open transaction is closed when that ends."""
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
            self._writer.dispose()
        self._reader.dispose()


def open_database(url: str, create: bool = True, wait_seconds: float | None = None) -> Database:
    """`sqlite:///file` or `postgresql://…` (psycopg 3 is used whatever driver the URL names).

    With `create` a missing SQLite file is created, readable by its owner alone; else its use raises Unavailable. Raises ValueError
    for another database, or for SQLite without a file.
    """
    parsed = parse_address(url)
    if parsed.get_backend_name() == "postgresql":
        return Database(parsed, create, wait_seconds)
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("sqlite without a file cannot be shared by connections; use sqlite:///path/to/file")
    if create:
        path = file_of(parsed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    return Database(parsed, create, wait_seconds)


def _answers(cursor: psycopg.Cursor[Any], statement: Compiled[RowT]) -> list[RowT]:
    """All rows of a cursor, over all parameter sets."""
    if statement.row is None:
        return []
    found: list[Any] = []
    while True:
        found += cursor.fetchall()
        if not cursor.nextset():
            return list(map(statement.row, found))
