"""What an acknowledged event survives: the tests' own databases forget the disk, a company's do not."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from rewards.store.engines import sqlite_engine

FULL = 2


@pytest.mark.parametrize("writer", [True, False])
def test_what_sqlite_has_committed_survives_a_power_cut(tmp_path: Path, writer: bool) -> None:
    engine = sqlite_engine(make_url(f"sqlite:///{tmp_path / 'one.sqlite'}"), writer=writer)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
