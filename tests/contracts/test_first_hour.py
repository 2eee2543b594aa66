"""docs/running.md is the first hour: its commands, run in order on each database, lead to an employee's first earned point."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rewards.ledger.entries import balances
from rewards.store.session import open_database
from rewards.store.verify import verify
from tests.contracts.test_documents import ROOT, examples, pattern, typed
from web.app import create_app
from web.settings import Settings

PHRASE = "a long enough phrase"


def hour(url: str, folder: Path) -> dict[str, str]:
    """Runs the commands of the document; the invitation's path of everybody who was invited."""
    (folder / "examples").symlink_to(ROOT / "examples")
    env = os.environ | {"DATABASE_URL": url}
    env.pop("GROUNDSWELL_ORGANISATION", None)
    links: dict[str, str] = {}
    for example in examples(ROOT / "docs" / "running.md"):
        status, said = typed(example.command, folder, env)
        assert status == example.status, (example.command, said)
        assert re.fullmatch(pattern(example.output), said), f"{example.command}\n{said}"
        links |= re.findall(r"^(\w+).*http://127\.0\.0\.1:8000(/invitation/\S+)", said, re.MULTILINE)
    return links


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_commands_lead_to_the_first_point(
    fresh_url: Callable[[str], str], tmp_path: Path, dialect: str
) -> None:
    url = fresh_url(dialect)
    links = hour(url, tmp_path)
    assert set(links) == {"ana", "p001", "p002"}
    with TestClient(create_app(Settings(DATABASE_URL=url)), follow_redirects=False) as client:
        administrator = client.post(links["ana"], data={"password": PHRASE, "again": PHRASE})
        assert administrator.headers["location"] == "/hr"
        assert "Points for shares and clicks" in client.get("/hr").text
        client.cookies.clear()
        assert (
            client.post(links["p001"], data={"password": PHRASE, "again": PHRASE}).headers["location"] == "/"
        )
        assert "Hello, world" in client.get("/").text
        shared = client.get("/share/hello/linkedin").text
        declare = re.search(r'formaction="(/share/[^"/]+/declare)"', shared)
        assert declare, shared
        assert client.post(declare[1]).status_code == 303
        assert "Share a green-lit item" in client.get("/points").text
    db = open_database(url)
    with db.read() as tx:
        assert balances(tx, "company", "p001").earned == 2000
    assert verify(db) == []
    db.close()
