"""Headers, cross-site requests, oversized bodies, sign-in limits, escaped output."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from web.security import MOST_BODY_BYTES, MOST_OTHER_BODY_BYTES, cross_site
from web.sign_in_limit import SIGN_IN_PER_MINUTE


def test_the_policy_allows_no_inline_script(client: TestClient) -> None:
    policy = client.get("/sign-in").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/openapi.json", "/static/css/app.css"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in headers


@pytest.mark.parametrize(
    ("headers", "method", "refused"),
    [
        ({"sec-fetch-site": "cross-site"}, "POST", True),
        ({"sec-fetch-site": "same-site"}, "POST", True),
        ({"sec-fetch-site": "same-origin"}, "POST", False),
        ({"sec-fetch-site": "cross-site"}, "GET", False),
        ({"origin": "https://evil.example", "host": "us.example"}, "POST", True),
        ({"origin": "https://us.example", "host": "us.example"}, "POST", False),
        ({"origin": "null", "host": "us.example"}, "POST", True),
        ({}, "POST", False),
    ],
)
def test_cross_site(headers: dict[str, str], method: str, refused: bool) -> None:
    assert cross_site(Headers(headers), method) is refused


def test_a_form_from_another_site_changes_nothing(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    sign_in("ana")
    form = {"receiver": "ben", "message": "Thank you", "key": "0123456789"}
    answer = client.post("/thanks", data=form, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Thank you" not in client.get("/thanks").text


def test_the_cookie_is_hidden_from_script_and_other_sites(client: TestClient) -> None:
    answer = client.post("/sign-in/demo", data={"role": "hr"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_an_oversized_body_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/events", content=b"x" * (MOST_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "headers", "status", "told"),
    [
        ("/content/bring/file", {}, 413, "Bytes kamen an"),
        ("/thanks", {"origin": "https://evil.example"}, 403, "von einer anderen Website"),
        ("/thanks", {"x-long": "x" * 9000}, 431, "Kopfzeile x-long"),
    ],
)
def test_a_person_who_is_refused_at_the_door_reads_a_page_in_her_language(
    client: TestClient, path: str, headers: dict[str, str], status: int, told: str
) -> None:
    body = b"x" * (MOST_OTHER_BODY_BYTES + 1) if status == 413 else b""
    asked = {"accept": "text/html", "accept-language": "de", **headers}
    answer = client.post(path, content=body, headers=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_sign_in_attempts_are_limited(client: TestClient) -> None:
    tries = [
        client.post("/sign-in", data={"person": "ana", "password": "x"}).status_code
        for _ in range(SIGN_IN_PER_MINUTE + 1)
    ]
    assert tries[:-1] == [401] * SIGN_IN_PER_MINUTE
    assert tries[-1] == 429


def test_names_and_messages_are_escaped(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    form = {"receiver": "ben", "message": "<script>alert(1)</script>", "key": "0123456789"}
    assert client.post("/thanks", data=form).status_code == 303
    page = client.get("/thanks").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>Field</b>" not in page
    assert "<i>launching</i>" not in client.get("/").text


def test_sign_out_ends_the_session(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    token = client.cookies["groundswell_session"]
    client.post("/sign-out")
    client.cookies.set("groundswell_session", token)
    assert client.get("/points").status_code == 401
