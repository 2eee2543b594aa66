"""Text that a database and a page can hold: no NUL and no half of a surrogate pair."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from rewards.faults import BadValue
from rewards.fields import has_letters

MOST_REASON = 1000
MOST_TYPED = 20_000
"""Characters of a form's field that are read at all; what is beyond its own limit is shown again to be shortened."""


def plain(text: str) -> str:
    """The text itself. Raises ValueError for a NUL or for what is not Unicode text."""
    if "\x00" in text:
        raise BadValue("must not contain NUL; remove it")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue("must be Unicode text; remove the half of a surrogate pair")
    return text


def one_break(value: object) -> object:
    """A browser shows and counts a line break as one character, and sends it as two. Signs that nobody sees are no words by themselves."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isspace() or has_letters(text) else ""


def within(text: str, most: int, what: str) -> None:
    """Raises BadValue where a text is longer than its field says."""
    if len(text) > most:
        raise BadValue(
            "{what} of {count} characters: limit {most}; say it in fewer words",
            what=what,
            count=len(text),
            most=most,
        )


Plain = Annotated[str, BeforeValidator(one_break), AfterValidator(plain)]
