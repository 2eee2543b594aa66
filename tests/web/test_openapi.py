"""The API does what its OpenAPI document says, whatever is sent: no 500, no status and no media type not written down."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.web.api_client import Api

EXAMPLES = 3
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def operations(api: Api) -> list[Any]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.client.app)
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if operation.path.startswith("/api/")]


_cases: list[Any] = []


def cases(api: Api) -> list[Any]:
    """What is sent to every operation, valid and not: the same on each database, and so drawn once for both of them."""
    for operation in () if _cases else operations(api):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def draw(case: Any) -> None:
                _cases.append(case)

            draw()
    return _cases


def test_every_answer_is_documented(api: Api) -> None:
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in WANTED]
    tokens = {name: api.tokens[name] for name in ("ana", "admin")}
    api.share("ana", "ana", "ben")
    seen: set[int] = set()
    for case in cases(api):
        for token in tokens.values():
            answer = case.call(app=api.client.app, headers={"authorization": f"Bearer {token}"})
            seen.add(answer.status_code)
            case.validate_response(answer, checks=checks)
    assert {200, 201, 403, 404, 409, 422} <= seen
