"""Worker processes with a pipe each. A pool with one queue for all hangs for good where a worker is killed while it writes its answer:
nobody can tell that the rest will not come. On a pipe of its own the end of a worker is the end of the file.
"""

import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

CONTEXT = get_context("spawn")
SECONDS_TO_END = 0.2
# The parent is gone when nobody reads.
GONE = (EOFError, OSError)


class LostTaskError(RuntimeError):
    """The same task took several workers with it."""


class Crew:
    """`count` spawned processes that carry out `function(shared, task)`."""

    def __init__(self, count: int, function: Callable[[Any, Any], Any], shared: Any, tries: int) -> None:
        self._given, self._tries = (function, shared), tries
        self._workers: dict[Connection, tuple[BaseProcess, int | None]] = {}
        self._deaths: dict[int, int] = {}
        # A pipe holds little: whoever is told before the next is hired keeps that one waiting until it has come up.
        for pipe in [self._hire() for _ in range(count)]:
            self._tell(pipe)

    def results(self, tasks: Sequence[Any]) -> Generator[Any, None, None]:
        """One result per task, in order. What a dead worker took with it is done again, by a new one; raises `LostTaskError` where the same
        task did so too often, and whatever a task raises."""
        left, found, next_one = deque(range(len(tasks))), dict[int, Any](), 0
        while next_one < len(tasks):
            for pipe, (process, at) in list(self._workers.items()):
                if at is None and left:
                    self._give(pipe, process, left, tasks)
            while next_one in found:
                yield found.pop(next_one)
                next_one += 1
            busy = [pipe for pipe, (_, at) in self._workers.items() if at is not None]
            for ready in connection.wait(busy) if busy else ():
                assert isinstance(ready, Connection)
                self._take(ready, left, found)

    def end(self) -> None:
        """End every worker at once, whatever it does."""
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
        mine, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        # Only the worker holds its end now, so that it ends with the worker.
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
            fine, value = pipe.recv()
        except GONE:
            del self._workers[pipe]
            pipe.close()
            process.join()
            self._deaths[at] = self._deaths.get(at, 0) + 1
            if self._deaths[at] > self._tries:
                raise LostTaskError(f"{self._deaths[at]} times over") from None
            left.appendleft(at)
            self._tell(self._hire())
            return
        self._workers[pipe] = (process, None)
        if not fine:
            raise value
        found[at] = value


def _serve(pipe: Connection) -> None:
    """The main loop of a worker: the function and what it shares, then tasks in, results out, until the pipe is closed."""
    # An interrupt is the parent's to answer: it cancels what is left, and the worker ends without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
        with suppress(*GONE):
            pipe.send(answer)


def end_with_parent() -> None:
    """Ends this process when its parent has, however that ended: nobody would ever give it another task."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
