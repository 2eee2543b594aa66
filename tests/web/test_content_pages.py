"""The content desk's pages: written, approved by another, shared, recalled; what two people at once and bad input get to read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from rewards.content.content import recall
from rewards.content.policy import ContentPolicy, set_policy
from rewards.people.accounts import create_account
from rewards.people.organisations import change_organisation
from rewards.store import content as rows
from rewards.store.session import Database
from tests.company import ORGANISATION, password_hash

PAGE = {"accept": "text/html"}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SignIn = Callable[[str], TestClient]


def form(**changes: object) -> dict[str, object]:
    return {
        "title": "Field notes",
        "url": "https://acme.example/notes",
        "language": "en",
        "topic": "engineering",
        "tags": "lab, Field Work",
        "channel": ["linkedin", "x", ""],
        "channel_status": ["green", "amber", ""],
        "channel_reason": ["", "no customer names", ""],
        "channel_ask": ["", "hal", ""],
        "channel_how": ["", "in the chat", ""],
        "text": ["A first text.", "For sales alone."],
        "text_channels": ["", "x"],
        "text_segments": ["", "sales"],
        "text_language": ["", ""],
        "disclosure": "I work at Acme.",
    } | changes


@pytest.fixture
def desk(sqlite_db: Database, sign_in: SignIn) -> SignIn:
    """Two people of the content desk: kim, who also takes part, and lea, who does not."""
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "kim", ["employee", "content"], password_hash(), datetime.now(UTC))
        create_account(tx, ORGANISATION, "lea", ["content"], password_hash(), datetime.now(UTC))
    return sign_in


def test_from_a_draft_to_a_share_to_a_recall(desk: SignIn, client: TestClient) -> None:
    desk("kim")
    made = client.post("/content/items", data=form())
    assert made.headers["location"] == "/content/items/field-notes?saved=1"
    assert "This is a draft" in client.get("/content/items/field-notes").text
    assert client.post("/content/items/field-notes/submit").headers["location"].endswith("?submitted=1")
    desk("ana")
    assert "Field notes" not in client.get("/").text
    assert client.get("/content", headers=PAGE).status_code == 403
    desk("lea")
    done = client.post("/content/items/field-notes/approve", data={"reason": "Good.", "revision": "1"})
    assert done.headers["location"].endswith("?approved=1")
    assert "Good." in client.get("/content/items/field-notes").text

    desk("ana")
    home = client.get("/").text
    assert 'href="/share/field-notes/linkedin"' in home
    assert "Hal" in home
    assert "in the chat" in home
    page = client.get("/share/field-notes/x").text
    found = re.search(r"/l/([\w-]+)", page)
    assert found is not None
    assert client.post(f"/share/{found[1]}/declare", data={"words": "Mine"}).status_code == 303

    desk("kim")
    refused = client.post("/content/items/field-notes/recall", data={"reason": " ", "notice": "x"})
    assert (refused.status_code, "got none" in refused.text) == (422, True)
    gone = client.post(
        "/content/items/field-notes/recall", data={"reason": "A wrong figure", "notice": "It was wrong."}
    )
    assert gone.headers["location"].endswith("?recalled=1")
    assert "Recalled on" in client.get("/content/items/field-notes").text

    client.cookies.clear()
    notice = client.get(f"/l/{found[1]}", headers=BROWSER)
    assert notice.status_code == 410
    assert "It was wrong." in notice.text
    assert "A wrong figure" not in notice.text
    assert "acme.example" not in notice.text
    desk("ana")
    assert "A wrong figure" in client.get("/").text
    assert client.post("/recalls/field-notes/seen").status_code == 303
    assert "A wrong figure" not in client.get("/").text
    assert client.get("/share/field-notes/x", headers=PAGE).status_code == 403


def test_where_two_are_asked_for_the_author_reads_why_she_cannot_approve(
    desk: SignIn, client: TestClient, sqlite_db: Database
) -> None:
    with sqlite_db.begin() as tx:
        set_policy(
            tx, ORGANISATION, ContentPolicy(people_to_approve=2), "hal", datetime.now(UTC), revision=None
        )
    desk("kim")
    client.post("/content/items", data=form())
    client.post("/content/items/field-notes/submit")
    answer = client.post("/content/items/field-notes/approve", data={"reason": "My own", "revision": "1"})
    assert answer.status_code == 409
    assert "wrote it" in answer.text
    assert "My own" in answer.text


def test_two_at_once_lose_nothing(desk: SignIn, client: TestClient) -> None:
    desk("kim")
    client.post("/content/items", data=form())
    assert "the id is taken" in client.post("/content/items", data=form(title="Field Notes!")).text
    client.post("/content/items/field-notes", data=form(title="First", revision="1"))
    second = client.post("/content/items/field-notes", data=form(title="Second <b>", revision="1"))
    assert second.status_code == 412
    assert "Second &lt;b&gt;" in second.text
    assert 'name="revision" value="2"' in second.text
    seen = client.post("/content/items/field-notes/discard", data={"revision": "1"})
    assert seen.status_code == 412


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "title"),
        ({"url": "javascript:alert(1)"}, "http and https"),
        ({"channel_status": ["", "", ""]}, "channels: got none"),
        ({"channel": ["x", "X", ""]}, "stands twice"),
        ({"channel_status": ["blue", "", ""]}, "green"),
        ({"last_day": "2026-02-31"}, "not a date"),
        ({"last_day": "9999-12-31"}, "years 1970 to 2999"),
        ({"starts_on": "2027-01-02", "last_day": "2027-01-01"}, "lies before the first"),
        ({"url": "https://exa mple.org/"}, "no browser can open it"),
        ({"id": ".."}, "cannot stand in an address"),
        ({"starts_on": "soon"}, "not a date"),
        ({"text": ["x" * 3000]}, "2000"),
        ({"topic": "y" * 65}, "shorten it"),
        ({"id": "a b"}, "letters"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_what_was_typed_stays(
    desk: SignIn, client: TestClient, changes: dict[str, object], said: str
) -> None:
    desk("kim")
    answer = client.post("/content/items", data=form(summary="My own summary", **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert "My own summary" in answer.text


def test_the_grid_is_narrowed_and_the_calendar_shows_weeks(desk: SignIn, client: TestClient) -> None:
    desk("kim")
    client.post("/content/items", data=form(starts_on="2027-03-03", last_day="2027-03-12", segments="sales"))
    for query, there in (
        ("", True),
        ("?channel=X", True),
        ("?channel=xing", False),
        ("?tag=field+work", True),
        ("?segment=sales", True),
        ("?segment=engineering", False),
        ("?language=de", False),
        ("?week=2027-W09", True),
        ("?week=nonsense", False),
        ("?state=draft", True),
        ("?state=live", False),
        ("?q=NOTES+field", True),
        ("?q=other", False),
        ("?page=2", False),
    ):
        page = client.get(f"/content{query}")
        assert page.status_code == 200
        assert ("Field notes</a>" in page.text) is there, query
    week = client.get("/content/calendar?week=2027-W08").text
    assert "week 9, 2027" in week
    assert "Ends: Field notes" in week
    assert client.get("/content/calendar?week=2027-W99").status_code == 422
    assert client.get("/content/calendar?week=9999-W52").status_code == 422


def test_own_words_without_javascript(sign_in: SignIn, client: TestClient) -> None:
    sign_in("ana")
    answer = client.post("/share", data={"item": "launch", "channel": "X", "words": "Mine & only mine"})
    assert answer.status_code == 200
    assert "text=Mine%20%26%20only%20mine%20I%20work%20at%20Acme.&amp;url=" in answer.text
    assert ">Mine &amp; only mine</textarea>" in answer.text
    long = client.post("/share", data={"item": "launch", "channel": "x", "words": "w" * 6000})
    assert (long.status_code, "limit 5000" in long.text, "w" * 6000 in long.text) == (422, True, True)
    assert client.post("/share", data={"item": "nothing", "channel": "x"}).status_code == 404


def test_a_suggestion_becomes_a_draft_and_counts_once_it_is_published(
    desk: SignIn, client: TestClient, sqlite_db: Database
) -> None:
    desk("ana")
    assert client.post("/suggest", data={"url": "https://x.example/1", "title": ""}).status_code == 422
    typed = client.post("/suggest", data={"url": "ftp://x", "title": "Mine", "words": "My words"})
    assert (typed.status_code, "My words" in typed.text) == (422, True)
    for title in ("A talk", "A poster"):
        assert client.post("/suggest", data={"url": "https://x.example/1", "title": title}).status_code == 303
    assert client.post("/suggest", data={"item": "launch", "words": "Mine about it"}).status_code == 303
    with sqlite_db.begin() as tx:
        recall(tx, ORGANISATION, "launch", "wrong figures", datetime.now(UTC))
    late = client.post("/suggest", data={"item": "launch", "words": "Too late"})
    assert (late.status_code, "was recalled" in late.text, "Too late" in late.text) == (409, True, True)
    desk("kim")
    queue = client.get("/content/suggestions").text
    talk, poster, words = re.findall(r'action="/content/suggestions/(\d+)"', queue)
    refused = client.post(f"/content/suggestions/{poster}", data={"decision": "decline", "reason": ""})
    assert refused.status_code == 422
    client.post(f"/content/suggestions/{poster}", data={"decision": "decline", "reason": "Seen before"})
    assert client.post(f"/content/suggestions/{poster}", data={"decision": "accept"}).status_code == 409
    taken = client.post(f"/content/suggestions/{talk}", data={"decision": "accept"}).headers["location"]
    item = taken.split("/")[3]
    assert "A talk" in client.get(taken).text
    taken = client.post(f"/content/suggestions/{words}", data={"decision": "accept"}).headers["location"]
    assert taken == "/content/items/launch/edit"
    assert "Mine about it" in client.get(taken).text
    for one in (item, "launch"):
        client.post(f"/content/items/{one}/submit")
        assert client.post(f"/content/items/{one}/approve").headers["location"].endswith("approved=1")
    desk("ana")
    mine = client.get("/suggest").text
    assert "Seen before" in mine
    assert mine.count("<strong>published</strong>") == 2
    assert "A talk" in client.get("/").text


def test_rules_are_kept_by_the_desk_and_the_number_of_people_by_an_administrator(
    desk: SignIn, client: TestClient, sqlite_db: Database
) -> None:
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "max", ["admin"], password_hash(), datetime.now(UTC))
    desk("max")
    assert client.post("/content/approval", data={"people": "2"}).status_code == 303
    assert client.post("/content/approval", data={"people": "9"}).status_code == 422
    assert client.post("/content/rules", data={}).status_code == 403
    desk("kim")
    rules = {
        "revision": "1",
        "phrase": ["guarant*", ""],
        "remedy": ["say “expect”", ""],
        "phrase_language": ["", ""],
    }
    more = {"disclosure": ["Not advice."], "disclosure_channel": ["X"], "disclosure_sector": [""]}
    assert client.post("/content/rules", data=rules | more).status_code == 303
    stale = client.post("/content/rules", data=rules | {"phrase": ["other", ""]})
    assert (stale.status_code, 'value="other"' in stale.text) == (412, True)
    assert client.post("/content/rules", data={"revision": "2", "phrase": ["!?"]}).status_code == 422
    shown = client.get("/content/rules").text
    assert "guarant*" in shown
    assert "2 people answer for an item" in shown
    assert "policies-deep-dive" in shown
    client.post("/content/items", data=form(text=["We guaranteed it."], disclosure=""))
    assert "say “expect”" in client.get("/content/items/field-notes").text
    refused = client.post("/content/items/field-notes/submit")
    assert (refused.status_code, "stays out of texts" in refused.text) == (422, True)
    assert "Not advice." in client.get("/content/items/field-notes").text


def test_words_typed_for_what_was_recalled_meanwhile_are_not_lost(
    sqlite_db: Database, sign_in: SignIn, client: TestClient
) -> None:
    sign_in("ana")
    found = re.search(r"/l/([\w-]+)", client.get("/share/launch/linkedin").text)
    assert found is not None
    with sqlite_db.begin() as tx:
        recall(tx, ORGANISATION, "launch", "a wrong figure", datetime.now(UTC))
    answer = client.post(f"/share/{found[1]}/declare", data={"words": "All of my words"}, headers=PAGE)
    assert (answer.status_code, "take the post down" in answer.text, "All of my words" in answer.text) == (
        403,
        True,
        True,
    )


def test_what_was_stored_with_a_nul_is_opened_to_be_mended(
    desk: SignIn, client: TestClient, sqlite_db: Database
) -> None:
    desk("kim")
    client.post("/content/items", data=form())
    with sqlite_db.begin() as tx:
        draft = rows.draft(tx, ORGANISATION, "field-notes")
        assert draft is not None
        stored = json.loads(draft.document) | {"title": "Field\x00 notes", "url": "https://exa mple.org/"}
        rows.change_draft(tx, ORGANISATION, "field-notes", 1, {"document": json.dumps(stored)})
    for page in ("/content", "/content/items/field-notes", "/content/items/field-notes/edit"):
        assert client.get(page).status_code == 200


def test_a_new_item_begins_in_the_language_of_the_company(
    sqlite_db: Database, desk: SignIn, client: TestClient
) -> None:
    with sqlite_db.begin() as tx:
        change_organisation(tx, ORGANISATION, "Acme", ("de", "en"), (), actor="ana", now=datetime.now(UTC))
    desk("kim")
    assert re.search(r'name="language"[^>]*value="de"', client.get("/content/new").text)
    assert client.post("/content/items", data=form(id="bericht", language="")).status_code == 303
    assert re.search(r'name="language"[^>]*value="de"', client.get("/content/items/bericht/edit").text)
