"""Every kind of mail in every language: each text is of a catalogue, and numbers and dates are written as the receiver writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from rewards.language import LANGUAGES
from rewards.mail.kinds import KINDS
from rewards.mail.render import From, message_for
from rewards.store.rows import AddressedMailRow
from rewards.store.units import dump, to_us

ITEM = {"title": "ZUG", "link": "/a", "note": "ZIG"}
DATA: dict[str, dict[str, Any]] = {
    "invitation": {"link": "/a"},
    "reset": {"link": "/a"},
    "join": {"link": "/a"},
    "recall": {"title": "ZUG", "link": "/a", "reason": "ZIG."},
    "scheme": {"title": "ZUG", "from": "2027-01-04T00:30:00+00:00", "changes": ["ZIG."], "link": "/rules"},
    "digest": {
        "items": [ITEM, ITEM],
        "thanks": [{"giver": "ZAK", "message": "ZIG"}],
        "goal": {"badge": "ZUG", "reached": "1.5", "needed": "2.5"},
        "link": "/digest/t",
    },
}
WITH_OTHER_DATA = {"digest of thanks": ("digest", {**DATA["digest"], "items": []})}
LETTERS = {**{kind: (kind, data) for kind, data in DATA.items()}, **WITH_OTHER_DATA}
WORD = re.compile(r"[a-zäöüß]{3,}")
"""Data are in capitals, links and addresses are taken out."""


def row(kind: str, data: dict[str, Any], locale: str) -> AddressedMailRow:
    values: dict[str, Any] = dict.fromkeys(AddressedMailRow._fields)
    values |= {
        "kind": kind, "data": dump(data), "locale": locale, "languages": "en de", "timezone": "Europe/Berlin", "name": "ANA",
        "email": "ana@acme.example", "organisation": "ACME", "message_id": "1",
        "expires_us": to_us(datetime(2027, 1, 4, 0, 30, tzinfo=UTC)),
    }  # fmt: skip
    return AddressedMailRow(**values)


def read(kind: str, data: dict[str, Any], locale: str) -> list[str]:
    """What a mail says, line by line, without links: subject, text and HTML."""
    mail = message_for(row(kind, data, locale), From("us@acme.example", "https://acme.example"), "token")
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    html = re.sub(r"<(style|head)\b.*?</\1>|<[^>]+>", "\n", parts[1], flags=re.DOTALL)
    lines = [str(mail["Subject"]), *parts[0].splitlines(), *html.splitlines()]
    return [re.sub(r"https://\S+", "", line).strip() for line in lines]


def test_no_kind_is_without_an_example() -> None:
    assert set(DATA) == set(KINDS)
    assert all(set(data) == KINDS[kind].places for kind, data in LETTERS.values())


@pytest.mark.parametrize("name", LETTERS)
def test_no_line_is_in_two_languages(name: str) -> None:
    kind, data = LETTERS[name]
    read_in = {
        locale: {line for line in read(kind, data, locale) if WORD.search(line)} for locale in LANGUAGES
    }
    assert all(len(lines) > 3 for lines in read_in.values())
    assert read_in["en"] & read_in["de"] == set()


def test_of_another_language_it_is_the_first_that_the_company_speaks() -> None:
    data = DATA["join"]
    french = row("join", data, "fr-FR")._replace(languages="de en")
    assert "lädt" in str(message_for(french, From("us@acme.example", "https://acme.example"))["Subject"])


def test_numbers_and_days_are_the_receivers() -> None:
    german = "\n".join(read("digest", DATA["digest"], "de"))
    assert "1,5" in german
    assert "1.5" not in german
    assert "4. Januar 2027" in "\n".join(read("scheme", DATA["scheme"], "de"))
    assert "4 January 2027" in "\n".join(read("scheme", DATA["scheme"], "en"))
