"""Ports for servers that are told theirs, and ports on which nobody answers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

# The system gives ports above these to whoever asks for any: nobody takes one of these between two steps of a test.
CHOSEN = range(10_000, 32_768)
# Processes begin in different places.
_numbers = count(os.getpid() * 97)


def free_port() -> int:
    """A port that nobody listens on, another at every call."""
    return next(filter(_is_free, (CHOSEN[number % len(CHOSEN)] for number in _numbers)))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        # As servers do: what was closed a moment ago may be used again.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that stays taken in the block and refuses whoever connects."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
