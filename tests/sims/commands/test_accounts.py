"""`groundswell account`: the same use cases as the pages, by whoever can reach the database."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from rewards.people.invitations import accept
from rewards.people.people import import_people
from rewards.store import schema
from rewards.store.session import Database
from sims.cli import app
from tests.company import ORGANISATION, people

runner = CliRunner()
PHRASE = "a long enough phrase"


@pytest.fixture
def company(company: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("GROUNDSWELL_BASE_URL", "https://share.acme.example/")
    monkeypatch.delenv("GROUNDSWELL_SMTP_HOST", raising=False)
    return company


def run(*args: str, code: int = 0) -> str:
    done = runner.invoke(app, ["account", *args])
    assert done.exit_code == code, (args, done.output)
    if code == 2:
        assert re.fullmatch(r"groundswell: [^\n]+\n", done.stderr), done.stderr
    return done.stdout if code != 2 else done.stderr


def test_invite_prints_a_link_that_lets_in_once(company: Database) -> None:
    out = run("invite", "ben", "oto", "--roles", "hr,employee")
    secrets = re.findall(r"https://share\.acme\.example/invitation/([\w-]+) ", out)
    assert len(secrets) == 2
    accept(company, ORGANISATION, "invitation", secrets[0], PHRASE, now=datetime.now(UTC))
    assert re.search(r"^ben +active +employee, hr ", run("list"), re.MULTILINE)
    assert "has chosen a password already" in run("invite", "ben", code=2)


def test_a_group_is_invited_once(company: Database) -> None:
    out = run("invite", "--segment", "sales", "--json", "-")
    assert [one["person"] for one in json.loads(out)["links"]] == ["ben", "oto", "ria"]
    assert "nobody was invited" in run("invite", "--segment", "sales", code=1)
    assert run("invite", "--all").count("/invitation/") == 3


def test_mail_is_queued_and_its_links_are_not_printed(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = next(one for one in people() if one.id == "ben").model_copy(update={"email": "ben@acme.example"})
    with company.begin() as tx:
        import_people(tx, ORGANISATION, [ben], datetime.now(UTC))
    assert "GROUNDSWELL_SMTP_HOST is not set" in run("invite", "ben", "--mail", code=2)
    monkeypatch.setenv("GROUNDSWELL_SMTP_HOST", "mail.acme.example")
    out = run("invite", "ben", "oto", "--mail")
    assert "ben: sent by mail" in out
    assert out.count("/invitation/") == 1
    with company.read() as tx:
        assert len(tx.execute(select(schema.mail)).all()) == 1


def test_roles_reset_and_the_end(company: Database) -> None:
    assert run("roles", "ana", "auditor,employee") == "ana: employee, auditor\n"
    assert "/reset/" in run("reset", "ana")
    assert run("deactivate", "ana") == "ana: the sign-in is ended\n"
    assert re.search(r"^ana +ended ", run("list", "--search", "ana"), re.MULTILINE)
    assert "last administrator" in run("deactivate", "nia", code=2)
    assert "last administrator" in run("roles", "nia", "hr", code=2)
    rows = json.loads(run("list", "--role", "admin", "--json", "-"))["accounts"]
    assert [(row["person"], row["state"], row["roles"]) for row in rows] == [("nia", "active", ["admin"])]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("invite",), "name people"),
        (("invite", "ana", "--all"), "name people"),
        (("invite", "--all", "--roles", "hr"), "limit employee"),
        (("invite", "nobody"), "import the person first"),
        (("invite", "ben", "--roles", "boss"), "limit employee"),
        (("invite", "ben", "--roles", ","), "at least one"),
        (("roles", "ana", "boss"), "limit employee"),
        (("roles", "ben", "hr"), "invite first"),
        (("reset", "ben"), "invite first"),
        (("deactivate", "nobody"), "import the person first"),
        (("list", "--role", "boss"), "limit employee"),
    ],
)
def test_bad_input_is_told_in_one_line(company: Database, args: tuple[str, ...], said: str) -> None:
    assert said in run(*args, code=2)
