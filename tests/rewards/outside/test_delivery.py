"""Delivery of webhooks by what receivers answer: delivered, tried again, given up, and who is left alone meanwhile."""

import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from rewards.outside import delivery
from rewards.outside.delivery import (
    AT_ONCE,
    CLAIMED,
    LEASE,
    LONGEST_HOLD,
    MOST_ATTEMPTS,
    MOST_PER_RECEIVER,
    SEND_SECONDS,
    Delivered,
    HttpSender,
    deliver_due,
    pause_after,
)
from rewards.outside.webhooks import deliveries_of, subscribe, subscriptions
from rewards.store import trail
from rewards.store.units import to_us
from tests.conftest import World

MICROSECOND = timedelta(microseconds=1)


class Receivers:
    """Answers for addresses, without a network."""

    def __init__(self, answer: int | BaseException = 204) -> None:
        self.answer: dict[str, int | BaseException] = {}
        self.usual = answer
        self.got: list[str] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """One POST."""
        self.got.append(url)
        answer = self.answer.get(url, self.usual)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def world(empty_world: Any) -> Any:
    made = empty_world.found("{name: s, title: S, rules: []}")
    deliver_due(made.db, made.now, Receivers())
    return made


def listen(world: World, name: str, *topics: str) -> int:
    with world.db.begin() as tx:
        url = f"http://127.0.0.1:9/{name}"
        return subscribe(tx, "acme", url, topics, "hr", now=world.now, allow_loopback=True)[0].id


def tell(world: World, count: int = 1) -> None:
    with world.db.begin() as tx:
        trail.tell(tx, "acme", [("event.awarded", {"n": n}) for n in range(count)], to_us(world.now))


def states(world: World, webhook: int) -> list[tuple[str, int, str]]:
    with world.db.read() as tx:
        return [(one.status, one.attempts, one.answer) for one in deliveries_of(tx, "acme", webhook)]


@pytest.mark.parametrize(
    ("answer", "outcome", "shown"),
    [
        (200, Delivered(1, 0, 0), "HTTP 200"),
        (299, Delivered(1, 0, 0), "HTTP 299"),
        (199, Delivered(0, 1, 0), "HTTP 199"),
        (300, Delivered(0, 1, 0), "HTTP 300"),
        (500, Delivered(0, 1, 0), "HTTP 500"),
        (410, Delivered(0, 0, 1), "HTTP 410"),
        (TimeoutError("slow"), Delivered(0, 1, 0), "TimeoutError: slow"),
        (OSError("x" * 300), Delivered(0, 1, 0), "OSError: " + "x" * 191),
    ],
)
def test_an_answer_decides(world: World, answer: Any, outcome: Delivered, shown: str) -> None:
    webhook = listen(world, "a")
    tell(world)
    assert deliver_due(world.db, world.now, Receivers(answer)) == outcome
    status = "delivered" if outcome.delivered else "waiting" if outcome.retried else "failed"
    assert states(world, webhook) == [(status, 1, shown)]


def test_a_message_is_due_again_after_its_pause_and_not_before(world: World) -> None:
    listen(world, "a")
    tell(world)
    receivers, at = Receivers(500), world.now
    for attempt in range(1, MOST_ATTEMPTS):
        assert deliver_due(world.db, at, receivers) == Delivered(0, 1, 0)
        at += pause_after(attempt)
        assert deliver_due(world.db, at - MICROSECOND, receivers) == Delivered(0, 0, 0)
    assert deliver_due(world.db, at, receivers) == Delivered(0, 0, 1)
    assert len(receivers.got) == MOST_ATTEMPTS == 10


@pytest.mark.parametrize(
    ("answer", "left_alone"), [(429, True), (503, True), (OSError("no"), True), (500, False), (404, False)]
)
def test_a_receiver_that_asks_for_quiet_is_left_alone_as_a_whole(
    world: World, answer: Any, left_alone: bool
) -> None:
    listen(world, "a")
    listen(world, "b")
    receivers = Receivers()
    receivers.answer["http://127.0.0.1:9/a"] = answer
    tell(world, 6)
    deliver_due(world.db, world.now, receivers)
    receivers.got.clear()
    deliver_due(world.db, world.now + pause_after(1) - MICROSECOND, receivers)
    # Four of six were tried; the rest waits with them, and another receiver is not concerned.
    assert receivers.got.count("http://127.0.0.1:9/a") == (0 if left_alone else 2)
    assert receivers.got.count("http://127.0.0.1:9/b") == 2
    receivers.got.clear()
    deliver_due(world.db, world.now + pause_after(1), receivers)
    assert receivers.got.count("http://127.0.0.1:9/a") == 4


