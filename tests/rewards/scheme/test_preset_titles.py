"""Templates in the company's language: every title of every one of them, and nothing else of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rewards.scheme.preset_titles import TITLES, in_language
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme


def titles(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from titles(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "title" and value:
                yield value
            else:
                yield from titles(value)


def untitled(part: Any) -> Any:
    if isinstance(part, list):
        return [untitled(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: untitled(value) for name, value in part.items() if name != "title"}


def body(scheme: IncentiveScheme) -> Any:
    return json.loads(scheme.model_dump_json())


@pytest.mark.parametrize("name", PRESETS)
def test_every_title_speaks_the_companys_language(name: str) -> None:
    english, german = body(PRESETS[name]), body(in_language(PRESETS[name], "de"))
    assert set(titles(english)) <= set(TITLES)
    assert all(one != other for one, other in zip(titles(english), titles(german), strict=True))
    assert untitled(english) == untitled(german)
    assert in_language(PRESETS[name], "en") == PRESETS[name]


def test_no_title_is_kept_that_no_template_has() -> None:
    assert {title for name in PRESETS for title in titles(body(PRESETS[name]))} == set(TITLES)
