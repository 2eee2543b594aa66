"""Addresses of databases: read strictly, and no part of a password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url
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


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://app:s3cret@127.0.0.1:1/acme?sslmode=bogus", "parameter sslmode: its value must be one of disable, allow"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme?target_session_attrs=x", "parameter target_session_attrs: its value"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme?connect_timeout=soon", "parameter connect_timeout: its value must be a whole number"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme?port=99999", "parameter port: its value must be a number from 1 to 65535"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme?bogus=s3cret", "parameter bogus: not known of a PostgreSQL address"),
        ("postgresql://app:s3cret@127.0.0.1:99999/acme", "port 99999: limit 1 to 65535; correct it"),
        ("postgresql://app:s3cret@127.0.0.1:0/acme", "port 0: limit 1 to 65535; correct it"),
        ("postgresql://app:s3cret@localhost:abc/acme", "what follows the host is no port; write host:5432"),
        ("postgresql+nodriver://app:s3cret@127.0.0.1:1/acme", "database driver: none of those of PostgreSQL"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme", "refused"),
        ("postgresql://app:s3cret@127.0.0.1:1/acme", "start the server, or correct host and port in DATABASE_URL"),
        ("postgresql://app:s3cret@nowhere.invalid/acme", "correct the host in DATABASE_URL"),
        ("sqlite:///x.sqlite?timeout=soon", "parameter timeout: its value must be a number of seconds"),
        ("sqlite:///x.sqlite?uri=perhaps", "parameter uri: its value must be true or false"),
        ("sqlite:///x.sqlite?bogus=2", "parameter bogus: not known of an SQLite address"),
        ("sqlite:///x.sqlite?mode=ro", "parameter mode: needs an address of SQLite's own form"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_address_is_named_with_its_remedy(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    found = runner.invoke(app, ["db", "verify"])
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1), found.stderr
    assert words in found.stderr
    assert "s3cret" not in found.stderr


@pytest.mark.postgres
def test_a_missing_database_and_an_unknown_user_are_named(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(postgresql_url)
    for changed, words, remedy in (
        (
            url.set(database="nowhere"),
            'database "nowhere" does not exist',
            "make it (createdb) or correct the name",
        ),
        (url.set(username="nobody_here"), 'role "nobody_here" does not exist', "correct user and password"),
    ):
        monkeypatch.setenv("DATABASE_URL", changed.render_as_string(hide_password=False))
        found = runner.invoke(app, ["db", "verify"])
        assert found.exit_code == 2
        assert words in found.stderr
        assert remedy in found.stderr


def test_addresses_with_sound_parameters_are_taken() -> None:
    for url in (
        "postgresql://h/acme?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=5&application_name=acme",
        "postgresql:///acme?host=/run/pg&port=5433&keepalives=1&options=-c%20search_path%3Da",
        "postgresql+psycopg2://app:x@h/acme",
        "sqlite:///file:x.sqlite?mode=ro&uri=true",
        "sqlite:///x.sqlite?timeout=30&check_same_thread=false",
    ):
        assert parse_address(url)
