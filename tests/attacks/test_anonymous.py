"""Nothing that anybody may send freezes a process, fills it, or passes for people."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from crawlerdetect import CrawlerDetect
from crawlerdetect.providers.crawlers import data as crawlers
from starlette.testclient import TestClient
from structlog.testing import capture_logs

import web.links
import web.security
import web.server
from rewards.content.clicks import ADDRESS, BLOCK, Network, why_forged
from rewards.content.crawlers import MOST_AGENT_CHARACTERS, is_crawler
from rewards.content.links import clicks_for, machine_click, prepare_share
from rewards.people import accounts
from rewards.store.session import Database
from tests.attacks.conftest import cheaply, within
from tests.company import PASSWORD
from tests.loops import run_apart
from tests.web.test_pages import BROWSER
from web.security import MOST_HEADER_BYTES
from web.sign_in_limit import (
    MOST_KEPT,
    MOST_PER_MINUTE_AND_ADDRESS,
    SIGN_IN_PER_MINUTE,
    SIGN_IN_PER_MINUTE_AND_ADDRESS,
    SIGN_IN_PER_MINUTE_AND_PERSON,
    SignInLimit,
    block_of,
)

Locked = Callable[[], AbstractContextManager[None]]
LONG_WAIT_SECONDS = 60.0
LONG = (
    "a",
    "1",
    "-",
    "a.",
    "Java",
    "NewsBlur ",
    "Mozilla/5.0 ",
    "CPU OS 0_",
    "(like ",
    "é",
    "bot/",
    "http://",
)


@pytest.fixture
def code(sqlite_db: Database, company: Any) -> str:
    """The code of Ana's tracked link."""
    with sqlite_db.begin() as tx:
        return prepare_share(tx, "acme", "ana", "launch", "linkedin", now=datetime.now(UTC)).code


def counted(db: Database) -> tuple[int, int]:
    """Raw and counted clicks on Ana's link."""
    with db.read() as tx:
        ((_, _, raw, people),) = clicks_for(tx, "acme", "ana")
    return raw, people


@pytest.mark.parametrize("piece", LONG)
def test_a_long_browser_name_is_read_in_a_moment(client: TestClient, code: str, piece: str) -> None:
    name = (piece * 8000)[:8000].encode()
    with cheaply(1.0):
        for path in (f"/l/{code}", "/l/nothing", "/sign-in", "/healthz"):
            assert client.get(path, headers={"user-agent": name}).status_code < 500


@pytest.mark.parametrize("piece", LONG)
def test_the_list_of_crawlers_is_asked_in_time_linear_in_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        texts = [f"{n}{piece * length}"[:length] for n in range(5)]
        began = time.process_time()
        for text in texts:
            is_crawler.__wrapped__(text)
        return time.process_time() - began

    seconds(100)
    assert seconds(MOST_AGENT_CHARACTERS) < 5 * 0.05


def test_the_list_says_what_the_library_says() -> None:
    plain = [one.replace("\\", "") for one in crawlers]
    texts = [f"{one}/1.0" for one in plain] + [f"{BROWSER['user-agent']} {one}" for one in plain]
    texts += [BROWSER["user-agent"], "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"]
    asked = CrawlerDetect()
    assert [text for text in texts if is_crawler(text) != asked.isCrawler(text)] == []


def test_a_name_longer_than_any_browsers_is_no_person() -> None:
    assert machine_click(BROWSER["user-agent"], "GET", {}) == ""
    assert machine_click(BROWSER["user-agent"] + " x" * MOST_AGENT_CHARACTERS, "GET", {}) == "bot"


def test_a_header_beyond_its_limit_is_refused(client: TestClient) -> None:
    answer = client.get("/sign-in", headers={"x-anything": "a" * (MOST_HEADER_BYTES + 1)})
    assert answer.status_code == 431
    assert "x-anything" in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "https://]", "null", "//", "http://a:b:c"])
def test_an_origin_that_is_no_address_is_another_site(client: TestClient, origin: str) -> None:
    assert client.post("/sign-out", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000])
def test_a_length_beyond_all_numbers_is_too_large(client: TestClient, length: str) -> None:
    assert client.post("/sign-in", headers={"content-length": length}).status_code in (413, 431)


def test_made_up_methods_and_paths_do_not_grow_the_metrics(client: TestClient) -> None:
    for number in range(20):
        client.request(f"MADEUP{number}", f"/nowhere/{number}")
        client.get(f"/l/{number}")
    client.get("/metrics")
    size = len(client.get("/metrics").text)
    for number in range(20, 150):
        client.request(f"MADEUP{number}", f"/nowhere/{number}")
        client.get(f"/l/{number}")
    text = client.get("/metrics").text
    assert len(text) < size + 200
    assert set(re.findall(r'method="(\w+)"', text)) == {"GET", "other"}


