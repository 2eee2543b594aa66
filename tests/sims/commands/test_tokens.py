"""`groundswell token`: what a page does, by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.people.accounts import authenticate_tokens
from rewards.store.session import Database
from sims.cli import app
from web.session import now

RUN = CliRunner()


def run(*words: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["token", *words])
    return done.exit_code, done.output


def test_a_token_is_made_listed_and_ended(company: Database, tmp_path: Path) -> None:
    out = tmp_path / "token.json"
    made = ("create", "payroll", "--scope", "admin", "--scope", "me:read", "--days", "30", "--json", str(out))
    code, said = run(*made)
    secret = json.loads(out.read_text())["secret"]
    assert (code, secret in said) == (0, True)
    with company.read() as tx:
        found = authenticate_tokens(tx, [secret], now())[0]
    assert found is not None
    assert found.scopes == ("admin", "me:read")
    code, said = run("list")
    assert code == 0
    assert "payroll: in force; admin me:read; for the organisation; ends " in said
    assert "ana: in force; me:read; for ana; no end; never used" in said
    assert secret not in said
    assert run("revoke", "payroll") == (0, "API token 'payroll' has ended\n")
    assert "payroll: revoked" in run("list")[1]
    run("list", "--json", str(out))
    assert {one["name"] for one in json.loads(out.read_text())["tokens"]} == {
        "all",
        "ana",
        "payroll",
        "write",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "x"), "--scope: got none"),
        (("create", "x", "--scope", "everything"), "scopes ['everything']: limit events:write"),
        (("create", "all", "--scope", "admin"), "API token 'all': the name is used"),
        (("create", "x", "--scope", "admin", "--days", "0"), "--days: got 0"),
        (("create", "x", "--scope", "me:read", "--person", "nobody"), "person 'nobody': not in organisation"),
        (("create", "  ", "--scope", "admin"), "name it after what uses it"),
        (("revoke", "nothing"), "API token 'nothing': none in force"),
        (("list", "--organisation", "bolt"), "--organisation: got 'bolt'"),
    ],
)
def test_bad_input_is_one_line(company: Database, words: tuple[str, ...], said: str) -> None:
    code, output = run(*words)
    assert code == 2
    assert said in output
    assert len(output.strip().splitlines()) == 1
