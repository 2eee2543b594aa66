"""Generates the field tables of docs/scenario.md and the JSON Schema from the code: `python -m sims.scenario.docs docs`."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agents import parameter_table
from rewards.people_file import PersonRow
from rewards.scheme.scheme import IncentiveScheme
from sims.scenario.scenario import Scenario

# Documented elsewhere: in the docs of the scheme and of the people file.
ELSEWHERE = {IncentiveScheme: "a scheme", PersonRow: "people rows"}
SCHEMA_URI = "https://json-schema.org/draft/2020-12/schema"


def field_tables() -> str:
    """Markdown tables of the fields of the scenario and of every nested model, in order of first reference."""
    return "\n\n".join(_table(model) for model in parts(Scenario))


def parts(model: type[BaseModel], seen: list[type[BaseModel]] | None = None) -> list[type[BaseModel]]:
    """`model` and every model reachable from its fields, each once."""
    seen = [] if seen is None else seen
    if model not in seen and model not in ELSEWHERE:
        seen.append(model)
        for field in model.model_fields.values():
            for inner in _models(field.annotation):
                parts(inner, seen)
    return seen


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    return {
        "$schema": SCHEMA_URI,
        "title": "Groundswell scenario",
        **{key: value for key, value in Scenario.model_json_schema().items() if key != "title"},
    }


def schema_text() -> str:
    """The text of the schema file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def renewed(text: str) -> str:
    """The document with its generated tables replaced. Raises ValueError for a missing marker."""
    tables = {"fields": field_tables, "outcomes": parameter_table.outcome_table}
    return parameter_table.renewed(text, tables)


def _table(model: type[BaseModel]) -> str:
    about = " ".join((model.__doc__ or "").split())
    lines = [f"### {_title(model)}", about, "", "| field | takes | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        meaning = " ".join((field.description or "").split())
        lines.append(f"| `{name}` | {_takes(field)} | {_default(field)} | {meaning} |")
    return "\n".join(lines)


def _title(model: type[BaseModel]) -> str:
    names = {"CompanyOrFile": "Organisation", "SchemePhase": "Phase", "SchemeArm": "Arm"}
    return names.get(model.__name__, model.__name__)


def _takes(field: FieldInfo) -> str:
    return " ".join([_word(field.annotation), *_limits(field.metadata)])


def _limits(metadata: Iterable[object]) -> list[str]:
    found = []
    for rule in metadata:
        if isinstance(rule, FieldInfo):
            found += _limits(rule.metadata)
        for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
            if hasattr(rule, name):
                found.append(f"{sign} {getattr(rule, name):g}")
    return found


def _word(annotation: object) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return "list of " + _word(inner[0])
    if origin is dict:
        return "mapping of names to numbers"
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return ELSEWHERE.get(annotation, _title(annotation))
        return {int: "whole number", float: "number", bool: "`true` or `false`", str: "text"}.get(
            annotation, annotation.__name__
        )
    if origin is not None and hasattr(annotation, "__metadata__"):
        return " ".join([_word(inner[0]), *_limits(annotation.__metadata__)])
    words = [_word(part) for part in inner if part is not NoneType]
    return " or ".join(dict.fromkeys(words))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, BaseModel):
        return "its defaults"
    if isinstance(value, tuple):
        return (
            "its defaults"
            if any(isinstance(part, BaseModel) for part in value)
            else ", ".join(map(str, value))
        )
    return f"`{value}`"


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    page = folder / "scenario.md"
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "scenario.schema.json").write_text(schema_text(), encoding="utf-8")
