"""Executors of an ensemble's runs: serially, or on several processes.

A chunk of runs is a pure function of its task (scenario, seed, run numbers), and everything large in it (population, network, compiled
scheme) is rebuilt from the seed inside the worker, so that the executor affects only the time and never a result.
"""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sims.doctor import cores
from sims.ensemble.crew import Crew, LostTaskError
from sims.ensemble.stopping import ending

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

# To start a process costs about as much as to live this many days of one person, and a run some thousands of them of its own: 1.8 s of
# a core, .45 s a million days, and 10 ms a run.
WORTH_A_PROCESS, A_RUN = 4_000_000, 20_000
# Fewer tasks than this stay in this process.
TASKS_WORTH_PROCESSES = 8
PROCESSES_MAX = 256
# Number of times that the same task may kill its worker before the work fails.
TRIES = 2


class ExecutorError(RuntimeError):
    """Raised where the ensemble could not be carried out although its input was valid."""


class Executor(Protocol):
    """Executes tasks and returns their results in the order of the tasks."""

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
    """Runs on `count` other processes of this machine."""

    def __init__(self, count: int) -> None:
        self.count = count

    @property
    def label(self) -> str:
        """What `doctor` shows."""
        return f"{self.count} local processes"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Generator[R, None, None]:
        """One result per task, in order; the workers start at once.

        Tasks of dead workers are repeated; raises `ExecutorError` where that fails too. Closing the iterator terminates the workers.
        """
        count = min(self.count, len(tasks))
        try:
            crew = Crew(count, function, shared, TRIES)
        except OSError as error:
            raise ExecutorError(
                f"{count} worker processes could not be started: {error.strerror}; fewer processes (--processes 1) need less"
            ) from error
        results = self._results(crew, tasks)
        # Begun, so that closing it ends the workers even where nobody has asked for a result.
        next(results)
        return results

    def _results(self, crew: Crew, tasks: Sequence[Any]) -> Generator[Any, None, None]:
        try:
            yield None
            yield from crew.results(tasks)
        except LostTaskError as error:
            raise ExecutorError(
                f"one of {self.count} worker processes died, {error}, perhaps for want of memory; "
                f"fewer processes (--processes 1) need less"
            ) from error
        finally:
            crew.end()


def work_of(scenarios: "Iterable[Scenario]", runs: int) -> int:
    """The work of `runs` runs of each scenario in person-days, including burn-in and the fixed cost of a run."""
    return runs * sum(
        A_RUN + one.organisation.size * (one.burn_in_days + one.horizon_days) for one in scenarios
    )


def processes_for(processes: int | None, work: int) -> int:
    """Number of processes for an amount of work (`work_of`); `None`: at most one a core, each with more work than its start costs."""
    return max(1, min(cores(), work // WORTH_A_PROCESS)) if processes is None else _checked(processes)


def choose_executor(processes: int | None, n_tasks: int) -> Executor:
    """The executor for `n_tasks` tasks; `None`: one process a core, where there are enough tasks."""
    if processes is None:
        count = 1 if n_tasks < TASKS_WORTH_PROCESSES else cores()
    else:
        count = _checked(processes)
    return Serial() if count == 1 or n_tasks < 2 else Processes(count)


def _checked(processes: int) -> int:
    if not 1 <= processes <= PROCESSES_MAX:
        raise ValueError(
            f"processes: got {processes}; it must be 1 to {PROCESSES_MAX}; leave it out for one per core at most"
        )
    return processes


@contextmanager
def carried_out(
    executor: Executor, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]
) -> Iterator[Generator[R, None, None]]:
    """A context with the results of all tasks, in order; leaving it in any way, SIGTERM included, terminates the work.

    To be entered before `progress`, whose bar is a thread: workers are forked where there is no other (`sims.ensemble.crew.context`).
    """
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _ended) if main else None
    try:
        with closing(executor.map(function, shared, tasks)) as results:
            yield results
    except (KeyboardInterrupt, SystemExit):
        # Exclude the compiler's objects from the final garbage collection, which would take seconds.
        gc.freeze()
        raise
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)


def _ended(number: int, _: FrameType | None) -> None:
    raise ending(number)


@contextmanager
def progress(label: str, total: int, quiet_seconds: float = 1.0) -> Iterator[Callable[[int], None]]:
    """A context with a progress bar on a terminal's standard error after `quiet_seconds`; yields the function to report steps."""
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
