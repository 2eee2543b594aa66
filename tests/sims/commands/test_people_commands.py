"""The commands about people do what the pages do, and say in one line what they cannot."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rewards.people.organisations import create_organisation, get_organisation
from rewards.people.people import get_person, import_people
from rewards.people.profile import Profile, get_profile
from rewards.people_file import PersonRow
from rewards.store import audit
from rewards.store.session import Database
from sims.cli import app
from tests.rewards.workbook import workbook

runner = CliRunner()
ORGANISATION = "company"


@pytest.fixture
def program(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A company of three on each database, which the commands find."""
    now = datetime.now(UTC)
    with db.begin() as tx:
        create_organisation(tx, ORGANISATION, "Company", "Europe/Madrid", now)
        rows = [
            PersonRow(id=one, name=one.title(), segment="sales", team="north", timezone="UTC", contacts=100)
            for one in ("ana", "ben", "cleo")
        ]
        import_people(tx, ORGANISATION, rows, now)
    monkeypatch.setenv("DATABASE_URL", db.url.render_as_string(hide_password=False))
    return db


def run(*arguments: str, code: int = 0, **rest: Any) -> str:
    found = runner.invoke(app, list(arguments), **rest)
    assert found.exit_code == code, (arguments, found.output)
    if code == 2:
        assert found.stderr.count("\n") == 1, found.stderr
    return found.output


def profile(db: Database, person: str) -> Profile:
    with db.read() as tx:
        return get_profile(tx, ORGANISATION, person)


