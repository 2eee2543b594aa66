"""No request, however malformed, is answered with a 500; what is refused is refused as problem+json or a page, in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from rewards.store.session import Database
from tests.company import ORGANISATION, PASSWORD, Company, make_company
from tests.web.routes import every_route
from web.app import create_app
from web.settings import Settings

# What a careless or hostile client puts where text is expected.
ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "x" * 20_000,
    "../../etc/passwd",
    "'; drop table person; --",
    "<script>alert(1)</script>",
    "é\u202e\ufeff",
    "😀" * 40,
    "-1",
    "99999999999999999999999999",
    "NaN",
    "{{7*7}}",
)
ODD_PATHS = (
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "%0d%0aset-cookie:%20x=1",
    "99999999999999999999",
)
ODD_BODIES = (
    b"",
    b"\x00",
    b"\xff\xfe\xfa",
    b"{" * 5_000,
    b"a=1&a=2&&&=",
    b"person=%00&password=%00",
    b"person=%ff%fe&password=%ed%a0%80",
    b"receiver=ben&message=%00&key=0123456789",
    b"receiver[]=ben&message=hi&key=" + b"k" * 70,
    b"&".join(b"f%d=1" % i for i in range(1100)),
)
ODD_TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/json",
    "text/plain; charset=nonsense",
    "/;;;=",
)
ODD_EVENTS: tuple[Any, ...] = (
    None,
    1,
    "text",
    [],
    {},
    {"id": "\ud800"},
    {"specversion": "1.0", "id": "\x00", "source": "s", "type": "org.groundswell.share", "subject": "ana"},
    {"data": {"object": "\ud800"}},
    {"data": {"object": "a\x00b"}},
    {"data": {"quantity": 10**400}},
    {"data": {"tags": ["\x00"] * 5}},
    {"data": {"tags": "x" * 10_000}},
    {"data": {"channel": "\udfff"}},
    {"subject": "ana\x00"},
    {"time": "0001-01-01T00:00:00Z"},
    {"time": "9999-12-31T23:59:59-14:00"},
    {"time": 12},
    {"time": "2026-02-30T00:00:00Z"},
    {"source": "x" * 5000},
    {"extension": {"deep": [[[[]]]]}},
    {"data": {"local_date": "0000-00-00"}},
    {"data": {"zone": "../../etc/passwd"}},
)


@pytest.fixture
def company(db: Database) -> Company:
    return make_company(db)


@pytest.fixture
def client(db: Database, company: Company) -> Iterator[TestClient]:
    url = db.url.render_as_string(hide_password=False)
    app = create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True))
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as found:
        assert found.post("/sign-in", data={"person": "ana", "password": PASSWORD}).status_code == 303
        yield found


def check(answer: Any, what: object) -> None:
    assert answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert "content-security-policy" in answer.headers
    if answer.status_code >= 400 and "html" not in answer.headers["content-type"]:
        assert answer.headers["content-type"] == "application/problem+json", what
        # An answer to HEAD has no body.
        assert not answer.content or "\n" not in answer.json()["detail"], what


def routes(client: TestClient) -> list[tuple[str, str]]:
    found = [route for route in every_route(client.app.routes) if isinstance(route, APIRoute)]  # type: ignore[attr-defined]
    return [(route.path, method) for route in found for method in sorted(route.methods)]


def test_odd_paths_and_queries(client: TestClient) -> None:
    for path, method in routes(client):
        for odd in ODD_PATHS:
            if "{" in path:
                parts = [odd if part.startswith("{") else part for part in path.split("/")]
                check(client.request(method, "/".join(parts)), (path, odd))
            elif method == "GET":
                for name in ("before", "next", "after", "cursor", "limit"):
                    check(client.get(f"{path}?{name}={odd}"), (path, name, odd))


def test_odd_bodies_and_types(client: TestClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {company.token}"}
    for path, method in routes(client):
        if method != "POST" or path == "/sign-out":
            continue
        target = re.sub(r"\{\w+\}", "1", path)
        for at, body in enumerate(ODD_BODIES):
            # Every body as a form, which most routes read, and as one other type in turn.
            for kind in (ODD_TYPES[0], ODD_TYPES[1 + at % (len(ODD_TYPES) - 1)]):
                answer = client.post(target, content=body, headers=headers | {"content-type": kind})
                check(answer, (path, kind, body[:40]))


def test_odd_fields(client: TestClient) -> None:
    thanks = {"receiver": "ben", "message": "Well done", "key": "0123456789"}
    for odd in ODD_TEXTS:
        for field in thanks:
            check(client.post("/thanks", data=thanks | {field: odd}), (field, odd))
        for field in ("person", "password", "next"):
            form = {"person": "ana", "password": "wrong", "next": "/"}
            check(client.post("/sign-in", data=form | {field: odd}), (field, odd))
        check(client.post("/sign-in/demo", data={"role": odd}), odd)
        if odd.isprintable() and odd.isascii():
            check(client.get("/points", headers={"cookie": f"groundswell_session={odd[:3000]}"}), odd)
            check(client.get("/api/v1/me", headers={"authorization": f"Bearer {odd[:3000]}"}), odd)


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "idna", "nonsense"]
)
def test_parts_of_a_form_in_an_encoding_of_their_own(client: TestClient, charset: str) -> None:
    """Half of a surrogate pair can come that way; words that are refused are shown all the same."""
    fields = ("receiver", "message", "key", "words", "reason", "find")
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nmine \\ud800\\u0000\r\n'
        for name in fields
    ]
    headers = {"content-type": f"multipart/form-data; boundary=b; charset={charset}", "accept": "text/html"}
    for path in ("/thanks", "/thanks/find", "/share", "/suggest", "/nominations/find"):
        answer = client.post(path, content="".join([*parts, "--b--\r\n"]).encode(), headers=headers)
        check(answer, (path, charset))


def test_odd_events(client: TestClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {company.token}", "content-type": "application/json"}
    base = {
        "specversion": "1.0",
        "id": "e",
        "source": "s",
        "type": "org.groundswell.share",
        "subject": "ana",
        "time": "2026-01-01T00:00:00Z",
        "data": {"object": "launch"},
    }
    for odd in ODD_EVENTS:
        event = base | odd if isinstance(odd, dict) and odd else odd
        body = json.dumps(event).encode()
        single = client.post("/api/v1/events", content=body, headers=headers)
        check(single, odd)
        batch = client.post("/api/v1/events", content=b"[" + body + b"]", headers=headers)
        check(batch, odd)
        assert batch.status_code == 200
        assert len(batch.json()["results"]) == 1
