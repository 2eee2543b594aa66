"""Machine instructions that Numba does not expose by itself. Only kernels can call them.

prefetch(array, i)  asks for the cache line of array[i] ahead of its use; i is not checked
fold(a, b)          uint64: high word XOR low word of the 128-bit product of two uint64
natural(x)          int64: x, of which the compiler may believe that it is none below zero
"""

from __future__ import annotations

from typing import Any


class Instruction:
    """Made when the compiler asks for it, so that a process with its kernels on disk never imports Numba."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def _numba_type_(self) -> Any:
        from engine.compiling import instruction_type

        return instruction_type(self.name)


prefetch: Any = Instruction("prefetch")
fold: Any = Instruction("fold")
