"""docs/scenario.md says what the code says: its fields, its examples, and the JSON Schema beside it."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from rewards.document import load_yaml, parse_data
from sims.scenario.docs import renewed, schema, schema_text
from sims.scenario.scenario import Scenario

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "scenario.md").read_text("utf-8")
EXAMPLES = sorted((DOCS.parent / "examples").glob("*.yaml"))
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
HOW = "run: python -m sims.scenario.docs docs"


def test_the_tables_and_the_schema_are_up_to_date() -> None:
    assert renewed(PAGE) == PAGE, HOW
    assert (DOCS / "scenario.schema.json").read_text("utf-8") == schema_text(), HOW


def test_every_field_is_explained() -> None:
    assert not re.findall(r"^\| `\w+` .* \|  \|$", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda text: text.split("\n", 1)[0])
def test_every_example_on_the_page_is_a_scenario(block: str) -> None:
    _, data = load_yaml(block, "the page")
    parse_data(data, Scenario, "the page")
    jsonschema.validate(data, schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_takes_the_examples(path: Path) -> None:
    _, data = load_yaml(path)
    data["start_date"] = str(data.get("start_date", "2026-01-05"))
    jsonschema.validate(data, schema())


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for bad in (
        {"name": "x"},
        {"name": "x", "organisation": {"headcount": 5}, "horizon": 3},
        {"name": "x", "organisation": {"headcount": 5}, "phases": [{"day": 0, "leaderboard": "maybe"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema())
    assert json.loads(schema_text())["$schema"].endswith("2020-12/schema")
