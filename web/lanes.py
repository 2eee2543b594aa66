"""Lanes: bounded concurrency for expensive requests, so that they never occupy the threads that others need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread

CLICKS_AT_ONCE = 8
SIGN_INS_AT_ONCE = 4
"""A check of a password takes 64 MiB and several cores for a while."""
SIGN_ONS_AT_ONCE = 8
"""Each waits for somebody else's server."""
T = TypeVar("T")


class LaneFull(Exception):  # noqa: N818 - it is an answer, not an accident
    """Raised where work could not start in time."""


class Lane:
    """A pool of `at_once` threads. Waiting requests wait in the event loop and hold no thread."""

    def __init__(self, at_once: int) -> None:
        self._threads = CapacityLimiter(at_once)

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """The result of the work. Raises LaneFull where it did not start within `seconds`; work that has started runs to its end."""
        with move_on_after(seconds):
            return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)
        raise LaneFull
