"""Kernels as plain Python over plain lists: what the live program runs, so that no web request ever waits for a compiler.

Indexing an array by itself gives one of NumPy's numbers, which costs several times what a list takes. So the source of a kernel is
read once and written for lists: `a[i, j]` becomes `a[i][j]`, `a.shape[0]` becomes `len(a)`, `int(x)` becomes `x` as there are only
integers, and names of constants are replaced by their values. What is computed stays the kernel's own source.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from engine.kernels import Deferred

_NOTHING_IN_PYTHON = frozenset({"int", "natural"})


class _ForLists(ast.NodeTransformer):
    """A kernel's source for nested lists of integers. `known` are the globals of its module."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """`a.shape[n]`, and `a[i, j]`."""
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            assert isinstance(node.slice, ast.Constant)
            assert isinstance(node.slice.value, int)
            whole = self.visit(node.value.value)
            for _ in range(node.slice.value):
                whole = ast.Subscript(whole, ast.Constant(0), ast.Load())
            return ast.Call(ast.Name("len", ast.Load()), [whole], [])
        self.generic_visit(node)
        if not isinstance(node.slice, ast.Tuple):
            return node
        found = node.value
        *outer, last = node.slice.elts
        for index in outer:
            found = ast.Subscript(found, index, ast.Load())
        return ast.Subscript(found, last, node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Drop hints that only a compiler needs."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _NOTHING_IN_PYTHON:
            (value,) = node.args
            return value
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Constants of another module."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and isinstance(self._known.get(node.value.id), ModuleType):
            return _constant(getattr(self._known[node.value.id], node.attr), node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Constants of the kernel's own module."""
        return _constant(self._known.get(node.id), node)


def _constant(value: Any, node: ast.AST) -> ast.AST:
    return ast.Constant(value) if type(value) is int else node


def plain(part: Deferred, instead: Mapping[str, Any]) -> Callable[..., Any]:
    """The kernel's source as a plain Python function over lists; globals named in `instead` are replaced throughout."""
    made: dict[Deferred, Callable[..., Any]] = {}

    def direct(one: Deferred) -> Callable[..., Any]:
        if one not in made:
            function = one.py_func
            assert isinstance(function, FunctionType)
            known = {**function.__globals__, **instead}
            made[one] = _for_lists(function, known)
            called = [name for name in made[one].__code__.co_names if isinstance(known.get(name), Deferred)]
            made[one].__globals__.update({name: direct(known[name]) for name in called})
        return made[one]

    return direct(part)


def _for_lists(function: FunctionType, known: Mapping[str, Any]) -> FunctionType:
    module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (definition,) = module.body
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    # So that a trace names the lines of the kernel.
    ast.increment_lineno(module, function.__code__.co_firstlineno - 1)
    found = ast.fix_missing_locations(_ForLists(known).visit(module))
    space = dict(known)
    exec(compile(found, function.__code__.co_filename, "exec"), space)  # noqa: S102 - our own source
    made = space[definition.name]
    assert isinstance(made, FunctionType)
    return made
