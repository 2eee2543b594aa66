"""An item that can be published can be shared, declared and clicked, whatever its channel and topic are called."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from starlette.testclient import TestClient

import web.links
from rewards.content.content import ContentItem, publish_item
from rewards.store.session import Database
from tests.company import ORGANISATION

CASES = Path(__file__).parents[3] / "shared" / "cases"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36"


def published(db: Database, document: str) -> ContentItem:
    item = ContentItem.model_validate_json(document)
    with db.begin() as tx:
        publish_item(tx, ORGANISATION, item, datetime.now(UTC))
    return item


def plain(**changes: object) -> str:
    fields = {
        "id": "news",
        "title": "News",
        "url": "https://acme.example/news",
        "channels": {"linkedin": {"status": "green"}},
    }
    return json.dumps(fields | changes)


DOCUMENTS = [
    (CASES / "item-topic-with-space.json").read_text(),
    (CASES / "item-channel-with-space.json").read_text(),
    (CASES / "item-url-with-utm.json").read_text(),
    plain(topic="", channels={"R&D / Labs?#%": {"status": "green"}}),
    plain(topic="Ünser Thema 主題", channels={"朋友圈 Moments": {"status": "amber", "reason": "ask"}}),
    plain(topic="x" * 64, channels={"ẞ" * 32: {"status": "green"}}),
    plain(url="https://bücher.example/straße?q=ä&utm_source=x#å"),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_shared_declared_and_clicked(
    sqlite_db: Database, client: TestClient, sign_in: Callable[[str], TestClient], document: str
) -> None:
    item = published(sqlite_db, document)
    sign_in("ana")
    assert item.title in client.get("/").text
    (channel,) = item.channels
    page = client.get(f"/share/{item.id}/{quote(channel.upper(), safe='')}")
    assert page.status_code == 200
    found = re.search(r"/l/([\w-]+)", page.text)
    assert found is not None
    assert client.post(f"/share/{found[1]}/declare").headers["location"] == "/points?shared=1"
    client.cookies.clear()
    answer = client.get(f"/l/{found[1]}", headers={"user-agent": BROWSER})
    assert answer.status_code == 302
    query = parse_qsl(urlsplit(answer.headers["location"]).query)
    assert [value for name, value in query if name == "utm_source"] == [channel]
    sign_in("ana")
    points = client.get("/points").text
    assert points.count(f"{item.title}</td>") >= 1
    assert '<td class="num">1</td><td class="num">1</td>' in points


def test_a_visitor_is_led_on_whatever_goes_wrong_with_the_count(
    sqlite_db: Database,
    client: TestClient,
    sign_in: Callable[[str], TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(sqlite_db, plain())
    sign_in("ana")
    found = re.search(r"/l/([\w-]+)", client.get("/share/news/linkedin").text)
    assert found is not None

    def fails(*_: object) -> None:
        raise LookupError("something new")

    monkeypatch.setattr(web.links, "follow_link", fails)
    answer = client.get(f"/l/{found[1]}", headers={"user-agent": BROWSER})
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (
        302,
        "https://acme.example/news",
    )


def test_the_page_counts_as_the_network_does_without_a_script(
    sign_in: Callable[[str], TestClient], sqlite_db: Database
) -> None:
    item = published(sqlite_db, plain(channels={"x": {"status": "green"}, "xing": {"status": "green"}}))
    ana = sign_in("ana")
    assert "of at most 280 characters" in ana.get(f"/share/{item.id}/x").text
    assert "characters on" not in ana.get(f"/share/{item.id}/xing").text
    long = ana.post("/share", data={"item": item.id, "channel": "x", "words": "日" * 200})
    assert long.status_code == 200
    assert "too many" in long.text
