"""Simulates parameter vectors on several processes with a checkpoint from which an interrupted calibration resumes."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rewards.amounts import several
from sims.calibration.keeping import Kept
from sims.calibration.laws import Floats
from sims.calibration.prior import Prior
from sims.calibration.series import Series, simulated
from sims.doctor import version
from sims.ensemble.bridge import lived
from sims.ensemble.crew import Crew, LostTaskError
from sims.ensemble.executors import TRIES, ExecutorError, processes_for, progress, work_of
from sims.ensemble.stopping import Stop, stopping
from sims.ensemble.sweep import Chunk, chunks

if TYPE_CHECKING:
    from agents.parameters.parameters import Parameters
    from sims.scenario.scenario import Scenario

RUNS_A_WAVE = 1_000_000


@dataclass(frozen=True, eq=False)
class Asked:
    """Inputs shared by workers: a scenario over the required whole weeks, and the series that are recorded."""

    scenario: Scenario
    seed: int
    prior: Prior
    series: tuple[Series, ...]
    weeks: int

    def parameters(self, values: Floats) -> Parameters:
        """The parameters for one row of free values; values set by the scenario take precedence."""
        stated = self.scenario.parameters.resolve()
        return self.prior.full(values).replace(**{name: getattr(stated, name) for name in self.prior.stated})

    def question(self) -> str:
        """A text that identifies everything that a run depends on, except its vector."""
        body = [
            version(), self.scenario.content_hash(), self.scenario.splits, self.seed, self.prior.names, self.weeks,
            [[one.split, one.measure] for one in self.series], sha256(self.prior.knots.tobytes()).hexdigest(),
        ]  # fmt: skip
        return sha256(json.dumps(body).encode()).hexdigest()


Vectors = tuple[tuple[int, tuple[float, ...]], ...]
"""The number of each run, and its values of the free parameters."""


def live(asked: Asked, vectors: Vectors) -> list[Floats]:
    """Simulate runs: float64[series, weeks] of each."""
    named = [(asked.seed, run, asked.parameters(np.array(values))) for run, values in vectors]
    found = lived([(asked.scenario, named)])
    return [simulated(dailies[0], asked.series, asked.weeks) for dailies in found]


class Lives:
    """The simulator of one calibration. `kept` is the checkpoint file; None keeps none."""

    def __init__(
        self,
        asked: Asked,
        processes: int,
        crew: Crew | None = None,
        kept: Kept | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._asked, self._processes, self._crew, self._kept = asked, processes, crew, kept
        self._stop = stop or Stop()
        self._done = {} if kept is None else kept.found

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """float64[n, series, weeks]: weekly values of vectors float64[n, d]; every wave has its own random numbers."""
        values = self._asked.prior.values(z)
        runs = [wave * RUNS_A_WAVE + at for at in range(z.shape[0])]
        names = [(run, named(row)) for run, row in zip(runs, values, strict=True)]
        left = [at for at, name in enumerate(names) if name not in self._done]
        tasks = chunks([self._asked.scenario], left, self._processes)
        with self._stop.held(), progress(label, len(runs)) as advance:
            advance(len(runs) - len(left))
            for task, found in self._carried_out(tasks, runs, values):
                mine = dict(zip((names[at] for at in tasks[task].runs), found, strict=True))
                self._done |= mine
                if self._kept is not None:
                    self._kept.add(mine.items())
                advance(len(found))
        return np.array([self._done.pop(name) for name in names])

    def _carried_out(
        self, tasks: Sequence[Chunk], runs: Sequence[int], values: Floats
    ) -> Generator[tuple[int, list[Floats]], None, None]:
        """(index of the task, simulated values) as tasks complete."""
        given = [tuple((runs[at], tuple(values[at].tolist())) for at in chunk.runs) for chunk in tasks]
        if self._crew is None:
            for place, one in enumerate(given):
                if self._stop.asked():
                    return
                yield place, live(self._asked, one)
            return
        try:
            yield from self._crew.finished(given, self._stop.asked)
        except LostTaskError as error:
            raise ExecutorError(
                f"a worker process died, {error}, perhaps for want of memory; fewer processes (--processes 1) need less"
            ) from error


@contextmanager
def lives(asked: Asked, runs: int, processes: int | None = None, kept: Path | None = None) -> Iterator[Lives]:
    """A simulator for `runs` runs on processes that end with the context.

    `kept`: the file of what is done, which stays however the block ends; who interrupts it once loses nothing.
    """
    count = processes_for(processes, work_of([asked.scenario], runs))
    with ExitStack() as room:
        file = None if kept is None else room.enter_context(closing(Kept(kept, asked.question())))
        if file is not None and file.damaged:
            print(
                f"note: {kept}: {several(file.damaged, 'line')} damaged, and passed over: those runs are lived again",
                file=sys.stderr,
            )
        stop = None if kept is None else room.enter_context(stopping())
        crew = Crew(count, live, asked, TRIES) if count > 1 else None
        if crew is not None:
            room.callback(crew.end)
        yield Lives(asked, count, crew, file, stop)


def named(values: Floats) -> str:
    """The digest of a vector, by which stored runs are looked up whatever history they were simulated for."""
    return sha256(values.tobytes()).hexdigest()[:16]
