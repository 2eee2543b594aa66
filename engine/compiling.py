"""Compiles declared kernels with Numba, when a kernel is first called; the only module of the engine that imports Numba.

Numba's cache checks the file of a kernel, not the files of what it calls. So the cache is in a folder whose name is a digest
of all sources that kernels are made of: a change anywhere in them begins a new folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from engine.signatures import Array, Named, Scalar, Spec

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# Numba's own parts carry no types.
types: Any = numba.types
config: Any = numba.config
_PACKAGES = ("engine", "agents")
_KEPT_FOLDERS = 3
# Arrays belong to the caller. Counting references to each of a scheme's forty, call by call, made the scoring kernel a twelfth as fast.
_NO_COUNTING: dict[str, Any] = {"_nrt": False}


def source_digest(folders: Iterable[Path]) -> str:
    """Of all sources of the packages that declare kernels: a kernel depends on what it calls in other files too."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_folder(root: Path) -> Path | None:
    """Where Numba keeps the kernels of these sources: in NUMBA_CACHE_DIR, or __pycache__ beside the sources, or the user's cache.

    None where nothing can be written.
    """
    name = f"kernels-{source_digest(root / package for package in _PACKAGES)}"
    given, cache = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    folders = [Path(given)] if given else [root / "engine" / "__pycache__"]
    # A user without a home folder is usual in containers.
    with suppress(RuntimeError):
        folders += [] if given else [(Path(cache) if cache else Path.home() / ".cache") / "groundswell"]
    for folder in folders:
        try:
            (folder / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder / name):
                pass
        except OSError:
            continue
        _drop_older(folder, keep=folder / name)
        return folder / name
    return None


def _drop_older(folder: Path, keep: Path) -> None:
    """Drop the folders of earlier sources but for the newest; a process that still wants one compiles again."""
    with suppress(OSError):
        others = [path for path in folder.glob("kernels-*") if path != keep]
        for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT_FOLDERS - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


_FOLDER = cache_folder(Path(__file__).resolve().parents[1])
if _FOLDER is not None:
    config.CACHE_DIR = str(_FOLDER)


def njit(function: Callable[..., Any], **options: Any) -> Any:
    """Numba's compiler of functions that run without the interpreter lock."""
    return numba.njit(nogil=True, **{**_NO_COUNTING, **options})(function)


def numba_type(spec: Spec | None) -> Any:
    """Numba's name for a declared type."""
    if spec is None:
        return types.void
    if isinstance(spec, Scalar):
        return getattr(types, spec.dtype)
    if isinstance(spec, Array):
        layout = "A" if spec.strided else "C"
        return types.Array(getattr(types, spec.dtype), spec.ndim, layout, readonly=not spec.writable)
    if isinstance(spec, Named):
        return types.NamedUniTuple(numba_type(spec.item), spec.size, spec.kind)
    return types.UniTuple(numba_type(spec.item), spec.size)


def compile_kernel(
    function: Callable[..., Any], arguments: tuple[Spec, ...], returns: Scalar | None, divides_freely: bool
) -> Any:
    """The dispatcher of a kernel: one signature, compiled or loaded now, and no other ever."""
    signature = numba_type(returns)(*map(numba_type, arguments))
    options = {**_NO_COUNTING, **({"error_model": "numpy"} if divides_freely else {})}
    with _one_process_compiles(function):
        return numba.njit([signature], nogil=True, cache=_FOLDER is not None, **options)(function)


@contextmanager
def _one_process_compiles(function: Callable[..., Any]) -> Iterator[None]:
    """Of processes that start together the first compiles a kernel; the others wait and load what it keeps. Whatever is kept already
    nobody waits for.
    """
    name = f"{function.__name__}-{function.__code__.co_firstlineno}"
    if fcntl is None or _FOLDER is None or any(_FOLDER.glob(f"*/*.{name}.*.nbi")):
        yield
        return
    with (_FOLDER / f"{name}.lock").open("w") as turn:
        # Where a file system knows no locks, each compiles for itself.
        with suppress(OSError):
            fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _emit_prefetch(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    view = context.make_array(signature.args[0])(context, builder, arguments[0])
    byte_pointer = builder.bitcast(builder.gep(view.data, [arguments[1]]), ir.IntType(8).as_pointer())
    flag = ir.IntType(32)
    function_type = ir.FunctionType(ir.VoidType(), [byte_pointer.type, flag, flag, flag])
    function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
    read, keep_near, data = flag(0), flag(3), flag(1)
    builder.call(function, [byte_pointer, read, keep_near, data])
    return context.get_dummy_value()


@intrinsic
def _prefetch(typing_context: Any, array: Any, index: Any) -> tuple[Any, Any]:
    return types.void(array, types.intp), _emit_prefetch


def _emit_fold(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    wide, narrow = ir.IntType(128), ir.IntType(64)
    product = builder.mul(*(builder.zext(word, wide) for word in arguments))
    high = builder.trunc(builder.lshr(product, wide(64)), narrow)
    return builder.xor(high, builder.trunc(product, narrow))


@intrinsic
def _fold(typing_context: Any, a: Any, b: Any) -> tuple[Any, Any]:
    return types.uint64(types.uint64, types.uint64), _emit_fold


def _emit_natural(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    builder.assume(builder.icmp_signed(">=", arguments[0], arguments[0].type(0)))
    return arguments[0]


@intrinsic
def _natural(typing_context: Any, value: Any) -> tuple[Any, Any]:
    return types.int64(types.int64), _emit_natural


INSTRUCTIONS = {"prefetch": _prefetch, "fold": _fold, "natural": _natural}