def test_import_shows_first_and_applies_then(program: Database, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(
        workbook([["Nr", "Name", "Dienststelle"], ["ana", "Ana Field", "south"], ["new", "New", "south"]])
    )
    told = (
        "people",
        "import",
        str(file),
        "--map",
        "id=Nr",
        "--map",
        "team=Dienststelle",
        "--segment",
        "sales",
    )
    shown = run(*told, "--dry-run")
    assert "1 new, 1 changed, 0 as known, 2 missing" in shown
    assert "changed ana: name: Ana → Ana Field, team: north → south" in shown
    assert "dry run" in shown
    assert profile(program, "ana").person.name == "Ana"
    out = tmp_path / "import.json"
    run(*told, "--deactivate-missing", "--json", str(out))
    found = json.loads(out.read_text())
    assert found["applied"] == {"added": 1, "changed": 1, "unchanged": 0, "deactivated": 2, "left_out": 0}
    assert (found["missing"], found["columns"]["team"]) == (["ben", "cleo"], "Dienststelle")
    assert (profile(program, "new").person.team, profile(program, "ben").with_us) == ("south", False)


def test_rows_that_cannot_be_read_end_in_1_and_apply_nothing(program: Database, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,contacts\nana,Ann,5\nben,Bent,lots\n")
    told = run("people", "import", str(file), code=1)
    assert f"{file}:3: contacts: got 'lots'; a whole number is required; correct the cell" in told
    assert profile(program, "ana").person.name == "Ana"
    run("people", "import", str(file), "--leave-out", code=1)
    assert profile(program, "ana").person.name == "Ann"


def test_bad_files_and_options_end_in_one_line(program: Database, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name\nana,Ana\n")
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04nothing")
    for arguments in (
        (str(bad),), (str(tmp_path / "none.csv"),), (str(file), "--map", "team"), (str(file), "--map", "team=Nothing"),
        (str(file), "--map", "pay=name"), (str(file), "--organisation", "nobody"),
    ):  # fmt: skip
        run("people", "import", *arguments, code=2)


def test_every_change(program: Database) -> None:
    run(
        "people",
        "add",
        "dan",
        "--name",
        "Dan",
        "--segment",
        "sales",
        "--team",
        "north",
        "--timezone",
        "UTC",
        "--manager",
        "ana",
    )
    run("people", "edit", "dan", "--hours-share", "0,5", "--email", "dan@x.example")
    run("people", "move", "dan", "--team", "south")
    run("people", "move", "dan", "--timezone", "Asia/Tokyo")
    run("people", "leave", "dan", "2026-12-24", "2026-12-31")
    run("people", "link", "dan", "ben")
    found = profile(program, "dan")
    assert (found.person.hours_share, found.person.email, found.person.team) == (
        0.5,
        "dan@x.example",
        "south",
    )
    assert (found.person.manager, found.person.timezone, found.linked) == (
        "ana",
        "Asia/Tokyo",
        (("ben", "Ben"),),
    )
    run("people", "leave", "dan", "2026-12-24", "2026-12-31", "--remove")
    run("people", "link", "dan", "ben", "--remove")
    run("people", "deactivate", "dan")
    assert "dan  Dan  sales / south  (deactivated)" in run("people", "list", "--state", "deactivated")
    run("people", "reactivate", "dan")
    assert profile(program, "dan").leave == profile(program, "dan").linked == ()
    assert run("people", "list", "da", "--team", "south").startswith("dan")
    run("people", "merge", "ana", "dan", "--yes")
    assert profile(program, "dan").person.id == "ana"
    run("people", "erase", "cleo", "--yes")
    assert "cleo" not in run("people", "list")
    with program.read() as tx:
        assert get_person(tx, ORGANISATION, "ben").status == "active"


def test_what_cannot_be_undone_asks_first(program: Database) -> None:
    for arguments in (("merge", "ana", "ben"), ("erase", "ben")):
        run("people", *arguments, code=130, input="n\n")
    assert profile(program, "ben").with_us


def test_refusals_end_in_one_line(program: Database) -> None:
    for arguments in (
        ("add", "ana", "--segment", "s", "--team", "t", "--timezone", "UTC"), ("edit", "ana"), ("edit", "nobody", "--name", "x"),
        ("edit", "ana", "--contacts", "x"), ("move", "ana"), ("move", "ana", "--team", "x", "--from", "soon"),
        ("leave", "ana", "2026-12-31", "2026-12-24"), ("link", "ana", "ana"), ("merge", "ana", "ana", "--yes"),
        ("erase", "nobody", "--yes"), ("list", "--state", "gone"), ("deactivate", "nobody"),
    ):  # fmt: skip
        run("people", *arguments, code=2)


def test_a_period_is_closed_by_a_day_or_an_instant(program: Database) -> None:
    assert "2025-01-05T23:00:00+00:00" in run("period", "close", "2025-01-06", "--yes")
    run("period", "close", "2025-02-01T00:00:00Z", "--yes")
    with program.read() as tx:
        home = get_organisation(tx, ORGANISATION)
    assert home is not None
    assert home.closed_until == datetime(2025, 2, 1, tzinfo=UTC)
    for until in ("2025-01-06", "soon", "2999-01-01"):
        run("period", "close", until, "--yes", code=2)
    run("period", "close", "2025-03-01", code=130, input="n\n")


def test_the_log_names_who_ran_a_command(program: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "root\x07ed")
    run("people", "edit", "ana", "--contacts", "7")
    run("--as", "ben", "people", "edit", "ana", "--contacts", "8")
    monkeypatch.setenv("GROUNDSWELL_AS", "cleo")
    run("account", "invite", "ana")
    run("token", "create", "payroll", "--scope", "people:read")
    with program.read() as tx:
        lines = [(one.action, one.actor) for one in audit.page(tx, ORGANISATION, audit.Asked(), None, 20)]
    assert [actor for action, actor in lines if action == "people.edit"] == ["ben", "operator:rooted"]
    assert ("account.invitation", "cleo") in lines
    assert ("token.create", "cleo") in lines


def test_nobody_is_not_named_and_nobody_decides_for_herself(program: Database) -> None:
    run("--as", "nobody", "people", "edit", "ana", "--contacts", "7", code=2)
    run("--as", " ", "people", "edit", "ana", "--contacts", "7", code=2)
    run("--as", "ana", "people", "erase", "ana", "--yes", code=2)
    with program.read() as tx:
        assert get_person(tx, ORGANISATION, "ana").contacts == 100


def test_an_address_that_is_none_is_refused(program: Database) -> None:
    run("people", "edit", "ana", "--email", "ana@", code=2)
