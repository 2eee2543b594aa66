"""Opening the database: one transaction per use case, one writer per process on SQLite."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Engine, Executable, create_engine, event, make_url, text
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_TIMEOUT_MS = 30_000
POOL_SIZE = 16


class Transaction:
    """One open transaction. Use cases pass it on; only `rewards.store` looks inside.

    `memo` lives as long as the transaction: compiled schemes and the like, read once.
    """

    __slots__ = ("connection", "database", "dialect", "memo")

    def __init__(self, connection: Connection, database: "Database") -> None:
        self.connection = connection
        self.database = database
        self.dialect = database.dialect
        self.memo: dict[Any, Any] = {}

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one Core statement, with one or many parameter sets."""
        return self.connection.execute(statement, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All or nothing inside the transaction, for a caller who goes on after a refusal."""
        with self.connection.begin_nested():
            yield

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
        if self.dialect == "sqlite":
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", writer=True)
            self._reader = _sqlite_engine(url, "BEGIN", writer=False)
        else:
            self._writer = create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True)
            self._reader = self._writer

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and maintenance."""
        return self._writer

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A writing transaction: committed at the end, rolled back when the block raises."""
        if self.dialect == "sqlite":
            with self._lock, self._writer.begin() as connection:
                yield Transaction(connection, self)
        else:
            with self._writer.begin() as connection:
                yield Transaction(connection, self)

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

    def close(self) -> None:
        """Give all connections back."""
        self._writer.dispose()
        self._reader.dispose()


def open_database(url: str) -> Database:
    """`sqlite:///file` or `postgresql://…` (psycopg 3 is used whatever driver the URL names).

    Raises ValueError for another database, or for SQLite without a file.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return Database(parsed.set(drivername="postgresql+psycopg"))
    if backend != "sqlite":
        raise ValueError(f"database {backend!r}: only sqlite and postgresql are known; change DATABASE_URL")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("sqlite without a file cannot be shared by connections; use sqlite:///path/to/file")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return Database(parsed)


def _sqlite_engine(url: URL, begin: str, *, writer: bool) -> Engine:
    """SQLite through the stdlib driver with transactions begun by us, not guessed by the driver."""
    options: dict[str, Any] = (
        {"poolclass": StaticPool} if writer else {"poolclass": QueuePool, "pool_size": 8}
    )
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}, **options
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

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
