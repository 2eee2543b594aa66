"""Limits that another one always comes before are told, and those that can be met are not."""

from pathlib import Path

import pytest

from rewards.document import load_document
from rewards.language import speaking
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.scheme.unreachable import unreachable

LITTLE = "name: a\ntitle: A\n"
EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "schemes").glob("*.yaml"))
SHARE = "rules: [{id: share, title: Share, on: share, points: 1, caps: [{window: day, points: 30}]}]\n"


def told(text: str) -> list[str]:
    return unreachable(load_document(LITTLE + text, IncentiveScheme))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recognition: {kudos: {per_pair: 3, reciprocal_limit: 3}}", "never held"),
        ("recognition: {kudos: {per_pair: 2, reciprocal_limit: 5}}", "never held"),
        ("recognition: {kudos: {allowance: 5, gift: 10}}", "Nobody can thank"),
        (SHARE + "caps: [{window: day, points: 20}]", "never reached"),
    ],
)
def test_what_can_never_be_is_said(text: str, words: str) -> None:
    (line,) = told(text)
    assert words in line
    with speaking("de"):
        assert told(text) != [line]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "recognition: {kudos: {per_pair: 4, reciprocal_limit: 3}}",
        SHARE + "caps: [{window: week, points: 20}]",
    ],
)
def test_what_can_be_is_not_said(text: str) -> None:
    assert told(text) == []


def test_examples_and_templates_can_all_come_to_pass() -> None:
    schemes = [load_document(path, IncentiveScheme) for path in EXAMPLES]
    schemes += [PRESETS[name] for name in PRESETS]
    assert [(one.name, unreachable(one)) for one in schemes if unreachable(one)] == []
