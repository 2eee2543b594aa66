"""The language of a page: chosen, asked for by the browser, or English."""

import pytest
from babel.messages.catalog import Message
from fastapi.testclient import TestClient

from rewards.language import LANGUAGES, accepted, gettext, in_signs, nearest, ngettext, speaking
from web.catalogues import as_file, renewed, stored, untranslated
from web.templating import number_text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-CH, en;q=0.5, de;q=0.7", "de"),
        ("EN-gb", "en"),
        ("fr, de;q=0", None),
        ("*", None),
        ("", None),
        ("de;q=zwei, en;q=0.1", "en"),
        (",;=q" * 5_000, None),
    ],
)
def test_accept_language(header: str, language: str | None) -> None:
    assert accepted(header) == language


def test_the_nearest_language_ignores_the_region() -> None:
    assert nearest(["pt_BR", "de_CH"]) == "de"


def test_nobody_speaks_what_has_no_catalogue() -> None:
    with speaking("xx"):
        assert gettext("Sign out") == "Sign out"


def test_numbers_are_written_in_the_signs_of_the_language() -> None:
    assert number_text(1234567.0) == "1,234,567"
    with speaking("de"):
        assert number_text(1234567.0) == "1.234.567"
        assert in_signs("1,234.5") == "1.234,5"


def test_the_page_speaks_what_the_browser_asks_for_until_another_language_is_chosen(
    client: TestClient,
) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "de-DE,de;q=0.9"})
    assert '<html lang="de">' in page.text
    assert "Anmelden" in page.text
    chosen = client.post(
        "/language", data={"language": "en", "next": "/sign-in"}, headers={"Accept-Language": "de"}
    )
    assert chosen.status_code == 303
    assert '<html lang="en">' in client.get("/sign-in", headers={"Accept-Language": "de"}).text


def test_a_language_we_have_not_is_refused(client: TestClient) -> None:
    assert client.post("/language", data={"language": "xx"}).status_code == 422


def test_the_choice_leads_nowhere_else(client: TestClient) -> None:
    away = client.post("/language", data={"language": "de", "next": "https://elsewhere.example/"})
    assert away.headers["location"] == "/"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_catalogues_hold_exactly_what_is_said(language: str) -> None:
    assert as_file(renewed(language)) == as_file(stored(language)), "run: make messages"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_message_is_translated(language: str) -> None:
    assert [message.id for message in untranslated(stored(language))] == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_translations_have_the_places_of_their_messages(language: str) -> None:
    faults = [
        (message.id, message.string)
        for message in stored(language)
        if message.id and places(message, message.id) != places(message, message.string)
    ]
    assert faults == []


def places(message: Message, text: object) -> set[str]:
    import re

    texts = text if isinstance(text, tuple | list) else (text,)
    sign = r"%\((\w+)\)s" if "python-format" in message.flags else r"%\((\w+)\)s|\{(\w+)\}"
    return {name for one in texts for found in re.finditer(sign, str(one)) for name in found.groups() if name}


def test_plurals_follow_the_language() -> None:
    with speaking("de"):
        assert ngettext("%(num)s message of no catalogue", "%(num)s messages of no catalogue", 2).startswith(
            "%(num)s messages"
        )
