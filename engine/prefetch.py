"""A cache prefetch for compiled kernels: LLVM's own instruction, which Numba does not expose by itself."""

from __future__ import annotations

from typing import Any


class Prefetch:
    """`prefetch(array, i)` asks for the cache line of array[i] ahead of its use; i is not checked. Only kernels can
    call it."""

    def __init__(self) -> None:
        self._type: Any = None

    @property
    def _numba_type_(self) -> Any:
        # Made when the compiler asks, so that a process with its kernels on disk never imports Numba.
        if self._type is None:
            from engine.compiling import prefetch_type

            self._type = prefetch_type()
        return self._type


prefetch: Any = Prefetch()
