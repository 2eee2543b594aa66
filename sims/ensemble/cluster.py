"""Executes an ensemble on a Ray cluster (the extra `cluster`).

The tasks' shared inputs are put into the cluster's object store once and read without a copy; Ray repeats a task whose worker died.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sims.ensemble.executors import TRIES, ExecutorError

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local"
# Tasks in flight per core of the cluster: enough that no core waits, few enough that a cancellation wastes little.
AHEAD = 2


class Cluster:
    """Runs on the Ray cluster at `address`; `local` starts one on this machine and ends it."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def label(self) -> str:
        """What `doctor` shows."""
        return f"Ray, {self.address}"

    def map(self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]) -> Generator[R, None, None]:
        """One result per task, in order. Closing the iterator cancels the remaining tasks."""
        ray = _ray()
        with _connected(ray, self.address):
            known = ray.put(shared)
            carry_out = ray.remote(max_retries=TRIES)(_carry_out)
            most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
            left, under_way = deque(tasks), deque[Any]()
            try:
                while left or under_way:
                    while left and len(under_way) < most:
                        under_way.append(carry_out.remote(function, known, left.popleft()))
                    yield ray.get(under_way[0])
                    under_way.popleft()
            except ray.exceptions.WorkerCrashedError as error:
                raise ExecutorError(
                    f"a worker of the cluster died, {TRIES + 1} times over, perhaps for want of memory; fewer runs at once need less"
                ) from error
            except ray.exceptions.RayTaskError as error:
                raise error.as_instanceof_cause() from error
            finally:
                for each in under_way:
                    ray.cancel(each, force=True)


def _carry_out(function: Callable[[Any, Any], Any], shared: Any, task: Any) -> Any:
    return function(shared, task)


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ValueError(
            "--cluster: Ray is not installed; pip install 'groundswell[cluster]', or leave the option out"
        ) from error
    return ray


@contextmanager
def _connected(ray: Any, address: str) -> Iterator[None]:
    quiet = {"log_to_driver": False, "logging_level": "error", "ignore_reinit_error": True}
    mine = not ray.is_initialized()
    try:
        if address == LOCAL:
            ray.init(address=LOCAL, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except ConnectionError as error:
        raise ExecutorError(
            f"--cluster {address}: no Ray cluster answers there; start one, correct the address, or write local"
        ) from error
    try:
        yield
    finally:
        if mine:
            ray.shutdown()
