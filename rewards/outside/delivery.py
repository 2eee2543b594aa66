"""Delivering webhooks: from the outbox to the receivers, at least once, with growing pauses between attempts.

An attempt is leased before it is sent. A worker killed after sending and before saying so leaves the lease to run
out; the message is then sent again under the same `webhook-id`, by which receivers recognise a duplicate.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.faults import Fault
from rewards.outside.addresses import Target, parse_target, resolve
from rewards.outside.pauses import grown
from rewards.outside.webhooks import body_of, signed_headers, wants
from rewards.store import webhooks as rows
from rewards.store.rows import DueRow
from rewards.store.session import Database
from rewards.store.units import to_us

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=24)
MOST_ATTEMPTS = 10
"""With these pauses the last attempt comes a little over two days after the first."""
LEASE = timedelta(seconds=120)
SEND_SECONDS = 10
"""Time limit of one attempt as a whole, for all addresses of a name and slow responses together."""
AT_ONCE = 16
CLAIMED = 32
"""Few enough that all of them time out, AT_ONCE at a time, well within the lease."""
ROUND_SECONDS = 40
"""Time limit of a round: attempts that are not finished by then, such as slow name look-ups, count as failed."""
MOST_PER_RECEIVER = 4
BATCH = 500
GONE = 410
SILENT = frozenset({0, 429, 503})
"""No answer at all, or one that asks to be left alone for a while."""
LONGEST_HOLD = timedelta(minutes=5)
_SHOWN = 200

Send = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends (url, body, headers) and gives the HTTP status; raises OSError or Fault where no answer came."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The result of one round."""

    delivered: int
    retried: int
    failed: int


def deliver_due(db: Database, now: datetime, send: Send) -> Delivered:
    """Queue new outbox messages for their subscriptions, and send due ones. No transaction is open while sending."""
    with db.begin() as tx:
        subscribed = rows.told(tx)
        fresh = rows.take_from_outbox(tx, BATCH, to_us(now))
        pairs = [
            (webhook, message)
            for message in fresh
            for webhook in subscribed
            if webhook.organisation_id == message.organisation_id
            and message.created_at_us >= webhook.created_us
            and wants(webhook, message.topic)
        ]
        rows.send_later(tx, pairs, to_us(now))
    with db.begin() as tx:
        due = rows.claim_due(tx, CLAIMED, MOST_PER_RECEIVER, to_us(now), to_us(now + LEASE))
    outcomes = [_report(db, row, *said, now) for row, said in _attempts(due, now, send)]
    return Delivered(*(outcomes.count(word) for word in (rows.DELIVERED, rows.WAITING, rows.FAILED)))


def _attempts(due: Sequence[DueRow], now: datetime, send: Send) -> Iterator[tuple[DueRow, tuple[int, str]]]:
    """Each attempt with its result, as they complete; attempts that do not complete in time are not waited for."""
    pool = ThreadPoolExecutor(AT_ONCE)
    waiting = {pool.submit(_attempt, row, now, send): row for row in due}
    try:
        for done in as_completed(waiting, ROUND_SECONDS):
            yield waiting.pop(done), done.result()
    except TimeoutError:
        for row in waiting.values():
            yield row, (0, f"no answer within {ROUND_SECONDS} seconds")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def pause_after(attempt: int) -> timedelta:
    """The pause after the attempt of this number (from 1) failed: 5 s, 20 s, 80 s … a day."""
    return grown(FIRST_PAUSE, attempt, LONGEST_PAUSE)


def _attempt(row: DueRow, now: datetime, send: Send) -> tuple[int, str]:
    """(HTTP status or 0, what to show of it)."""
    if row.webhook_status == rows.GONE:
        return GONE, "the receiver is gone"
    body = body_of(row)
    try:
        status = send(row.url, body.encode(), signed_headers(row, body, now))
    except (OSError, Fault, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"[:_SHOWN]
    return status, f"HTTP {status}"


def _report(db: Database, row: DueRow, status: int, answer: str, now: datetime) -> str:
    if 200 <= status < 300:
        outcome, values = rows.DELIVERED, {"delivered_us": to_us(now)}
    elif status == GONE or row.attempts >= MOST_ATTEMPTS:
        outcome, values = rows.FAILED, {}
    else:
        outcome, values = rows.WAITING, {"next_us": to_us(now + pause_after(row.attempts))}
    with db.begin() as tx:
        rows.report(tx, row.id, row.attempts, {"status": outcome, "answer": answer, **values})
        if status in SILENT:
            # Other messages to this receiver would fail too, and take the place of messages to others.
            rows.hold_back(tx, row.webhook_id, to_us(now + min(pause_after(row.attempts), LONGEST_HOLD)))
        if status == GONE:
            rows.change(tx, row.webhook_id, {"status": "gone"})
    return outcome


class HttpSender:
    """POSTs over HTTP(S) to public addresses only; redirects are not followed, answers are not read."""

    def __init__(self, allow_loopback: bool = False, seconds: float = SEND_SECONDS) -> None:
        self.allow_loopback = allow_loopback
        self.seconds = seconds
        self._tls = ssl.create_default_context()

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send once; the HTTP status. Raises OSError, HTTPException, or Fault for an address not allowed."""
        target = parse_target(url, self.allow_loopback)
        addresses = resolve(target, self.allow_loopback)
        give_up = time.monotonic() + self.seconds
        connection = http.client.HTTPConnection(target.host, target.port, timeout=self.seconds)
        connection.sock = self._connect(addresses, target)
        # A receiver that answers byte by byte never runs into the socket's own time limit.
        deadline = threading.Timer(_left(give_up), hang_up, (connection.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            connection.request("POST", target.path, body, {"Host": target.authority, **headers})
            return connection.getresponse().status
        finally:
            deadline.cancel()
            connection.close()

    def _connect(self, addresses: Sequence[str], target: Target) -> socket.socket:
        """The first of the addresses that answers, with TLS where the scheme asks for it; for all of them together `seconds`."""
        give_up = time.monotonic() + self.seconds
        for number, address in enumerate(addresses, 1):
            try:
                plain = socket.create_connection((address, target.port), _left(give_up))
            except OSError:
                if number == len(addresses) or time.monotonic() >= give_up:
                    raise
                continue
            if target.scheme != "https":
                return plain
            try:
                return self._tls.wrap_socket(plain, server_hostname=target.host)
            except BaseException:
                plain.close()
                raise
        raise OSError(f"host {target.host!r} has no address")


def _left(give_up: float) -> float:
    """The seconds left, at least a hundredth: a socket takes 0 as non-blocking."""
    return max(0.01, give_up - time.monotonic())


def hang_up(sock: socket.socket) -> None:
    """Shut a connection down from another thread: a blocked read returns at once."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
