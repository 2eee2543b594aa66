"""The companies of the web tests, attacked."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rewards.store.session import Database
from tests.web.conftest import api, client, company, sign_in

__all__ = ["api", "client", "company", "sign_in"]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What stands in the block takes no longer than this."""
    began = time.perf_counter()
    yield
    assert time.perf_counter() - began < seconds


@contextmanager
def cheaply(seconds: float) -> Iterator[None]:
    """What stands in the block takes no more of this process's own time, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


@pytest.fixture
def locked(sqlite_db: Database) -> Callable[[], object]:
    """A block in which another process holds the write lock."""

    @contextmanager
    def hold() -> Iterator[None]:
        path = Path(str(sqlite_db.url.database))
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    return hold
