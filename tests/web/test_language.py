"""The language of a page: chosen, asked for by the browser, or English."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Message
from fastapi.testclient import TestClient

from rewards.language import LANGUAGES, accepted, gettext, in_signs, nearest, ngettext, speaking, spoken_among
from rewards.people.organisations import change_organisation
from rewards.people.people import get_person, import_people
from rewards.people_file import PersonRow
from rewards.store.session import Database
from tests.company import ORGANISATION
from web.catalogues import as_file, renewed, stored, untranslated
from web.templating import FOLDER, number_text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-CH, en;q=0.5, de;q=0.7", "de"),
        ("EN-gb", "en"),
        ("fr, de;q=0", "en"),
        ("*", "en"),
        ("", "en"),
        ("de;q=zwei, en;q=0.1", "en"),
        (",;=q" * 5_000, "en"),
    ],
)
def test_accept_language(header: str, language: str) -> None:
    assert spoken_among(accepted(header), tuple(LANGUAGES)) == language


@pytest.mark.parametrize(
    ("wishes", "offered", "language"),
    [
        (["fr", "de-AT", "en"], ("en", "de"), "de"),
        (["de", "en"], ("en",), "en"),
        (["fr"], ("de", "en"), "de"),
        (["", "en"], ("de",), "de"),
        ([], ("de", "en"), "de"),
    ],
)
def test_what_is_not_offered_is_not_spoken(
    wishes: list[str], offered: tuple[str, ...], language: str
) -> None:
    assert spoken_among(wishes, offered) == language


def test_the_company_says_which_languages_are_offered(
    client: TestClient, sqlite_db: Database, sign_in: Callable[[str], TestClient]
) -> None:
    german = {"Accept-Language": "de"}
    assert 'value="de"' in client.get("/sign-in").text
    with sqlite_db.begin() as tx:
        change_organisation(tx, ORGANISATION, "Acme", ["en"], [], actor="dora", now=datetime.now(UTC))
    client.app.state.offered.forget()  # type: ignore[attr-defined]
    page = client.get("/sign-in", headers=german).text
    assert '<html lang="en">' in page
    assert 'name="language"' not in page
    assert client.post("/language", data={"language": "de"}).status_code == 422
    with sqlite_db.begin() as tx:
        change_organisation(tx, ORGANISATION, "Acme", ["de", "en"], [], actor="dora", now=datetime.now(UTC))
        row = PersonRow(id="new", segment="sales", team="north", timezone="UTC", contacts=1)
        import_people(tx, ORGANISATION, [row], datetime.now(UTC))
        assert get_person(tx, ORGANISATION, "new").locale == "de"
        assert get_person(tx, ORGANISATION, "ana").locale == "en"
    client.app.state.offered.forget()  # type: ignore[attr-defined]
    assert '<html lang="de">' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
    assert 'name="locale" value="de"' in sign_in("hal").get("/hr/people/new").text.replace(
        'maxlength="16" ', ""
    )


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


def test_the_number_that_asks_for_a_plural_stands_first() -> None:
    """Jinja asks the first place of a message for its plural, unless told; of a name every language but English makes an error."""
    blocks = re.compile(
        r"\{%-?\s*trans\s+(\w+)[^%]*%\}(?:(?!endtrans).)*?\{%-?\s*pluralize\s*(\w*)", re.DOTALL
    )
    found = [
        (path.name, first, named)
        for path in (FOLDER / "templates").rglob("*.html")
        for first, named in blocks.findall(path.read_text("utf-8"))
    ]
    assert len(found) > 20
    assert [one for one in found if not {"count", "left"} & set(one[1:])] == []


def test_the_preview_of_a_file_is_read_in_german(sign_in: Callable[[str], TestClient]) -> None:
    client = sign_in("hal")
    sent = client.post("/hr/import", files={"file": ("p.csv", b"id,name\nana,Anna\n", "text/csv")})
    page = client.get(sent.headers["location"], headers={"accept-language": "de"})
    assert page.status_code == 200
    assert "p.csv: 1 Zeile" in page.text


def test_german_says_du_to_everybody() -> None:
    formal, familiar = (
        re.compile(pattern)
        for pattern in (
            r"\b(Sie|Ihnen|Ihr|Ihre[nmrs]?)\b",
            r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*|bist|hast)\b",
        )
    )
    for message in stored("de"):
        english = message.id if isinstance(message.id, str) else message.id[0]
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for text in texts if re.search(r"\byou(?:rs?)?\b", english, re.IGNORECASE) else ():
            assert not formal.search(str(text)) or familiar.search(str(text).lower()), (english, text)
            assert not re.search(r"\b(Ihnen|Ihr|Ihre[nmrs]?)\b", str(text)), (english, text)
