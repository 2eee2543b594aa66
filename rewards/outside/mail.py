"""Sending mail: from the queue to the server, at least once, with growing pauses, no more in a minute than the operator allows.

A mail is leased before it is sent. A worker killed after sending and before saying so leaves the lease to run out; the mail is then
sent again under the same Message-ID. What was queued while the server was down goes out by urgency, and what is too late not at all.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from rewards.logs import log, log_error
from rewards.mail.queue import PRESENT, queue
from rewards.mail.render import From, is_optional, message_for
from rewards.mail.tokens import token_for
from rewards.outside.pauses import grown
from rewards.outside.smtp import MailRefused, ServerTrouble
from rewards.store import mail as rows
from rewards.store.rows import AddressedMailRow
from rewards.store.session import Database
from rewards.store.units import to_us

LEASE = timedelta(minutes=10)
AT_ONCE = 50
ROUND_SECONDS = 60.0
"""After so long no further mail of a round is begun: all end well within the lease."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=8)
MOST_ATTEMPTS = 10
SERVER_PAUSE = timedelta(minutes=1)
"""The pause before an unavailable server is tried again."""
MOST_PER_MINUTE = 60
KEPT_DAYS = 90
"""For how long it is kept to whom which mail went."""


class Outgoing(Protocol):
    """Something that mails can be handed to. `send` raises as `rewards.outside.smtp.Session.send`."""

    def send(self, message: EmailMessage, address: str) -> None: ...


class Server(Protocol):
    """The interface of a mail server (`rewards.outside.smtp.MailServer`), or of a stand-in for one."""

    @property
    def sender(self) -> str: ...

    def session(self) -> AbstractContextManager[Outgoing]: ...


@dataclass(frozen=True, slots=True)
class Post:
    """The mail settings of this installation. `base_url` is the base of links in mails."""

    server: Server
    base_url: str
    per_minute: int = MOST_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Mailed:
    """The result of one round. `expired`: too late to be sent; `retried`: to be tried again."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    expired: int = 0


def send_due(db: Database, now: datetime, post: Post) -> Mailed:
    """Send due mails. No transaction is open during SMTP."""
    now_us = to_us(now)
    with db.begin() as tx:
        expired = rows.expire(tx, now_us)
        rows.forget(tx, to_us(now - timedelta(days=KEPT_DAYS)))
        due = rows.claim(tx, AT_ONCE, post.per_minute, now_us, to_us(now + LEASE))
        tokens = {
            row.id: token_for(tx, row.organisation_id, row.person_id, "unsubscribe", row.kind)
            for row in due
            if is_optional(row.kind)
        }
    if not due:
        return Mailed(expired=expired)
    outcomes: list[str] = []
    left = list(due)
    try:
        with post.server.session() as session:
            give_up = time.monotonic() + ROUND_SECONDS
            while left and time.monotonic() < give_up:
                outcomes.append(_send(db, session, left[0], post, tokens.get(left[0].id, ""), now=now))
                left.pop(0)
            _put_back(db, left, now, "")
    except ServerTrouble as trouble:
        log.warning("mail was put off", why=str(trouble), mails=len(left))
        if trouble.over_a_mail:
            outcomes.append(_later(db, left.pop(0), str(trouble), now))
        _put_back(db, left, now + SERVER_PAUSE, str(trouble))
        outcomes += [rows.WAITING] * len(left)
    return Mailed(
        outcomes.count(rows.SENT), outcomes.count(rows.WAITING), outcomes.count(rows.FAILED), expired
    )


def pause_after(attempt: int) -> timedelta:
    """The pause after the attempt of this number (from 1) failed: 1, 4, 16, 64 minutes … 8 hours."""
    return grown(FIRST_PAUSE, attempt, LONGEST_PAUSE)


def _send(
    db: Database, session: Outgoing, row: AddressedMailRow, post: Post, token: str, *, now: datetime
) -> str:
    """Hand one mail in and note what became of it."""
    if row.email is None or row.person_status not in PRESENT:
        return _ended(db, row, rows.EXPIRED, "nobody to send it to any more")
    try:
        message = message_for(row, From(post.server.sender, post.base_url), token)
    except ValueError as error:
        return _ended(db, row, rows.FAILED, str(error))
    except Exception as error:
        # One mail that cannot be written does not keep the others waiting.
        log_error("a mail could not be written", error, kind=row.kind)
        return _ended(db, row, rows.FAILED, f"it could not be written ({type(error).__name__})")
    try:
        session.send(message, row.email.strip())
    except MailRefused as refused:
        if refused.for_good:
            return _ended(db, row, rows.FAILED, str(refused))
        return _later(db, row, str(refused), now)
    with db.begin() as tx:
        rows.report(tx, row.id, row.attempts, {"status": rows.SENT, "sent_us": to_us(now), "answer": ""})
    return rows.SENT


def _ended(db: Database, row: AddressedMailRow, status: str, answer: str) -> str:
    with db.begin() as tx:
        rows.report(tx, row.id, row.attempts, {"status": status, "answer": answer})
    return status


def _later(db: Database, row: AddressedMailRow, answer: str, now: datetime) -> str:
    """Try again after a pause, or no more."""
    if row.attempts >= MOST_ATTEMPTS:
        return _ended(db, row, rows.FAILED, answer)
    with db.begin() as tx:
        next_us = to_us(now + pause_after(row.attempts))
        rows.report(tx, row.id, row.attempts, {"next_us": next_us, "answer": answer})
    return rows.WAITING


def _put_back(db: Database, left: Sequence[AddressedMailRow], until: datetime, answer: str) -> None:
    with db.begin() as tx:
        rows.put_back(tx, [(row.id, row.attempts) for row in left], to_us(until), answer)


__all__ = ["Mailed", "Post", "pause_after", "queue", "send_due"]
