"""The base model and field types of settings."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._&/-]*$")]
NonNegative = Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]


def _known_zone(value: object) -> object:
    if isinstance(value, str) and value not in available_timezones():
        raise ValueError(f"time zone {value!r}; an IANA name is needed; write for example Europe/Madrid")
    return value


def or_none(part: object) -> BeforeValidator:
    """A validator that reads the word `none` as None, and declares it in the JSON Schema."""
    return BeforeValidator(_none_is_null, json_schema_input_type=part | Literal["none"] | None)


def _none_is_null(value: object) -> object:
    return None if value == "none" else value


Zone = Annotated[str, BeforeValidator(_known_zone)]


class Part(BaseModel):
    """Base of every part of a setting: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
