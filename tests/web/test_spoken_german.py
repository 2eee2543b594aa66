"""Every page and every refusal, read in German: no sentence of them is English, whoever wrote it and wherever it was made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from rewards.people.accounts import create_account, open_session
from rewards.people.rights import ROLES
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from tests.company import ORGANISATION, item, make_company
from web.app import ROUTERS, create_app
from web.matrix import entrances
from web.problems import COOKIE
from web.session import now
from web.settings import Settings

GERMAN = {"accept": "text/html", "accept-language": "de"}
GUARDED = [one for one in entrances(ROUTERS) if one.right is not None]
# Words of many English sentences that are none in German.
ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|with|this|that|has|have|your|you|they|their|for|from|who|what|be|by|or|it|got|must|cannot|choose|"
    r"nobody|somebody|only|once|than|there|where|which)\b",
    re.IGNORECASE,
)
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title"}
SILENT = {"script", "style", "code", "textarea", "option"}
IDS = {"item": "launch", "id": "hal", "person": "ana", "channel": "x", "board": "month", "network": "x"}
BAD: list[dict[str, str]] = [
    {},
    dict.fromkeys(
        ("first", "last", "day", "begins", "until", "expires", "email", "zone", "timezone", "text", "ids", "id", "amount", "file"),
        "999999-99-99",
    ),
]  # fmt: skip


class Reader(HTMLParser):
    """What somebody would see or hear of a page that is written in its language."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self._silent or tag in SILENT or told.get("lang") not in (None, "de"):
            self._silent += tag not in ("input", "br", "img", "link", "meta", "hr")
        else:
            self.heard += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.heard.append(" ".join(data.split()))


def own_words() -> list[str]:
    """What the company itself wrote, in the language that it chose."""
    scheme, launch = PRESETS["clicks"], item()
    found = [scheme.title, launch.title, launch.summary, launch.disclosure, *launch.suggested_texts]
    found += [
        one.title for one in (*scheme.rules, *scheme.badges, *scheme.levels, *scheme.streaks, *scheme.rewards)
    ]
    found += [
        one.title for one in (*scheme.challenges, *scheme.leaderboards, *scheme.recognition.nominations)
    ]
    found += [one.title for one in scheme.recognition.highlights]
    found += [one.reason for one in launch.channels.values()]
    return sorted((one for one in found if one), key=len, reverse=True)


def english(page: str) -> list[str]:
    """The sentences of a page that are English."""
    reader = Reader()
    reader.feed(page)
    found = []
    for text in reader.heard:
        rest = text
        for own in own_words():
            rest = rest.replace(own, "")
        if len(ENGLISH.findall(rest)) >= 2:
            found.append(text)
    return found


@pytest.fixture
def visitors(sqlite_db: Database) -> Iterator[dict[str, TestClient]]:
    """Somebody of each role alone, who reads German."""
    make_company(sqlite_db)
    url = sqlite_db.url.render_as_string(hide_password=False)
    app = create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True))
    found = {}
    with sqlite_db.begin() as tx:
        for role, person in zip(ROLES, ("ben", "kim", "sam", "hal", "max", "nia"), strict=True):
            create_account(tx, ORGANISATION, person, [role], None, now())
            client = TestClient(app, base_url="http://testserver", follow_redirects=False, headers=GERMAN)
            client.cookies.set(COOKIE, open_session(tx, ORGANISATION, person, now()))
            found[role] = client
    with TestClient(app):
        yield found


def path_of(pattern: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: ids.get(found[1], "1"), pattern)


def test_pages_and_refusals_are_german_for_every_role(visitors: dict[str, TestClient]) -> None:
    found: dict[str, list[str]] = {}
    seen = 0

    def note(what: str, answer: Any) -> None:
        nonlocal seen
        if answer.headers.get("content-type", "").startswith("text/html"):
            seen += 1
            lines = english(answer.text)
            if lines:
                found[what] = lines

    for one in GUARDED:
        role = next(role for role in ROLES if role in one.roles)
        client = visitors[role]
        paths = [path_of(one.path, IDS), path_of(one.path, {})]
        for path in dict.fromkeys(paths):
            if one.method == "GET":
                note(f"GET {path}", client.get(path))
                continue
            for data in BAD:
                note(f"{one.method} {path} {len(data)}", client.request(one.method, path, data=data))
    assert seen > 100
    assert found == {}, "\n".join(f"{what}: {lines}" for what, lines in found.items())


def test_an_english_sentence_is_found() -> None:
    assert english("<p>Das ist gut.</p><p title='The end of it'>x</p>") == ["The end of it"]
    assert english("<p lang='en'>The end of it</p><code>the end of it</code><p>the end of it</p>") == [
        "the end of it"
    ]
