"""The loop of the job process: rounds of work until it is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from types import FrameType

from rewards.faults import Unavailable
from rewards.logs import begin_log, log
from rewards.outside.delivery import Delivered, HttpSender, Send
from rewards.outside.mail import Mailed, Post
from rewards.publishing.foreseeing import count_asked
from rewards.store.session import Database, open_database
from rewards.worker import Sweep, work_once
from sims.jobs.runner import Runner
from sims.loop.scores import renew_scores
from web.hr.health_kept import renew_old
from web.loop.histories import renew_histories

STOP_SECONDS = 10
IDLE = Sweep(Delivered(0, 0, 0))


def run(
    database: Database,
    allow_loopback: bool,
    once: bool,
    every: float,
    post: Post | None = None,
    *,
    starter: BaseProcess | None = None,
) -> Sweep:
    """Work until SIGTERM or SIGINT, or for one round; a running round is finished. Returns the sums of all rounds.

    Jobs run beside the rounds, in processes of their own. `starter`: the process with which this one ends.
    """
    stop = threading.Event()
    runner = Runner(database)

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    if once:
        while runner.one(stop):
            pass
        runner.close()
        return _rounds(database, HttpSender(allow_loopback), post, stop, every, once=True)
    if starter is not None:
        threading.Thread(target=_stop_after, args=(starter, stop), daemon=True).start()
    beside = threading.Thread(target=runner.run, args=(stop,), name="jobs")
    beside.start()
    try:
        return _rounds(database, HttpSender(allow_loopback), post, stop, every, once=False)
    finally:
        stop.set()
        beside.join()


def _stop_after(starter: BaseProcess, stop: threading.Event) -> None:
    starter.join()
    stop.set()


def _rounds(
    database: Database, send: Send, post: Post | None, stop: threading.Event, every: float, *, once: bool
) -> Sweep:
    total = IDLE
    while True:
        try:
            done = work_once(database, datetime.now(UTC), send, post)
            renew_old(database, datetime.now(UTC))
            renew_scores(database, datetime.now(UTC))
            renew_histories(database, datetime.now(UTC))
            counted = count_asked(database)
            while once and count_asked(database):
                pass
        except Unavailable as error:
            if once:
                raise
            # The database may return, and this process should still run then.
            log.warning("a round was put off", why=error.brief)
            done, counted = IDLE, 0
        total = _sum(total, done)
        if once or stop.is_set():
            return total
        if done.idle and not counted:
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
        one.invited + other.invited,
    )


@contextmanager
def working_beside(
    url: str, rounds: bool, allow_loopback: bool = False, post: Post | None = None
) -> Iterator[None]:
    """A worker in a child process, which ends with this one, however that ends. Without `rounds` it runs jobs alone."""
    process = get_context("spawn").Process(
        target=_beside, args=(url, rounds, allow_loopback, post), name="worker"
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(STOP_SECONDS)
        if process.is_alive():
            process.kill()


def _beside(url: str, rounds: bool, allow_loopback: bool, post: Post | None) -> None:
    begin_log()
    starter = parent_process()
    database = open_database(url, create=False)
    try:
        if rounds:
            run(database, allow_loopback, False, 1.0, post, starter=starter)
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        assert starter is not None
        threading.Thread(target=_stop_after, args=(starter, stop), daemon=True).start()
        Runner(database).run(stop)
    finally:
        database.close()
