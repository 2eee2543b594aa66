"""Documents written by people: YAML parsed into frozen Pydantic models, with line numbers in errors, and a content hash.

An invalid document raises `DocumentError`, whose text is one line: `file:line: field: got VALUE; LIMIT; REMEDY`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import rfc8785
import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rewards.bounds import MOST_NUMBER_CHARACTERS
from rewards.faults import Worded, sayable
from rewards.fields import fault_and_remedy
from rewards.language import gettext, msg, said
from rewards.sheets import SheetError, decode

MOST_DEPTH = 32
Model = TypeVar("Model", bound=BaseModel)
MOST_DOCUMENT_BYTES = 16 * 1024 * 1024
MOST_VALUE_CHARACTERS = 60


class DocumentError(Worded):
    """An unacceptable document, reported in one line."""


# JSON writes a character beyond the first 65,536 as two escapes, which are one character.
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _joined(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")


class _NotTaken(yaml.MarkedYAMLError):
    """Valid YAML that is not accepted; the message is in the current language."""


_PROBLEMS = {
    "mapping values are not allowed here": msg(
        "got a colon where none is allowed; a text with a colon needs quotes; correct the line or its indent"
    ),
    "could not find expected ':'": msg("got a field without a colon; write `field: value`; correct the line"),
    "found character '\\t' that cannot start any token": msg(
        "got a tab; indents are spaces; replace it with spaces"
    ),
    "found unexpected end of stream": msg("got a quote that does not end; quotes come in pairs; close it"),
    "control characters are not allowed": msg(
        "got a control character; a document is plain text; take it out"
    ),
}
"""Translations of the YAML parser's messages; other errors are reported generally as invalid YAML."""
_NO_YAML = msg("got a line that is not YAML; see indents, colons, quotes and brackets; correct the line")


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses duplicate keys, alias expansion, tags, and deep nesting."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        problem = ""
        if isinstance(event, yaml.AliasEvent):
            problem = gettext("got an alias; aliases are not taken; write the value out")
        elif event.tag is not None:
            # Among them are base-60 numbers and binary data, whose parsing has no bound.
            problem = said("got the tag {tag}; tags are not taken; write the value alone", tag=event.tag[:40])
        elif self.depth >= MOST_DEPTH:
            problem = said(
                "got more than {most} levels; no document has as many; take brackets or indents away",
                most=MOST_DEPTH,
            )
        if problem:
            raise _NotTaken(problem=problem, problem_mark=event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def compose_scalar_node(self, anchor: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.implicit[0] and _LONG_NUMBER.fullmatch(event.value):
            raise _NotTaken(
                problem=said(
                    "got {value}…; a number has at most {most} characters; write a simpler one, or in quotes where it is text",
                    value=event.value[:MOST_VALUE_CHARACTERS],
                    most=MOST_NUMBER_CHARACTERS,
                ),
                problem_mark=event.start_mark,
            )
        if event.implicit[0] and _DOUBTFUL.fullmatch(event.value):
            raise _NotTaken(
                problem=said(
                    "got {value}; numbers are written in decimal digits alone; write it so, or in quotes where it is text",
                    value=event.value[:MOST_VALUE_CHARACTERS],
                ),
                problem_mark=event.start_mark,
            )
        return super().compose_scalar_node(anchor)

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        return _PAIR.sub(_joined, value) if isinstance(value, str) and not value.isascii() else value

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool):
                raise _NotTaken(
                    problem=gettext("got a list or mapping as a key; keys are words; quote or rename it"),
                    problem_mark=key_node.start_mark,
                )
            if key in seen:
                raise _NotTaken(
                    problem=said("{key}: got the key twice; a key may stand once; remove one", key=key),
                    problem_mark=key_node.start_mark,
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


# YAML 1.1 reads on, off, yes and no as truth values, and 12:30 as a number; YAML 1.2 and people do not. Dates stay text, so that
# a wrong one is reported with its field.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.removeprefix("tag:yaml.org,2002:") not in ("bool", "int", "float", "timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$"
    ),
    list("-+.0123456789"),
)
# Digits that parsers disagree on: octal, hexadecimal or binary for one, decimal for another, text for a third.
_LONG_NUMBER = re.compile(rf"(?=.{{{MOST_NUMBER_CHARACTERS + 1}}})[-+]?[0-9.][0-9._]*(?:[eE][-+]?[0-9_]+)?")
_DOUBTFUL = re.compile(r"[-+]?(?:0[0-9_]+|0[xob][0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?)")


