"""The published reference says what the models take."""

from __future__ import annotations

import re

import jsonschema
import pytest

from rewards.document import load_document, load_yaml
from rewards.scheme.presets import PRESETS
from rewards.scheme.reference import DOCS, MARK, fields_text, json_schema, schema_text
from rewards.scheme.scheme import IncentiveScheme
from tests.rewards.whole_scheme import WHOLE

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_files_are_those_that_the_models_write() -> None:
    assert (DOCS / "scheme.schema.json").read_text("utf-8") == schema_text()
    assert (DOCS / "scheme.md").read_text("utf-8").split(MARK)[1].strip() == fields_text().strip()


def test_the_pages_example_is_a_scheme() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "scheme.md").read_text("utf-8"), re.DOTALL)
    assert load_document(example, IncentiveScheme).name == "little"


def test_every_field_has_a_meaning() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \| (.*?) \|$", fields_text(), re.MULTILINE)
    assert len(rows) > 100
    assert [name for name, _, meaning in rows if not meaning] == []
    assert [name for name, takes, _ in rows if "anything" in takes] == []


@pytest.mark.parametrize("text", [WHOLE, *(scheme.model_dump_json() for scheme in PRESETS.values())])
def test_the_json_schema_takes_what_the_loader_takes(text: str) -> None:
    VALIDATOR.validate(load_yaml(text)[1])


@pytest.mark.parametrize(
    "change", [{"rules": [{"id": "a"}]}, {"colour": "red"}, {"name": "Not An Id"},
        {"rules": [{"id": "a", "title": "A", "on": "share", "points": -1}]}]
)  # fmt: skip
def test_the_json_schema_refuses_what_the_loader_refuses(change: dict[str, object]) -> None:
    body = {"name": "a", "title": "A"} | change
    assert list(VALIDATOR.iter_errors(body))
    with pytest.raises(ValueError):  # noqa: PT011
        IncentiveScheme.model_validate(body)
