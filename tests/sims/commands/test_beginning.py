"""`init` and `serve` on nothing, and what `doctor` says of a beginning."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.founding import look
from rewards.people.account_desk import account_of
from rewards.people.invitations import accept
from rewards.people.organisations import Network, get_organisation
from rewards.people.people import get_person
from rewards.publishing.publication import scheme_in_force
from rewards.store.migrate import is_blank, upgrade
from rewards.store.session import Database, open_database
from sims.cli import app
from sims.commands.machine import program_advice
from web.cli import first_words

runner = CliRunner()
PEOPLE = "id,name,segment,team,timezone,contacts\nana,Ana,sales,s1,Europe/Madrid,100\nben,Ben,sales,s1,Europe/Madrid,9\n"
Fresh = Callable[[str], str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, fresh_url: Fresh, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database of each kind."""
    found = fresh_url(request.param)
    monkeypatch.setenv("DATABASE_URL", found)
    monkeypatch.delenv("GROUNDSWELL_ORGANISATION", raising=False)
    return found


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return str(path)


def init(*args: str, code: int = 0) -> str:
    done = runner.invoke(app, ["init", *args])
    assert done.exit_code == code, done.output
    if code:
        assert re.fullmatch(r"groundswell: [^\n]+\n", done.stderr), done.stderr
    return done.stdout if not code else done.stderr


def test_init_makes_everything_that_the_pages_make(url: str, file: str) -> None:
    out = init(
        "--people", file, "--template", "clicks", "--admin", "ana", "--name", "Acme", "--languages", "de,en",
        "--networks", "linkedin,X,facebook", "--no-points", "x", "--base-url", "https://share.acme.example/",
    )  # fmt: skip
    found = re.search(r"https://share\.acme\.example/invitation/(\S+)", out)
    assert found, out
    db, now = open_database(url), datetime.now(UTC)
    accept(db, "company", "invitation", found[1], "a long enough phrase", now=now)
    with db.read() as tx:
        home = get_organisation(tx, "company")
        assert home is not None
        assert (home.name, home.languages) == ("Acme", ("de", "en"))
        assert home.networks == (
            Network("linkedin", True),
            Network("x", False),
            Network("facebook", False),
        )
        ana = account_of(tx, "company", "ana", now)
        assert (ana.state, ana.roles) == ("active", ("employee", "content", "hr", "admin"))
        version = scheme_in_force(tx, "company", now)
        assert version is not None
        assert version.scheme.is_unrewarded("x")
    db.close()


def test_the_first_administrator_may_stand_beside_the_file_or_alone(url: str, file: str) -> None:
    out = init("--people", file, "--admin", "zoe", "--admin-name", "Zoe", "--admin-roles", "hr")
    assert "3 people, no scheme yet" in out
    db = open_database(url)
    with db.read() as tx:
        assert get_person(tx, "company", "zoe").name == "Zoe"
        assert account_of(tx, "company", "zoe", datetime.now(UTC)).roles == ("hr", "admin")
    db.close()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "neither --people nor --admin"),
        (("--admin", "ana", "--template", "gold"), "limit clicks"),
        (("--admin", "a b"), "id: got 'a b'"),
        (("--admin", "ana", "--languages", "xx"), "languages: got xx"),
        (("--admin", "ana", "--admin-roles", "boss"), "limit employee"),
        (("--admin", "ana", "--timezone", "Mars"), "Mars"),
        (("--admin", "ana", "--template", "clicks", "--scheme", "{scheme}"), "one scheme"),
    ],
)
def test_init_refuses_in_one_line_and_leaves_nothing(
    url: str, examples: Path, args: tuple[str, ...], said: str
) -> None:
    scheme = str(examples / "schemes" / "clicks.yaml")
    assert said in init(*(one.format(scheme=scheme) for one in args), code=2)
    db = open_database(url)
    if not is_blank(db):
        with db.read() as tx:
            assert get_organisation(tx, "company") is None
    db.close()


def test_serve_prints_a_link_as_long_as_nothing_is_set_up(url: str) -> None:
    db = open_database(url)
    assert is_blank(db)
    upgrade(db)
    assert not is_blank(db)
    (words,) = first_words(db, "http://127.0.0.1:8000", "company")
    found = re.search(r"http://127\.0\.0\.1:8000/setup/(\S+)", words)
    assert found
    with db.read() as tx:
        look(tx, found[1])
    assert program_advice("company") == [words for words in program_advice("company") if "set up" in words]
    assert "groundswell serve" in program_advice("company")[0]
    init("--admin", "ana")
    assert first_words(db, "http://127.0.0.1:8000", "company") == []
    (no_scheme,) = program_advice("company")
    assert "no scheme" in no_scheme
    assert "does not hold" in program_advice("other")[0]
    db.close()


def test_where_nobody_administers_serve_and_doctor_say_how(url: str, file: str) -> None:
    init("--people", file, "--template", "clicks")
    db: Database = open_database(url)
    (words,) = first_words(db, "http://127.0.0.1:8000", "company")
    assert "account invite ID --roles admin" in words
    assert program_advice("company") == [words.replace("Nobody", "nobody")]
    db.close()
