"""Simulation of all runs of some scenarios: reuse of finished ones, division of the others into chunks, and choice of the executor."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from sims.doctor import cores, memory, version
from sims.ensemble.bridge import ECHO, Daily, bytes_a_run, daily_outcomes, parameter_source
from sims.ensemble.checkpoint import folder_of, keep, kept
from sims.ensemble.cluster import Cluster
from sims.ensemble.executors import Executor, carried_out, choose_executor, processes_for, progress, work_of
from sims.ensemble.packing import Packed
from sims.ensemble.result import ALL

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.scenario.scenario import Scenario

# Memory of a process for runs simulated together, the divisor of the machine's memory for all processes, and the number of runs beyond
# which a chunk gets no faster.
MEMORY_A_CHUNK, PART_OF_MEMORY, RUNS_A_CHUNK = 2 << 30, 2, 128


@dataclass(frozen=True)
class Chunk:
    """Some runs of the shared scenarios, simulated together."""

    runs: tuple[int, ...]


@dataclass(frozen=True)
class Sweep:
    """Scenarios under common random numbers: run r has the same random numbers and parameters in each of them.

    checkpoint  folder of finished runs
    cluster     address of a Ray cluster, `local` for one on this machine
    posterior   sample of the runs' parameter vectors; the stored one unless given
    """

    scenarios: tuple["Scenario", ...]
    seed: int
    at_defaults: bool = False
    processes: int | None = None
    checkpoint: Path | None = None
    cluster: str | None = None
    posterior: "DefaultPosterior | None" = None

    def dailies(self, runs: Sequence[int]) -> list[list[Daily]]:
        """Daily outcomes of these runs in each scenario, by run in the requested order."""
        found = {run: old for run in runs if (old := self._kept(run)) is not None}
        missing = [run for run in runs if run not in found]
        several = len(self.scenarios)
        processes = self._processes(len(missing))
        tasks = chunks(self.scenarios, missing, processes)
        executor = self._executor(processes, len(tasks))
        label, total = f"{several} x {len(runs)} runs", several * len(runs)
        with carried_out(executor, run_chunk, self, tasks) as results, progress(label, total) as advance:
            advance(several * len(found))
            for chunk, packed in zip(tasks, results, strict=True):
                found |= zip(chunk.runs, packed.opened(), strict=True)
                advance(several * len(chunk.runs))
        return [found[run] for run in runs]

    def with_echoes(self, runs: int, echoes: int) -> tuple[list[list[Daily]], list[list[Daily]]]:
        """The first `runs` runs, and the first `echoes` again with other random numbers (outcomes of everybody only)."""
        found = self.dailies([*range(runs), *(ECHO + run for run in range(echoes))])
        return found[:runs], [[{ALL: daily[ALL]} for daily in dailies] for dailies in found[runs:]]

    @cached_property
    def folder(self) -> Path | None:
        """The checkpoint folder of this request."""
        if self.checkpoint is None:
            return None
        asked = {
            "groundswell": version(),
            "seed": self.seed,
            "parameters": self.source or "defaults",
            "scenarios": [[one.content_hash(), *one.splits] for one in self.scenarios],
        }
        return folder_of(self.checkpoint, asked)

    @property
    def source(self) -> str | None:
        """The identifier of the runs' parameter vectors; None: the defaults."""
        return None if self.at_defaults else parameter_source(self.posterior)

    def _kept(self, run: int) -> list[Daily] | None:
        return None if self.folder is None else kept(self.folder, run)

    def _processes(self, runs: int) -> int:
        if self.cluster is not None and self.processes is None:
            # Workers of a cluster are already running.
            return cores()
        return processes_for(self.processes, work_of(self.scenarios, runs))

    def _executor(self, processes: int, tasks: int) -> Executor:
        if self.cluster is None or tasks == 0:
            return choose_executor(processes, tasks)
        return Cluster(self.cluster)


def run_chunk(sweep: Sweep, chunk: Chunk) -> Packed:
    """Simulate these runs of each scenario; returns packed daily outcomes."""
    folder = sweep.folder
    found = (
        {} if folder is None else {run: old for run in chunk.runs if (old := kept(folder, run)) is not None}
    )
    left = [run for run in chunk.runs if run not in found]
    if left:
        fresh = daily_outcomes(sweep.scenarios, sweep.seed, left, sweep.at_defaults, sweep.posterior)
        for run, dailies in zip(left, fresh, strict=True):
            found[run] = dailies
            if folder is not None:
                keep(folder, run, dailies)
    return Packed.of([found[run] for run in chunk.runs])


def most_side_by_side(heaviest: int, processes: int) -> int:
    """Number of runs of so many bytes each that a process simulates at once: longer chunks share the interpreter's cost of a day."""
    given = min(MEMORY_A_CHUNK, memory() // PART_OF_MEMORY // processes)
    return max(1, min(RUNS_A_CHUNK, given // max(heaviest, 1)))


def chunks(scenarios: Sequence["Scenario"], runs: Sequence[int], processes: int) -> list[Chunk]:
    """The runs in chunks that fit into memory and keep every process busy; results do not depend on the division."""
    if not runs:
        return []
    # A fork is in memory together with its trunk.
    heaviest = max(map(bytes_a_run, scenarios)) * 3 // (2 if len(scenarios) > 1 else 3)
    most = min(most_side_by_side(heaviest, processes), -(-len(runs) // processes))
    # Chunks of equal size, the same number for each process, so that no process waits for another.
    count = min(len(runs), processes * -(-len(runs) // (most * processes)))
    cuts = [place * len(runs) // count for place in range(count + 1)]
    return [Chunk(tuple(runs[first:after])) for first, after in pairwise(cuts)]
