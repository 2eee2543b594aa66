"""The decorator of every compiled kernel, which declares one explicit signature.

Numba compiles it when it is first called, keeps it in its cache on disk, and calls it without the interpreter lock.

A module with kernels can be imported without Numba: the live program runs the scoring kernel as plain Python and never loads a
compiler. A call can never start a second compilation: a wrong type is a TypeError.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from threading import RLock
from types import FunctionType
from typing import Any

from engine.signatures import Scalar, Spec

_ONE_AT_A_TIME = RLock()


class Deferred:
    """A Python function that becomes a Numba one when a kernel that calls it is compiled."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.options = options
        self._dispatcher: Any = None

    @property
    def dispatcher(self) -> Any:
        """The Numba function; imports Numba when it is first asked for."""
        if self._dispatcher is None:
            with _ONE_AT_A_TIME:
                if self._dispatcher is None:
                    self._dispatcher = self._compile()
        return self._dispatcher

    def _compile(self) -> Any:
        from engine.compiling import njit

        return njit(with_dispatchers(self.py_func), **self.options)


class Kernel(Deferred):
    """A compiled function of one signature. Raises TypeError for arguments of other types, and what the Python function raises."""

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Spec, ...],
        returns: Scalar | None,
        divides_freely: bool = False,
    ) -> None:
        super().__init__(function)
        self.arguments, self.returns, self.divides_freely = arguments, returns, divides_freely
        self._scalars = [
            (place, spec.dtype) for place, spec in enumerate(arguments) if isinstance(spec, Scalar)
        ]

    def _compile(self) -> Any:
        from engine.compiling import compile_kernel

        return compile_kernel(
            with_dispatchers(self.py_func), self.arguments, self.returns, self.divides_freely
        )

    def __call__(self, *values: Any) -> Any:
        """Run the compiled function, which the first call compiles or loads."""
        if len(values) != len(self.arguments):
            raise TypeError(f"{self.__name__} takes {len(self.arguments)} arguments, not {len(values)}")
        call = self._dispatcher or self.dispatcher
        if not self._scalars:
            return call(*values)
        given = list(values)
        # Numba would truncate 1.5 to an integer silently.
        for place, dtype in self._scalars:
            given[place] = float(values[place]) if dtype == "float64" else index(values[place])
        return call(*given)


class Instruction:
    """A machine instruction by its name in `engine.compiling`, fetched when a kernel that uses it is compiled."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def dispatcher(self) -> Any:
        """The Numba intrinsic; imports Numba when it is first asked for."""
        from engine.compiling import INSTRUCTIONS

        return INSTRUCTIONS[self.name]


def with_dispatchers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with what it calls of ours replaced by what Numba knows."""
    assert isinstance(function, FunctionType)
    known = {
        name: value.dispatcher
        for name, value in function.__globals__.items()
        if isinstance(value, Deferred | Instruction) and name in function.__code__.co_names
    }
    made = FunctionType(
        function.__code__,
        {**function.__globals__, **known},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__qualname__, made.__doc__ = function.__qualname__, function.__doc__
    made.__module__ = function.__module__
    return made


def kernel(
    *arguments: Spec, returns: Scalar | None = None, divides_freely: bool = False
) -> Callable[[Callable[..., Any]], Any]:
    """Compile for exactly these argument types when first called, or load what an earlier process compiled.

    `divides_freely` is for one that never divides by nothing: where no divisor is looked at first, several quotients are formed at a time.
    """
    return lambda function: Kernel(function, arguments, returns, divides_freely)


def inlined(function: Callable[..., Any]) -> Any:
    """A part of kernels, compiled into each of them that calls it."""
    return Deferred(function, inline="always")
