"""Answers of one process to another of the same machine: arrays as memory that both map, the rest as bytes in the pipe.

In a pipe, what a run amounts to, a megabyte, would be copied four times, and at the cost of those who compute.
"""

import errno
import os
import pickle
import sys
from mmap import mmap
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any

# Below so many bytes of arrays memory of their own costs more than the pipe does.
LEAST = 1 << 16
# Each array begins on a line of the cache.
LINE = 64


def give(pipe: "Connection[Any, Any]", value: Any) -> None:
    """Send a value; `take` receives it at the other end."""
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append)
    parts = [array.raw() for array in arrays]
    if sum(part.nbytes for part in parts) < LEAST or sys.platform != "linux":
        pipe.send((value, []))
        return
    try:
        memory = _written(parts)
    except OSError:
        # Neither a file nor memory is left: the pipe needs none of its own.
        pipe.send((value, []))
        return
    try:
        pipe.send((head, [part.nbytes for part in parts]))
        reduction.send_handle(pipe, memory, None)
    finally:
        os.close(memory)


def _written(parts: list[memoryview]) -> int:
    """The handle of memory that holds these arrays."""
    handle = os.memfd_create("groundswell")
    try:
        with os.fdopen(handle, "wb", closefd=False) as memory:
            for part in parts:
                memory.write(part)
                memory.write(bytes(-part.nbytes % LINE))
    except OSError:
        os.close(handle)
        raise
    return handle


def take(pipe: "Connection[Any, Any]") -> Any:
    """Receive what `give` sends. Its arrays live in the memory that the other process wrote."""
    found, sizes = pipe.recv()
    if not sizes:
        return found
    try:
        handle, parts, end = reduction.recv_handle(pipe), [], 0
    except RuntimeError as error:
        raise OSError(errno.EMFILE, "no file handle is left for an answer") from error
    try:
        whole = memoryview(mmap(handle, 0))
    finally:
        os.close(handle)
    for size in sizes:
        parts.append(whole[end : end + size])
        end += size + -size % LINE
    return pickle.loads(found, buffers=parts)  # noqa: S301 - from a process of our own, as the pipe's bytes are
