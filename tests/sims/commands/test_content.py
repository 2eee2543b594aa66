"""`groundswell content …`: import, list, approve, recall; findings, bad input and two people."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.content.desk import get_draft
from rewards.store.session import open_database
from sims.cli import app

runner = CliRunner()


@pytest.fixture
def program(tmp_path: Path, examples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'program.sqlite'}")
    people = tmp_path / "people.csv"
    people.write_text("id,segment,team,timezone,contacts\nana,sales,s1,Europe/Madrid,100\n")
    done = runner.invoke(
        app, ["init", "--people", str(people), "--scheme", str(examples / "schemes" / "clicks.yaml")]
    )
    assert done.exit_code == 0, done.stderr
    return tmp_path


def run(*command: str, code: int = 0) -> str:
    found = runner.invoke(app, ["content", *command])
    assert found.exit_code == code, (found.stdout, found.stderr)
    return found.stdout + found.stderr


@pytest.mark.parametrize("command", ["import", "list", "approve", "recall"])
def test_help_has_an_example(command: str) -> None:
    found = runner.invoke(app, ["content", command, "--help"])
    assert found.exit_code == 0
    assert "Example:" in found.stdout


def test_from_a_file_to_a_recall(program: Path) -> None:
    items = program / "items.csv"
    items.write_text("id,title,url,channels\nlaunch,Launch,https://x.example/1,linkedin\nbad,Bad,ftp://x,\n")
    said = run("import", str(items), "--by", "ana", code=1)
    assert "1 new" in said
    assert f"{items}:3: url" in said
    items.write_text("id,title,url,channels\nlaunch,Launch,https://x.example/1,linkedin\n")
    assert "1 as they stood" in run("import", str(items))
    assert "launch  draft" in run("list", "--state", "draft")
    out = program / "out.json"
    assert "on the grid" in run("approve", "launch", "--json", str(out))
    assert json.loads(out.read_text())["items"] == {"launch": "live"}
    assert "not on the desk" in run("approve", "nothing", code=2)
    assert "0 people" in run("recall", "launch", "--reason", "a wrong figure")
    assert "recalled" in run("list")
    assert json.loads(run("list", "--json", "-"))["items"][0]["state"] == "recalled"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["list", "--state", "nonsense"], "--state: got 'nonsense'"),
        (["import", "missing.csv"], "missing.csv"),
        (["recall", "launch", "--reason", " "], "--reason: got none"),
        (["recall", "launch", "--reason", "x"], "not on the grid"),
        (["import", "https://127.0.0.1/feed"], "not a public host"),
        (["list", "--organisation", "other"], "not in this database"),
    ],
)
def test_bad_input_is_one_line(program: Path, command: list[str], said: str) -> None:
    told = run(*command, code=2)
    assert said in told
    assert told.count("\n") == 1


def test_items_of_a_company_that_speaks_german_are_german_where_they_say_nothing(program: Path) -> None:
    assert runner.invoke(app, ["settings", "change", "--languages", "de,en"]).exit_code == 0
    (program / "items.csv").write_text(
        "id,title,url,language\na,A,https://x.example/1,\nb,B,https://x.example/2,en\n"
    )
    (program / "items.json").write_text(
        '{"id": "c", "title": "C", "url": "https://x.example/3", "channels": {"x": {"status": "green"}}}'
    )
    run("import", str(program / "items.csv"), "--by", "ana")
    run("import", str(program / "items.json"), "--by", "ana")
    with open_database(f"sqlite:///{program / 'program.sqlite'}").read() as tx:
        told = {one: get_draft(tx, "company", one).item.language for one in "abc"}
    assert told == {"a": "de", "b": "en", "c": "de"}
    (program / "list.json").write_text("{}")
    assert f"{program / 'list.json'}: JSON: got no list" in run("import", str(program / "list.json"), code=2)
