"""The worker's loop over long jobs: takes a job, distributes its pieces to processes, stores each, and publishes interim results.

After a kill the stored pieces remain; the worker that takes the job next resumes from them, to the same bytes.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

from rewards.faults import Unavailable
from rewards.jobs import work
from rewards.jobs.work import Held, Lost
from rewards.logs import log, log_error
from rewards.store.session import Database
from rewards.store.units import digest
from sims.doctor import cores
from sims.jobs import calibrations
from sims.jobs.children import Child, Died, answering
from sims.jobs.kind import Gathering, Kind
from sims.jobs.kinds import KINDS, WHOLE
from sims.loop.calibrating import KIND as CALIBRATION

LOOK_SECONDS = 0.25
"""Seconds between polls for a new job, and for the cancellation of the current one."""
BEAT_SECONDS = 2.0
SHOW_SECONDS = 0.7
"""Least seconds between two interim results."""
MOST_CHILDREN = 8
TRIES = 2
"""Number of times that a piece may crash its process before the job fails."""


class Runner:
    """Carries out one worker's jobs in sequence. `children`: processes that compute; one per core unless given."""

    def __init__(self, database: Database, children: int | None = None) -> None:
        self._db = database
        self._count = min(MOST_CHILDREN, cores()) if children is None else children
        self._children: list[Child] = []
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"

    def run(self, stop: threading.Event) -> None:
        """Carry out jobs until `stop`; the processes warm up meanwhile."""
        self._begin()
        try:
            while not stop.is_set():
                try:
                    worked = self.one(stop)
                except Unavailable as error:
                    log.warning("jobs were put off", why=error.brief)
                    worked = False
                if not worked:
                    stop.wait(LOOK_SECONDS)
        finally:
            self.close()

    def one(self, stop: threading.Event) -> bool:
        """Carry out the next job; False where the queue is empty."""
        held = work.take(self._db, self.name, datetime.now(UTC))
        if held is None:
            return False
        self._begin()
        try:
            with suppress(Lost):
                self._carry_out(held, stop)
        except Unavailable:
            # The lease expires, and another worker resumes from the last stored piece.
            raise
        except Exception as error:
            log_error("a job failed", error, organisation=held.organisation)
            with suppress(Lost):
                work.give_up(
                    self._db, held, f"an error of the program: {type(error).__name__}", datetime.now(UTC)
                )
        finally:
            self._drop()
        return True

    def close(self) -> None:
        """Terminate the processes."""
        for child in self._children:
            child.end()
        self._children = []

    def _begin(self) -> None:
        while len(self._children) < self._count:
            self._children.append(Child())

    def _drop(self) -> None:
        """Cancel the pieces that are being computed."""
        for child in self._children:
            child.drop()

    def _carry_out(self, held: Held, stop: threading.Event) -> None:
        whole = WHOLE.get(held.kind)
        if whole is not None:
            whole(self._db, held, lambda: datetime.now(UTC))
            return
        if held.kind == CALIBRATION:
            calibrations.carry_out(self._db, held, self._children, stop)
            return
        kind = KINDS.get(held.kind)
        if kind is None:
            work.give_up(self._db, held, f"unknown kind {held.kind!r}; update this worker", datetime.now(UTC))
            return
        try:
            held = work.complete(self._db, held, kind.completed, datetime.now(UTC))
            with self._db.read() as tx:
                spec = kind.whole(tx, held.organisation, held.spec)
            under = _UnderWay(self._db, held, kind, kind.gathering(spec, digest(held.spec)), spec)
            total = kind.pieces(spec)
        except ValueError as error:
            work.give_up(self._db, held, str(error), datetime.now(UTC))
            return
        failures: dict[int, int] = {}
        while not under.advance():
            if stop.is_set() or under.outranked():
                work.put_back(self._db, held)
                return
            if not under.alive():
                self._drop()
                under.show()
                work.stop(self._db, held, datetime.now(UTC))
                return
            busy = {child.piece for child in self._children}
            waiting = (number for number in range(total) if number not in under.pieces and number not in busy)
            for child in self._children:
                if child.piece is None and (number := next(waiting, None)) is not None:
                    child.give(held.kind, spec, number)
            for child in answering(self._children, LOOK_SECONDS):
                number = child.piece
                assert number is not None
                try:
                    _, piece = child.answer()
                except Died:
                    failures[number] = failures.get(number, 0) + 1
                    piece = "its process died, perhaps for want of memory"
                    if failures[number] < TRIES:
                        continue
                if isinstance(piece, str):
                    under.show()
                    work.give_up(self._db, held, piece, datetime.now(UTC))
                    return
                under.keep(number, piece)


class _UnderWay:
    """A running job: its pieces, and the result of those without a gap before them. `spec`: the complete specification."""

    def __init__(self, db: Database, held: Held, kind: Kind, gathering: Gathering, spec: str) -> None:
        self._db, self._held, self._kind, self._gathering, self._spec = db, held, kind, gathering, spec
        self.pieces = dict(held.chunks)
        self._total = kind.pieces(spec)
        self._next = 0
        self._beaten = self._shown = time.monotonic()
        self._unseen = False

    def keep(self, number: int, piece: bytes) -> None:
        """Store a piece."""
        work.keep(self._db, self._held, number, piece, datetime.now(UTC))
        self.pieces[number] = piece

    def alive(self) -> bool:
        """Renew the lease; False where the job was cancelled."""
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return work.wanted(self._db, self._held)
        self._beaten = time.monotonic()
        return work.beat(self._db, self._held, datetime.now(UTC))

    def outranked(self) -> bool:
        """True where a job of higher priority is queued; the stored pieces of this one are kept."""
        return work.outranked(self._db, self._held, datetime.now(UTC))

    def advance(self) -> bool:
        """Add the computed pieces in order; True where the job is done and its result stored.

        The stopping criterion is evaluated piece by piece, so that it does not depend on timing or on the number of processes.
        """
        enough = False
        while not enough and self._next in self.pieces:
            enough = self._gathering.take(self.pieces[self._next])
            self._next += 1
            self._unseen = True
        if enough or self._next == self._total:
            self._finish()
            return True
        if self._next == 1 or time.monotonic() - self._shown > SHOW_SECONDS:
            self.show()
        return False

    def show(self) -> None:
        """Publish the interim result if it has changed; of a job that ends early it is the final one."""
        if self._unseen:
            work.show(self._db, self._held, self._gathering.body(), self._total, datetime.now(UTC))
            self._shown, self._unseen = time.monotonic(), False

    def _finish(self) -> None:
        held, now = self._held, datetime.now(UTC)
        body = self._gathering.body()
        with self._db.begin() as tx:
            result = work.finish(tx, held, body, self._gathering.title, now)
            self._kind.kept(tx, held.organisation, held.actor, held.spec, body, result=result, now=now)
        try:
            self._kind.afterwards(self._db, held.organisation, self._spec, now)
        except Exception as error:
            log_error("what follows a job failed", error, organisation=held.organisation)
