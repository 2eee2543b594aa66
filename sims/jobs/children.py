"""Processes that compute pieces: kept warm, given one piece at a time, and ended at once where nobody wants the piece any more.

One process loads the program and the kernels (`sims.jobs.loaded`), and all of them are forked from it: to load them takes seconds, and
memory that they share.
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
"""So long a process has to let go of its piece; after it, it is ended."""
NICENESS = 5
"""Whoever waits for a page goes first."""
LOADED = ["__main__", "sims.jobs.loaded"]
"""What is loaded before the first of them is forked."""
_CONTEXT = get_context("forkserver")


class Died(Exception):  # noqa: N818 - the worker answers it
    """A process ended over its piece."""


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
        """Have it compute a piece."""
        try:
            self.pipe.send((kind, spec, number))
        except OSError:
            # It ended while nobody looked: the one that follows it computes the piece.
            self.restart()
            self.pipe.send((kind, spec, number))
        self.piece = number

    def answer(self) -> tuple[int, bytes | str]:
        """The piece, or in words why there is none. Raises Died."""
        number, self.piece = self.piece, None
        assert number is not None
        try:
            return number, self.pipe.recv()
        except (EOFError, OSError):
            self.restart()
            raise Died from None

    def drop(self) -> None:
        """Have it let go of its piece: it stays warm for the next one. One that does not at once is ended, and begins anew."""
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
        """End it at once, whatever it does, and begin anew."""
        self.end()
        self._start()

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def answering(children: Sequence[Child], seconds: float) -> list[Child]:
    """Those that have something to say; waits so long for it."""
    busy = {child.pipe: child for child in children if child.piece is not None}
    return [busy[pipe] for pipe in connection.wait(list(busy), seconds)]  # type: ignore[index]


class _Dropped(BaseException):
    """Nobody wants the piece any more."""


class _AtWork:
    """Whether a piece is being computed: only then a signal ends it, and never while an answer is on its way."""

    def __init__(self) -> None:
        self.now = False

    def end(self, *_: object) -> None:
        """Let go of the piece."""
        if self.now:
            self.now = False
            raise _Dropped

    def answer(self, kind: str, spec: str, number: int) -> bytes | str:
        """The piece, or in words why there is none."""
        from sims.jobs.kinds import compute_of

        try:
            self.now = True
            found = compute_of(kind)(spec, number)
            self.now = False
            return found
        except _Dropped:
            from agents.world.memory import give_up

            # Nobody knows how far the hand-over of memory had come.
            give_up()
            return "dropped"
        except (ValueError, ArithmeticError, MemoryError) as error:
            self.now = False
            return f"{type(error).__name__}: {error}"


def _compute(pipe: Connection[Any, Any]) -> None:
    work = _AtWork()
    signal.signal(signal.SIGUSR1, work.end)
    # An interrupt is the worker's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.nice(NICENESS)
    with suppress(EOFError, BrokenPipeError):
        while True:
            kind, spec, number = pipe.recv()
            pipe.send(work.answer(kind, spec, number))
