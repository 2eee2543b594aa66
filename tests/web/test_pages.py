"""Pages over a small company: share, points with reasons, badges, thanks, program, comparison."""

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
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from tests.company import ORGANISATION

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def share_code(client: TestClient, channel: str = "linkedin") -> str:
    page = client.get(f"/share/launch/{channel}").text
    found = re.search(r'action="/share/([^/]+)/declare"', page)
    assert found
    return found.group(1)


def test_home_offers_what_is_allowed(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    page = sign_in("ana").get("/").text
    assert 'href="/share/launch/linkedin"' in page
    assert "no customer names" in page
    assert 'href="/share/launch/facebook"' not in page
    assert "forbids rewarded posts" in page


def test_sharing_earns_points_with_a_reason(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    code = share_code(client)
    assert client.post(f"/share/{code}/declare").status_code == 303
    assert client.post(f"/share/{code}/declare").status_code == 303
    page = client.get("/points").text
    assert page.count("2 points for") == 1
    assert "Scheme version 1" in page
    assert "First share" in client.get("/badges").text


def test_a_click_by_a_person_counts_once(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    code = share_code(client)
    client.post(f"/share/{code}/declare")
    client.cookies.clear()
    for headers in (BROWSER, BROWSER, {"user-agent": "Slackbot 1.0"}, BROWSER | {"sec-purpose": "prefetch"}):
        answer = client.get(f"/l/{code}", headers=headers)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("https://example.org/launch?")
    assert client.head(f"/l/{code}", headers=BROWSER).status_code == 302
    page = sign_in("ana").get("/points").text
    assert page.count("10 points for") == 1


def test_her_own_click_leads_on_and_counts_nothing(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    sign_in("ana")
    code = share_code(client)
    client.post(f"/share/{code}/declare")
    assert client.get(f"/l/{code}", headers=BROWSER).status_code == 302
    client.cookies.clear()
    assert client.get(f"/l/{code}", headers=BROWSER).status_code == 302
    assert "10 points for" not in sign_in("ana").get("/points").text
    client.cookies.clear()
    client.get(f"/l/{code}", headers=BROWSER | {"user-agent": BROWSER["user-agent"] + " other"})
    assert sign_in("ana").get("/points").text.count("10 points for") == 1


def test_a_red_channel_is_refused_with_its_reason(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    answer = sign_in("ana").get("/share/launch/facebook", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "forbids rewarded posts" in answer.text


@pytest.mark.parametrize("path", ["/share/nothing/linkedin", "/l/nothing", "/nowhere"])
def test_what_is_not_there_is_a_page_with_404(
    client: TestClient, sign_in: Callable[[str], TestClient], path: str
) -> None:
    answer = sign_in("ana").get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


def test_thanking_oneself_is_refused_kindly(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    answer = sign_in("ana").post(
        "/thanks", data={"receiver": "ana", "message": "Well done me", "key": "0123456789"}
    )
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_a_form_sent_twice_thanks_once(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    for _ in range(2):
        client.post("/thanks", data={"receiver": "ben", "message": "For the demo", "key": "0123456789"})
    assert client.get("/thanks").text.count("For the demo") == 1


def test_thanks_are_taken_back_on_the_page(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    client = sign_in("ana")
    form = {"receiver": ["ben", "hal"], "message": "For both of you", "key": "0123456789ab"}
    assert client.post("/thanks", data=form).status_code == 303
    page = client.get("/thanks").text
    assert page.count("For both of you") == 2
    first, *_ = re.findall(r'action="(/thanks/\d+/withdraw)"', page)
    assert client.post(first).headers["location"] == "/thanks?withdrawn=1"
    page = client.get("/thanks?withdrawn=1").text
    assert "Taken back." in page
    assert page.count("For both of you") == 1
    assert client.post(first).status_code == 409
    assert client.post("/thanks/999999/withdraw").status_code == 404


def test_several_colleagues_are_thanked_from_one_form(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    sign_in("ana")
    form = {"receiver": ["ben", "hal", "ben"], "message": "For the two of you", "key": "0123456789"}
    assert client.post("/thanks", data=form).status_code == 303
    page = client.get("/thanks").text
    assert page.count("For the two of you") == 2
    refused = client.post("/thanks", data=form | {"receiver": ["ben", "nobody"], "key": "9876543210"})
    assert refused.status_code == 409
    assert refused.text.count('value="ben" checked') == 1
    assert "For the two of you" in refused.text


def test_hr_reads_the_scheme_in_plain_words(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    page = sign_in("hal").get("/hr").text
    assert "2 points when you share something" in page
    assert "Version 1" in page


def test_hr_sees_what_is_scheduled(
    client: TestClient, sign_in: Callable[[str], TestClient], sqlite_db: Database
) -> None:
    at = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        publish_scheme(tx, ORGANISATION, PRESETS["habit"], at + timedelta(days=9), "hr", "In January", at)
    page = sign_in("hal").get("/hr").text
    assert page.count(">scheduled<") == page.count(">live<") == 1


def test_the_strategist_is_told_when_nothing_was_compared(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    assert "Nothing was compared by command yet" in sign_in("sam").get("/strategist").text


def test_health_and_metrics(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").text == "ready"
    assert 'route="/healthz"' in client.get("/metrics").text


def test_colleagues_chosen_are_kept_with_words_that_are_refused(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    form = {"receiver": ["ben", "hal"], "message": "x" * 501, "key": "0123456789ab"}
    page = sign_in("ana").post("/thanks", data=form).text
    assert re.findall(r'name="receiver" value="(\w+)" checked>', page) == ["ben", "hal"]


def test_a_colleague_is_found_by_name_with_and_without_a_script(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    found = sign_in("ana").get("/people/search?q=fi").json()["people"]
    assert len(found) == 11
    assert all(set(one) == {"id", "name", "team"} and one["id"] != "ana" for one in found)
    assert client.get("/people/search?q=ben").json()["people"] == [
        {"id": "ben", "name": "Ben <b>Field</b>", "team": "team-1"}
    ]
    assert client.get("/people/search?q=team").json() == client.get("/people/search").json() == {"people": []}
    form = {"find": "ben", "receiver": "hal", "message": "For <i>this</i>", "key": "0123456789ab"}
    page = client.post("/thanks/find", data=form).text
    assert re.findall(r'name="receiver" value="(\w+)"( checked)?>', page) == [
        ("hal", " checked"),
        ("ben", ""),
    ]
    assert "For &lt;i&gt;this&lt;/i&gt;" in page
    assert "Ben &lt;b&gt;Field&lt;/b&gt;" in page
    nobody = client.post("/thanks", data={"message": "Kept words", "key": "0123456789ab", "find": "be"})
    assert (nobody.status_code, "nobody is chosen" in nobody.text, "Kept words" in nobody.text) == (
        422,
        True,
        True,
    )


def test_the_versions_name_who_published_them(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    page = sign_in("hal").get("/hr").text
    assert "by Hal" in page
    assert "by hal" not in page


def test_a_highlight_is_no_amount_among_the_points(
    client: TestClient, sign_in: Callable[[str], TestClient], sqlite_db: Database
) -> None:
    began = datetime.now(UTC) - timedelta(days=20)
    text = "name: best\ntitle: Best\nrecognition: {highlights: [{title: Voice, share: 1, every_days: 7}]}\n"
    with sqlite_db.begin() as tx:
        publish_scheme(
            tx, ORGANISATION, load_document(text, IncentiveScheme, "best"), began, "hal", "x", began
        )
        event = Event(
            source="test",
            id="best",
            kind="share",
            subject="ana",
            object="b",
            occurred_at=began + timedelta(hours=1),
        )
        record(tx, ORGANISATION, [event], received_at=began + timedelta(hours=1))
        assert give_highlights(tx, ORGANISATION, datetime.now(UTC)) >= 1
    page = sign_in("ana").get("/points").text
    assert re.search(r'Voice.*?<div class="amount"><span class="hint">thanks</span>', page, re.DOTALL)
    assert "<br>counted apart" not in page
