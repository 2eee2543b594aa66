"""The API does what its own description says, for inputs that nobody thought of (schemathesis)."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from tests.company import Company

EXAMPLES = 15
# Whether a message is taken depends on more than its form: a batch of nonsense is answered item by item.
EXCLUDED = [
    schemathesis.checks.positive_data_acceptance,
    schemathesis.checks.negative_data_rejection,
    schemathesis.checks.ignored_auth,
]


def test_every_operation_answers_as_described(client: TestClient, company: Company) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    headers = {"authorization": f"Bearer {company.token}"}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        tried += 1

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            case.call_and_validate(headers=headers, excluded_checks=EXCLUDED)

        answers()
    assert tried >= 6


def test_refusals_and_tokens_are_described(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    assert found["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, operations in found["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert ("security" in operation) is path.startswith("/api/")
