"""What an editor of form and text sends, wherever there is one: the designer of schemes, and the lab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from rewards.edits import MOST_TEXT
from web.text import plain

MOST_FIELDS = 4000


@dataclass(frozen=True)
class Typed:
    """What an editor sent: the text, the text that the form beside it was made from, the one that the edit began with, and what to do."""

    text: str
    was: str
    base: str
    revision: int
    action: str
    fields: Mapping[str, str]


def typed_of(form: FormData) -> Typed:
    """What was sent, as texts that a database can hold."""
    given: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            try:
                given[name] = plain(value).replace("\r\n", "\n").replace("\r", "\n")[: MOST_TEXT + 1]
            except ValueError:
                continue
    text = given.pop("text", "")
    revision = given.pop("revision", "")
    number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else 0
    was, base = given.pop("was", text), given.pop("base", "")
    return Typed(text, was, base, number, given.pop("do", "look"), given)
