"""Case 53: a webhook is signed, tried again under the same id, and a rotated secret is accepted during the overlap."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.outside.addresses import is_public, parse_target, resolve
from rewards.outside.delivery import LEASE, LONGEST_PAUSE, MOST_ATTEMPTS, HttpSender, deliver_due, pause_after
from rewards.outside.webhooks import (
    deliveries_of,
    rotate_secret,
    send_again,
    subscribe,
    subscriptions,
    unsubscribe,
)
from rewards.store import trail
from rewards.store.units import to_us
from tests.conftest import World
from tests.rewards.receiver import Receiver, receiving

SEND = HttpSender(allow_loopback=True, seconds=5)


@pytest.fixture
def world(db: Any) -> World:
    """The specification's libraries refuse old timestamps, so that this world lives in the present."""
    made = World(db)
    made.now = datetime.now(UTC)
    made.found()
    deliver_due(db, made.now, SEND)
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def listen(world: World, receiver: Receiver, *topics: str) -> tuple[int, str]:
    with world.db.begin() as tx:
        found, secret = subscribe(
            tx, world.organisation, receiver.url, topics, "hr", now=world.now, allow_loopback=True
        )
    return found.id, secret


def tell(world: World, topic: str = "event.awarded", **data: Any) -> None:
    with world.db.begin() as tx:
        trail.tell(tx, world.organisation, [(topic, data)], to_us(world.now))


def deliver(world: World, after: timedelta = timedelta()) -> tuple[int, int, int]:
    done = deliver_due(world.db, world.now + after, SEND)
    return done.delivered, done.retried, done.failed


def states(world: World, webhook: int) -> list[tuple[str, int, str]]:
    with world.db.read() as tx:
        return [(d.status, d.attempts, d.answer) for d in deliveries_of(tx, world.organisation, webhook)]


def test_an_award_is_told_and_signed(world: World, receiver: Receiver) -> None:
    webhook, secret = listen(world, receiver)
    world.record(world.event("ana"))
    assert deliver(world) == (1, 0, 0)
    assert deliver(world) == (0, 0, 0)
    ((headers, body),) = receiver.got
    said = Webhook(secret).verify(body, headers)
    assert (said["type"], said["data"]["kind"]) == ("event.awarded", "share")
    assert b"ana" not in body
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"share", b"shame"), headers)
    assert states(world, webhook) == [("delivered", 1, "HTTP 204")]


def test_case_53_a_retry_carries_the_same_id(world: World, receiver: Receiver) -> None:
    webhook, secret = listen(world, receiver)
    receiver.answers = [500, 503, 200]
    tell(world)
    assert deliver(world) == (0, 1, 0)
    assert deliver(world, pause_after(1) - timedelta(seconds=1)) == (0, 0, 0)
    assert deliver(world, pause_after(1)) == (0, 1, 0)
    assert deliver(world, pause_after(1) + pause_after(2)) == (1, 0, 0)
    assert len(receiver.got) == 3
    assert len(set(receiver.ids())) == 1
    assert len({body for _, body in receiver.got}) == 1
    for headers, body in receiver.got:
        Webhook(secret).verify(body, headers)
    assert states(world, webhook) == [("delivered", 3, "HTTP 200")]


def test_case_53_a_rotated_secret_is_accepted_during_the_overlap(world: World, receiver: Receiver) -> None:
    webhook, former = listen(world, receiver)
    with world.db.begin() as tx:
        _, fresh = rotate_secret(tx, world.organisation, webhook, "hr", world.now, overlap_hours=1)
    tell(world, n=1)
    deliver(world)
    headers, body = receiver.got[0]
    for secret in (former, fresh):
        assert Webhook(secret).verify(body, headers)
    world.now += timedelta(minutes=61)
    tell(world, n=2)
    deliver(world)
    headers, body = receiver.got[1]
    stamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert headers["webhook-signature"] == Webhook(fresh).sign(headers["webhook-id"], stamp, body.decode())


