"""Addresses of databases: read strictly, and no part of a password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.store.address import parse_address, shown
from sims.cli import app

CASES = Path(__file__).parents[4] / "shared" / "cases" / "database-urls.txt"
runner = CliRunner()
WITH_SECRET = [
    "postgresql://app:s3/cret@127.0.0.1:1/acme",
    "postgresql://app:s3#cret@127.0.0.1:1/acme",
    "postgresql://app:s3?cret@127.0.0.1:1/acme",
    "postgresql://app:s3@cret@127.0.0.1:1/acme",
    "postgresql://app:s3:cret@127.0.0.1:1/acme",
    "postgresql://app:s3%40cret@127.0.0.1:1/acme",
    "postgresql://app:s3 cret@127.0.0.1:1/acme",
    "postgresql://app:33/s3cret@127.0.0.1:1/acme",
    "postgresql://app:s3cret@127.0.0.1:s3cret/acme",
    "postgresql://app:s3cret",
    "postgresql://127.0.0.1:1/acme?user=app&password=s3cret",
    "postgresql://127.0.0.1:1/acme?sslmode=s3cret",
    "postgres://app:s3cret@127.0.0.1:1/acme",
    "POSTGRES://app:s3cret@127.0.0.1:1/acme",
    "postgresql+psycopg2://app:s3cret@127.0.0.1:1/acme",
    "postgresql+asyncpg://app:s3cret@127.0.0.1:1/acme",
    "postgresql:/app:s3cret@127.0.0.1:1/acme",
    "mysql://app:s3cret@127.0.0.1/acme",
    "sqlite://app:s3cret@host/file",
    "sqlite+pysqlcipher://:s3cret@/file",
    "sqlite+aiosqlite:///acme.sqlite",
    "host=127.0.0.1 port=1 password=s3cret",
    "app:s3cret@127.0.0.1/acme",
    "postgresql://127.0.0.1:1/acme&password=s3cret",
    "postgresql://127.0.0.1:1/acme;password=s3cret",
    "postgresql://user=app;password=s3cret@127.0.0.1:1/acme",
    "postgresql://app:x@127.0.0.1:1/acme?connect_timeout=s3cret",
    "postgresql://app:x@127.0.0.1:1/acme?unknown=s3cret",
    "postgresql://app:s3cret%00@127.0.0.1:1/acme",
    "postgresql://app:s3cret\udce9@127.0.0.1:1/acme",
]


@pytest.mark.parametrize("url", WITH_SECRET + CASES.read_text().split("\n")[:-1])
def test_no_part_of_a_password_is_printed(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    for command in (["db", "upgrade"], ["db", "verify"], ["doctor"]):
        found = runner.invoke(app, command)
        said = found.stdout + found.stderr
        assert "s3" not in said
        assert "cret" not in said
        assert "Traceback" not in said
        assert found.exit_code == (1 if command == ["doctor"] else 2), said
        if command != ["doctor"]:
            assert found.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "password", "text"),
    [
        ("postgres://app:s3cret@h:5/acme", "s3cret", "postgresql://app:***@h:5/acme"),
        ("postgresql://app:s3@cret@h/acme", "s3@cret", "postgresql://app:***@h/acme"),
        (
            "postgresql://app:s3%2Fcret@[::1]:5/acme?sslmode=require",
            "s3/cret",
            "postgresql://app:***@[::1]:5/acme",
        ),
        ("postgresql:///acme?host=/run/pg", None, "postgresql:///acme"),
        ("postgresql://h/acme", None, "postgresql://h/acme"),
    ],
)
def test_postgresql_is_read_as_it_is_written(url: str, password: str | None, text: str) -> None:
    read = parse_address(url)
    assert (read.drivername, read.password, read.database) == ("postgresql+psycopg", password, "acme")
    assert shown(url) == text


def test_sqlite_is_shown_without_parameters() -> None:
    assert shown("sqlite:////var/x.sqlite?key=s3cret") == "sqlite:////var/x.sqlite"
    for mistaken in ("sqlite:///app:s3cret@host/x", "sqlite:///x;key=s3cret", "sqlite:///x&key=s3cret"):
        assert shown(mistaken) == "sqlite://***"
    assert parse_address("sqlite:////var/x.sqlite").database == "/var/x.sqlite"
