"""Concurrent requests share one transaction, and each gets its own answer.

A transaction costs the same for one event as for ten: its begin, its locks, its commit to the disk. Requests that arrive while one
runs are queued, and the next one takes all of them. No request waits for others to arrive: on an idle queue it starts
at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as the answer to one request, to be raised there. Keeps the traceback, as several requests may raise one error."""

    error: Exception
    trace: TracebackType | None

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """The failure of an exception."""
        return cls(error, error.__traceback__)

    def again(self) -> Exception:
        """The exception with its original traceback."""
        return self.error.with_traceback(self.trace)


Work = Callable[[Sequence[Asked]], Sequence[Answer | Failure]]
_Future = asyncio.Future[Answer | Failure]


class Batcher(Generic[Asked, Answer]):
    """A queue of calls of one kind, worked off in batches by a few threads.

    `work` returns an answer for each call in order; an exception from it goes to every call of the batch. Calls may come from several event
    loops.
    """

    def __init__(self, name: str, work: Work[Asked, Answer], threads: int = 1) -> None:
        self._work = work
        self._waiting: deque[tuple[Asked, _Future[Answer]]] = deque()
        self._lock = threading.Lock()
        self._idle = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def ask(self, asked: Asked) -> Answer:
        """The answer to one call. Raises the call's own failure."""
        future: _Future[Answer] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((asked, future))
            start = self._idle > 0
            self._idle -= start
        if start:
            self._threads.submit(self._drain)
        found = await future
        if isinstance(found, Failure):
            raise found.again()
        return found

    def close(self) -> None:
        """Stop the threads once the queue is empty."""
        self._threads.shutdown()

    def _drain(self) -> None:
        """The loop of a thread: batch after batch until the queue is empty."""
        while batch := self._next():
            by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Future[Answer], Answer | Failure]]] = {}
            for future, answer in zip(
                (future for _, future in batch), self._answers([asked for asked, _ in batch]), strict=True
            ):
                by_loop.setdefault(future.get_loop(), []).append((future, answer))
            for loop, told in by_loop.items():
                # One callback for all futures of a loop: each callback wakes the loop.
                loop.call_soon_threadsafe(_tell, told)

    def _answers(self, batch: Sequence[Asked]) -> Sequence[Answer | Failure]:
        try:
            answers = self._work(batch)
        except Exception as error:
            return [Failure.of(error)] * len(batch)
        assert len(answers) == len(batch), "the work of a batch answers each call"
        return answers

    def _next(self) -> list[tuple[Asked, _Future[Answer]]]:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            self._idle += not batch
            return batch


def _tell(told: Sequence[tuple[_Future[Answer], Answer | Failure]]) -> None:
    for future, answer in told:
        # A cancelled request gets no answer; the work stays committed.
        if not future.done():
            future.set_result(answer)
