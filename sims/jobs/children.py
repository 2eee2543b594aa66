"""Processes that compute pieces: kept warm, given one piece at a time, and ended at once where nobody wants the piece any more."""

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

NICENESS = 5
"""Whoever waits for a page goes first."""
_CONTEXT = get_context("spawn")


class Died(Exception):  # noqa: N818 - the worker answers it
    """A process ended over its piece."""


class Child:
    """One process and the piece it computes."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
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


def _compute(pipe: Connection[Any, Any]) -> None:
    # An interrupt is the worker's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.nice(NICENESS)
    from sims.jobs.kinds import KINDS, warm

    if not pipe.poll():
        warm()
    with suppress(EOFError, BrokenPipeError):
        while True:
            kind, spec, number = pipe.recv()
            try:
                answer: bytes | str = KINDS[kind].compute(spec, number)
            except (ValueError, ArithmeticError, MemoryError) as error:
                answer = f"{type(error).__name__}: {error}"
            pipe.send(answer)
