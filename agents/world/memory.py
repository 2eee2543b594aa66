"""Large, sparsely written arrays in memory that is reused from one chunk of runs to the next.

First touching a page of memory costs microseconds, and a run touches two thousand pages. So the memory of a chunk is kept for the next
chunk of the same thread.
"""

from __future__ import annotations

import ctypes
import os
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
# Margin, since chunks differ a little in size.
SPARE = 1.02
# `mallopt` options M_MMAP_THRESHOLD and M_TRIM_THRESHOLD: size from which an array has its own mapping, and free memory that is returned.
_MAPPED_FROM, _GIVEN_BACK_FROM = -3, -1
_MAPPED_BYTES, _GIVEN_BACK_BYTES = 1 << 25, 1 << 28


class _Kept(threading.local):
    """Per thread: free blocks of memory, and those in use by the open `handed_on` block."""

    def __init__(self) -> None:
        self.free: list[mmap] = []
        self.given: list[mmap] | None = None


_KEPT = _Kept()


@cache
def keep_small_arrays() -> None:
    """Configure the allocator (glibc only) to keep the memory of a day's arrays for those of the next day."""
    with suppress(AttributeError, OSError, TypeError):
        tell = ctypes.CDLL(None).mallopt
        tell(_MAPPED_FROM, _MAPPED_BYTES)
        tell(_GIVEN_BACK_FROM, _GIVEN_BACK_BYTES)


@contextmanager
def handed_on() -> Iterator[None]:
    """A context in which large arrays reuse memory of earlier contexts; none of them may be used after it."""
    keep_small_arrays()
    outer, _KEPT.given = _KEPT.given, []
    try:
        yield
    finally:
        _KEPT.free += _KEPT.given
        _KEPT.given = outer


def give_up() -> None:
    """Release the memory kept for later contexts, and that of a context that was interrupted."""
    _KEPT.free, _KEPT.given = [], None


# To write to memory that it shares with its parent would cost a forked process a copy of every page.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=give_up)


def unwritten(size: int, kind: type[Kind]) -> NDArray[Kind]:
    """An uninitialised array whose pages take memory only when they are written to."""
    count = max(size * np.dtype(kind).itemsize, 1)
    if _KEPT.given is None:
        return np.frombuffer(_mapped(count), dtype=kind, count=size)
    return np.frombuffer(_lent(count, _KEPT.given), dtype=kind, count=size)


def untouched(size: int, kind: type[Kind]) -> NDArray[Kind]:
    """An array of zeros; outside `handed_on` its pages take memory only when they are written to."""
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
        # Blocks that are too small are released, so that no more is kept than was ever needed at once.
        if _KEPT.free:
            _KEPT.free.remove(max(_KEPT.free, key=len))
        found = _mapped(-(-int(count * SPARE) // PAGE) * PAGE)
    given.append(found)
    return found


def _mapped(count: int) -> mmap:
    # A private mapping: pages of a shared one take longer to allocate.
    return mmap(-1, count, flags=MAP_PRIVATE | MAP_ANONYMOUS)
