"""Editing a YAML text by fields, as a form does, with comments, order and style of the rest preserved.

Form and text are one document. A form declares its fields (`FormField`, each with its place in the document); the values
changed in it are written into the text here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from rewards.document import DocumentError, load_yaml

Match = tuple[str, str | int]
"""The part of a list that has this value under this key."""
Step = int | str | Match
Place = tuple[Step, ...]
Kind = Literal["text", "words", "number", "choice"]
MOST_TEXT = 256 * 1024
"""Characters of a text."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form: name, place in the document, and its text ('' for none).

    `usual`: the default of an empty field, where it is worth showing.
    """

    name: str
    place: Place
    kind: Kind
    value: str
    choices: tuple[str, ...] = ()
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document with fields of its own: a rule, a level, a variant. `group` and `at` locate it."""

    group: str
    at: int
    title: str
    fields: tuple[FormField, ...]


def mapping_of(text: str) -> dict[Any, Any]:
    """The document of a text. Raises DocumentError where it is not YAML or not a mapping."""
    _, data = load_yaml(text, "yaml")
    if not isinstance(data, dict):
        raise DocumentError("yaml:1: document: a mapping of fields is required; write `field: value`")
    return data


def changed(fields: Iterable[FormField], posted: Mapping[str, str]) -> dict[str, str]:
    """The posted values that differ from the fields' current ones, by name."""
    return {
        field.name: plain(posted[field.name])
        for field in fields
        if field.name in posted and plain(posted[field.name]) != plain(field.value)
    }


def value_at(data: object, place: Place) -> object:
    """The value at a place; None without one."""
    for step in place:
        if isinstance(step, str):
            if not isinstance(data, dict) or step not in data:
                return None
            data = data[step]
        else:
            number = numbered(data, step)
            if number is None or not isinstance(data, list):
                return None
            data = data[number]
    return data


def numbered(data: object, step: Step) -> int | None:
    """Index of the list item that a step names; None without one."""
    if not isinstance(data, list) or isinstance(step, str):
        return None
    if isinstance(step, int):
        return step if 0 <= step < len(data) else None
    key, value = step
    fits = (at for at, one in enumerate(data) if isinstance(one, dict) and one.get(key) == value)
    return next(fits, None)


def numbers_of(data: object, place: Place) -> tuple[int | str, ...]:
    """A place with list items named by index, as far as the document has it."""
    found: list[int | str] = []
    for step in place:
        number = step if isinstance(step, str) else numbered(data, step)
        if number is None:
            return tuple(found)
        found.append(number)
        data = value_at(data, (step,))
    return tuple(found)


def shown(value: object) -> str:
    """A value as the text of a field."""
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(value: str) -> str:
    """The text with a browser's line breaks normalised."""
    return value.replace("\r\n", "\n").strip()


def opened(text: str) -> tuple[Any, YAML]:
    """A text opened for changes, with its serialiser. Raises DocumentError where it is not a YAML mapping."""
    # Our own parser first: it refuses aliases, tags and deep nesting, which this one would accept.
    mapping_of(text)
    writer = YAML()
    writer.preserve_quotes = True
    writer.width = 1 << 20
    if re.search(r"^- ", text, re.MULTILINE) is None:
        writer.indent(mapping=2, sequence=4, offset=2)
    return writer.load(text), writer


def written(document: object, writer: YAML) -> str:
    """The text of an opened document."""
    out = StringIO()
    writer.dump(document, out)
    return out.getvalue()


def put(document: Any, place: Place, value: str, kind: Kind) -> None:
    """Write a value at a place; "" deletes it, and then empty parents too. Missing mappings and list items are added."""
    here = document
    for step, after in pairwise(place):
        there = value_at(here, (step,))
        if not isinstance(there, dict | list):
            if not value:
                return
            there = _grown(here, step, after)
        here = there
    last = place[-1]
    if value:
        here[last] = scalar(value, kind)
    elif isinstance(here, dict) and last in here:
        del here[last]
        _pruned(document, place[:-1])


def add_part(document: Any, place: Sequence[str], part: Mapping[str, object]) -> None:
    """Append a part to a list."""
    here = document
    for step in place[:-1]:
        there = here.get(step)
        if not isinstance(there, dict):
            there = here[step] = CommentedMap()
        here = there
    parts = here.get(place[-1])
    if not isinstance(parts, CommentedSeq):
        parts = here[place[-1]] = CommentedSeq()
    parts.append(CommentedMap(part))


def drop_part(document: Any, place: Sequence[str], at: int) -> None:
    """Delete a part of a list; an empty list is deleted too."""
    parts = value_at(document, tuple(place))
    if isinstance(parts, CommentedSeq) and 0 <= at < len(parts):
        del parts[at]
        if not parts:
            del value_at(document, tuple(place[:-1]))[place[-1]]  # type: ignore[attr-defined]


def scalar(value: str, kind: Kind) -> object:
    """The YAML value of typed text."""
    if kind == "choice" and value in ("true", "false"):
        return value == "true"
    if kind == "number":
        found = _NUMBER.fullmatch(value)
        if found is None:
            return value
        return float(value) if found.group(1) else int(value)
    if "\n" in value:
        return LiteralScalarString(value)
    try:
        read = load_yaml(value, "yaml")[1]
    except DocumentError:
        read = None
    return value if read == value else DoubleQuotedScalarString(value)


def _grown(here: Any, step: Step, after: Step) -> Any:
    """A new mapping or list for a step that does not exist yet."""
    if isinstance(step, tuple):
        part = CommentedMap([step])
        here.append(part)
        return part
    fresh: Any = CommentedMap() if isinstance(after, str) else CommentedSeq()
    here[step] = fresh
    return fresh


def _pruned(document: Any, place: Place) -> None:
    """Delete empty mappings, and list items of which only the name is left."""
    while place:
        here, step = value_at(document, place), place[-1]
        above = value_at(document, place[:-1])
        bare = not here or (isinstance(step, tuple) and isinstance(here, dict) and set(here) == {step[0]})
        if not bare or isinstance(step, int):
            return
        if isinstance(above, list):
            del above[numbered(above, step) or 0]
        elif isinstance(above, dict):
            del above[step]
        place = place[:-1]
