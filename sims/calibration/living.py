"""Simulates parameter vectors on several processes with a checkpoint from which an interrupted calibration resumes."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sims.calibration.laws import Floats
from sims.calibration.prior import Prior
from sims.calibration.series import Series, simulated
from sims.doctor import version
from sims.ensemble.bridge import lived
from sims.ensemble.crew import Crew, LostTaskError
from sims.ensemble.executors import TRIES, ExecutorError, processes_for, progress, work_of
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


Name = tuple[int, str]
"""The number of a run, and the digest of its vector."""
Vectors = tuple[tuple[int, tuple[float, ...]], ...]
"""The number of each run, and its values of the free parameters."""


def live(asked: Asked, vectors: Vectors) -> list[Floats]:
    """Simulate runs: float64[series, weeks] of each."""
    named = [(asked.seed, run, asked.parameters(np.array(values))) for run, values in vectors]
    found = lived([(asked.scenario, named)])
    return [simulated(dailies[0], asked.series, asked.weeks) for dailies in found]


class Lives:
    """The simulator of one calibration. `kept` is the checkpoint file; None keeps none."""

    def __init__(self, asked: Asked, processes: int, crew: Crew | None, kept: Path | None) -> None:
        self._asked, self._processes, self._crew, self._kept = asked, processes, crew, kept
        self._done = {} if kept is None else _read(kept, asked.question())

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """float64[n, series, weeks]: weekly values of vectors float64[n, d]; every wave has its own random numbers."""
        values = self._asked.prior.values(z)
        runs = [wave * RUNS_A_WAVE + at for at in range(z.shape[0])]
        names = [(run, named(row)) for run, row in zip(runs, values, strict=True)]
        left = [at for at, name in enumerate(names) if name not in self._done]
        tasks = chunks([self._asked.scenario], left, self._processes)
        with progress(label, len(runs)) as advance:
            advance(len(runs) - len(left))
            for chunk, found in zip(tasks, self._carried_out(tasks, runs, values), strict=True):
                mine = dict(zip((names[at] for at in chunk.runs), found, strict=True))
                self._done |= mine
                if self._kept is not None:
                    _add(self._kept, mine)
                advance(len(found))
        return np.array([self._done.pop(name) for name in names])

    def _carried_out(
        self, tasks: Sequence[Chunk], runs: Sequence[int], values: Floats
    ) -> Generator[list[Floats], None, None]:
        given = [tuple((runs[at], tuple(values[at].tolist())) for at in chunk.runs) for chunk in tasks]
        if self._crew is None:
            yield from map(partial(live, self._asked), given)
            return
        try:
            yield from self._crew.results(given)
        except LostTaskError as error:
            raise ExecutorError(
                f"a worker process died, {error}, perhaps for want of memory; fewer processes (--processes 1) need less"
            ) from error


@contextmanager
def lives(asked: Asked, runs: int, processes: int | None = None, kept: Path | None = None) -> Iterator[Lives]:
    """A simulator for `runs` runs on processes that end with the context.

    The checkpoint remains after an interruption, and is removed after a normal end.
    """
    count = processes_for(processes, work_of([asked.scenario], runs))
    crew = Crew(count, live, asked, TRIES) if count > 1 else None
    try:
        yield Lives(asked, count, crew, kept)
    finally:
        if crew is not None:
            crew.end()


def named(values: Floats) -> str:
    """The digest of a vector, by which stored runs are looked up whatever history they were simulated for."""
    return sha256(values.tobytes()).hexdigest()[:16]


def _read(path: Path, question: str) -> dict[Name, Floats]:
    """Stored runs for this question; an incomplete last line is ignored."""
    found: dict[Name, Floats] = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[0] == question:
            for line in lines[1:-1]:
                run, digest, values = json.loads(line)
                found[run, digest] = np.array(values, dtype=np.float64)
            path.write_text("\n".join([*lines[:-1], ""]), encoding="utf-8")
            return found
    path.write_text(question + "\n", encoding="utf-8")
    return found


def _add(path: Path, runs: dict[Name, Floats]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps([*name, values.tolist()]) + "\n" for name, values in runs.items())
        file.flush()
