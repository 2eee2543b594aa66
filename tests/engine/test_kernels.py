"""Kernels have one signature, never compile when called, and are shared on disk by processes that start together."""

from __future__ import annotations

import os
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
    compiling,
    generate_kernel,
    implicit_kernel,
    quantiles,
    response_kernel,
    streams,
)
from engine.instructions import prefetch
from engine.kernels import Kernel, inlined, kernel
from engine.signatures import F64, I64, U64, F64In, F64Out, I64Matrix, Tuple

ROOT = Path(__file__).parents[2]
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
    with pytest.raises(TypeError, match="No matching definition"):
        _mixed(np.zeros(5), (np.ones(5), np.ones(5)), np.zeros((2, 3), dtype=np.int64), out, 1, 1, 1.0)


def test_a_fault_inside_is_no_silent_zero() -> None:
    assert _divided(-7, 2) == -4
    with pytest.raises(ZeroDivisionError):
        _divided(1, 0)


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_every_kernel_has_one_signature_and_no_compiler(name: str) -> None:
    dispatcher = KERNELS[name].dispatcher
    assert len(dispatcher.signatures) == 1
    assert not dispatcher._can_compile
    assert not dispatcher.targetoptions.get("parallel")


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
before = "numba" in sys.modules
graph = Graph.from_edges([2, 0, 1, 0], [0, 1, 2, 2], 3)
print(graph.offsets.tolist(), graph.targets.tolist(), graph.edge_order.tolist(), before)
"""


def run_together(folder: Path, count: int) -> list[tuple[int, str, str]]:
    environment = {
        "NUMBA_CACHE_DIR": str(folder), "NUMBA_DEBUG_CACHE": "1", "PATH": "", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
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


def test_processes_that_start_together_agree_and_the_next_compiles_nothing(tmp_path: Path) -> None:
    answer = "[0, 2, 3, 4] [1, 2, 2, 0] [1, 3, 2, 0] False"
    compiled = 0
    for code, out, err in run_together(tmp_path, 3):
        *cache, last = out.splitlines()
        assert (code, last, err) == (0, answer, "")
        compiled += sum("data saved" in line for line in cache)
    # Each kernel by one of the three.
    assert compiled == len(list(tmp_path.rglob("*.nbc"))) > 0
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")}
    assert kept
    assert {path.parents[1] for path in kept} == {tmp_path / compiling.cache_folder(ROOT).name}
    [(code, out, err)] = run_together(tmp_path, 1)
    assert (code, out.splitlines()[-1], err) == (0, answer, "")
    assert "data loaded" in out
    assert "data saved" not in out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")} == kept


def test_the_folder_is_named_after_all_sources(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        return compiling.source_digest([folder])

    first = digest(a="x = 1", b="y = 1")
    assert digest(a="x = 1", b="y = 1") == first
    assert digest(a="x = 2", b="y = 1") != first
    assert digest(a="x = 1", b="y = 2") != first
    assert digest(a="x = 1", c="y = 1") != first


def test_folders_of_earlier_sources_go_and_an_unwritable_one_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [tmp_path / f"kernels-{number}" for number in range(4)]
    for age, folder in enumerate(reversed(old)):
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    found = compiling.cache_folder(ROOT)
    assert found is not None
    assert set(tmp_path.iterdir()) == {found, old[3], old[2]}
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert compiling.cache_folder(ROOT) is None


def test_the_web_process_never_imports_the_compiler() -> None:
    script = (
        "import sys, web.app; print([name for name in ('numba', 'llvmlite', 'mesa') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
