"""Simulate one scenario as an ensemble: scenario → executor → model → result.

The model is imported inside the run, so that `import sims` stays light and only workers pay for Mesa and
the compiler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sims.doctor import version
from sims.ensemble.bridge import Daily, bytes_a_run, daily_outcomes, outcome_specs, recorded_events
from sims.ensemble.executors import choose_executor, processes_for, progress
from sims.ensemble.result import Provenance, Result
from sims.ensemble.spread import warnings_of

if TYPE_CHECKING:
    from rewards.events import Event
    from sims.scenario.scenario import Scenario


# What a process gives to runs that it lives side by side; beyond so many of them more bring no speed.
MEMORY_A_CHUNK, RUNS_A_CHUNK = 1 << 29, 64


@dataclass(frozen=True)
class Chunk:
    """Some runs of the scenarios that the workers share, lived side by side."""

    seed: int
    first: int
    after: int


def run_chunk(scenarios: Sequence["Scenario"], chunk: Chunk) -> list[list[Daily]]:
    """Carry out these runs of each scenario; run by run, their daily values by split and outcome."""
    return daily_outcomes(scenarios, chunk.seed, range(chunk.first, chunk.after))


def chunks(scenarios: Sequence["Scenario"], seed: int, runs: int, processes: int) -> list[Chunk]:
    """All runs in chunks that fit into memory and keep every process busy. No number depends on how they are cut."""
    heaviest = max(map(bytes_a_run, scenarios))
    most = max(1, min(RUNS_A_CHUNK, MEMORY_A_CHUNK // max(heaviest, 1), -(-runs // processes)))
    # Even chunks: none waits for one that is longer.
    count = -(-runs // most)
    cuts = [place * runs // count for place in range(count + 1)]
    return [Chunk(seed, first, after) for first, after in pairwise(cuts)]


def simulate(
    scenario: "Scenario", runs: int | None = None, seed: int | None = None, processes: int | None = None
) -> Result:
    """Run the scenario `runs` times from `seed` (both its own unless given) and gather the outcomes.

    The result depends on scenario, seed, runs and version alone, never on `processes`. Raises ValueError
    for a number of runs or processes out of range.
    """
    return simulate_all([scenario], runs, seed, processes)[0]


def simulate_all(
    scenarios: Sequence["Scenario"],
    runs: int | None = None,
    seed: int | None = None,
    processes: int | None = None,
) -> list[Result]:
    """Run several scenarios under common random numbers: run r draws the same numbers in each of them.

    `runs` and `seed` are the first scenario's unless given. Raises ValueError where reposts would never end.
    """
    runs = check_runs(scenarios[0].runs if runs is None else runs)
    seed = check_seed(scenarios[0].seed if seed is None else seed)
    warnings = [warnings_of(scenario) for scenario in scenarios]
    processes = processes_for(processes, runs * len(scenarios))
    tasks = chunks(scenarios, seed, runs, processes)
    executor = choose_executor(processes, len(tasks))
    found: list[list[Daily]] = []
    with progress(f"{len(scenarios)} x {runs} runs", runs * len(scenarios)) as advance:
        for dailies in executor.map(run_chunk, tuple(scenarios), tasks):
            found += dailies
            advance(len(scenarios) * len(dailies))
    by_scenario = zip(scenarios, zip(*found, strict=True), warnings, strict=True)
    return [gather(scenario, seed, dailies, told) for scenario, dailies, told in by_scenario]


def check_runs(runs: int) -> int:
    """`runs`, if there can be that many. Raises ValueError otherwise."""
    from sims.scenario.scenario import RUNS_MAX

    if not 1 <= runs <= RUNS_MAX:
        raise ValueError(f"runs: got {runs}; it must be 1 to {RUNS_MAX}; ask for fewer or at least one")
    return runs


def check_seed(seed: int) -> int:
    """`seed`, if it can be one. Raises ValueError otherwise."""
    from sims.scenario.scenario import SEED_MAX

    if not 0 <= seed <= SEED_MAX:
        raise ValueError(f"seed: got {seed}; it must be 0 to {SEED_MAX}; choose another number")
    return seed


def gather(scenario: "Scenario", seed: int, found: Sequence[Daily], warnings: tuple[str, ...]) -> Result:
    """The runs of a scenario as one result, with what it follows from."""
    provenance = Provenance(
        groundswell=version(),
        scenario=scenario.name,
        scenario_hash=scenario.content_hash(),
        scheme_hashes=scenario.scheme_hashes(),
        seed=seed,
        runs=len(found),
        horizon_days=scenario.horizon_days,
    )
    daily = {split: _stack([run.get(split) for run in found]) for split in _splits(found)}
    specs = outcome_specs()
    reported = scenario.outcomes or tuple(specs)
    title = scenario.title or scenario.name
    return Result(title, provenance, specs, daily, reported, scenario.change_days, warnings)


def _splits(found: Sequence[Daily]) -> list[str]:
    """Every split that has people in some run, in order of first appearance."""
    return list(dict.fromkeys(split for run in found for split in run))


def _stack(runs: "Sequence[dict[str, NDArray[np.float64]] | None]") -> dict[str, NDArray[np.float64]]:
    """{outcome: float64[runs, days]}; a split without people in a run counts zero there (splits are flows)."""
    present = next(run for run in runs if run is not None)
    return {
        name: np.stack([np.zeros_like(days) if run is None else run[name] for run in runs])
        for name, days in present.items()
    }


def record_run(scenario: "Scenario", seed: int | None = None, run: int = 0) -> "list[Event]":
    """The events of one run, in canonical order, with the same random numbers as that run in `simulate`."""
    warnings_of(scenario)
    return recorded_events(scenario, check_seed(scenario.seed if seed is None else seed), run)
