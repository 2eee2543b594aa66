"""A pool of worker processes with one pipe each.

A pool with a shared queue hangs where a worker is killed while it writes a result. With separate pipes the death of a worker is seen as
the end of its file.
"""

import gc
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any
from warnings import catch_warnings, simplefilter

from sims.ensemble.handover import give, take

SECONDS_TO_END = 0.2
# Errors of a pipe whose other end is closed.
GONE = (EOFError, OSError)


class LostTaskError(RuntimeError):
    """Raised where the same task killed several workers."""


def context() -> BaseContext:
    """How workers start: forked from this process, or spawned where it has other threads.

    A forked one has at once whatever is loaded here; to load the model and its kernels takes a spawned one a second. But it would wait
    for ever for what another thread held at that moment.
    """
    alone = threading.active_count() == 1
    return get_context("fork" if sys.platform == "linux" and alone else "spawn")


class Crew:
    """`count` processes that carry out `function(shared, task)`."""

    def __init__(self, count: int, function: Callable[[Any, Any], Any], shared: Any, tries: int) -> None:
        self._given, self._tries = (function, shared), tries
        self._workers: dict[Connection, tuple[BaseProcess, int | None]] = {}
        self._deaths: dict[int, int] = {}
        # Start all processes before sending: a pipe buffers little, so that sending blocks until the process is up.
        try:
            for pipe in [self._hire() for _ in range(count)]:
                self._tell(pipe)
        except BaseException:
            # Whoever has begun would be waited for at the end of this process.
            self.end()
            raise

    def results(self, tasks: Sequence[Any]) -> Generator[Any, None, None]:
        """One result per task, in order. Raises as `finished` does."""
        found, next_one = dict[int, Any](), 0
        for at, value in self.finished(tasks):
            found[at] = value
            while next_one in found:
                yield found.pop(next_one)
                next_one += 1

    def finished(
        self, tasks: Sequence[Any], ending: Callable[[], bool] = lambda: False
    ) -> Generator[tuple[int, Any], None, None]:
        """The place and the result of each task, as they come. Once it is `ending` no task begins, and it ends with those under way.

        What a dead worker took with it is done again, by a new one; raises `LostTaskError` where the same task did so too often, and
        whatever a task raises.
        """
        left, found = deque(range(len(tasks))), dict[int, Any]()
        while True:
            for pipe, (process, at) in list(self._workers.items()):
                if at is None and left and not ending():
                    self._give(pipe, process, left, tasks)
            busy = [pipe for pipe, (_, at) in self._workers.items() if at is not None]
            if not busy:
                return
            for ready in connection.wait(busy):
                assert isinstance(ready, Connection)
                self._take(ready, left, found)
            while found:
                yield found.popitem()

    def end(self) -> None:
        """Terminate all workers."""
        for process, _ in self._workers.values():
            process.terminate()
        for pipe, (process, _) in self._workers.items():
            process.join(SECONDS_TO_END)
            if process.is_alive():
                process.kill()
                process.join()
            pipe.close()
        self._workers.clear()

    def _hire(self) -> Connection:
        how: Any = context()
        mine: Connection[Any, Any]
        mine, theirs = how.Pipe()
        process = how.Process(target=_serve, args=(theirs,), daemon=True)
        with catch_warnings():
            # Python 3.12 and later warn of a fork where a library keeps threads of its own, as linear algebra does; those are ready for it.
            simplefilter("ignore", DeprecationWarning)
            process.start()
        # Now only the worker holds its end of the pipe, which is closed when it dies.
        theirs.close()
        self._workers[mine] = (process, None)
        return mine

    def _tell(self, pipe: Connection) -> None:
        # One that has died already is found when its first answer is waited for.
        with suppress(*GONE):
            pipe.send(self._given)

    def _give(self, pipe: Connection, process: BaseProcess, left: deque[int], tasks: Sequence[Any]) -> None:
        at = left.popleft()
        self._workers[pipe] = (process, at)
        # One that has died is found when its answer is waited for.
        with suppress(*GONE):
            pipe.send(tasks[at])

    def _take(self, pipe: Connection, left: deque[int], found: dict[int, Any]) -> None:
        process, at = self._workers[pipe]
        assert at is not None
        try:
            fine, value = take(pipe)
        except GONE:
            del self._workers[pipe]
            pipe.close()
            # It lives where its answer could not be taken here, for want of memory.
            process.kill()
            process.join()
            self._deaths[at] = self._deaths.get(at, 0) + 1
            if self._deaths[at] > self._tries:
                raise LostTaskError(f"{self._deaths[at]} times over") from None
            left.appendleft(at)
            try:
                self._tell(self._hire())
            except OSError as error:
                raise LostTaskError(f"and none can be started for it ({error.strerror})") from error
            return
        self._workers[pipe] = (process, None)
        if not fine:
            raise value
        found[at] = value


def _serve(pipe: Connection) -> None:
    """The main loop of a worker: the function and what it shares, then tasks in, results out, until the pipe is closed."""
    # Interrupts are handled by the parent, which cancels the remaining tasks; the worker ends without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Whatever a forked process has from its parent is no garbage of its own.
    gc.freeze()
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        function, shared = pipe.recv()
    except GONE:
        return
    while True:
        try:
            task = pipe.recv()
        except GONE:
            return
        try:
            answer = (True, function(shared, task))
        except Exception as error:
            error.add_note("in a worker:\n" + traceback.format_exc())
            answer = (False, error)
        try:
            give(pipe, answer)
        except GONE:
            # Half an answer is none: whoever waits for the rest sees the end of the pipe.
            return


def end_with_parent() -> None:
    """End this process when its parent has ended in any way."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
