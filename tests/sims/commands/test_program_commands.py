"""init and db on a real database, told in one line where it cannot be used."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.ledger.entries import balances
from rewards.people.accounts import authenticate_tokens
from rewards.store.session import open_database
from sims.cli import app
from sims.commands.program import shown

runner = CliRunner()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'program.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def init(examples: Path, tmp_path: Path) -> list[str]:
    people = tmp_path / "people.csv"
    people.write_text("id,segment,team,timezone,contacts\nana,sales,s1,Europe/Madrid,100\n")
    return ["init", "--people", str(people), "--scheme", str(examples / "schemes" / "clicks.yaml")]


def test_init_prints_a_token_that_may_post_history(url: str, init: list[str]) -> None:
    from datetime import UTC, datetime

    found = runner.invoke(app, init)
    assert found.exit_code == 0, found.stderr
    token = re.search(r"gs_\S+", found.stdout)
    assert token is not None
    database = open_database(url)
    with database.begin() as tx:
        known = authenticate_tokens(tx, [token.group()], datetime.now(UTC))[0]
        assert known is not None
        assert {"events:write", "events:backfill"} <= set(known.scopes)
        assert balances(tx, "company", "ana").earned == 0
    database.close()


def test_init_tells_by_line_what_it_did_not_take(url: str, init: list[str]) -> None:
    people = Path(init[2])
    people.write_text(
        "id,segment,team,timezone,contacts,manager,leave\n"
        "p1,sales,s1,W. Europe Standard Time,100,p9,2026-03-09/2026-03-13\n"
        "p2,sales,s1,Europe/Madrid,100,p2,\n"
    )
    found = runner.invoke(app, init)
    assert found.exit_code == 0, found.stderr
    told = [line for line in found.stdout.splitlines() if line.startswith(str(people))]
    assert [line.removeprefix(str(people)).partition(", which")[0] for line in told] == [
        ":2: manager: got 'p9'",
        ":3: manager: got 'p2'",
        ":2: timezone: got 'W. Europe Standard Time'",
    ]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        (days,) = connection.execute("SELECT last_date - first_date + 1 FROM leave").fetchall()
    assert days == (5,)


def test_a_second_init_is_refused_in_one_line(url: str, init: list[str]) -> None:
    assert runner.invoke(app, init).exit_code == 0
    again = runner.invoke(app, init)
    assert again.exit_code == 2
    assert "already exists" in again.stderr
    assert again.stderr.count("\n") == 1


def test_upgrade_verify_backup_restore(
    url: str, init: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    assert runner.invoke(app, init).exit_code == 0
    sound = runner.invoke(app, ["db", "verify", "--json", "-"])
    assert (sound.exit_code, '"findings": []' in sound.stdout) == (0, True)
    saved = tmp_path / "saved.backup"
    assert runner.invoke(app, ["db", "backup", str(saved)]).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    restored = runner.invoke(app, ["db", "restore", str(saved)])
    assert restored.exit_code == 0, restored.stderr
    assert runner.invoke(app, ["db", "verify"]).exit_code == 0


def test_verify_tells_what_is_wrong_and_ends_with_1(url: str, init: list[str]) -> None:
    assert runner.invoke(app, init).exit_code == 0
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        (name,) = connection.execute("select name from sqlite_master where type = 'trigger'").fetchone()
        connection.execute(f"drop trigger {name}")
    found = runner.invoke(app, ["db", "verify"])
    assert found.exit_code == 1
    assert f"append-only: the database: triggers missing: {name}" in found.stdout
    told = json.loads(runner.invoke(app, ["db", "verify", "--json", "-"]).stdout)
    assert [finding["check"] for finding in told["findings"]] == ["append-only"]


def test_rebuild_brings_projections_back_to_what_the_ledger_says(url: str, init: list[str]) -> None:
    assert runner.invoke(app, init).exit_code == 0
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("insert into balance values ('company', 'earned', 1, '', 5)")
    assert "projections: company: balance has beyond it" in runner.invoke(app, ["db", "verify"]).stdout
    rebuilt = runner.invoke(app, ["db", "rebuild"])
    assert (rebuilt.exit_code, "1 organisation rebuilt" in rebuilt.stdout) == (0, True), rebuilt.output
    assert runner.invoke(app, ["db", "verify"]).exit_code == 0


@pytest.mark.parametrize(
    "address", ["mysql://localhost/x", "nonsense", "postgresql://nobody:secret@127.0.0.1:1/none"]
)
def test_an_unusable_database_is_one_line_without_its_password(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    found = runner.invoke(app, ["db", "upgrade"])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert "secret" not in found.stderr
    doctor = runner.invoke(app, ["doctor"])
    assert doctor.exit_code == 1
    assert "unreachable" in doctor.stdout


def test_doctor_tells_of_a_database_that_does_not_exist_yet(url: str) -> None:
    found = runner.invoke(app, ["doctor"])
    assert found.exit_code == 0
    assert "not created yet" in found.stdout


def test_a_password_is_never_shown() -> None:
    assert shown("postgresql://u:p@ss@h/d") == "postgresql://u:***@h/d"
    assert shown("sqlite:///x") == "sqlite:///x"