def test_case_53_a_worker_killed_between_sending_and_marking_sends_again_under_the_same_id(
    world: World, receiver: Receiver
) -> None:
    webhook, _ = listen(world, receiver)
    tell(world)
    script = (
        "import sys; from datetime import UTC, datetime\n"
        "from rewards.outside.delivery import HttpSender, deliver_due\n"
        "from rewards.store.session import open_database\n"
        "deliver_due(open_database(sys.argv[1]), datetime.now(UTC), HttpSender(True, 30))\n"
    )
    url = world.db.url.render_as_string(hide_password=False)
    started = threading.Event()
    victim: list[subprocess.Popen[bytes]] = []

    def pid() -> int:
        started.wait()
        return victim[0].pid

    receiver.victim = pid
    victim.append(subprocess.Popen([sys.executable, "-c", script, url]))
    started.set()
    assert victim[0].wait(60) == -9
    assert states(world, webhook) == [("waiting", 1, "")]
    assert deliver(world) == (0, 0, 0), "the lease has not run out"
    world.now = datetime.now(UTC)
    assert deliver(world, LEASE + timedelta(seconds=1)) == (1, 0, 0)
    assert len(receiver.got) == 2
    assert len(set(receiver.ids())) == 1
    assert states(world, webhook) == [("delivered", 2, "HTTP 204")]


def test_it_gives_up_after_the_last_attempt_and_can_be_asked_to_go_on(
    world: World, receiver: Receiver
) -> None:
    webhook, _ = listen(world, receiver)
    receiver.answers = [500]
    tell(world)
    at = timedelta()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert deliver(world, at) == ((0, 1, 0) if attempt < MOST_ATTEMPTS else (0, 0, 1))
        at += pause_after(attempt)
    assert deliver(world, at + LONGEST_PAUSE) == (0, 0, 0)
    with world.db.begin() as tx:
        (row,) = deliveries_of(tx, world.organisation, webhook)
        send_again(tx, world.organisation, webhook, row.id, world.now)
        with pytest.raises(Conflict):
            send_again(tx, world.organisation, webhook, row.id, world.now)
    receiver.answers = [200]
    assert deliver(world) == (1, 0, 0)
    assert set(receiver.ids()) == {row.message_id}


def test_a_receiver_that_is_gone_is_left_alone_until_its_secret_is_renewed(
    world: World, receiver: Receiver
) -> None:
    webhook, _ = listen(world, receiver)
    receiver.answers = [410]
    tell(world)
    assert deliver(world) == (0, 0, 1)
    tell(world)
    assert deliver(world) == (0, 0, 0)
    with world.db.begin() as tx:
        assert subscriptions(tx, world.organisation)[0].status == "gone"
        assert rotate_secret(tx, world.organisation, webhook, "hr", world.now)[0].status == "active"


def test_topics_organisations_and_what_came_before_are_told_apart(world: World, receiver: Receiver) -> None:
    world.found(organisation="bolt")
    tell(world, "event.awarded", n=0)
    world.now += timedelta(seconds=1)
    claims, _ = listen(world, receiver, "claim.*")
    shares, _ = listen(world, receiver, "event.awarded", "scheme.published")
    for topic in ("event.awarded", "event.zero", "claim.made", "scheme.published"):
        tell(world, topic, n=1)
    world.record(world.event("ana"), organisation="bolt")
    assert deliver(world) == (3, 0, 0)
    assert sorted(json.loads(body)["type"] for _, body in receiver.got) == [
        "claim.made",
        "event.awarded",
        "scheme.published",
    ]
    with world.db.begin() as tx:
        assert len(deliveries_of(tx, world.organisation, claims)) == 1
        assert [d.topic for d in deliveries_of(tx, world.organisation, shares)] == [
            "scheme.published",
            "event.awarded",
        ]
        with pytest.raises(NotFound):
            unsubscribe(tx, "bolt", shares, "hr", world.now)
        unsubscribe(tx, world.organisation, shares, "hr", world.now)
        assert [s.id for s in subscriptions(tx, world.organisation)] == [claims]


