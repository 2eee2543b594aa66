"""The two-way editor of form and text, used by the scheme designer and the lab."""

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
    """An editor's post: the text, the text that its form was made from, the text that the edit began with, and the button pressed."""

    text: str
    was: str
    base: str
    revision: int
    action: str
    fields: Mapping[str, str]


def typed_of(form: FormData) -> Typed:
    """The fields of a post, as texts that a database can hold."""
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
    """Operations on the text of one kind of document; `adds` and `drops` are the groups that can grow and shrink."""

    with_changes: Callable[[str, str, Mapping[str, str]], str]
    with_part: Callable[[str, str], str]
    without_part: Callable[[str, str, int], str]
    adds: Collection[str]
    drops: Collection[str]


@dataclass(frozen=True)
class Edit:
    """The state of an editor: `text`, and `base`, which the edit began from; the form shows `was` where the text is not YAML.

    `theirs`: a concurrent edit saved meanwhile ("": none); `together`: the text contains both edits.
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
        """True where a concurrent edit was saved meanwhile."""
        return bool(self.theirs)


def as_it_stands(text: str, revision: int, saved: bool = False) -> Edit:
    """The editor of an unchanged document."""
    return Edit(text, text, text, revision, saved=saved)


def taken_in(typed: Typed, ways: Ways) -> Edit:
    """The text with the form's changes, and with the part that a button adds or removes. Without an edit no error is reported."""
    text, fault = typed.text, ""
    try:
        text = _taken(typed, ways)
    except DocumentError as error:
        fault = "" if typed.action == "look" else str(error)
    return Edit(text, typed.was, typed.base, typed.revision, fault, 422 if fault else 200)


def clashed(text: str, stands: str, revision: int, together: bool) -> Edit:
    """The editor of a text that was not saved because of a concurrent edit, `stands`."""
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
