"""Types of kernels' arguments, by names of our own: a module that declares a kernel imports no compiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scalar:
    """A number by its NumPy name."""

    dtype: str


@dataclass(frozen=True)
class Array:
    """An array, C-contiguous unless `strided`; a kernel may write only into a writable one."""

    dtype: str
    ndim: int = 1
    writable: bool = False
    strided: bool = False


@dataclass(frozen=True)
class Tuple:
    """A tuple of `size` arrays of one type."""

    item: Array
    size: int


@dataclass(frozen=True)
class Named:
    """A NamedTuple of numbers of one type: kernels read them by name."""

    kind: type[tuple[Any, ...]]
    item: Scalar

    @property
    def size(self) -> int:
        """Number of fields."""
        fields: tuple[str, ...] = self.kind._fields  # type: ignore[attr-defined]
        return len(fields)


Spec = Scalar | Array | Tuple | Named

# "In" types take writable and read-only arrays alike; "Out" types are written.
I32In, I64In = Array("int32"), Array("int64")
U8In, U32In, U64In = Array("uint8"), Array("uint32"), Array("uint64")
F32In, F64In = Array("float32"), Array("float64")
# One value may stand for all of such an array (`numpy.broadcast_to`).
F64Column = Array("float64", strided=True)
F32Matrix, F64Matrix, U32Matrix = Array("float32", 2), Array("float64", 2), Array("uint32", 2)
F64MatrixOut = Array("float64", 2, writable=True)
I64Matrix = Array("int64", 2, writable=True)
I32Out, I64Out = Array("int32", writable=True), Array("int64", writable=True)
U8Out, U32Out, U64Out = (Array(name, writable=True) for name in ("uint8", "uint32", "uint64"))
F32Out, F64Out = Array("float32", writable=True), Array("float64", writable=True)
I64, U64, F64 = Scalar("int64"), Scalar("uint64"), Scalar("float64")
