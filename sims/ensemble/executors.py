"""How an ensemble's runs are carried out: one after another, or on several processes.

A chunk of runs is a pure function of its task (scenario, seed, run numbers), and everything heavy in it (population,
network, compiled scheme) is rebuilt from the seed inside the worker, so the executor can change no result:
only the time it takes.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, ClassVar, Protocol, TypeVar

from sims.doctor import cores

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

# Starting a process costs about as much as this many runs of a company of 500 over half a year.
RUNS_WORTH_A_PROCESS = 8
PROCESSES_MAX = 256
# How often the same work may take a worker with it before it is given up.
TRIES = 2


class ExecutorError(RuntimeError):
    """The ensemble could not be carried out, though its input was sound."""


class Executor(Protocol):
    """Carries out tasks and gives back their results in the tasks' own order."""

    @property
    def label(self) -> str:
        """What `doctor` shows."""

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Iterator[R]:
        """`function(shared, task)` per task, in order. It must be importable by name: it crosses
        processes."""


class Serial:
    """Every run in this process."""

    label = "serial, in this process"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Iterator[R]:
        """One result per task, in order."""
        return map(partial(function, shared), tasks)


class _Worker:
    """What a worker process keeps between tasks, so that `shared` crosses to it once and not with every
    task."""

    function: ClassVar[Callable[[Any, Any], Any]]
    shared: ClassVar[Any]

    @classmethod
    def prepare(cls, function: Callable[[Any, Any], Any], shared: Any) -> None:
        cls.function, cls.shared = staticmethod(function), shared
        # An interrupt is the parent's to answer: it cancels what is left, and the worker ends without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=end_with_parent, daemon=True).start()

    @classmethod
    def work(cls, task: Any) -> Any:
        return cls.function(cls.shared, task)


def end_with_parent() -> None:
    """Ends this process when its parent has, however that ended: nobody would ever give it another task."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class Processes:
    """Runs on `count` spawned processes of this machine."""

    def __init__(self, count: int) -> None:
        self.count = count

    @property
    def label(self) -> str:
        """What `doctor` shows."""
        return f"{self.count} local processes"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Iterator[R]:
        """One result per task, in order. What a dead worker took with it is done again; raises `ExecutorError` where that
        does not help. Whoever stops asking for results ends the workers at once."""
        left, deaths = list(tasks), 0
        while left:
            context, done = _Spawning(), 0
            workers = min(self.count, len(left))
            with ProcessPoolExecutor(workers, context, _Worker.prepare, (function, shared)) as pool:
                try:
                    for result in pool.map(_Worker.work, left):
                        yield result
                        done += 1
                        deaths = 0
                except BrokenProcessPool as error:
                    deaths += 1
                    if deaths > TRIES:
                        raise ExecutorError(
                            f"one of {self.count} worker processes died, {deaths} times over, perhaps for want of memory; "
                            f"fewer processes (--processes 1) need less"
                        ) from error
                except BaseException:
                    context.end_all()
                    raise
                finally:
                    pool.shutdown(wait=True, cancel_futures=True)
            left = left[done:]


class _Spawning(SpawnContext):
    """Spawns processes and knows which: they can be ended without waiting for what they do."""

    def __init__(self) -> None:
        self._started: list[SpawnProcess] = []

    def Process(self, *args: Any, **more: Any) -> SpawnProcess:  # type: ignore[override] # noqa: N802
        started = SpawnProcess(*args, **more)
        self._started.append(started)
        return started

    def end_all(self) -> None:
        """End every process that was started."""
        for one in self._started:
            if one.pid is not None:
                one.terminate()


def processes_for(processes: int | None, n_runs: int) -> int:
    """How many processes `n_runs` runs get; `None` takes every core, if there is enough work for that to pay."""
    if processes is not None and not 1 <= processes <= PROCESSES_MAX:
        raise ValueError(
            f"processes: got {processes}; it must be 1 to {PROCESSES_MAX}; leave it out for one per core"
        )
    if processes is None:
        return 1 if n_runs < RUNS_WORTH_A_PROCESS else cores()
    return processes


def choose_executor(processes: int | None, n_tasks: int) -> Executor:
    """The executor for `n_tasks` tasks of a run each."""
    count = processes_for(processes, n_tasks)
    return Serial() if count == 1 or n_tasks < 2 else Processes(count)


@contextmanager
def progress(label: str, total: int, quiet_seconds: float = 1.0) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error for work beyond `quiet_seconds`; yields what to call with steps
    done.
    """
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    step = bar.add_task(label, total=total)
    starter = threading.Timer(quiet_seconds, bar.start)
    starter.daemon = True
    starter.start()
    try:
        yield lambda steps: bar.advance(step, steps)
    finally:
        starter.cancel()
        starter.join()
        bar.stop()
