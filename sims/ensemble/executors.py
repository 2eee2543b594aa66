"""How an ensemble's runs are carried out: one after another, or on several processes.

A chunk of runs is a pure function of its task (scenario, seed, run numbers), and everything heavy in it (population,
network, compiled scheme) is rebuilt from the seed inside the worker, so the executor can change no result:
only the time it takes.
"""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from types import FrameType
from typing import Protocol, TypeVar

from sims.doctor import cores
from sims.ensemble.crew import Crew, LostTaskError
from sims.ensemble.stopping import ending

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

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Generator[R, None, None]:
        """`function(shared, task)` per task, in order. It must be importable by name: it crosses
        processes. Closing the generator cancels what is left."""


class Serial:
    """Every run in this process."""

    label = "serial, in this process"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Generator[R, None, None]:
        """One result per task, in order."""
        yield from map(partial(function, shared), tasks)


class Processes:
    """Runs on `count` spawned processes of this machine."""

    def __init__(self, count: int) -> None:
        self.count = count

    @property
    def label(self) -> str:
        """What `doctor` shows."""
        return f"{self.count} local processes"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Generator[R, None, None]:
        """One result per task, in order. What a dead worker took with it is done again; raises `ExecutorError` where that
        does not help. Closing the iterator ends the workers at once."""
        crew = Crew(min(self.count, len(tasks)), function, shared, TRIES)
        try:
            yield from crew.results(tasks)
        except LostTaskError as error:
            raise ExecutorError(
                f"one of {self.count} worker processes died, {error}, perhaps for want of memory; "
                f"fewer processes (--processes 1) need less"
            ) from error
        finally:
            crew.end()


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
def carried_out(
    executor: Executor, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]
) -> Iterator[Generator[R, None, None]]:
    """The results of all tasks, in order; whatever ends the block, SIGTERM too, ends the work at once."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _ended) if main else None
    try:
        with closing(executor.map(function, shared, tasks)) as results:
            yield results
    except (KeyboardInterrupt, SystemExit):
        # The interpreter would look through all that the compiler holds before it ends, which takes seconds.
        gc.freeze()
        raise
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)


def _ended(number: int, _: FrameType | None) -> None:
    raise ending(number)


@contextmanager
def progress(label: str, total: int, quiet_seconds: float = 1.0) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error for work beyond `quiet_seconds`; yields what to call with steps done."""
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
