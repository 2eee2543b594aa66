"""What operators set and what programs rely on is documented: settings, reasons, statuses, error codes."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from rewards.ledger.versions import OWN_REASONS
from rewards.outside.provider_settings import PREFIX, ProviderSettings
from rewards.scoring.reasons import Reason
from web.api.events import EventResult
from web.problems import _TITLES
from web.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
RUNNING = (DOCS / "running.md").read_text("utf-8")
CODES = (DOCS / "codes.md").read_text("utf-8")


def table_after(heading: str) -> str:
    return CODES.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def words(text: str) -> set[str]:
    """The words in code of each row's first column."""
    return {
        word
        for row in re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
        for word in re.findall(r"`(\w+)`", row)
    }


def names(field: str, info: FieldInfo, prefix: str) -> list[str]:
    alias: Any = info.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias) if alias else f"{prefix}{field.upper()}"]


SETTINGS = [
    name
    for model, prefix in ((Settings, "GROUNDSWELL_"), (ProviderSettings, PREFIX))
    for field, info in model.model_fields.items()
    if not (model is Settings and field == "oidc")
    for name in names(field, info, prefix)
]

OPTIONS = {
    found
    for path in (DOCS.parent / "sims" / "commands").glob("*.py")
    for found in re.findall(r'envvar="(\w+)"', path.read_text("utf-8"))
}
"""Options of commands that the environment may give."""


@pytest.mark.parametrize("setting", [*SETTINGS, *sorted(OPTIONS)])
def test_a_setting_is_documented(setting: str) -> None:
    assert re.search(rf"\b{setting}\b", RUNNING)


def test_no_setting_is_documented_that_there_is_not() -> None:
    known = {*SETTINGS, *OPTIONS, "GROUNDSWELL_OIDC_"}
    assert set(re.findall(r"\bGROUNDSWELL_[A-Z_]+", RUNNING)) <= known


def test_exactly_the_reasons_that_are_given_are_documented() -> None:
    assert words(table_after("Reasons of entries")) == {*map(str, Reason), *OWN_REASONS}


def test_the_statuses_of_events_are_documented() -> None:
    known = set(get_args(EventResult.model_fields["status"].annotation))
    assert known <= words(table_after("What became of an event"))


def test_exactly_the_statuses_of_errors_are_documented() -> None:
    rows = re.findall(r"^\| ([0-9, ]+) \|", table_after("Answers other than success"), re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == set(_TITLES)
