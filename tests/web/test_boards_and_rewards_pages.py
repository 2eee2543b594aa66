"""Boards and rewards as an employee sees them: places, her choice, buying and taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from rewards.boards.highlights import give_highlights
from rewards.document import load_document
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from tests.company import ORGANISATION, Company

SCHEME = """
name: season
title: The season
rules: [{id: share, title: Share, on: share, points: 10}]
leaderboards:
  - {id: all, title: Everybody, window: total, neighbours: 1, top: 3, minimum_group: 2}
  - {id: teams, title: Teams, window: total, group: team, per_head: true, minimum_group: 2}
  - {id: few, title: The few, window: day, minimum_group: 900}
privacy: {minimum_group: 2}
rewards:
  - {id: mug, title: A mug, points: 20, stock: 1}
  - {id: trip, title: A trip, points: 500, approval: true}
  - {id: talk, title: A talk, points: 10, approval: true, refund: before_approval}
"""
Browser = Callable[[str], TestClient]


@pytest.fixture
def season(sqlite_db: Database, company: Company) -> None:
    """ana has 40 points, ben 30, eve 20 and kim 10."""
    at = datetime.now(UTC) - timedelta(hours=1)
    people = 4 * ("ana",) + 3 * ("ben",) + 2 * ("eve",) + ("kim",)
    with sqlite_db.begin() as tx:
        scheme = load_document(SCHEME, IncentiveScheme, "season")
        publish_scheme(tx, ORGANISATION, scheme, at, "hal", "a test", at)
        events = [
            Event(
                source="test", id=f"e{number}", kind="share", subject=person, object=f"i{number}",
                occurred_at=at + timedelta(minutes=number),
            )
            for number, person in enumerate(people)
        ]  # fmt: skip
        record(tx, ORGANISATION, events, received_at=at + timedelta(minutes=20))


def ranks(page: str, caption: str) -> list[tuple[str, str]]:
    """(rank, who) of one table."""
    (table,) = re.findall(rf"<caption[^>]*>{caption}</caption>(.*?)</table>", page, re.DOTALL)
    return re.findall(r'<td class="num rank">(\d+)</td><td>(\w+)', table)


@pytest.mark.usefixtures("season")
def test_the_boards_show_places_neighbours_and_what_is_kept_back(sign_in: Browser) -> None:
    page = sign_in("ana").get("/boards").text
    assert ranks(page, "Everybody: first places") == [("1", "Ana"), ("2", "Ben"), ("3", "Eve")]
    assert ranks(page, "Everybody: around you") == [("1", "You"), ("2", "Ben")]
    assert re.search(r'data-testid="rank">1<', page)
    # Beside her name, and not beside the word You.
    assert page.count('nowrap">you<') == 1
    assert "by the average of their members" in page
    assert "fewer than 900 people take part" in page
    assert "<b>Field" not in page


@pytest.mark.usefixtures("season")
def test_who_leaves_the_boards_is_off_them_and_sees_her_own_rank(sign_in: Browser) -> None:
    client = sign_in("ana")
    assert client.post("/boards/visibility", data={"shown": "false"}).status_code == 303
    page = client.get("/boards?changed=1").text
    assert "You are off the boards." in page
    assert re.search(r'data-testid="rank">1<', page)
    assert [who for _, who in ranks(page, "Everybody: first places")] == ["Ben", "Eve", "Kim"]
    client.post("/boards/visibility", data={"shown": "true"})
    assert ranks(client.get("/boards").text, "Everybody: first places")[0] == ("1", "Ana")


@pytest.mark.usefixtures("season")
def test_a_reward_is_bought_once_and_taken_back(sign_in: Browser) -> None:
    client = sign_in("ana")
    page = client.get("/rewards").text
    assert "460 points to go" in page
    (key,) = re.findall(r'value="mug"><input type="hidden" name="key" value="([^"]+)"', page)
    for _ in range(2):
        answer = client.post("/rewards/claims", data={"reward": "mug", "key": key})
        assert (answer.status_code, answer.headers["location"]) == (303, "/rewards?claimed=1")
    page = client.get("/rewards").text
    assert re.search(r'data-testid="spendable">20<', page)
    assert "None left." in page
    (claim,) = re.findall(r"/rewards/claims/(\d+)/cancel", page)
    assert client.post(f"/rewards/claims/{claim}/cancel").status_code == 303
    page = client.get("/rewards").text
    assert re.search(r'data-testid="spendable">40<', page)
    assert "Taken back." in page
    again = client.post(f"/rewards/claims/{claim}/cancel")
    assert again.status_code == 409
    assert 'role="alert"' in again.text


@pytest.mark.usefixtures("season")
def test_what_cannot_be_had_is_said_and_changes_nothing(sign_in: Browser) -> None:
    client = sign_in("ana")
    for reward, status, told in (("trip", 409, "spendable points"), ("moon", 404, "not in the scheme")):
        answer = client.post("/rewards/claims", data={"reward": reward, "key": "0123456789"})
        assert answer.status_code == status
        assert told in answer.text
    assert client.post("/rewards/claims/999/cancel").status_code == 404
    assert re.search(r'data-testid="spendable">40<', client.get("/rewards").text)


@pytest.mark.usefixtures("season")
def test_nobody_takes_back_a_reward_of_somebody_else(sign_in: Browser) -> None:
    client = sign_in("ana")
    client.post("/rewards/claims", data={"reward": "talk", "key": "0123456789"})
    (claim,) = re.findall(r"/rewards/claims/(\d+)/cancel", client.get("/rewards").text)
    assert sign_in("hal").post(f"/rewards/claims/{claim}/cancel").status_code == 404
    assert "Waits until HR agrees." in sign_in("ana").get("/rewards").text


@pytest.mark.usefixtures("season")
def test_who_the_program_thanked_stands_on_the_page_of_thanks(sqlite_db: Database, sign_in: Browser) -> None:
    at = datetime.now(UTC) - timedelta(days=40)
    text = "name: best\ntitle: Best\nrecognition: {highlights: [{title: Voice & more, share: 1/9}]}\n"
    with sqlite_db.begin() as tx:
        scheme = load_document(text, IncentiveScheme, "best")
        publish_scheme(tx, ORGANISATION, scheme, at, "hal", "a test", at + timedelta(days=40), mode="exact")
        event = Event(
            source="test",
            id="best",
            kind="share",
            subject="ben",
            object="b",
            occurred_at=at + timedelta(days=1),
        )
        record(tx, ORGANISATION, [event], received_at=at + timedelta(days=1))
        assert give_highlights(tx, ORGANISATION, datetime.now(UTC)) == 1
    page = sign_in("ana").get("/thanks").text
    assert "Thanked by the program" in page
    assert "<strong>Voice &amp; more</strong>: Ben" in page