def _compose(text: str, name: str) -> tuple[Any, Any]:
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = str(error.problem)
        if not isinstance(error, _NotTaken):
            problem = gettext(_PROBLEMS.get(problem, _NO_YAML))
        raise DocumentError(
            "{name}:{line}: {problem}", name=name, line=line, problem=_one_line(problem)
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(
            "{name}:1: not readable as YAML ({error}); write plain UTF-8 YAML",
            name=name,
            error=_one_line(str(error)),
        ) from None
    return node, data


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line_of(node: Any, location: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `location` in the document; 1 for an empty document."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _shown(value: object) -> str:
    text = _one_line(repr(value))
    return text if len(text) <= MOST_VALUE_CHARACTERS else text[: MOST_VALUE_CHARACTERS - 1] + "…"


def _written(location: tuple[int | str, ...], data: object) -> tuple[int | str, ...]:
    """The location without the names of union alternatives that Pydantic inserts."""
    kept: list[int | str] = []
    here: Any = data
    for at, part in enumerate(location):
        try:
            here = here[part]
        except (LookupError, TypeError):
            # The last part names a field that is missing, or else an alternative.
            if at < len(location) - 1 or not isinstance(here, Mapping):
                continue
        kept.append(part)
    return tuple(kept)


def _sentence(error: ErrorDetails, location: tuple[int | str, ...]) -> str:
    """One Pydantic error as `field: got VALUE; LIMIT; REMEDY`."""
    kind, message = error["type"], fault_and_remedy(error)
    field = ".".join(str(part) for part in location) or "document"
    if kind == "extra_forbidden":
        return said(
            "{field}: got an unknown field; only documented fields are taken; remove it or correct its spelling",
            field=field,
        )
    if kind == "missing":
        return said("{field}: got nothing; the field is required; add it", field=field)
    whole = isinstance(error["input"], dict | list | BaseModel)
    if whole:
        return said("{field}: {problem}", field=field, problem=message)
    return said("{field}: got {value}; {problem}", field=field, value=_shown(error["input"]), problem=message)


def parse_data(data: object, model: type[Model], name: str, node: Any = None) -> Model:
    """`data` validated as `model`; `name` (and the YAML `node`, for lines) are used in error messages.

    Raises DocumentError.
    """
    if not isinstance(data, dict):
        raise DocumentError(
            "{name}:1: document: got {shown}; a mapping of fields is required; write `field: value`",
            name=name,
            shown=_shown(data),
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        location = _written(first["loc"], data)
        line = _line_of(node, location)
        more = error.error_count() - 1
        problem = _sentence(first, location)
        if more:
            problem = said("{problem} (and {count} more)", problem=problem, count=more)
        raise DocumentError("{name}:{line}: {problem}", name=name, line=line, problem=problem) from None


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """One error in a document: its location (`place`: keys and indexes; empty: the whole), and a message with the remedy."""

    line: int
    place: tuple[int | str, ...]
    message: str


def document_faults(
    text: str, model: type[Model], most: int = 50
) -> tuple[Model | None, list[DocumentFault]]:
    """A document as `model`, or all its errors in the order of lines. Nothing is raised."""
    try:
        node, data = load_yaml(text, "yaml")
        if not isinstance(data, dict):
            return parse_data(data, model, "yaml", node), []
    except DocumentError as error:
        found = re.fullmatch(r"yaml:(\d+): (.*)", str(error), re.DOTALL)
        line, message = (int(found.group(1)), found.group(2)) if found else (1, str(error))
        return None, [DocumentFault(line, (), message)]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, faults_of(error, data, node, most)


def faults_of(error: ValidationError, data: object, node: Any, most: int = 50) -> list[DocumentFault]:
    """All validation errors of `data` (whose YAML is `node`, for lines), one per location, in the order of lines."""
    faults: dict[tuple[int | str, ...], DocumentFault] = {}
    for one in error.errors(include_url=False)[:most]:
        place = _written(one["loc"], data)
        problem = sayable(_sentence(one, place))
        faults.setdefault(place, DocumentFault(_line_of(node, place), place, problem))
    return sorted(faults.values(), key=lambda fault: fault.line)


def line_at(node: Any, place: tuple[int | str, ...]) -> int:
    """The line of a location in a document, or of its deepest existing part."""
    return _line_of(node, place)


def read_text(path: Path) -> str:
    """The file's text. Raises DocumentError where it is missing, too large or not UTF-8."""
    try:
        size = path.stat().st_size
        if size > MOST_DOCUMENT_BYTES:
            raise DocumentError(
                "{path}:1: got {size} bytes; at most {most}; split the document",
                path=path,
                size=size,
                most=MOST_DOCUMENT_BYTES,
            )
        return decode(path.read_bytes())
    except SheetError as error:
        raise DocumentError("{path}:{line}: {error}", path=path, line=error.line, error=error) from None
    except OSError as error:
        raise DocumentError(
            "{path}:1: cannot be read ({strerror}); name a readable file", path=path, strerror=error.strerror
        ) from None


def load_yaml(source: Path | str, name: str | None = None) -> tuple[Any, Any]:
    """`(node, data)` of a YAML file (Path) or text (str). Raises DocumentError."""
    text = read_text(source) if isinstance(source, Path) else source
    return _compose(text, name or (str(source) if isinstance(source, Path) else "<text>"))


def load_document(source: Path | str, model: type[Model], name: str | None = None) -> Model:
    """A YAML file (Path) or text (str) as `model`. Raises DocumentError, one line with the file and line."""
    label = name or (str(source) if isinstance(source, Path) else "<text>")
    node, data = load_yaml(source, label)
    return parse_data(data, model, label, node)


def dump_document(model: BaseModel) -> str:
    """The model as YAML that `load_document` reads back to an equal model."""
    data = model.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def content_hash(model: BaseModel) -> str:
    """SHA-256 (hex) of the model's canonical JSON (RFC 8785): equal content, equal hash."""
    return hashlib.sha256(rfc8785.dumps(model.model_dump(mode="json"))).hexdigest()
