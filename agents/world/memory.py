"""Large arrays of which little is ever written, in memory that one chunk of runs hands on to the next.

A page of memory costs microseconds when it is first touched, and a run touches two thousand. So what runs side by side had is kept for
those that come after them in the same thread.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)

PAGE = 1 << 20
# Chunks differ a little in size.
SPARE = 1.02
# Names of `mallopt`: from what size on an array has a mapping of its own, and how much free memory goes back to the machine.
_MAPPED_FROM, _GIVEN_BACK_FROM = -3, -1
_MAPPED_BYTES, _GIVEN_BACK_BYTES = 1 << 25, 1 << 28


class _Kept(threading.local):
    """Of each thread: the memory that nobody has, and that which the open `handed_on` gave out."""

    def __init__(self) -> None:
        self.free: list[mmap] = []
        self.given: list[mmap] | None = None


_KEPT = _Kept()


@cache
def keep_small_arrays() -> None:
    """Let the process keep what a day's arrays had for those of the next day, where its allocator can be told so (glibc's)."""
    with suppress(AttributeError, OSError, TypeError):
        tell = ctypes.CDLL(None).mallopt
        tell(_MAPPED_FROM, _MAPPED_BYTES)
        tell(_GIVEN_BACK_FROM, _GIVEN_BACK_BYTES)


@contextmanager
def handed_on() -> Iterator[None]:
    """Within this block large arrays come from memory that earlier blocks had; none of them may be used after it."""
    keep_small_arrays()
    outer, _KEPT.given = _KEPT.given, []
    try:
        yield
    finally:
        _KEPT.free += _KEPT.given
        _KEPT.given = outer


def give_up() -> None:
    """Let go of what is kept for later blocks, and of what a block had that was cut short wherever it was."""
    _KEPT.free, _KEPT.given = [], None


def unwritten(size: int, kind: type[Kind]) -> NDArray[Kind]:
    """An array that takes memory where it is written to, page by page, and nowhere else. What it holds before is anything."""
    count = max(size * np.dtype(kind).itemsize, 1)
    if _KEPT.given is None:
        return np.frombuffer(_mapped(count), dtype=kind, count=size)
    return np.frombuffer(_lent(count, _KEPT.given), dtype=kind, count=size)


def untouched(size: int, kind: type[Kind]) -> NDArray[Kind]:
    """Zeros; outside such a block they take memory where they are written to, page by page, and nowhere else."""
    if _KEPT.given is None:
        return np.frombuffer(_mapped(max(size * np.dtype(kind).itemsize, 1)), dtype=kind, count=size)
    found = unwritten(size, kind)
    found.fill(0)
    return found


def _lent(count: int, given: list[mmap]) -> mmap:
    fitting = [memory for memory in _KEPT.free if len(memory) >= count]
    if fitting:
        found = min(fitting, key=len)
        _KEPT.free.remove(found)
    else:
        # What is too small is given back to the machine, so that no more is kept than was ever needed at once.
        if _KEPT.free:
            _KEPT.free.remove(max(_KEPT.free, key=len))
        found = _mapped(-(-int(count * SPARE) // PAGE) * PAGE)
    given.append(found)
    return found


def _mapped(count: int) -> mmap:
    # This process's own: pages of what could be shared take longer to come by.
    return mmap(-1, count, flags=MAP_PRIVATE | MAP_ANONYMOUS)