def test_nobody_is_left_alone_for_more_than_five_minutes(world: World) -> None:
    webhook = listen(world, "a")
    tell(world)
    for attempt in range(1, 5):
        deliver_due(world.db, world.now, Receivers(503))
        world.now += pause_after(attempt)
    tell(world, 5)
    deliver_due(world.db, world.now, Receivers(503))
    # The first message waits for its fifth pause, which is longer; two that had no turn yet, for five minutes.
    assert pause_after(5) > LONGEST_HOLD == timedelta(minutes=5)
    for early, untried in ((MICROSECOND, 2), (timedelta(), 0)):
        deliver_due(world.db, world.now + LONGEST_HOLD - early, Receivers())
        assert [attempts for _, attempts, _ in states(world, webhook)].count(0) == untried


def test_one_receiver_gets_four_at_once_and_the_rest_in_the_next_rounds(world: World) -> None:
    listen(world, "a")
    listen(world, "b")
    tell(world, 6)
    receivers = Receivers()
    for rest in (4, 2, 0):
        assert deliver_due(world.db, world.now, receivers).delivered == 2 * rest
    assert MOST_PER_RECEIVER == 4
    assert len(receivers.got) == 12


def test_a_lease_that_ran_out_is_sent_again(world: World) -> None:
    listen(world, "a")
    tell(world)
    with pytest.raises(KeyboardInterrupt):
        deliver_due(world.db, world.now, Receivers(KeyboardInterrupt()))
    for early, count in ((MICROSECOND, 0), (timedelta(), 1)):
        assert deliver_due(world.db, world.now + LEASE - early, Receivers()).delivered == count


def test_who_subscribes_gets_what_happens_from_that_instant_on(world: World) -> None:
    world.now -= MICROSECOND
    tell(world)
    world.now += MICROSECOND
    listen(world, "a")
    tell(world)
    receivers = Receivers()
    assert deliver_due(world.db, world.now, receivers) == Delivered(1, 0, 0)
    with world.db.read() as tx:
        assert [one.status for one in subscriptions(tx, "acme")] == ["active"]


def test_after_a_receiver_is_gone_what_waits_fails_without_being_sent(world: World) -> None:
    webhook = listen(world, "a")
    tell(world, 6)
    receivers = Receivers(410)
    assert deliver_due(world.db, world.now, receivers) == Delivered(0, 0, 4)
    assert deliver_due(world.db, world.now, receivers) == Delivered(0, 0, 2)
    assert len(receivers.got) == 4
    assert [answer for *_, answer in states(world, webhook)].count("the receiver is gone") == 2
    with world.db.read() as tx:
        assert [one.status for one in subscriptions(tx, "acme")] == ["gone"]


def test_a_receiver_that_keeps_a_round_waiting_is_tried_again_and_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, over = listen(world, "a"), threading.Event()
    tell(world, MOST_PER_RECEIVER + 1)
    monkeypatch.setattr(delivery, "ROUND_SECONDS", 0.05)

    def silent(*_: object) -> int:
        over.wait(60)
        return 204

    try:
        assert deliver_due(world.db, world.now, silent) == Delivered(0, MOST_PER_RECEIVER, 0)
    finally:
        over.set()
    unanswered = ("waiting", 1, "no answer within 0.05 seconds")
    assert states(world, webhook).count(unanswered) == MOST_PER_RECEIVER
    assert deliver_due(world.db, world.now, Receivers()) == Delivered(0, 0, 0)


@pytest.mark.parametrize(("seconds", "tried"), [(10.0, 2), (0.0, 1)])
def test_the_addresses_of_a_name_are_tried_in_turn_while_there_is_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, tried: int
) -> None:
    asked: list[str] = []

    def refuse(address: tuple[str, int], *_: object) -> None:
        asked.append(address[0])
        raise ConnectionRefusedError(f"by {address[0]}")

    monkeypatch.setattr(delivery, "resolve", lambda *_: ["198.51.100.1", "198.51.100.2"])
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(ConnectionRefusedError, match=f"by 198.51.100.{tried}"):
        HttpSender(True, seconds)("http://localhost:9/", b"{}", {})
    assert asked == ["198.51.100.1", "198.51.100.2"][:tried]


def test_a_connection_without_tls_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class Plain:
        def close(self) -> None:
            closed.append(True)

    def wrap(*_: object, **__: object) -> None:
        raise ssl.SSLError("no TLS here")

    monkeypatch.setattr(delivery, "resolve", lambda *_: ["198.51.100.1"])
    monkeypatch.setattr(socket, "create_connection", lambda *_: Plain())
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap)
    with pytest.raises(ssl.SSLError):
        HttpSender()("https://hooks.example.com/", b"{}", {})
    assert closed == [True]


def test_a_round_ends_within_its_lease_and_the_last_attempt_comes_after_two_days() -> None:
    rounds = -(-CLAIMED // AT_ONCE)
    assert timedelta(seconds=rounds * SEND_SECONDS) < timedelta(seconds=delivery.ROUND_SECONDS) < LEASE
    assert timedelta(minutes=2) == LEASE
    waited = sum((pause_after(attempt) for attempt in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(days=2) < waited < timedelta(days=2.5)
    assert pause_after(MOST_ATTEMPTS) == timedelta(days=1)
