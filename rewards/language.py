"""Languages of texts for people: English in the code, others from gettext catalogues.

Every text is a whole message with placeholders, never concatenated. The language is that of the current request or mail;
English elsewhere.
"""

from __future__ import annotations

import gettext as catalogues
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

SOURCE = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}
FOLDER = Path(__file__).parent / "locale"
MOST_WISHES = 20
"""The most languages of one Accept-Language header that are examined."""

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def catalogue_file(language: str) -> Path:
    """The path of a language's message catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "groundswell.po"


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == SOURCE:
        return catalogues.NullTranslations()
    compiled = BytesIO()
    with catalogue_file(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


def language() -> str:
    """The current language."""
    return _spoken.get()


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Set the language within the block; English where there is no catalogue of it."""
    token = _spoken.set(wanted if wanted in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def nearest(wishes: Iterable[str]) -> str | None:
    """The first of the requested languages that is available: de-AT matches de. None without a match."""
    for wish in wishes:
        base = re.split(r"[-_]", wish.strip().lower(), maxsplit=1)[0]
        if base in LANGUAGES:
            return base
    return None


def spoken_among(wishes: Iterable[str], offered: Sequence[str]) -> str:
    """The first of the requested languages among the company's (its own first), else its own."""
    for wish in wishes:
        found = nearest([wish])
        if found in offered:
            return str(found)
    return offered[0] if offered else SOURCE


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110), by descending preference."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:MOST_WISHES]):
        tag, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight) if weight else None
        if weight and found is None:
            continue
        quality = float(found[1]) if found else 1.0
        if quality > 0.0:
            wishes.append((-quality, place, tag))
    return [tag for _, _, tag in sorted(wishes)]


def msg(message: str) -> str:
    """The message itself: marks a message that is stored now and translated when it is shown."""
    return message


def msgs(one: str, many: str) -> tuple[str, str]:
    """As `msg`, for a message with a count."""
    return one, many


def gettext(message: str) -> str:
    """The message in the current language."""
    return _catalogue(_spoken.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The message for a count, by the plural rule of the current language."""
    return _catalogue(_spoken.get()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """The message in the current language, with a context where one English word has several translations."""
    return _catalogue(_spoken.get()).pgettext(context, message)


def said(text: str, **places: object) -> str:
    """The message in the current language, with its placeholders filled."""
    return gettext(text).format_map(places)


def counted(one: str, many: str, count: int, **places: object) -> str:
    """The message for a count, with its placeholders filled; `count` is one of them."""
    return ngettext(one, many, count).format_map({"count": count, **places})


@cache
def _signs(language: str) -> dict[int, str]:
    return str.maketrans({".": get_decimal_symbol(language), ",": get_group_symbol(language)})


def in_signs(number: str) -> str:
    """A number with decimal point and thousands commas, reformatted for the current language."""
    return number.translate(_signs(_spoken.get()))
