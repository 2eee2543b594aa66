"""The loop of the job process: rounds of work until it is told to stop."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from types import FrameType

from rewards.faults import Unavailable
from rewards.logs import log
from rewards.outside.delivery import Delivered, HttpSender
from rewards.outside.mail import Mailed, Post
from rewards.store.session import Database
from rewards.worker import Sweep, work_once

IDLE = Sweep(Delivered(0, 0, 0))


def run(
    database: Database, allow_loopback: bool, once: bool, every: float, post: Post | None = None
) -> Sweep:
    """Work until SIGTERM or SIGINT, or for one round; a round under way is finished. Returns the sums of all rounds."""
    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    send = HttpSender(allow_loopback)
    total = IDLE
    while True:
        try:
            done = work_once(database, datetime.now(UTC), send, post)
        except Unavailable as error:
            if once:
                raise
            # It comes back, and this process should still be there then.
            log.warning("a round was put off", why=error.brief)
            done = IDLE
        total = _sum(total, done)
        if once or stop.is_set():
            return total
        if done.idle:
            stop.wait(every)


def _sum(one: Sweep, other: Sweep) -> Sweep:
    sent = [
        getattr(one.webhooks, name) + getattr(other.webhooks, name)
        for name in ("delivered", "retried", "failed")
    ]
    mailed = [
        getattr(one.mailed, name) + getattr(other.mailed, name)
        for name in ("sent", "retried", "failed", "expired")
    ]
    return Sweep(
        Delivered(*sent),
        one.released + other.released,
        one.challenges + other.challenges,
        one.highlights + other.highlights,
        one.lapsed + other.lapsed,
        Mailed(*mailed),
        one.digests + other.digests,
        one.told + other.told,
    )
