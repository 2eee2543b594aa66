"""docs/model.md says what the code says."""

from pathlib import Path

from agents.parameter_table import renewed

DOCUMENT = Path(__file__).parents[2] / "docs" / "model.md"


def test_generated_tables_are_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m agents.parameter_table docs/model.md"
