"""How every compiled kernel of the engine is declared: one explicit signature, compiled when its module is first
imported anywhere, kept on disk as native code, called without the interpreter lock.

Types are declared by names of our own, so that a process which finds its kernels on disk never imports Numba:
that import, with what it registers, costs more than two seconds of CPU. An explicit signature means that a call
can never start a compilation: a wrong type is a TypeError.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import index
from threading import Lock
from typing import Any

import numpy as np

from engine import native


@dataclass(frozen=True)
class Scalar:
    """A number by its NumPy name."""

    dtype: str


@dataclass(frozen=True)
class Array:
    """A C-contiguous array; a kernel may write only into a writable one."""

    dtype: str
    ndim: int = 1
    writable: bool = False
    kind: np.dtype[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", np.dtype(self.dtype))


@dataclass(frozen=True)
class Tuple:
    """So many arrays of one type, given as a tuple."""

    item: Array
    size: int


Spec = Scalar | Array | Tuple

# "In" types take writable and read-only arrays alike; "Out" types are written.
I32In, I64In = Array("int32"), Array("int64")
U8In, U32In, U64In = Array("uint8"), Array("uint32"), Array("uint64")
F32In, F64In = Array("float32"), Array("float64")
F32Matrix, U32Matrix = Array("float32", 2), Array("uint32", 2)
I64Matrix = Array("int64", 2, writable=True)
I32Out, I64Out = Array("int32", writable=True), Array("int64", writable=True)
U8Out, U32Out, U64Out = (Array(name, writable=True) for name in ("uint8", "uint32", "uint64"))
F32Out, F64Out = Array("float32", writable=True), Array("float64", writable=True)
I64, U64, F64 = Scalar("int64"), Scalar("uint64"), Scalar("float64")

_C_TYPES = {"int64": ctypes.c_int64, "uint64": ctypes.c_uint64, "float64": ctypes.c_double}
_ONE_AT_A_TIME = Lock()
# Bits of numpy.ndarray.flags.num.
_C_CONTIGUOUS, _WRITEABLE = 1, 0x400


class Deferred:
    """A Python function that becomes a Numba one when the compiler meets it inside a kernel."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.targetoptions = {"nopython": True, "nogil": True} | options
        self._dispatcher: Any = None

    @property
    def dispatcher(self) -> Any:
        """The Numba function; imports Numba."""
        if self._dispatcher is None:
            from engine import compiling

            self._dispatcher = compiling.dispatcher(self)
        return self._dispatcher

    @property
    def _numba_type_(self) -> Any:
        # Asked by Numba for the type of a global value.
        return self.dispatcher._numba_type_


class Kernel(Deferred):
    """A compiled function of one signature. Raises TypeError for arguments of other types, ArithmeticError where
    the Python function would have raised."""

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Spec, ...], returns: Scalar | None
    ) -> None:
        super().__init__(function)
        self.arguments, self.returns = arguments, returns
        self._entry: Any = None
        self._result = _C_TYPES[returns.dtype] if returns else ctypes.c_void_p
        self.path = native.cache_path(function)
        if self.path is None or not self.path.exists():
            self._load()

    def _load(self) -> Any:
        with _ONE_AT_A_TIME:
            if self._entry is None:
                found = native.read(self.path)
                if found is None:
                    from engine import compiling

                    found = compiling.compile_kernel(self)
                    native.write(self.path, found)
                entry = native.load(found)
                entry.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *self._c_types()]
                self._entry = entry
        return self._entry

    def _c_types(self) -> list[Any]:
        kinds: list[Any] = []
        for spec in self.arguments:
            arrays = [spec.item] * spec.size if isinstance(spec, Tuple) else [spec]
            for one in arrays:
                kinds.append(_C_TYPES[one.dtype] if isinstance(one, Scalar) else ctypes.c_void_p)
        return kinds

    def __call__(self, *values: Any) -> Any:
        if len(values) != len(self.arguments):
            raise TypeError(f"{self.__name__} takes {len(self.arguments)} arguments, not {len(values)}")
        native_values: list[Any] = []
        for spec, value in zip(self.arguments, values, strict=True):
            if isinstance(spec, Array):
                self._add_array(native_values, spec, value)
            elif isinstance(spec, Scalar):
                native_values.append(float(value) if spec.dtype == "float64" else index(value))
            else:
                if len(value) != spec.size:
                    raise TypeError(f"{self.__name__} takes {spec.size} arrays together, not {len(value)}")
                for one in value:
                    self._add_array(native_values, spec.item, one)
        entry = self._entry or self._load()
        result: Any = self._result()
        fault = ctypes.c_void_p()
        status = entry(ctypes.addressof(result), ctypes.addressof(fault), *native_values)
        if status not in native.GOOD_STATUS:
            raise ArithmeticError(f"{self.__name__} stopped with status {status}")
        return result.value if self.returns else None

    def _add_array(self, native_values: list[Any], spec: Array, value: Any) -> None:
        # Some kernels take forty arrays and run for a tenth of a millisecond: each test here is the cheapest there is.
        flags = value.flags.num if isinstance(value, np.ndarray) else 0
        if (
            not flags & _C_CONTIGUOUS
            or value.dtype != spec.kind
            or value.ndim != spec.ndim
            or (spec.writable and not flags & _WRITEABLE)
        ):
            kind = getattr(value, "dtype", type(value).__name__)
            raise TypeError(
                f"{self.__name__} takes {spec}; got {kind} of {getattr(value, 'ndim', 0)} dimensions"
            )
        # The entry point reads address and shape where NumPy keeps them; `values` keeps the array alive meanwhile.
        native_values.append(id(value))


def kernel(*arguments: Spec, returns: Scalar | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Compile for exactly these argument types, or load what an earlier process compiled."""
    return lambda function: Kernel(function, arguments, returns)


def inlined(function: Callable[..., Any]) -> Any:
    """A part of kernels, compiled into each of them that calls it."""
    return Deferred(function, inline="always")
