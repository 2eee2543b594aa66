"""Native code of kernels on disk and in the process, without Numba.

A file holds one kernel for one processor and one version of everything that made it. Its name says so, and it is
written whole under another name and moved into place; so any number of processes may start at once, on one folder,
and each finds either nothing or a sound file.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np

# Numba's calling convention: an int status, 0 or −2 ("returned None") when all went well.
GOOD_STATUS = (0, -2)
# Where an array object of NumPy keeps the address of its data and that of its shape: its binary interface for C.
DATA_AT, SHAPE_AT = object.__basicsize__, object.__basicsize__ + 16
_KEPT: list[Any] = []


class Code(NamedTuple):
    """A relocatable object and the name of its entry point."""

    symbol: str
    machine_code: bytes


@lru_cache(maxsize=1)
def _target() -> tuple[str, str]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


@lru_cache(maxsize=1)
def _platform() -> str:
    versions = [version(name) for name in ("numba", "llvmlite", "numpy")]
    return _digest("\0".join([*_target(), sys.version, *versions]).encode())[:12]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=8)
def source_digest(folder: Path) -> str:
    """Of all sources in a package's folder: a kernel depends on what it calls in other files too."""
    return _digest(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.py"))))


@lru_cache(maxsize=8)
def _cache_folder(sources: Path) -> Path | None:
    """NUMBA_CACHE_DIR, or __pycache__ beside the sources, or the user's cache; None where nothing can be written."""
    given, cache = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    folders = [Path(given)] if given else [sources / "__pycache__"]
    # A user without a home folder is usual in containers.
    with suppress(RuntimeError):
        folders += [] if given else [(Path(cache) if cache else Path.home() / ".cache") / "groundswell"]
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def cache_path(function: Callable[..., Any]) -> Path | None:
    """Where the native code of a function is kept, there or not."""
    sources = Path(function.__code__.co_filename).parent
    folder = _cache_folder(sources)
    if folder is None:
        return None
    digest = _digest((source_digest(Path(__file__).parent) + source_digest(sources)).encode())[:16]
    return folder / f"{function.__module__}.{function.__qualname__}-{_platform()}-{digest}.o"


def read(path: Path | None) -> Code | None:
    """The code at a path; None where there is none or the file is damaged."""
    try:
        content = path.read_bytes() if path else b""
    except OSError:
        return None
    checksum, _, rest = content.partition(b"\n")
    symbol, _, machine_code = rest.partition(b"\n")
    return Code(symbol.decode(), machine_code) if _digest(rest).encode() == checksum else None


def write(path: Path | None, code: Code) -> None:
    """Keep the code for the next process; a folder that is full or read-only keeps nothing."""
    if path is None:
        return
    content = code.symbol.encode() + b"\n" + code.machine_code
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            file.write(_digest(content).encode() + b"\n" + content)
        Path(file.name).replace(path)
        # Earlier versions for this processor; a process that still wants one compiles it again.
        for old in path.parent.glob(f"{path.name.rsplit('-', 1)[0]}-*.o"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        return


@lru_cache(maxsize=1)
def _check_layout() -> None:
    # Reading elsewhere than where the data is would end the process or worse, so it is found out here.
    array = np.zeros((3, 5))
    address = ctypes.c_void_p.from_address(id(array) + DATA_AT).value
    shape = ctypes.POINTER(ctypes.c_int64).from_address(id(array) + SHAPE_AT)
    if address != array.ctypes.data or (shape[0], shape[1]) != array.shape:
        raise ImportError(f"NumPy {np.__version__} keeps arrays otherwise than expected; install NumPy 2")


def load(code: Code) -> Any:
    """The entry point as a ctypes function that releases the interpreter lock and returns an int status."""
    _check_layout()
    _target()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, codemodel="jitdefault")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code.machine_code))
    engine.finalize_object()
    address = engine.get_function_address(code.symbol)
    # The engine owns the code's memory.
    _KEPT.append(engine)
    return ctypes.CFUNCTYPE(ctypes.c_int32)(address)
