"""Machine instructions that Numba does not expose by itself. Only kernels can call them.

prefetch(array, i)  asks for the cache line of array[i] ahead of its use; i is not checked
fold(a, b)          uint64: high word XOR low word of the 128-bit product of two uint64
natural(x)          int64: x, which the compiler may assume is not negative
"""

from __future__ import annotations

from typing import Any

from engine.kernels import Instruction

prefetch: Any = Instruction("prefetch")
fold: Any = Instruction("fold")
