"""Every route, for everybody: who is let in, who is sent away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tests.company import Company
from tests.web.routes import every_route

PUBLIC = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/l/{code}",
    "/sign-in",
    "/sign-in/demo",
    "/sign-in/sso",
    "/sign-in/sso/callback",
    "/sign-in/sso/back-channel-logout",
    "/sign-out",
    "/language",
    "/mail/unsubscribe/{token}",
    "/reset",
    "/setup/{token}",
    "/reset/{token}",
    "/invitation/{token}",
    "/openapi.json",
    "/api/v1/issuers/{id}",
    "/api/v1/issuers/{id}/status/{number}",
    "/api/v1/credentials/verify",
}
BEARER = {"/api/v1/events": "events:write", "/api/v1/me": "me:read", "/api/v1/balances": "admin"}
FORMS = {
    "/share": {"item": "launch", "channel": "linkedin"},
    "/content/approval": {"people": "1"},
    "/content/bring/file": {"file": "x"},
    "/content/suggestions/{id}": {"decision": "accept"},
    "/account/notifications": {
        "digest": "off",
        "weekday": "1",
        "hour": "9",
        "quiet_from": "20",
        "quiet_until": "7",
    },
    "/account/membership": {"step": "pause"},
    "/hr/membership": {"whom": "everybody"},
    "/thanks": {"receiver": "ben", "message": "Thank you", "key": "0123456789"},
    "/share/{code}/declare": {},
    "/account/sessions/end": {"session": "0"},
    "/boards/visibility": {"shown": "false"},
    "/hr/reviews/{id}": {"decision": "approve", "reason": "Fine."},
    "/hr/claims/{id}": {"decision": "approve", "reason": "Fine."},
    "/publishing/rules": {"rehearsal_days": "30", "notice_hours": "24"},
    "/publishing/decisions/{id}": {"decision": "approve", "reason": "It is right."},
    "/rewards/claims": {"reward": "mug", "key": "0123456789"},
    "/nominations": {"award": "helper", "nominee": "ben", "reason": "Kind."},
    "/hr/nominations": {"award": "helper", "first_day": "2026-11-01", "reason": "Kind."},
}


def routes(client: TestClient) -> list[tuple[str, str]]:
    found = [route for route in every_route(client.app.routes) if isinstance(route, APIRoute)]  # type: ignore[attr-defined]
    return [(route.path, method) for route in found for method in sorted(route.methods)]


def concrete(path: str) -> str:
    for name, value in (("item", "launch"), ("channel", "linkedin"), ("code", "nothing")):
        path = re.sub(rf"\{{{name}(:\w+)?\}}", value, path)
    return re.sub(r"\{\w+(:\w+)?\}", "1", path)


def test_every_route_is_public_by_name_or_guarded(client: TestClient) -> None:
    for path, method in routes(client):
        if path in PUBLIC:
            continue
        answer = client.request(
            method, concrete(path), data=FORMS.get(path), headers={"accept": "application/json"}
        )
        assert answer.status_code == 401, (method, path, answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_session_opens_no_api_and_a_token_no_page(
    client: TestClient, sign_in: Callable[[str], TestClient], company: Company
) -> None:
    sign_in("hal")
    for path in BEARER:
        assert client.request("POST" if path.endswith("events") else "GET", path).status_code == 401
    client.cookies.clear()
    assert client.get("/hr", headers={"authorization": f"Bearer {company.token}"}).status_code == 401


def test_a_token_needs_the_scope(client: TestClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {company.plain_token}"}
    assert client.get("/api/v1/balances", headers=headers).status_code == 403
    assert client.get("/api/v1/me", headers=headers).status_code == 403
    personal = {"authorization": f"Bearer {company.personal_token}"}
    assert client.post("/api/v1/events", json={}, headers=personal).status_code == 403
    assert client.get("/api/v1/me", headers=personal).json()["person"] == "ana"
    assert client.get("/api/v1/me", headers={"authorization": "Bearer gs_wrong"}).status_code == 401


def test_signed_out_people_are_led_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/hr", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/hr")


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_to_this_site_only(client: TestClient, target: str) -> None:
    from tests.company import PASSWORD

    answer = client.post("/sign-in", data={"person": "ana", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"
