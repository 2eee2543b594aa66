"""How every compiled kernel of the engine is declared: one explicit signature, cached on disk, without the
interpreter lock.

An explicit signature means that a call can never start a compilation of its own: a wrong type is a
TypeError. One signature a kernel also keeps Numba's cache safe when several processes write it at once,
since each of them writes the same thing.

Numba trusts a cached kernel while its own file keeps its time and size, and overlooks a change in a function
that it calls from another file. Here the stamp is a digest of the package's sources instead, so that no
upgrade can leave a stale kernel behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import njit, types

# "In" types take writable and read-only arrays alike; "Out" types are written.
I32In = types.Array(types.int32, 1, "C", readonly=True)
I64In = types.Array(types.int64, 1, "C", readonly=True)
U8In = types.Array(types.uint8, 1, "C", readonly=True)
U32In = types.Array(types.uint32, 1, "C", readonly=True)
U64In = types.Array(types.uint64, 1, "C", readonly=True)
F32In = types.Array(types.float32, 1, "C", readonly=True)
F64In = types.Array(types.float64, 1, "C", readonly=True)
F32Matrix = types.Array(types.float32, 2, "C", readonly=True)
U32Matrix = types.Array(types.uint32, 2, "C", readonly=True)
I64Matrix = types.int64[:, ::1]
I32Out = types.int32[::1]
I64Out = types.int64[::1]
U8Out = types.uint8[::1]
U32Out = types.uint32[::1]
U64Out = types.uint64[::1]
F32Out = types.float32[::1]
F64Out = types.float64[::1]
I64 = types.int64
U64 = types.uint64
F64 = types.float64


@lru_cache(maxsize=1)
def source_stamp() -> tuple[str, int]:
    """Digest and total size of the engine's sources, in the shape of Numba's own (time, size) stamp."""
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\0".join(texts)).hexdigest(), sum(map(len, texts))


def kernel(*arguments: Any, returns: Any = types.void) -> Callable[[Callable[..., Any]], Any]:
    """Compile for exactly these argument types, or load what an earlier process compiled."""

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher: Any = njit(nogil=True)(function)
        dispatcher.enable_caching()
        # Where Numba's internals have moved on, its own stamp stays in force.
        index: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
        if hasattr(index, "_source_stamp"):
            index._source_stamp = source_stamp()
        dispatcher.compile(returns(*arguments))
        dispatcher.disable_compile()
        return dispatcher

    return decorate