def test_a_redirect_is_not_followed(world: World, receiver: Receiver) -> None:
    webhook, _ = listen(world, receiver)
    receiver.answers, receiver.location = [302], receiver.url
    tell(world)
    assert deliver(world) == (0, 1, 0)
    assert len(receiver.got) == 1
    assert states(world, webhook) == [("waiting", 1, "HTTP 302")]


def test_without_the_setting_nothing_reaches_this_machine(world: World, receiver: Receiver) -> None:
    webhook, _ = listen(world, receiver)
    tell(world)
    deliver_due(world.db, world.now, HttpSender())
    assert receiver.got == []
    assert states(world, webhook)[0][0] == "waiting"


def test_a_name_that_leads_inside_is_refused_when_it_is_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebound(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("93.184.215.14", "10.0.0.8")]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    target = parse_target("https://hooks.example.com/x")
    with pytest.raises(Refused, match="not public"):
        resolve(target)


def test_an_answer_that_never_ends_is_cut_off() -> None:
    whole, sent = b"HTTP/1.1 200 OK\r\n" + b"x" * 500, 0
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            nonlocal sent
            peer, _ = server.accept()
            with peer:
                try:
                    for byte in whole:
                        peer.send(bytes([byte]))
                        sent += 1
                        stop.wait(0.05)
                except OSError:
                    pass

        stop = threading.Event()
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(Exception) as caught:  # noqa: PT011
            HttpSender(True, 0.5)(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        assert isinstance(caught.value, OSError) or type(caught.value).__module__ == "http.client"
        assert sent < len(whole), "the answer was waited for to its end"
        stop.set()
        thread.join(10)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://localhost/",
        "https://api.localhost/x",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fd00::1]/",
        "https://user:pw@example.com/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: x",
        "ftp://example.com/",
        "//example.com/",
        "https://",
        "https://[::1",
        "",
        "https://example.com/" + "x" * 2000,
        "https://ex\u00e4mple.com/",
    ],
)
def test_targets_that_are_refused(url: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_target(url)
    assert "\n" not in str(refused.value)
    assert "\r" not in str(refused.value)


def test_a_public_target_is_taken_whole() -> None:
    target = parse_target("https://hooks.example.com:8443/a/b?c=d")
    assert (target.host, target.port, target.path) == ("hooks.example.com", 8443, "/a/b?c=d")


PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip


@given(network=st.sampled_from(PRIVATE), data=st.data())
def test_no_private_address_is_public_in_any_disguise(network: str, data: st.DataObject) -> None:
    inside = data.draw(st.ip_addresses(network=network))
    number = int(inside)
    disguises = [
        inside,
        ip_address(f"::ffff:{inside}"),
        ip_address((0x2002 << 112) | (number << 80)),
        ip_address((0x0064FF9B << 96) | number),
    ]
    assert not any(is_public(one) for one in disguises)


@given(address=st.ip_addresses(v=6, network="fc00::/7") | st.ip_addresses(v=6, network="fe80::/10"))
def test_no_local_ipv6_address_is_public(address: Any) -> None:
    assert not is_public(address)


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_after(n) for n in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.acme.example/in", "hooks.acme.example"),
        ("https://hooks.acme.example:443/in", "hooks.acme.example"),
        ("https://hooks.acme.example:8443/in", "hooks.acme.example:8443"),
        ("http://localhost/in", "localhost"),
        ("http://localhost:443/in", "localhost:443"),
        ("https://[2606:4700::1]/in", "[2606:4700::1]"),
        ("https://[2606:4700::1]:80/in", "[2606:4700::1]:80"),
    ],
)
def test_the_host_header_leaves_a_default_port_out(url: str, host: str) -> None:
    assert parse_target(url, allow_loopback=True).authority == host


def test_a_receiver_sees_it_so() -> None:
    case = Path(__file__).parents[4] / "shared" / "cases" / "webhook-host-header.py"
    root = Path(__file__).parents[3]
    said = subprocess.run(
        [sys.executable, case], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert (said.returncode, said.stdout.splitlines()) == (0, ["Host: hooks.acme.example", "RIGHT"]), (
        said.stderr
    )
