"""What opens by its address, what an export tells, who listens where, what stalls or is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rewards.content.content import publish_item
from rewards.content.links import prepare_share
from rewards.faults import NotFound
from rewards.nominations.nominations import nominate
from rewards.outside.delivery import MOST_PER_RECEIVER, HttpSender, deliver_due, pause_after
from rewards.outside.webhooks import subscribe
from rewards.people.export import export_person
from rewards.store import trail
from rewards.store.session import Database
from rewards.store.units import to_us
from rewards.thanks.recognition import give_kudos
from sims.commands.console import InputError
from tests.attacks.conftest import within
from tests.company import ORGANISATION, item
from tests.conftest import World
from tests.serving import COMMAND
from tests.web.api_client import Api
from web.app import create_app
from web.server import is_loopback, listen
from web.settings import Settings
from web.sign_in import is_local


def test_content_for_other_segments_does_not_open_by_its_address(
    client: TestClient, sqlite_db: Database, sign_in: Callable[[str], TestClient]
) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        publish_item(tx, ORGANISATION, item().model_copy(update={"segments": ("nobody's",)}), now)
        with pytest.raises(NotFound):
            prepare_share(tx, ORGANISATION, "ana", "launch", "linkedin", now=now)
    answer = sign_in("ana").get("/share/launch/linkedin")
    unknown = client.get("/share/nothing/linkedin")
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.json()["detail"].replace("launch", "nothing") == unknown.json()["detail"]


HELD = """
name: fast
title: Fast
recognition:
  kudos: {allowance: 1000, gift: 10, per_pair: 100, reciprocal_limit: 1}
  nominations: [{id: star, title: Star, points: 5}]
