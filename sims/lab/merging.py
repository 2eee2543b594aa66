"""Merges a variant's changes into a scenario: mappings by key, lists of named parts by name, phases by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYS: Mapping[str, tuple[str, object]] = {
    "kinds": ("name", None),
    "channels": ("name", "linkedin"),
    "segments": ("name", None),
    "corporate_accounts": ("name", "company-page"),
    "phases": ("day", 0),
}
"""Lists that are merged by a key of their parts: the key, and its default."""
WHOLE = frozenset({"scheme", "people", "network"})
"""Fields that are replaced as a whole and never merged."""


def laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the changes applied. null removes a key; an empty list removes all elements of a list."""
    found = dict(base)
    for key, value in changes.items():
        if value is None:
            found.pop(key, None)
        elif key in WHOLE:
            found[key] = value
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = laid_over(found[key], value)
        elif key in KEYS and value and isinstance(value, list) and isinstance(found.get(key), list):
            found[key] = _together(found[key], value, *KEYS[key])
        else:
            found[key] = value
    return found


def _together(base: list[Any], changes: list[Any], key: str, usual: object) -> list[Any]:
    found = list(base)
    for change in changes:
        if not isinstance(change, dict):
            found.append(change)
            continue
        name = change.get(key, usual)
        at = next(
            (at for at, one in enumerate(found) if isinstance(one, dict) and one.get(key, usual) == name),
            None,
        )
        if at is None:
            found.append(change)
        else:
            found[at] = laid_over(found[at], change)
    return found


def filled(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario with explicit defaults for lists that changes may refer to; phases are sorted and begin on day 0."""
    from sims.scenario.scenario import Scenario

    usual = Scenario.model_fields["content"].annotation
    assert usual is not None
    found = dict(scenario)
    content = found.get("content", {})
    if isinstance(content, dict):
        written = usual().model_dump(mode="json", include={"kinds", "channels"})
        found["content"] = {**written, **content}
    phases = found.get("phases", [])
    if isinstance(phases, list) and all(isinstance(one, dict) for one in phases):
        days = [one.get("day", 0) for one in phases]
        if all(isinstance(day, int) for day in days):
            begun = phases if 0 in days else [{"day": 0}, *phases]
            found["phases"] = sorted(begun, key=lambda one: one.get("day", 0))
    return found
