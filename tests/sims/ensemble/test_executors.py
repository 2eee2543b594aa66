"""Executors keep the order of their tasks, and say what went wrong when a worker dies."""

import errno
import operator
import os
import resource
import subprocess
import sys
import threading
import time
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sims.ensemble import crew
from sims.ensemble.executors import (
    ExecutorError,
    Processes,
    Serial,
    choose_executor,
    processes_for,
    progress,
    work_of,
)
from sims.ensemble.handover import LEAST
from sims.scenario.scenario import Scenario


@pytest.fixture(autouse=True, params=["fork", "spawn"])
def started_as_in_life(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the server of forks, as tests have it elsewhere."""
    monkeypatch.setattr(crew, "context", lambda: get_context(request.param))


def test_workers_are_forked_unless_another_thread_could_hold_something() -> None:
    asked = "from sims.ensemble.crew import context; print(context().get_start_method())"
    beside = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start(); "
    printed = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for code in (asked, beside + asked)
    ]
    assert printed == (["fork\n", "spawn\n"] if sys.platform == "linux" else ["spawn\n", "spawn\n"])


def test_results_come_in_the_order_of_the_tasks() -> None:
    tasks = [5, 3, 1, 2]
    expected = [100_000, 1_000, 10, 100]
    assert list(Serial().map(pow, 10, tasks)) == expected
    assert list(Processes(2).map(pow, 10, tasks)) == expected


def test_a_dead_worker_is_one_clear_error() -> None:
    with pytest.raises(ExecutorError, match="--processes 1"):
        list(Processes(2).map(operator.call, os._exit, [3, 3]))


def dies_once(folder: Path, task: int) -> int:
    """Takes its process with it the first time that it is given a task."""
    if not (folder / str(task)).exists():
        (folder / str(task)).touch()
        os._exit(9)
    return task * task


def test_what_a_dead_worker_took_with_it_is_done_again(tmp_path: Path) -> None:
    for task in (0, 1, 3):
        (tmp_path / str(task)).touch()
    assert list(Processes(2).map(dies_once, tmp_path, [0, 1, 2, 3])) == [0, 1, 4, 9]


def test_whoever_stops_asking_ends_the_workers_at_once() -> None:
    results = Processes(1).map(operator.call, time.sleep, [0, 60])
    assert next(results) is None
    begin = time.monotonic()
    results.close()
    assert time.monotonic() - begin < 30.0


def test_whoever_never_asks_ends_the_workers_too() -> None:
    before = set(active_children())
    results = Processes(2).map(pow, 10, [1, 2])
    assert len(set(active_children()) - before) == 2
    results.close()
    assert set(active_children()) == before


@pytest.mark.parametrize("processes", [0, -1, 257])
def test_an_impossible_number_of_processes_is_refused(processes: int) -> None:
    for ask in (choose_executor, processes_for):
        with pytest.raises(ValueError, match=f"got {processes}; it must be 1 to 256"):
            ask(processes, 10)


def test_a_process_is_started_where_it_has_more_to_do_than_that_costs(
    examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sims.ensemble.executors.cores", lambda: 8)
    midsize = Scenario.load(examples / "midsize-clicks.yaml")
    # 500 people for half a year, and four weeks before: about 50 ms.
    assert work_of([midsize], 1) == 20_000 + 500 * (182 + 28)
    assert work_of([midsize, midsize], 3) == 6 * work_of([midsize], 1)
    counts = [processes_for(None, work_of([midsize], runs)) for runs in (1, 40, 63, 64, 128, 10_000)]
    assert counts == [1, 1, 1, 2, 4, 8]
    large = midsize.model_copy(
        update={"organisation": midsize.organisation.model_copy(update={"headcount": 20_000, "people": None})}
    )
    assert processes_for(None, work_of([large], 8)) == 8
    # Whoever says how many gets them.
    assert processes_for(3, work_of([midsize], 1)) == 3


def test_little_work_stays_in_this_process() -> None:
    assert isinstance(choose_executor(None, 2), Serial)
    assert isinstance(choose_executor(4, 1), Serial)
    assert choose_executor(3, 10).label == "3 local processes"


def test_no_bar_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("runs", 2, quiet_seconds=0.0) as advance:
        advance(1)
    assert capfd.readouterr().err == ""


def half_an_answer(folder: Path, task: int) -> bytes:
    """Ends the first time while its answer is on the way: larger than a pipe, and killed before it is read."""
    if task == 1 and not (folder / "once").exists():
        (folder / "once").touch()
        threading.Timer(0.3, os._exit, [9]).start()
    return bytes(50_000_000 if task == 1 else task)


def test_a_worker_that_dies_with_half_its_answer_written_hangs_nobody(tmp_path: Path) -> None:
    found = []
    for result in Processes(2).map(half_an_answer, tmp_path, [0, 1, 2, 3]):
        time.sleep(0.6)
        found.append(len(result))
    assert found == [0, 50_000_000, 2, 3]


def test_what_a_task_raises_is_raised_here_with_where_it_was() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        list(Processes(2).map(operator.truediv, 1, [1, 0]))
    assert "in a worker" in caught.value.__notes__[0]


def test_workers_that_cannot_all_be_started_are_one_clear_error_and_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    how: Any = crew.context()
    pipes = [how.Pipe()]

    class Few:
        Process = how.Process

        def Pipe(self) -> Any:  # noqa: N802 - as the module calls it
            if not pipes:
                raise OSError(errno.EMFILE, "Too many open files")
            return pipes.pop()

    monkeypatch.setattr(crew, "context", Few)
    before = set(active_children())
    with pytest.raises(ExecutorError, match="Too many open files; fewer processes"):
        Processes(2).map(pow, 10, [1, 2])
    assert set(active_children()) <= before


def test_an_answer_that_finds_no_memory_here_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker lives, and its fellow holds the pipe to it open: it is ended, not waited for."""

    def refused(_: Any) -> Any:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(crew, "take", refused)
    with pytest.raises(ExecutorError, match="perhaps for want of memory"):
        list(Processes(2).map(pow, 10, [1, 2]))


def no_handle(_: object, task: int) -> np.ndarray:
    """Leaves its process one file handle, of which the answer needs two."""
    least = os.dup(0)
    os.close(least)
    resource.setrlimit(resource.RLIMIT_NOFILE, (least + 1, least + 1))
    return np.zeros(LEAST)


def test_a_worker_without_file_handles_hangs_nobody() -> None:
    with pytest.raises(ExecutorError, match="fewer processes"):
        list(Processes(2).map(no_handle, None, [1, 2]))