"""


def test_an_export_shows_no_thanks_that_are_held_and_nobody_who_proposed_her(db: Database) -> None:
    world = World(db).found(HELD)
    with db.begin() as tx:
        for number, (giver, receiver) in enumerate((("ana", "ben"), ("ben", "ana")) * 2):
            said = give_kudos(
                tx,
                world.organisation,
                giver,
                receiver,
                f"Thanks {number}",
                tags=(),
                key=f"k{number}",
                now=world.now,
            )
        assert said.status == "held"
    with db.begin() as tx:
        shown = export_person(tx, world.organisation, "ana", "ana", world.now).tables["kudos"]
        own = export_person(tx, world.organisation, "ben", "ben", world.now).tables["kudos"]
    assert {row["status"] for row in shown} == {"given"}
    assert "held" in {row["status"] for row in own}


def test_who_proposed_somebody_is_not_told_to_her(db: Database) -> None:
    world = World(db).found(HELD)
    with db.begin() as tx:
        nominate(tx, world.organisation, "cleo", "star", "ana", message="She is a star", now=world.now)
    with db.begin() as tx:
        (hers,) = export_person(tx, world.organisation, "ana", "ana", world.now).tables["nomination"]
        (own,) = export_person(tx, world.organisation, "cleo", "cleo", world.now).tables["nomination"]
    assert hers["nominator_id"] is None
    assert own["nominator_id"] is not None


def test_a_webhooks_secret_is_in_no_export(db: Database) -> None:
    world = World(db).found(HELD)
    with db.begin() as tx:
        _, secret = subscribe(tx, world.organisation, "https://a.example/in", (), "ana", now=world.now)
        assert secret not in str(export_person(tx, world.organisation, "ana", "ana", world.now))


@pytest.mark.parametrize(
    "path", ["/api/v1/webhooks", "/api/v1/nominations/1", "/api/v1/schemes/d1", "/sign-in", "/healthz"]
)
def test_allow_names_every_method_of_an_address(api: Api, path: str) -> None:
    named = set(api.client.request("PATCH", path).headers["allow"].split(", "))
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert (api.client.request(method, path).status_code == 405) is (method not in named), (path, method)


def test_limits_stand_in_the_schema(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for kind in paths["/api/v1/events"]["post"]["requestBody"]["content"].values():
        assert kind["schema"]["maxItems"] == 1000
    for path, methods in paths.items():
        for method, said in methods.items():
            if path.startswith("/api/") and "security" in said:
                assert {"413", "422", "503"} <= set(said["responses"]), (method, path)
            for parameter in said.get("parameters", ()):
                schema = parameter["schema"]
                texts = [one for one in schema.get("anyOf", [schema]) if one.get("type") == "string"]
                bounded = ("maxLength", "pattern", "enum", "const", "format")
                assert all(any(key in one for key in bounded) for one in texts), (path, parameter["name"])


@pytest.mark.parametrize("host", ["", " "])
def test_an_empty_host_is_no_host(host: str) -> None:
    with pytest.raises(InputError, match="every interface"):
        listen(host, 0)


def test_the_demo_is_open_to_this_machine_alone_unless_said(sqlite_db: Database, company: Any) -> None:
    url = sqlite_db.url.render_as_string(hide_password=False)

    def page(opened: bool, host: str) -> tuple[str, int, str]:
        app = create_app(
            Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True, demo_beyond_loopback=opened)
        )
        with TestClient(app, client=(host, 5000), follow_redirects=False) as visitor:
            text = visitor.get("/sign-in").text
            entered = visitor.post("/sign-in/demo", data={"role": "hr"}).status_code
            return text, entered, visitor.get("/hr").text if entered == 303 else ""

    for host in ("127.0.0.1", "::1"):
        text, entered, _ = page(False, host)
        assert "/sign-in/demo" in text
        assert entered == 303
        assert "open demo" not in text
    text, entered, _ = page(False, "198.51.100.7")
    assert "/sign-in/demo" not in text
    assert entered == 404
    text, entered, inside = page(True, "198.51.100.7")
    assert entered == 303
    assert "open demo" in text
    assert "open demo" in inside
    assert not is_local("::ffff:198.51.100.7")
    assert is_local("::ffff:127.0.0.1")


def test_serve_refuses_an_open_demo(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.cli import app

    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GROUNDSWELL_DEMO", "true")
    with pytest.raises(SystemExit) as ended:
        app(["serve", "--host", "0.0.0.0", "--port", "0"])
    assert ended.value.code == 2
    with closing(listen("0.0.0.0", 0)) as everywhere, closing(listen("127.0.0.1", 0)) as here:
        assert not is_loopback(everywhere)
        assert is_loopback(here)


def messages(db: Database, organisation: str, webhooks: int, each: int, now: datetime) -> None:
    """Dead and one living receiver, with messages for all."""
    with db.begin() as tx:
        for number in range(webhooks):
            subscribe(
                tx,
                organisation,
                f"https://dead{number}.example.org/",
                ("event.*",),
                "hr",
                now=now - timedelta(minutes=1),
            )
        subscribe(
            tx,
            organisation,
            "https://living.example.org/",
            ("event.*",),
            "hr",
            now=now - timedelta(minutes=1),
        )
        trail.tell(tx, organisation, [("event.awarded", {"event": n}) for n in range(each)], to_us(now))


def test_dead_receivers_are_asked_together_and_then_left_alone(world: World) -> None:
    now = world.now
    messages(world.db, world.organisation, 20, 6, now)
    asked: list[str] = []
    lock = threading.Lock()

    def send(url: str, body: bytes, headers: Any) -> int:
        with lock:
            asked.append(url)
        if "dead" in url:
            time.sleep(0.05)
            raise TimeoutError("timed out")
        return 200

    # All that waits, one after another, would take six seconds in each of twelve rounds.
    with within(60.0):
        for _ in range(12):
            deliver_due(world.db, now, send)
    dead = [url for url in asked if "dead" in url]
    assert len(dead) <= 20 * MOST_PER_RECEIVER
    assert asked.count("https://living.example.org/") == 6
    asked.clear()
    deliver_due(world.db, now + timedelta(seconds=1), send)
    assert asked == []
    deliver_due(world.db, now + pause_after(1) + timedelta(seconds=1), send)
    assert asked


def test_a_receiver_that_never_answers_is_given_up_in_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with within(60.0), pytest.raises((TimeoutError, RemoteDisconnected)):
            HttpSender(allow_loopback=True, seconds=0.5)(f"http://127.0.0.1:{port}/", b"{}", {})


def children(pid: int) -> set[int]:
    """Every process below one."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.add(int(path.parent.name))
    return found | {below for child in found for below in children(child)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_command(number: signal.Signals, tmp_path: Path) -> None:
    scenario = Path(__file__).parents[2] / "examples" / "essay.yaml"
    process = subprocess.Popen(
        [COMMAND, "simulate", scenario, "--runs", "4000", "--processes", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    workers: set[int] = set()
    give_up = time.monotonic() + 120
    while len(workers) < 2 and time.monotonic() < give_up:
        workers = children(process.pid)
        time.sleep(0.1)
    assert len(workers) >= 2, "two workers"
    time.sleep(1.0)
    process.send_signal(number)
    process.wait(60)
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < give_up + 60:
        time.sleep(0.1)
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []
