"""An editor of form and text side by side, wherever there is one: the designer of schemes, and the lab."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from rewards.document import DocumentError
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


@dataclass(frozen=True)
class Ways:
    """What a form and its buttons do to the text of one kind of document; `adds` and `drops` are the groups that grow and shrink."""

    with_changes: Callable[[str, str, Mapping[str, str]], str]
    with_part: Callable[[str, str], str]
    without_part: Callable[[str, str, int], str]
    adds: Collection[str]
    drops: Collection[str]


@dataclass(frozen=True)
class Edit:
    """What an editor shows. `text` is its content, `base` is what the edit began from; the form shows `was` where the text is not YAML.

    `theirs`: what somebody else saved meanwhile ("": nobody did); `together`: whether the text holds both.
    """

    text: str
    was: str
    base: str
    revision: int
    fault: str = ""
    status: int = 200
    saved: bool = False
    theirs: str = ""
    together: bool = False

    @property
    def clash(self) -> bool:
        """Whether somebody else saved meanwhile."""
        return bool(self.theirs)


def as_it_stands(text: str, revision: int, saved: bool = False) -> Edit:
    """A document that nobody has changed here yet."""
    return Edit(text, text, text, revision, saved=saved)


def taken_in(typed: Typed, ways: Ways) -> Edit:
    """The text with what the form changed, and with the part that a button adds or takes away. Without an edit no fault is reported."""
    text, fault = typed.text, ""
    try:
        text = _taken(typed, ways)
    except DocumentError as error:
        fault = "" if typed.action == "look" else str(error)
    return Edit(text, typed.was, typed.base, typed.revision, fault, 422 if fault else 200)


def clashed(text: str, stands: str, revision: int, together: bool) -> Edit:
    """A text that was not saved, since `stands` was saved meanwhile."""
    return Edit(text, text, stands, revision, status=409, theirs=stands, together=together)


def _taken(typed: Typed, ways: Ways) -> str:
    text = ways.with_changes(typed.text, typed.was, typed.fields)
    kind, _, rest = typed.action.partition(":")
    group, _, at = rest.partition(".")
    if kind == "add" and group in ways.adds:
        return ways.with_part(text, group)
    if kind == "drop" and group in ways.drops and at.isascii() and at.isdecimal() and len(at) < 4:
        return ways.without_part(text, group, int(at))
    return text
