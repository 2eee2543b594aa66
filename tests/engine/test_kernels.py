"""Kernels have one signature, never compile when called, and are shared on disk by processes that start together."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.generate
import engine.graph
import engine.response
from engine import (
    cascade_kernel,
    generate_kernel,
    implicit_kernel,
    native,
    quantiles,
    response_kernel,
    streams,
)
from engine.instructions import prefetch
from engine.kernels import F64, I64, U64, F64In, F64Out, I64Matrix, Kernel, Tuple, inlined, kernel

MODULES = (
    cascade_kernel,
    generate_kernel,
    implicit_kernel,
    engine.graph,
    quantiles,
    response_kernel,
    streams,
)
KERNELS = {
    f"{made.__name__}": made
    for module in MODULES
    for made in vars(module).values()
    if isinstance(made, Kernel)
}


@inlined
def _halved(x: Any) -> Any:
    return x / 2.0


@kernel(F64In, Tuple(F64In, 2), I64Matrix, F64Out, U64, I64, F64, returns=F64)
def _mixed(values: Any, pair: Any, grid: Any, out: Any, word: Any, step: Any, factor: Any) -> Any:
    total = 0.0
    for i in range(values.size):
        prefetch(values, i)
        out[i] = _halved(values[i]) * factor + pair[0][i] - pair[1][i]
        total += out[i]
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            grid[row, column] = 10 * row + column + step
    return total + float(word >> np.uint64(60))


@kernel(I64, I64, returns=I64)
def _divided(a: Any, b: Any) -> Any:
    return a // b


def test_arguments_arrive_whole() -> None:
    values, pair = np.arange(5.0), (np.ones(5), np.full(5, 3.0))
    values.flags.writeable = False
    grid, out = np.zeros((2, 3), dtype=np.int64), np.zeros(5)
    total = _mixed(values, pair, grid, out, np.uint64(2**64 - 1), -1, 4)
    assert out.tolist() == [2.0 * v - 2.0 for v in range(5)]
    assert total == out.sum() + 15.0
    assert grid.tolist() == [[-1, 0, 1], [9, 10, 11]]


WRONG: list[tuple[int, Any]] = [
    (0, np.arange(5)),
    (0, np.zeros((5, 1))),
    (0, np.zeros(10)[::2]),
    (0, [1.0] * 5),
    (1, (np.ones(5),)),
    (1, (np.ones(5), np.ones(5, dtype=np.float32))),
    (2, np.zeros((3, 2), dtype=np.int64).T),
    (4, 1.5),
    (5, "one"),
]


@pytest.mark.parametrize(("place", "value"), WRONG)
def test_a_wrong_type_is_refused(place: int, value: Any) -> None:
    arguments: list[Any] = [
        np.zeros(5), (np.ones(5), np.ones(5)), np.zeros((2, 3), dtype=np.int64), np.zeros(5), 1, 1, 1.0,
    ]  # fmt: skip
    arguments[place] = value
    with pytest.raises(TypeError):
        _mixed(*arguments)
    with pytest.raises(TypeError, match="takes 7 arguments, not 6"):
        _mixed(*arguments[:6])


def test_nothing_is_written_into_a_read_only_array() -> None:
    out = np.zeros(5)
    out.flags.writeable = False
    with pytest.raises(TypeError, match="_mixed takes"):
        _mixed(np.zeros(5), (np.ones(5), np.ones(5)), np.zeros((2, 3), dtype=np.int64), out, 1, 1, 1.0)


def test_a_fault_inside_is_no_silent_zero() -> None:
    assert _divided(-7, 2) == -4
    with pytest.raises(ArithmeticError, match="_divided stopped"):
        _divided(1, 0)


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_every_kernel_has_one_signature_and_no_compiler(name: str) -> None:
    dispatcher = KERNELS[name].dispatcher
    assert len(dispatcher.signatures) == 1
    assert not dispatcher._can_compile
    assert not KERNELS[name].dispatcher.targetoptions.get("parallel")


def test_the_interpreter_lock_is_free_while_a_kernel_runs() -> None:
    from engine.cascade import spread
    from engine.graph import Graph

    graph = Graph.from_edges(np.repeat(np.arange(1000), 50), np.arange(50_000) % 1000, 1000)
    started, ticks, done = threading.Event(), [], threading.Event()

    def watch() -> None:
        started.wait()
        while not done.is_set():
            ticks.append(1)
            done.wait(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started.set()
    before = len(ticks)
    spread(graph, [0], 0.5, 4000, 1, threads=1)
    during = len(ticks) - before
    done.set()
    watcher.join()
    assert during > 3


SCRIPT = """
import sys
import numpy as np
from engine.graph import Graph
graph = Graph.from_edges([2, 0, 1, 0], [0, 1, 2, 2], 3)
print(graph.offsets.tolist(), graph.targets.tolist(), graph.edge_order.tolist(), "numba" in sys.modules)
"""


def run_together(folder: Path, count: int) -> list[tuple[int, str, str]]:
    environment = {"NUMBA_CACHE_DIR": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    ended = []
    for process in started:
        out, err = process.communicate(timeout=280)
        ended.append((process.returncode, out.strip(), err))
    return ended


def test_processes_that_start_together_agree_and_leave_sound_files(tmp_path: Path) -> None:
    answer = "[0, 2, 3, 4] [1, 2, 2, 0] [1, 3, 2, 0]"
    for code, out, err in run_together(tmp_path, 3):
        assert (code, out, err) == (0, f"{answer} True", "")
    kept = list(tmp_path.iterdir())
    assert [path.suffix for path in kept] == [".o"]
    # The next process finds the code and needs no compiler.
    assert run_together(tmp_path, 1) == [(0, f"{answer} False", "")]


def test_code_is_named_after_all_that_made_it(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        return native.source_digest(folder)

    first = digest(a="x = 1", b="y = 1")
    assert digest(a="x = 1", b="y = 1") == first
    assert digest(a="x = 2", b="y = 1") != first
    assert digest(a="x = 1", b="y = 2") != first


def test_an_unwritable_folder_keeps_nothing_and_damaged_code_is_not_read(tmp_path: Path) -> None:
    code = native.Code("symbol", b"machine\ncode")
    path = tmp_path / "a-b-1.o"
    old, other = tmp_path / "a-b-0.o", tmp_path / "a-c-0.o"
    old.touch()
    other.touch()
    native.write(path, code)
    assert native.read(path) == code
    assert not old.exists()
    assert other.exists()
    path.write_bytes(path.read_bytes().replace(b"machine", b"macHine"))
    assert native.read(path) is None
    assert native.read(tmp_path / "missing.o") is None
    assert native.read(None) is None
    native.write(None, code)
    native.write(tmp_path / "no" / "where.o", code)