def test_clicks_on_a_locked_database_lead_on(
    client: TestClient, sqlite_db: Database, code: str, locked: Locked
) -> None:
    # One after another they would wait a minute and a half.
    with locked(), ThreadPoolExecutor(45) as visitors, within(60.0):
        assert {one.result() for one in clicks(client, visitors, code)} == {302}
    assert click(client, code, 99) == 302
    assert counted(sqlite_db)[1] in (1, 2), "one that still waited may have got its turn"


def test_clicks_that_wait_for_a_locked_database_hold_up_nobody(
    client: TestClient, code: str, locked: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("WAIT_SECONDS", "SECONDS_TO_COUNT"):
        monkeypatch.setattr(web.links, limit, LONG_WAIT_SECONDS)
    with ThreadPoolExecutor(45) as visitors:
        with locked():
            waiting = clicks(client, visitors, code)
            with within(LONG_WAIT_SECONDS / 2):
                assert client.get("/healthz").text == "ok"
                assert client.get("/sign-in").status_code == 200
        assert {one.result() for one in waiting} == {302}


def clicks(client: TestClient, visitors: ThreadPoolExecutor, code: str) -> list[Future[int]]:
    return [visitors.submit(click, client, code, number) for number in range(45)]


def click(client: TestClient, code: str, number: int) -> int:
    name = f"{BROWSER['user-agent']} {number}"
    return client.get(f"/l/{code}", headers={"user-agent": name}).status_code


def test_sign_ins_on_a_locked_database_hold_up_nobody(client: TestClient, locked: Locked) -> None:
    def enter(_: int) -> int:
        return client.post("/sign-in", data={"person": "ana", "password": PASSWORD}).status_code

    database = client.app.state.database  # type: ignore[attr-defined]
    with ThreadPoolExecutor(45) as visitors:
        with locked():
            database.wait_seconds = 0.1
            assert enter(0) == 503
            database.wait_seconds = LONG_WAIT_SECONDS
            waiting = [visitors.submit(enter, number) for number in range(45)]
            with within(LONG_WAIT_SECONDS / 2):
                assert client.get("/healthz").text == "ok"
                assert client.get("/readyz").text == "ready"
        # Only so many are let wait for their turn at once.
        assert {one.result() for one in waiting} <= {303, 503}


def test_made_up_browsers_of_one_machine_count_as_few(
    client: TestClient, sqlite_db: Database, code: str
) -> None:
    for number in range(30):
        answer = client.get(f"/l/{code}", headers={"user-agent": f"{BROWSER['user-agent']} {number}"})
        assert answer.status_code == 302
    assert counted(sqlite_db) == (30, ADDRESS.burst)


def test_a_household_counts_and_a_machine_that_takes_its_time_does_not() -> None:
    at = _At()
    origin = Network("home", "street")
    for _ in range(ADDRESS.hour):
        at.later(60)
        assert at.click("a", origin) == ""
    assert at.click("a", origin) == "address_hour"
    at.later(3600)
    for number in range(ADDRESS.day - ADDRESS.hour):
        at.later(60)
        assert at.click(f"b{number}", origin) == ""
    at.later(3600)
    assert at.click("c", origin) == "address_day"
    assert at.click("c", Network("next door", "street")) == ""


def test_addresses_of_one_block_count_together() -> None:
    at = _At()
    answers = []
    for number in range(254):
        at.later(2)
        answers.append(at.click("a", Network(f"10.0.0.{number}", "10.0.0")))
    assert answers.count("") <= BLOCK.hour
    assert set(answers) == {"", "block_hour"}


class _At:
    """The clicks that counted so far, and the time."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.now_us = 0

    def later(self, seconds: int) -> None:
        self.now_us += seconds * 1_000_000

    def click(self, code: str, origin: Network) -> str:
        from types import SimpleNamespace

        why = why_forged(self.rows, code, origin, self.now_us)
        if not why:
            self.rows.append(SimpleNamespace(code=code, address_hash=origin.address, clicked_us=self.now_us))
        return why


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_an_address_counts_as(address: str, network: str) -> None:
    assert block_of(address) == network
    assert block_of("203.0.113.9", 24, 48) == "203.0.113.0/24"


def test_made_up_forwarding_does_not_pass_the_limit(client: TestClient) -> None:
    tries = [
        client.post(
            "/sign-in",
            data={"person": "ana", "password": "x"},
            headers={"x-forwarded-for": f"198.51.100.{number}", "forwarded": f"for=198.51.100.{number}"},
        ).status_code
        for number in range(SIGN_IN_PER_MINUTE + 3)
    ]
    assert tries == [401] * SIGN_IN_PER_MINUTE + [429] * 3


def test_bad_tries_of_an_office_lock_out_nobody_else() -> None:
    limit = SignInLimit(clock := _Clock())
    for number in range(SIGN_IN_PER_MINUTE_AND_ADDRESS):
        assert not limit.failed("192.0.2.1", f"made-up-{number}")
    assert limit.failed("192.0.2.1", "one-more")
    assert limit.allows("192.0.2.1", "ana")
    for number in range(MOST_PER_MINUTE_AND_ADDRESS):
        limit.failed("192.0.2.1", f"again-{number}")
    assert not limit.allows("192.0.2.1", "ana")
    assert limit.allows("192.0.2.2", "ana")
    clock.now += 61
    assert limit.allows("192.0.2.1", "ana")


def test_an_address_for_every_try_does_not_pass_the_persons_limit_and_keeps_her_place_free() -> None:
    limit = SignInLimit(_Clock())
    limit.succeeded("192.0.2.1", "ana")
    for number in range(SIGN_IN_PER_MINUTE_AND_PERSON):
        assert limit.allows(f"198.51.100.{number}", "ana")
        limit.failed(f"198.51.100.{number}", "ana")
    assert not limit.allows("198.51.101.1", "ana")
    assert limit.allows("192.0.2.1", "ana")


def test_the_memory_of_failures_is_bounded() -> None:
    limit = SignInLimit(_Clock())
    for number in range(MOST_KEPT + 100):
        limit.failed(f"made-up-{number}", secrets.token_hex(8))
    assert max(len(kept._failures) for kept in (limit._both, limit._person, limit._address)) <= MOST_KEPT


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_writing_goes_on_while_passwords_are_checked(
    client: TestClient, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that lasts until somebody else has written."""
    checking, written = threading.Event(), threading.Event()

    def check(password: str, stored: str | None) -> bool:
        checking.set()
        return not written.wait(LONG_WAIT_SECONDS)

    monkeypatch.setattr(accounts, "check_password", check)
    with ThreadPoolExecutor(1) as guesser:
        guess = guesser.submit(client.post, "/sign-in", data={"person": "ana", "password": "wrong"})
        try:
            assert checking.wait(LONG_WAIT_SECONDS)
            with sqlite_db.begin(wait_seconds=1.0):
                pass
        finally:
            written.set()
    assert guess.result().status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/events", "/sign-in", "/api/v1/credentials/verify"])
def test_a_body_that_does_not_come_is_given_up(
    client: TestClient, company: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(web.security, "MOST_BODY_SECONDS", 0.2)
    sent: list[Any] = []
    pieces = iter([{"type": "http.request", "body": b"[", "more_body": True}])

    async def receive() -> Any:
        piece = next(pieces, None)
        if piece is None:
            await asyncio.sleep(60)
        return piece

    async def send(message: Any) -> None:
        sent.append(message)

    kind = b"application/x-www-form-urlencoded" if path == "/sign-in" else b"application/json"
    headers = [
        (b"host", b"testserver"), (b"content-type", kind), (b"authorization", f"Bearer {company.token}".encode()),
    ]  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "scheme": "http", "http_version": "1.1", "client": ("192.0.2.1", 1), "server": ("testserver", 80), "root_path": "",
    }  # fmt: skip
    # It would be waited for a minute.
    with within(30.0):
        run_apart(client.app(scope, receive, send))
    assert sent[0]["status"] in (400, 408)


def test_whoever_breaks_off_is_no_fault_of_ours(client: TestClient, company: Any) -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {company.token}".encode())]
    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/events", "raw_path": b"", "query_string": b"", "headers": headers,
        "scheme": "http", "http_version": "1.1", "client": ("192.0.2.1", 1), "server": ("testserver", 80), "root_path": "",
    }  # fmt: skip
    with capture_logs() as told:
        run_apart(client.app(scope, receive, send))
    assert told == []
    assert sent[0]["status"] == 400


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nHost:"])
def test_a_head_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch, before: bytes, head: bytes
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.4)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(web.server, "HEAD_SECONDS", 0.2)
    server = uvicorn.Server(
        uvicorn.Config(app, http=web.server.Bounded, log_config=None, lifespan="off", timeout_keep_alive=2)
    )
    taken = web.server.listen("127.0.0.1", 0)
    taken.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    try:
        with within(15.0), socket.create_connection(taken.getsockname(), 15) as slow:
            slow.sendall(before)
            # An answer that takes longer than a head may is waited for all the same.
            assert not before or slow.recv(1000).startswith(b"HTTP/1.1 204")
            slow.sendall(head)
            assert slow.recv(1000) == b""
    finally:
        server.should_exit = True
        thread.join(15)
