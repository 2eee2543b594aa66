"""How every compiled kernel of the engine is declared: one explicit signature, cached on disk, without the interpreter lock.

An explicit signature means that a call can never start a compilation of its own: a wrong type is a TypeError. One signature a kernel
also keeps Numba's cache safe when several processes write it at once, since each of them writes the same thing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit, types

# "In" types take writable and read-only arrays alike; "Out" types are written.
I32In = types.Array(types.int32, 1, "C", readonly=True)
I64In = types.Array(types.int64, 1, "C", readonly=True)
U32In = types.Array(types.uint32, 1, "C", readonly=True)
U64In = types.Array(types.uint64, 1, "C", readonly=True)
F32In = types.Array(types.float32, 1, "C", readonly=True)
F64In = types.Array(types.float64, 1, "C", readonly=True)
F32Matrix = types.Array(types.float32, 2, "C", readonly=True)
U32Matrix = types.Array(types.uint32, 2, "C", readonly=True)
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

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(*arguments: Any, returns: Any = types.void) -> Callable[[Function], Function]:
    """Compile for exactly these argument types."""
    decorate: Callable[[Function], Function] = njit(returns(*arguments), cache=True, nogil=True)
    return decorate
