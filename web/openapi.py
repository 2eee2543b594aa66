"""The API's own description: bearer tokens, and problem+json for whatever is refused."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.problems import MEDIA_TYPE

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `detail` is one line that names value, limit and remedy.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSED = {"description": "Refused, and why", "content": _CONTENT}


def describe(app: FastAPI) -> None:
    """Make `app.openapi` tell the truth about errors and tokens, for every route that there is or will be."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            components = found.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            # FastAPI describes its own form of a refusal, which ours replaces.
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            schemas["Problem"] = PROBLEM
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in found["paths"].items():
                for operation in operations.values():
                    _describe(operation, guarded=path.startswith("/api/"))
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(operation: dict[str, Any], guarded: bool) -> None:
    responses = operation["responses"]
    for code, response in list(responses.items()):
        if code >= "400":
            responses[code] = {"description": response["description"], "content": _CONTENT}
    responses["default"] = _REFUSED
    if guarded:
        operation["security"] = [{"token": []}]
