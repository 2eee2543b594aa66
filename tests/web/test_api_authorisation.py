"""Every route of the API, for every kind of token: who is let in, who is sent away with 401 or 403."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from rewards.people.accounts import SCOPES, create_token, revoke_token
from tests.web.api_client import Api
from tests.web.routes import every_route
from web.session import now

PUBLIC = {
    ("GET", "/api/v1/issuers/{id}"),
    ("GET", "/api/v1/issuers/{id}/status/{number}"),
    ("POST", "/api/v1/credentials/verify"),
}
READ_CONTENT = {"content:read", "content:write", "content:approve", "admin"}
READ_PEOPLE = {"people:read", "people:write", "admin"}
WRITE_PEOPLE = {"people:write", "admin"}
READ_LAB = {"lab:read", "lab:write", "admin"}
WRITE_LAB = {"lab:write", "admin"}
ALLOWED = {
    ("POST", "/api/v1/events"): {"events:write"},
    ("GET", "/api/v1/me"): {"me:read"},
    ("GET", "/api/v1/me/allowance"): {"me:read"},
    ("GET", "/api/v1/me/export"): {"me:read"},
    ("GET", "/api/v1/me/membership"): {"me:read"},
    ("PUT", "/api/v1/me/membership"): {"me:write"},
    ("POST", "/api/v1/membership/invitations"): WRITE_PEOPLE,
    ("GET", "/api/v1/people/{id}/export"): {"admin"},
    ("GET", "/api/v1/balances"): {"admin"},
    ("GET", "/api/v1/people"): READ_PEOPLE,
    ("POST", "/api/v1/people"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/import"): WRITE_PEOPLE,
    ("GET", "/api/v1/people/{id}"): READ_PEOPLE,
    ("PATCH", "/api/v1/people/{id}"): WRITE_PEOPLE,
    ("DELETE", "/api/v1/people/{id}"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/move"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/zone"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/leave"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/deactivate"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/reactivate"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/links"): WRITE_PEOPLE,
    ("POST", "/api/v1/people/{id}/merge"): WRITE_PEOPLE,
    ("GET", "/api/v1/audit"): {"admin"},
    ("GET", "/api/v1/periods"): {"admin"},
    ("POST", "/api/v1/periods"): {"admin"},
    ("POST", "/api/v1/kudos"): {"kudos:write"},
    ("POST", "/api/v1/kudos/{id}/withdraw"): {"kudos:write", "admin"},
    ("GET", "/api/v1/leaderboards"): {"me:read"},
    ("PUT", "/api/v1/me/boards"): {"me:write"},
    ("GET", "/api/v1/leaderboards/{id}"): {"me:read"},
    ("GET", "/api/v1/rewards"): {"me:read"},
    ("POST", "/api/v1/rewards/claims"): {"rewards:write"},
    ("GET", "/api/v1/rewards/claims"): {"me:read"},
    ("GET", "/api/v1/rewards/claims/waiting"): {"admin"},
    ("POST", "/api/v1/rewards/claims/{id}/cancel"): {"rewards:write", "admin"},
    ("POST", "/api/v1/rewards/claims/{id}/approve"): {"admin"},
    ("POST", "/api/v1/rewards/claims/{id}/decline"): {"admin"},
    ("GET", "/api/v1/entries"): {"me:read"},
    ("POST", "/api/v1/entries/{id}/reversal"): {"admin"},
    ("GET", "/api/v1/lab/experiments"): READ_LAB,
    ("POST", "/api/v1/lab/experiments"): WRITE_LAB,
    ("GET", "/api/v1/lab/experiments/{id}"): READ_LAB,
    ("PUT", "/api/v1/lab/experiments/{id}"): WRITE_LAB,
    ("POST", "/api/v1/lab/experiments/{id}/put-aside"): WRITE_LAB,
    ("GET", "/api/v1/lab/experiments/{id}/runs"): READ_LAB,
    ("POST", "/api/v1/lab/experiments/{id}/runs"): WRITE_LAB,
    ("GET", "/api/v1/lab/runs/{id}"): READ_LAB,
    ("POST", "/api/v1/lab/runs/{id}/cancel"): WRITE_LAB,
    ("POST", "/api/v1/lab/runs/{id}/again"): WRITE_LAB,
    ("GET", "/api/v1/lab/runs/{id}/{name}.{kind}"): READ_LAB,
    ("GET", "/api/v1/lab/essay"): READ_LAB,
    ("POST", "/api/v1/forecasts"): {"schemes:write", "admin"},
    ("GET", "/api/v1/forecasts"): {"schemes:write", "admin"},
    ("GET", "/api/v1/forecasts/{id}"): {"schemes:write", "admin"},
    ("GET", "/api/v1/recalibrations"): {"schemes:write", "admin"},
    ("POST", "/api/v1/recalibrations"): {"schemes:write", "admin"},
    ("GET", "/api/v1/recalibrations/{id}"): {"schemes:write", "admin"},
    ("POST", "/api/v1/calibrations"): {"schemes:write", "admin"},
    ("POST", "/api/v1/recalibrations/{id}/decision"): {"schemes:write", "admin"},
    ("GET", "/api/v1/brought"): {"schemes:write", "admin"},
    ("POST", "/api/v1/rollouts/power"): {"schemes:write", "admin"},
    ("GET", "/api/v1/rollouts/power/{id}"): {"schemes:write", "admin"},
    ("GET", "/api/v1/rollouts"): {"schemes:write", "admin"},
    ("POST", "/api/v1/rollouts"): {"schemes:write", "admin"},
    ("GET", "/api/v1/rollouts/{id}"): {"schemes:write", "admin"},
    ("POST", "/api/v1/rollouts/{id}/stop"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes"): {"schemes:write", "admin"},
    ("GET", "/api/v1/schemes"): {"schemes:write", "admin"},
    ("GET", "/api/v1/schemes/{id}"): {"schemes:write", "admin"},
    ("PUT", "/api/v1/schemes/{id}"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/shadow"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/publish"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/rehearse"): {"schemes:write", "admin"},
    ("GET", "/api/v1/schemes/{id}/gate"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/propose"): {"schemes:write", "admin"},
    ("GET", "/api/v1/scheme-decisions"): {"schemes:write", "admin"},
    ("GET", "/api/v1/scheme-decisions/{id}"): {"schemes:write", "admin"},
    ("POST", "/api/v1/scheme-decisions/{id}/approve"): {"schemes:write", "admin"},
    ("POST", "/api/v1/scheme-decisions/{id}/decline"): {"schemes:write", "admin"},
    ("GET", "/api/v1/program/health"): {"schemes:write", "admin"},
    ("GET", "/api/v1/jobs/{id}"): {"schemes:write", "admin"},
    ("GET", "/api/v1/jobs/{id}/result"): {"schemes:write", "admin"},
    ("POST", "/api/v1/jobs/{id}/cancel"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/retire"): {"schemes:write", "admin"},
    ("POST", "/api/v1/schemes/{id}/rollback"): {"schemes:write", "admin"},
    ("GET", "/api/v1/badges"): {"me:read"},
    ("GET", "/api/v1/challenges"): {"me:read"},
    ("GET", "/api/v1/challenges/{id}"): {"me:read"},
    ("GET", "/api/v1/badges/{id}/credential"): {"me:read", "admin"},
    ("GET", "/api/v1/highlights"): {"me:read"},
    ("GET", "/api/v1/me/content"): {"me:read"},
    ("GET", "/api/v1/content"): READ_CONTENT,
    ("GET", "/api/v1/content/{item}"): READ_CONTENT,
    ("PUT", "/api/v1/content/{item}"): {"content:write", "admin"},
    ("DELETE", "/api/v1/content/{item}/draft"): {"content:write", "admin"},
    ("POST", "/api/v1/content/{item}/submit"): {"content:write", "admin"},
    ("POST", "/api/v1/content/{item}/approve"): {"content:approve", "admin"},
    ("POST", "/api/v1/content/{item}/reject"): {"content:approve", "admin"},
    ("POST", "/api/v1/content/{item}/recall"): {"content:write", "admin"},
    ("GET", "/api/v1/suggestions"): READ_CONTENT,
    ("POST", "/api/v1/suggestions"): {"me:write"},
    ("POST", "/api/v1/suggestions/{id}/answer"): {"content:write", "admin"},
    ("GET", "/api/v1/nominations"): {"me:read"},
    ("POST", "/api/v1/nominations"): {"kudos:write"},
    ("DELETE", "/api/v1/nominations/{id}"): {"kudos:write"},
    ("GET", "/api/v1/nominations/rounds"): {"admin"},
    ("POST", "/api/v1/nominations/rounds/{award}/{first_day}/decision"): {"admin"},
    ("GET", "/api/v1/reviews"): {"admin"},
    ("POST", "/api/v1/reviews/{id}/decision"): {"admin"},
    ("POST", "/api/v1/webhooks"): {"admin"},
    ("GET", "/api/v1/webhooks"): {"admin"},
    ("POST", "/api/v1/webhooks/{id}/rotate"): {"admin"},
    ("POST", "/api/v1/webhooks/{id}/pause"): {"admin"},
    ("POST", "/api/v1/webhooks/{id}/resume"): {"admin"},
    ("DELETE", "/api/v1/webhooks/{id}"): {"admin"},
    ("GET", "/api/v1/webhooks/{id}/deliveries"): {"admin"},
    ("POST", "/api/v1/webhooks/{id}/deliveries/{delivery}/retry"): {"admin"},
}


def routes(client: TestClient) -> list[tuple[str, str]]:
    found = [route for route in every_route(client.app.routes) if isinstance(route, APIRoute)]  # type: ignore[attr-defined]
    return [
        (m, route.path) for route in found for m in sorted(route.methods) if route.path.startswith("/api/")
    ]


def ask(api: Api, method: str, path: str, token: str | None) -> int:
    """The status of a request whose body is wrong, so that nobody changes anything."""
    address = re.sub(r"\{\w+\}", "d1" if "schemes" in path else "7", path)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    content = b'{"surprise": 1}' if method in ("POST", "PUT") else None
    status: int = api.client.request(method, address, headers=headers, content=content).status_code
    return status


def test_every_route_is_public_by_name_or_names_its_scopes(api: Api) -> None:
    known = routes(api.client)
    assert len(known) == len(set(known)) > 0
    assert {route for route in known if "scim" not in route[1]} == PUBLIC | set(ALLOWED)


def test_no_token_a_wrong_one_or_one_revoked_opens_nothing(api: Api) -> None:
    with api.db.begin() as tx:
        gone = create_token(tx, "acme", "gone", SCOPES, now())
        revoke_token(tx, "acme", "gone", now())
    for method, path in ALLOWED:
        for token in (None, "gs_wrong", gone):
            assert ask(api, method, path, token) == 401, (method, path)


def test_each_scope_opens_its_routes_alone(api: Api) -> None:
    tokens = {}
    with api.db.begin() as tx:
        for scope in SCOPES:
            tokens[scope] = create_token(tx, "acme", f"only {scope}", (scope,), now(), person="ana")
    for (method, path), scopes in ALLOWED.items():
        for scope, token in tokens.items():
            status = ask(api, method, path, token)
            assert (status == 403) is (scope not in scopes), (method, path, scope, status)
            assert status < 500
