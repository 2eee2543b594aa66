"""HR decides what waits: held events and rewards asked for, with a reason, and never her own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from rewards.ledger.entries import balances
from rewards.store.session import Database
from tests.company import ORGANISATION, Company
from tests.waiting import share_too_often_and_claim

SCHEME = """
name: looked-at
title: Looked at
rules: [{id: share, title: Share, on: share, points: 10}]
fair_play: {review_above_per_hour: 2}
rewards: [{id: trip, title: "A <i>trip</i>", points: 15, approval: true}]
"""
SignIn = Callable[[str], TestClient]


@pytest.fixture
def waiting(client: TestClient, sqlite_db: Database, company: Company) -> TestClient:
    """ana and hal shared three times within an hour, which is once too often, and each asks for a trip."""
    at = datetime.now(UTC) - timedelta(hours=1)
    with sqlite_db.begin() as tx:
        share_too_often_and_claim(tx, SCHEME, at)
    return client


def actions(page: str, what: str) -> dict[str, str]:
    """{heading or name: address} of the forms of one kind."""
    found = re.findall(rf'<h3 id="\w+-\d+">(.*?)</h3>(.*?)action="(/hr/{what}/\d+)"', page, re.DOTALL)
    return {re.search(r"(Ana|Hal)", head + text).group(1): address for head, text, address in found}  # type: ignore[union-attr]


def earned(db: Database, person: str) -> tuple[int, int]:
    with db.read() as tx:
        found = balances(tx, ORGANISATION, person)
    return found.earned // 1000, found.spendable // 1000


def test_what_was_held_counts_or_not_as_hr_decides(
    waiting: TestClient, sign_in: SignIn, sqlite_db: Database
) -> None:
    assert "What waits for a decision" in sign_in("hal").get("/hr").text
    page = waiting.get("/hr/decisions").text
    assert "3 events within an hour" in page
    assert earned(sqlite_db, "ana") == (20, 5)
    form = {"decision": "approve", "reason": "A busy day at the fair."}
    assert waiting.post(actions(page, "reviews")["Ana"], data=form).status_code == 303
    assert earned(sqlite_db, "ana") == (30, 15)
    again = waiting.post(actions(page, "reviews")["Ana"], data=form)
    assert (again.status_code, "already approved" in again.text) == (409, True)


def test_a_reward_is_agreed_to_or_declined_and_its_points_return(
    waiting: TestClient, sign_in: SignIn, sqlite_db: Database
) -> None:
    page = sign_in("hal").get("/hr/decisions").text
    assert "A &lt;i&gt;trip&lt;/i&gt;" in page
    form = {"decision": "decline", "reason": "Fully <b>booked</b>."}
    assert waiting.post(actions(page, "claims")["Ana"], data=form).status_code == 303
    assert earned(sqlite_db, "ana") == (20, 20)
    told = sign_in("ana").get("/rewards").text
    assert "Declined; the points came back. Fully &lt;b&gt;booked&lt;/b&gt;." in told


def test_a_long_queue_shows_its_oldest(
    waiting: TestClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.hr.decisions.MOST_SHOWN", 1)
    page = sign_in("hal").get("/hr/decisions").text
    assert page.count("1 more follow once these are decided.") == 2
    assert set(actions(page, "claims")) == {"Ana"}


def test_nobody_decides_for_herself(waiting: TestClient, sign_in: SignIn, sqlite_db: Database) -> None:
    page = sign_in("hal").get("/hr/decisions").text
    form = {"decision": "approve", "reason": "It is mine."}
    for what in ("reviews", "claims"):
        answer = waiting.post(actions(page, what)["Hal"], data=form)
        assert (answer.status_code, "is your own" in answer.text) == (409, True)
    assert earned(sqlite_db, "hal") == (20, 5)
    for bad in ({"decision": "approve", "reason": ""}, {"decision": "maybe", "reason": "Why not."}):
        assert waiting.post(actions(page, "claims")["Ana"], data=bad).status_code == 422
    assert waiting.post("/hr/claims/99999", data=form).status_code == 404
