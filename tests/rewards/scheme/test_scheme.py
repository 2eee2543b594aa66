"""The scheme document: round trips, hash, and one line for whatever is wrong, with line, value, limit and remedy."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from rewards.document import DocumentError, content_hash, dump_document, load_document, load_yaml, parse_data
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import compile_scheme
from tests.engine.scoring_strategies import schemes
from tests.rewards.whole_scheme import WHOLE

FIELDS = load_yaml(WHOLE)[1]
LITTLE = """name: little
title: Little
rules:
  - id: share
    title: Share
    on: share
    points: 2
"""


def load(text: str) -> IncentiveScheme:
    return load_document(text, IncentiveScheme, "s.yaml")


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        load(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("scheme", [load(WHOLE), *PRESETS.values()], ids=lambda scheme: scheme.name)
def test_yaml_and_json_round_trip(scheme: IncentiveScheme) -> None:
    again = load(dump_document(scheme))
    assert again == scheme
    assert content_hash(again) == content_hash(scheme)
    assert IncentiveScheme.model_validate_json(scheme.model_dump_json()) == scheme


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemes())
def test_any_scheme_round_trips(data: dict[str, Any]) -> None:
    scheme = parse_data(data, IncentiveScheme, "random")
    assert load(dump_document(scheme)) == scheme


def test_equal_content_has_an_equal_hash_and_other_content_another() -> None:
    spelt = LITTLE.replace("points: 2", "points: 2.000\n    per: event")
    assert content_hash(load(spelt)) == content_hash(load(LITTLE))
    assert content_hash(load(LITTLE.replace("points: 2", "points: 2.001"))) != content_hash(load(LITTLE))


def test_a_scheme_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(LITTLE).rules[0].points = 3  # type: ignore[misc, assignment]


@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        (LITTLE + "    pints: 3\n", 8, ["rules.0.pints", "unknown field", "remove it"]),
        (LITTLE.replace("    points: 2\n", ""), 4, ["rules.0.points", "required", "add it"]),
        (LITTLE.replace("points: 2", "points: -1"), 7, ["got -1", "from 0 to 1000000"]),
        (LITTLE.replace("points: 2", "points: .nan"), 7, ["rules.0.points", "from 0 to 1000000"]),
        (LITTLE.replace("points: 2", "points: 1e9"), 7, ["from 0 to 1000000"]),
        (LITTLE.replace("points: 2", "points: 0.0001"), 7, ["three decimals", "round it"]),
        (LITTLE.replace("points: 2", "points: true"), 7, ["from 0 to 1000000"]),
        (LITTLE + "    caps: [{window: year, points: 1}]\n", 8, ["rules.0.caps.0.window", "'day', 'week', 'month' or 'total'"]),
        (LITTLE + "    cooldown_minutes: -5\n", 8, ["got -5", "must be 0 or more"]),
        (LITTLE + "    decay: {factor: 3/2}\n", 8, ["from 0 to 1", "use a multiplier"]),
        (LITTLE + "    multipliers: [{factor: two}]\n", 8, ["got 'two'", "1/2"]),
        (LITTLE + "    when: {mood: [good]}\n", 8, ["rules.0.when", "all, any, not, compare, in, segment"]),
        (LITTLE + "    when: {compare: {field: quantity, op: '>=', value: x}}\n", 8, ["rules.0.when.compare.value", "got 'x'"]),
        (LITTLE + "    when: {compare: {field: verification, op: '>=', value: 1}}\n", 8, ["declared, tracked or connector"]),
        (LITTLE + "    until_verified: 1/2\n", 4, ["per_object once"]),
        (LITTLE + "    title: Twice\n", 8, ["title", "twice"]),
        (LITTLE + "badges: [{id: b, title: B, groups: [[{metric: awards, of: nothing, at_least: 1}]]}]\n", 1,
            ["'nothing'", "no such rule"]),
        (LITTLE + "badges: [{id: b, title: B, groups: [[{metric: points, of: share, at_least: 1}]]}]\n", 8, ["points need no name"]),
        (LITTLE + "levels: [{id: a, title: A, points: 5}, {id: b, title: B, points: 5}]\n", 1, ["rising order"]),
        (LITTLE + "caps: [{window: day, points: 5, scope: object}]\n", 1, ["under a rule"]),
        (LITTLE + "calendar: {zone: Mars/Base}\n", 8, ["calendar.zone", "got 'Mars/Base'", "Europe/Madrid"]),
        (LITTLE + "calendar: {holidays: [{date: 2026-02-30, title: No}]}\n", 8, ["2026-02-30"]),
        (LITTLE + "a: &x [1]\nb: *x\n", 9, ["alias"]),
        ("name: [\n", 2, ["s.yaml:2"]),
        ("- 1\n", 1, ["mapping"]),
        ("", 1, ["mapping"]),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said_in_one_line(text: str, line: int, parts: list[str]) -> None:
    message = refusal(text)
    assert message.startswith(f"s.yaml:{line}: ")
    assert all(part in message for part in parts), message
    assert (
        message.count(";") >= 2
        or "YAML" in message
        or "alias" in message
        or line != 1
        or "document" in message
    )


@pytest.mark.parametrize(
    "addition",
    [
        "    when: {tag: [sentiment.positive]}\n",
        "    when: {not: {tag: [negative]}}\n",
        "    multipliers: [{factor: 2, when: {tag: [positive-tone]}}]\n",
    ],
)
def test_positive_sentiment_is_never_paid_for(addition: str) -> None:
    assert "never paid for" in refusal(LITTLE + addition)


def test_a_kind_of_sentiment_is_not_paid_for_either() -> None:
    assert "never paid for" in refusal(LITTLE.replace("on: share", "on: positive_review"))


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, dict):
        return [found for key, value in data.items() for found in leaves(value, (*path, key))]
    if isinstance(data, list):
        return [found for at, value in enumerate(data) for found in leaves(value, (*path, at))]
    return [path]


def mutated(path: tuple[Any, ...]) -> dict[str, Any]:
    """The whole scheme with one field left out."""
    data = copy.deepcopy(FIELDS)
    place = data
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return data


def test_levels_of_a_badge_ask_for_multiples() -> None:
    badge, gold = load(WHOLE).badges[0].expanded()
    assert (badge.id, gold.id, gold.title) == ("regular", "regular.gold", "Golden")
    assert [need.at_least for group in gold.groups for need in group] == [20, 6, 200, 10, 8]


@pytest.mark.parametrize("scheme", [load(WHOLE), *PRESETS.values()], ids=lambda scheme: scheme.name)
def test_it_compiles(scheme: IncentiveScheme) -> None:
    assert compile_scheme(scheme).tables.rule.shape[0] == len(scheme.rules)
