"""The scheme's published reference: a JSON Schema, and the table of every field in docs/scheme.md.

    python -m rewards.scheme.reference       writes both into docs/

A test holds the files to the models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rewards.scheme.predicates import TAG_OF, Comparison, Membership
from rewards.scheme.scheme import IncentiveScheme

DOCS = Path(__file__).resolve().parents[2] / "docs"
MARK = "<!-- every field, written by python -m rewards.scheme.reference -->\n"


CONDITIONS = frozenset(model.__name__ for model in (*TAG_OF, Comparison, Membership))
"""Parts of conditions, which the page documents in a table of their own."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scheme document."""
    body = IncentiveScheme.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "groundswell-scheme", **body}


def schema_text() -> str:
    """The JSON Schema as the file holds it."""
    return json.dumps(json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def fields_text() -> str:
    """Every part of a scheme as Markdown: its sentence and a table of its fields."""
    schema = json_schema()
    parts = {"IncentiveScheme": schema} | schema["$defs"]
    order = [
        "IncentiveScheme",
        *(name for name in _mentioned(schema, schema["$defs"]) if name not in CONDITIONS),
    ]
    return "\n".join(_part(name, parts[name]) for name in order)


def _mentioned(part: object, parts: dict[str, Any], seen: dict[str, None] | None = None) -> dict[str, None]:
    seen = {} if seen is None else seen
    found: list[str] = []
    if isinstance(part, dict):
        if "$ref" in part:
            found.append(part["$ref"].rsplit("/", 1)[1])
        for key, value in part.items():
            if key != "$defs":
                _mentioned(value, parts, seen)
    elif isinstance(part, list):
        for value in part:
            _mentioned(value, parts, seen)
    for name in found:
        if name not in seen:
            seen[name] = None
            _mentioned(parts[name], parts, seen)
    return seen


def _part(name: str, body: dict[str, Any]) -> str:
    title = "The document" if name == "IncentiveScheme" else name
    text = f"### {title}\n\n{' '.join(body.get('description', '').split())}\n\n"
    text += "| field | takes | if left out | meaning |\n|---|---|---|---|\n"
    required = body.get("required", [])
    for field, schema in body["properties"].items():
        default = "required" if field in required else f"`{_compact(schema.get('default'))}`"
        text += f"| `{field}` | {_takes(schema)} | {default} | {' '.join(schema.get('description', '').split())} |\n"
    return text


def _compact(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _takes(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    for several in ("oneOf", "anyOf"):
        if several in schema:
            options = [_takes(one) for one in schema[several] if one.get("type") != "null"]
            return "condition" if len(options) > 6 else " or ".join(dict.fromkeys(options))
    if schema.get("type") == "array":
        most = (
            f", at most {schema['maxItems']}" if "maxItems" in schema and "prefixItems" not in schema else ""
        )
        return f"list of {_takes(schema['items'])}{most}"
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> str:
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true`, `false`"}
    text = words.get(str(schema.get("type")), "anything")
    if schema.get("format") == "date":
        return "date"
    if "minimum" in schema and "maximum" in schema:
        return f"{text} from {schema['minimum']:g} to {schema['maximum']:g}"
    if "maxLength" in schema:
        return f"{text} of at most {schema['maxLength']} characters"
    return f"{text} like `{schema['pattern']}`" if "pattern" in schema else text


def main() -> None:
    """Write both files."""
    (DOCS / "scheme.schema.json").write_text(schema_text(), encoding="utf-8")
    page = DOCS / "scheme.md"
    head = page.read_text("utf-8").split(MARK)[0]
    page.write_text(head + MARK + "\n" + fields_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
