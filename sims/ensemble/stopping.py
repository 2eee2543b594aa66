"""An interrupt, or SIGTERM, while something is under way whose end is worth waiting for."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDED = 128
"""Exit codes of processes ended by a signal are this plus the signal's number."""


class Stop:
    """Requests to stop. Held work continues to its end at the first request, and is aborted at the second."""

    def __init__(self) -> None:
        self._asked: int | None = None
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work that begins nothing new once somebody `asked`; what is under way is waited for. Ends as the signal says."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._asked is not None:
            raise ending(self._asked)

    def asked(self) -> bool:
        """True where no new work is to be started."""
        return self._asked is not None

    def answer(self, number: int, _: FrameType | None) -> None:
        """The signal handler."""
        if not self._held or self._asked is not None:
            raise ending(number)
        self._asked = number
        # Straight to the stream: the signal may have come in the middle of a print.
        os.write(2, b"waiting for the runs under way; interrupt once more to end at once\n")


def ending(number: int) -> BaseException:
    """The exception for a signal: KeyboardInterrupt, or SystemExit with the signal's code."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(ENDED + number)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Interrupts and SIGTERM are answered by what it yields, where this is the main thread."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    # A process started in the background with interrupts ignored keeps ignoring them.
    heard = [one for one in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(one) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop.answer) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
