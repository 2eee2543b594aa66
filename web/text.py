"""Validation of text that a database and a page can hold: no NUL and no surrogates."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from rewards.faults import BadValue
from rewards.fields import has_letters

MOST_REASON = 1000
MOST_TYPED = 20_000
"""Characters of a form's field that are read at all; what is beyond its own limit is shown again to be shortened."""


def plain(text: str) -> str:
    """The text unchanged. Raises ValueError for a NUL or a surrogate."""
    if "\x00" in text:
        raise BadValue("must not contain NUL; remove it")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue("must be Unicode text; remove the half of a surrogate pair")
    return text


def one_break(value: object) -> object:
    """Normalise line breaks, of which browsers count one character and send two; invisible text other than white space becomes empty."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isspace() or has_letters(text) else ""


def within(text: str, most: int, what: str) -> None:
    """Raises BadValue where a text is longer than its field allows."""
    if len(text) > most:
        raise BadValue(
            "{what} of {count} characters: limit {most}; say it in fewer words",
            what=what,
            count=len(text),
            most=most,
        )


Plain = Annotated[str, BeforeValidator(one_break), AfterValidator(plain)]
