"""Child processes that compute pieces of jobs: kept warm, given one piece at a time, and terminated when a piece is cancelled.

One process loads the program and the kernels (`sims.jobs.loaded`), and all of them are forked from it: loading takes seconds, and memory
that they share.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from sims.ensemble.crew import end_with_parent

DROP_SECONDS = 0.5
"""Seconds for a process to abandon its piece before it is terminated."""
NICENESS = 5
"""Lower priority than the web processes have."""
LOADED = ["__main__", "sims.jobs.loaded"]
"""Modules that are loaded before the first of them is forked."""
_CONTEXT = get_context("forkserver")


class Died(Exception):  # noqa: N818 - the worker answers it
    """Raised where a process ended while computing a piece."""


class Child:
    """One process and the piece it computes."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        _CONTEXT.set_forkserver_preload(LOADED)
        mine, theirs = _CONTEXT.Pipe()
        self.pipe: Connection[Any, Any] = mine
        self.piece: int | None = None
        self._process: BaseProcess = _CONTEXT.Process(target=_compute, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, kind: str, spec: str, number: int) -> None:
        """Send a piece to the process."""
        try:
            self.pipe.send((kind, spec, number))
        except OSError:
            # The process has ended meanwhile: a new one computes the piece.
            self.restart()
            self.pipe.send((kind, spec, number))
        self.piece = number

    def answer(self) -> tuple[int, bytes | str]:
        """The computed piece, or a message why there is none. Raises Died."""
        number, self.piece = self.piece, None
        assert number is not None
        try:
            return number, self.pipe.recv()
        except (EOFError, OSError):
            self.restart()
            raise Died from None

    def drop(self) -> None:
        """Abandon the current piece and keep the process warm; a process that does not comply in time is restarted."""
        if self.piece is None:
            return
        self.piece = None
        try:
            assert self._process.pid is not None
            os.kill(self._process.pid, signal.SIGUSR1)
            if self.pipe.poll(DROP_SECONDS):
                self.pipe.recv()
                return
        except (EOFError, OSError):
            pass
        self.restart()

    def restart(self) -> None:
        """Terminate the process and start a new one."""
        self.end()
        self._start()

    def end(self) -> None:
        """Terminate the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def answering(children: Sequence[Child], seconds: float) -> list[Child]:
    """The processes with an answer ready, after waiting `seconds` at most."""
    busy = {child.pipe: child for child in children if child.piece is not None}
    return [busy[pipe] for pipe in connection.wait(list(busy), seconds)]  # type: ignore[index]


class _Dropped(BaseException):
    """Raised in a child where its piece is cancelled."""


class _AtWork:
    """True while a piece is being computed: only then a signal aborts it, and never while an answer is being sent."""

    def __init__(self) -> None:
        self.now = False

    def end(self, *_: object) -> None:
        """Abort the piece."""
        if self.now:
            self.now = False
            raise _Dropped

    def answer(self, kind: str, spec: str, number: int) -> bytes | str:
        """The computed piece, or a message why there is none."""
        from sims.jobs.kinds import compute_of

        try:
            self.now = True
            found = compute_of(kind)(spec, number)
            self.now = False
            return found
        except _Dropped:
            from agents.world.memory import give_up

            # The hand-over of memory may have been interrupted halfway.
            give_up()
            return "dropped"
        except (ValueError, ArithmeticError, MemoryError) as error:
            self.now = False
            return f"{type(error).__name__}: {error}"


def _compute(pipe: Connection[Any, Any]) -> None:
    work = _AtWork()
    signal.signal(signal.SIGUSR1, work.end)
    # Interrupts are handled by the worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.nice(NICENESS)
    with suppress(EOFError, BrokenPipeError):
        while True:
            kind, spec, number = pipe.recv()
            pipe.send(work.answer(kind, spec, number))
