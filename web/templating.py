"""Pages: Jinja templates that escape everything, rendered from documented contexts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rewards.reasons import points_text

FOLDER = Path(__file__).parent


def when_text(instant: datetime) -> str:
    """A date and time to the minute; pages say once that times are UTC."""
    return instant.strftime("%-d %b %Y, %H:%M")


def number_text(value: float) -> str:
    """A number for reading: thousands apart, three significant digits where small."""
    if value != value:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["points"] = points_text
_ENVIRONMENT.filters["when"] = when_text
_ENVIRONMENT.filters["number"] = number_text


def _as_mapping(context: Any) -> dict[str, Any]:
    if is_dataclass(context) and not isinstance(context, type):
        return {field.name: getattr(context, field.name) for field in fields(context)}
    return dict(context)


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template with a context (a mapping or a dataclass). `account` None means signed out."""
    values = {
        "account": None,
        "path": request.url.path,
        "demo": request.app.state.settings.demo,
        **_as_mapping(context),
    }
    return HTMLResponse(
        _ENVIRONMENT.get_template(template).render(values), status, headers=dict(headers or {})
    )
