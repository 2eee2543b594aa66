"""Search words of people, normalised: case and diacritics are ignored.

A name with umlauts or ligatures is also found by its transliteration: Müller as muller and mueller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_WORD_CHARACTERS = 32
MOST_WORDS = 6
"""Of what somebody looks for; what is typed beyond these narrows nothing further."""
AFTER_ANY = "\U0010ffff"
"""Sorts behind every letter: the end of all words that begin alike."""
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
_DOMAIN = re.compile(r"@\S*")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """The text without case, diacritics and repeated spaces; the sort key of names."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN))
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def words_of(texts: Iterable[str]) -> set[str]:
    """The search words of a person with these names, ids and addresses."""
    found: set[str] = set()
    for text in texts:
        if text.isascii():
            found.update(word[:MOST_WORD_CHARACTERS] for word in _words(text))
            continue
        written_out = unicodedata.normalize("NFC", text.lower()).translate(_WRITTEN_OUT)
        found.update(word[:MOST_WORD_CHARACTERS] for one in (text, written_out) for word in _words(one))
    return found


def beginnings_of(query: str) -> list[str]:
    """The search terms of a query: distinct word prefixes as typed; of an email address the part before the @."""
    text = _DOMAIN.sub(" ", query)
    return list(dict.fromkeys(word[:MOST_WORD_CHARACTERS] for word in _words(text)))[:MOST_WORDS]


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))
