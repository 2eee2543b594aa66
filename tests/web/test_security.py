"""Headers, cross-site requests, oversized bodies, sign-in limits, escaped output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from web import security
from web.security import MOST_BODY_BYTES, MOST_HEADER_BYTES, MOST_OTHER_BODY_BYTES, Edge, cross_site
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


KIB, MIB = 1024, 1024 * 1024


class Behind:
    """An application that reads the whole body and says how long it was."""

    def __init__(self, location: str = "", early: bool = False) -> None:
        self.location, self.early, self.got = location, early, 0
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        start = {"type": "http.response.start", "status": 200, "headers": []}
        if self.location:
            start["headers"] = [(b"location", self.location.encode())]
        if self.early:
            await send(start)
        more = True
        while more:
            message = await receive()
            self.got += len(message.get("body", b""))
            more = message.get("more_body", False)
        if not self.early:
            await send(start)
        await send({"type": "http.response.body", "body": b""})


def asked(
    path: str = "/thanks",
    headers: Sequence[tuple[str, str]] = (),
    pieces: Sequence[bytes] = (b"",),
    behind: Behind | None = None,
    **scope: object,
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to a POST; the last of the pieces ends the body."""
    left, sent = list(pieces), list[Message]()

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(60)
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left) or piece == b"..."}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in (("host", "us.example"), *headers)]
    request = {
        "type": "http", "method": "POST", "scheme": "https", "path": path, "query_string": b"", "headers": raw, **scope,
    }  # fmt: skip
    asyncio.run(Edge(behind or Behind())(request, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/thanks", MIB),
        ("/api/v1/events", 4 * MIB),
        ("/hr/import", 24 * MIB),
        ("/api/v1/people/import", 24 * MIB),
        ("/hr/import/", MIB),
    ],
)
def test_each_path_has_its_limit_whatever_length_is_announced(path: str, most: int) -> None:
    behind = Behind()
    assert asked(path, [("content-length", str(most))], [b"x" * (most - 1), b"x"], behind)[0] == 200
    assert behind.got == most
    assert asked(path, [("content-length", str(most + 1))])[0] == 413
    assert asked(path, [("content-length", "9" * 13)])[0] == 413
    assert asked(path, [], [b"x" * most, b"x"])[0] == 413


def test_an_answer_that_has_begun_is_not_followed_by_another() -> None:
    with pytest.raises(security.BodyTooLarge):
        asked(pieces=[b"x" * MIB, b"x"], behind=Behind(early=True))


def test_a_body_has_a_minute_and_what_follows_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "MOST_BODY_SECONDS", 0.05)
    assert asked(pieces=[b"..."])[0] == 408

    async def read_on() -> Message:
        # Without `more_body` a piece is the last one.
        left: list[Message] = [{"type": "http.request", "body": b"x"}]

        async def receive() -> Message:
            if left:
                return left.pop()
            await asyncio.sleep(0.2)
            return {"type": "http.disconnect"}

        body = security.Body(receive, MIB)
        await body()
        return await body()

    assert asyncio.run(read_on()) == {"type": "http.disconnect"}


def test_headers_are_cut_or_refused_by_name() -> None:
    behind = Behind()
    cut = ("referer", "accept", "accept-language")
    longest = [("x-note", "n" * MOST_HEADER_BYTES), *((name, "c" * 9000) for name in cut)]
    assert asked(headers=longest, behind=behind)[0] == 200
    kept = Headers(scope=behind.scope)
    assert [len(kept[name]) for name in ("x-note", *cut)] == [8 * KIB, KIB, KIB, KIB]
    assert asked(headers=[("x-note", "n" * (MOST_HEADER_BYTES + 1))])[0] == 431


def test_an_address_with_a_nul_names_nothing() -> None:
    assert asked("/thanks\0")[0] == asked(query_string=b"a=%00")[0] == 400
    assert asked(query_string=b"a=%20")[0] == 200


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://us.example/points", "/points"),
        ("https://us.example.evil/points", "https://us.example.evil/points"),
        ("http://us.example/points", "http://us.example/points"),
    ],
)
def test_redirects_name_no_host_that_the_request_did(location: str, shown: str) -> None:
    assert asked(behind=Behind(location))[1]["location"] == shown


def test_what_is_no_request_passes_unchanged() -> None:
    behind = Behind()
    scope: Scope = {"type": "lifespan"}

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(_: Message) -> None:
        return None

    asyncio.run(Edge(behind)(scope, receive, send))
    assert behind.scope is scope
