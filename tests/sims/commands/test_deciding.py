"""What waits for a person, decided by commands: as on the pages, with a reason, by who may, never one's own, and in the audit log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rewards.content.desk import get_draft
from rewards.content.suggestions import suggest
from rewards.ledger.entries import balances
from rewards.store import audit
from rewards.store.session import Database
from sims.cli import app
from tests.company import ORGANISATION
from tests.waiting import share_too_often_and_claim

SCHEME = """
name: looked-at
title: Looked at
rules: [{id: share, title: Share, on: share, points: 10}]
fair_play: {review_above_per_hour: 2}
rewards: [{id: trip, title: A trip, points: 15, approval: true}]
"""


def run(*typed: object, code: int = 0) -> str:
    found: Result = CliRunner().invoke(app, [str(one) for one in typed])
    assert found.exit_code == code, (found.stdout, found.stderr)
    return found.stdout + found.stderr


def listed(*typed: object) -> list[dict[str, Any]]:
    body = json.loads(run(*typed, "--json", "-"))
    found: list[dict[str, Any]] = body[body["kind"]]
    return found


@pytest.fixture
def waiting(company: Database) -> Database:
    """ana and hal shared three times within an hour, which is once too often; each asks for a trip and suggests a page."""
    at = datetime.now(UTC) - timedelta(hours=1)
    with company.begin() as tx:
        share_too_often_and_claim(tx, SCHEME, at)
        for person in ("ana", "hal"):
            suggest(
                tx, ORGANISATION, person, at, url=f"https://example.org/{person}", title=f"A page of {person}"
            )
    return company


def earned(db: Database, person: str) -> tuple[int, int]:
    with db.read() as tx:
        found = balances(tx, ORGANISATION, person)
    return found.earned // 1000, found.spendable // 1000


def logged(db: Database) -> set[tuple[str, str]]:
    with db.read() as tx:
        return {(one.action, one.actor) for one in audit.page(tx, ORGANISATION, audit.Asked(), None, 50)}


def test_reviews(waiting: Database) -> None:
    first, second = listed("review", "list")
    assert (first["person"], first["status"], second["person"]) == ("ana", "open", "hal")
    assert [one["id"] for one in listed("review", "list", "--after", first["id"])] == [second["id"]]
    assert "person: ana" in run("review", "show", first["id"])
    assert earned(waiting, "ana") == (20, 5)
    done = run("review", "decide", first["id"], "approve", "--reason", "A busy day.", "--by", "hal")
    assert f"review {first['id']}: approved" in done
    assert earned(waiting, "ana") == (30, 15)
    assert [one["by"] for one in listed("review", "list", "--state", "decided")] == ["hal"]
    own = run("review", "decide", second["id"], "approve", "--reason", "mine", "--by", "hal", code=2)
    assert "is your own" in own
    assert ("review.approve", "hal") in logged(waiting)
    again = run("review", "decide", first["id"], "decline", "--reason", "again", "--by", "hal", code=2)
    assert "already approved" in again


def test_claims(waiting: Database) -> None:
    first, second = listed("claim", "list")
    assert (first["person"], first["reward"], first["points"]) == ("ana", "trip", 15.0)
    run("claim", "decide", first["id"], "decline", "--reason", "Fully booked.", "--by", "hal")
    assert earned(waiting, "ana") == (20, 20)
    assert "reason: Fully booked." in run("claim", "show", first["id"])
    # The user of this machine may do what a person may not: hal's own waits for somebody else.
    run("claim", "decide", second["id"], "approve", "--reason", "ordered", "--by", "hal", code=2)
    assert "approved" in run("claim", "decide", second["id"], "approve", "--reason", "ordered")
    assert run("claim", "list") == "nothing\n"
    assert ("claim.declined", "hal") in logged(waiting)


def test_suggestions(waiting: Database) -> None:
    first, second = listed("suggestion", "list")
    assert "url: https://example.org/ana" in run("suggestion", "show", first["id"])
    done = json.loads(run("--as", "sam", "suggestion", "decide", first["id"], "accept", "--json", "-"))
    with waiting.read() as tx:
        assert get_draft(tx, ORGANISATION, done["became"]).item.title == "A page of ana"
    assert "give one" in run("suggestion", "decide", second["id"], "decline", "--by", "sam", code=2)
    run("suggestion", "decide", second["id"], "decline", "--reason", "Not ours.", "--by", "sam")
    assert [one["reason"] for one in listed("suggestion", "list", "--status", "declined")] == ["Not ours."]
    assert run("suggestion", "list") == "nothing\n"


def test_settings(waiting: Database) -> None:
    assert "name: Acme" in run("settings", "show")
    told = run(
        "settings", "change", "--name", "Acme Ltd", "--networks", "linkedin,x,facebook", "--unpaid", "x", "--by", "nia"
    )  # fmt: skip
    assert "networks: linkedin, x (no points), facebook (no points)" in told
    body = json.loads(run("settings", "change", "--languages", "de,en", "--json", "-"))
    assert body["name"] == "Acme Ltd"
    assert body["languages"] == ["de", "en"]
    assert body["networks"] == {"linkedin": True, "x": False, "facebook": False}
    assert ("organisation.change", "nia") in logged(waiting)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("review", "decide", 1, "approve", "--reason", "x y z", "--by", "ana"), "for the roles hr"),
        (("claim", "decide", 1, "approve", "--reason", "x y z", "--by", "sam"), "for the roles hr"),
        (("suggestion", "decide", 1, "accept", "--by", "hal"), "for the roles content, strategist"),
        (("--as", "hal", "settings", "change", "--name", "Other"), "--as: 'hal' may not do this"),
        (("review", "decide", 1, "approve", "--reason", " "), "at least 3 letters"),
        (("claim", "decide", 1, "approve", "--reason", "x" * 1001), "limit 1000"),
        (("review", "show", 99), "review 99: not in organisation"),
        (("claim", "show", 99), "claim 99: not in organisation"),
        (("suggestion", "show", 99), "suggestion 99: not in this organisation"),
        (("settings", "change"), "got nothing to change"),
        (("settings", "change", "--languages", "fr"), "languages: got fr"),
        (("settings", "change", "--networks", "x", "--unpaid", "xing"), "--unpaid: got 'xing'"),
        (("settings", "show", "--organisation", "other"), "got 'other'; not in this database"),
    ],
)
def test_what_cannot_be_is_one_line(waiting: Database, typed: tuple[object, ...], told: str) -> None:
    found = run(*typed, code=2)
    assert told in found
    assert found.count("\n") == 1


@pytest.mark.parametrize(
    ("group", "command"),
    [
        (group, command)
        for group in ("review", "claim", "suggestion")
        for command in ("list", "show", "decide")
    ]
    + [("settings", "show"), ("settings", "change")],
)
def test_help_has_an_example(group: str, command: str) -> None:
    assert "Example:" in run(group, command, "--help")
