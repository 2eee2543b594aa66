"""Text that a database and a page can hold: no NUL and no half of a surrogate pair."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def plain(text: str) -> str:
    """The text itself. Raises ValueError for a NUL or for what is not Unicode text."""
    if "\x00" in text:
        raise ValueError("must not contain NUL; remove it")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must be Unicode text; remove the half of a surrogate pair")
    return text


Plain = Annotated[str, AfterValidator(plain)]
