"""Parsing of the forms of rollouts and forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from rewards.faults import BadValue
from rewards.fields import fault_and_remedy
from sims.rollout.plan import Wish


def whole(name: str, text: str, least: int, most: int) -> int:
    """A whole number typed into a form. Raises BadValue."""
    plain = text.isascii() and text.isdecimal() and len(text) < 17
    if not plain or not least <= int(text) <= most:
        raise BadValue(
            "{name}: got {value!r}; limit {least} to {most}; write a whole number",
            name=name,
            value=text,
            least=least,
            most=most,
        )
    return int(text)


def wish_of(values: Mapping[str, Any]) -> Wish:
    """The requested design; empty fields take their defaults. Raises BadValue, which names the first invalid field."""
    typed = {name: text for name, text in values.items() if name in Wish.model_fields and text != ""}
    try:
        return Wish.model_validate_strings(typed)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "steps"
        raise BadValue(
            "{name}: got {value!r}; {why}",
            name=name,
            value=values.get(name, ""),
            why=fault_and_remedy(first),
        ) from None


def day_of(text: str) -> date:
    """A date typed into a form. Raises BadValue."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(
            "first day: got {value!r}; a date like 2026-03-02 is required; write one", value=text
        ) from None
