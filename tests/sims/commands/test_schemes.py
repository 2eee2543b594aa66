"""`groundswell scheme …`: the gate of pages and API, from the command line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.people.accounts import create_account
from rewards.publishing.drafts import get_draft
from rewards.store.session import open_database
from sims.cli import app
from tests.rehearsed import said_fair

runner = CliRunner()
PEOPLE = (
    "id,segment,team,timezone,contacts\nana,sales,s1,Europe/Madrid,100\nben,sales,s1,Europe/Madrid,100\ncleo,sales,s1,Europe/Madr"
    "id,100\n"
)
WHY = ("--reason", "Less for clicks, more for care.")


@pytest.fixture
def url(tmp_path: Path, examples: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """ana and ben are HR, cleo administers; the first scheme stands as `init` published it."""
    url = f"sqlite:///{tmp_path / 'program.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    first = str(examples / "schemes" / "clicks.yaml")
    done = runner.invoke(app, ["init", "--people", str(people), "--scheme", first])
    assert done.exit_code == 0, done.stderr
    database = open_database(url)
    with database.begin() as tx:
        for person, role in (("ana", "hr"), ("ben", "hr"), ("cleo", "admin")):
            create_account(tx, "company", person, [role], None, datetime.now(UTC))
    database.close()
    return url


def run(*command: str, code: int = 0) -> str:
    found = runner.invoke(app, ["scheme", *command])
    assert found.exit_code == code, (found.stdout, found.stderr)
    return found.stdout + found.stderr


@pytest.mark.parametrize("command", ["draft", "status", "gate", "propose", "publish", "rollback"])
def test_help_has_an_example(command: str) -> None:
    found = runner.invoke(app, ["scheme", command, "--help"])
    assert found.exit_code == 0
    assert "Example:" in found.stdout


def test_through_the_gate(url: str, examples: Path) -> None:
    assert json.loads(run("gate", "--json", "-")) == {
        "kind": "gate", "notice_hours": 24, "on": True, "rehearsal_days": 30,
    }  # fmt: skip
    assert "d1: “" in run("draft", str(examples / "schemes" / "recognition.yaml"), "--by", "ana")
    stands = json.loads(run("status", "d1", "--json", "-", code=1))
    assert (stands["status"], stands["gate"]) == ("draft", True)
    assert [(one["name"], one["kept"]) for one in stands["conditions"]] == [
        ("rehearsed", False), ("fair", False), ("noticed", True), ("by-two", False),
    ]  # fmt: skip
    assert "missing: This very text was never rehearsed" in run("status", "d1", code=1)
    assert "draft 9: not in organisation" in run("status", "d9", code=2)
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    told = run("publish", "d1", "--by", "ana", *WHY, code=2)
    for words in ("never rehearsed", "told 24 hours before", "Whoever wrote"):
        assert words in told
    database = open_database(url)
    with database.read() as tx:
        content = get_draft(tx, "company", 1).hash
    said_fair(database, "company", content, precise=False)
    told = run("propose", "d1", "--by", "ana", "--from", later, *WHY, code=2)
    assert "move the gain by 13.1 % of its range, and 10 % of its range was stated" in told
    said_fair(database, "company", content)
    database.close()
    assert "waits for a second person" in run("propose", "d1", "--by", "ana", "--from", later, *WHY)
    assert "may not approve" in run("publish", "d1", "--by", "nobody", *WHY, code=2)
    assert "d1 is version 2" in run("publish", "d1", "--by", "ben", *WHY)
    assert "would be taken back" in run("rollback", "v2", "--by", "ben", *WHY)
    assert "v2: taken back" in run("rollback", "v2", "--by", "ben", *WHY, "--yes")
    assert "already rolled back" in run("rollback", "v2", "--by", "ben", *WHY, "--yes", code=2)


def test_an_emergency_and_no_gate(url: str, examples: Path) -> None:
    recognition = str(examples / "schemes" / "recognition.yaml")
    run("draft", recognition, "--by", "ana")
    assert "may not declare an emergency" in run("publish", "d1", "--by", "ana", *WHY, "--past-gate", code=2)
    assert "d1 is version 2" in run("publish", "d1", "--by", "cleo", *WHY, "--past-gate")
    run("draft", recognition, "--by", "ana")
    assert "the gate is off" in run("gate", "--off")
    assert "d2 is version 3" in run("publish", "d2", "--by", "ana", *WHY)
    assert "limit 0 to" in run("gate", "--on", "--hours", "-1", code=2)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["propose", "7", "--by", "ana", *WHY, "--from", "soon"], "--from: got 'soon'"),
        (["propose", "x7", "--by", "ana", *WHY], "got 'x7'"),
        (["publish", "d7", "--by", "ana", *WHY], "draft 7: not in organisation"),
        (["gate", "--organisation", "nobody"], "--organisation: got 'nobody'; not in this database"),
        (["rollback", "v9", "--by", "ana", *WHY], "scheme version 9: never published"),
    ],
)
def test_bad_input_is_one_line(url: str, command: list[str], said: str) -> None:
    assert said in run(*command, code=2)
