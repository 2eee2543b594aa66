"""Simulation of worlds (coalitions): the same runs of two scenarios with some groups of mechanisms switched off in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import Daily, bytes_a_run, lived, parameters_of
from sims.ensemble.executors import carried_out, choose_executor, processes_for, progress, work_of
from sims.ensemble.result import OutcomeSpec, over
from sims.ensemble.sweep import most_side_by_side
from sims.explanation.mechanisms import Group
from sims.explanation.shapley import path

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from agents.parameters.parameters import Parameters
    from sims.scenario.scenario import Scenario

Floats = NDArray[np.float64]
# Difference by group of people, second scenario minus first; `all` is everybody.
Differences = dict[str, float]


@dataclass(frozen=True)
class Puzzle:
    """The inputs shared by all worlds: two scenarios, the groups of mechanisms, and the outcome to explain."""

    scenarios: "tuple[Scenario, Scenario]"
    groups: tuple[Group, ...]
    outcome: OutcomeSpec
    seed: int
    at_defaults: bool = False
    posterior: "DefaultPosterior | None" = None

    @property
    def whole(self) -> int:
        """The world in which every group is on."""
        return (1 << len(self.groups)) - 1


Task = tuple[tuple[int, int], ...]


def differences(puzzle: Puzzle, task: Task) -> list[Differences]:
    """The difference second minus first in some worlds, given as (run, world), of everybody and of each group of people."""
    first, second = puzzle.scenarios
    found = lived(
        (scenario, [(puzzle.seed, run, _parameters(puzzle, scenario, run, world)) for run, world in task])
        for scenario in (first, second)
    )
    return [_less(puzzle.outcome, b, a) for a, b in found]


def all_differences(
    puzzle: Puzzle, asked: Sequence[tuple[int, int]], processes: int | None
) -> dict[tuple[int, int], Differences]:
    """The differences of all requested worlds, on several processes where that is worthwhile."""
    count = processes_for(processes, work_of(puzzle.scenarios, len(asked)))
    heaviest = max(map(bytes_a_run, puzzle.scenarios))
    most = max(1, min(most_side_by_side(heaviest, count), -(-len(asked) // count)))
    tasks = [tuple(asked[at : at + most]) for at in range(0, len(asked), most)]
    found: dict[tuple[int, int], Differences] = {}
    executor, label = choose_executor(count, len(tasks)), f"2 x {len(asked)} worlds"
    with (
        carried_out(executor, differences, puzzle, tasks) as results,
        progress(label, 2 * len(asked)) as advance,
    ):
        for task, values in zip(tasks, results, strict=True):
            found |= zip(task, values, strict=True)
            advance(2 * len(task))
    return found


def orders_of(puzzle: Puzzle, run: int, pairs: int) -> list[list[int]]:
    """The orders in which the groups are switched on in a run.

    Drawn by seed and run, each with its reverse (antithetic sampling), which reduces the variance.
    """
    found = []
    for pair in range(pairs):
        order = np.random.default_rng((puzzle.seed, run, pair)).permutation(len(puzzle.groups)).tolist()
        found += [order, order[::-1]]
    return found


def worlds_of(orders: Sequence[Sequence[int]]) -> list[int]:
    """The distinct worlds along these orders, ascending."""
    return sorted({world for order in orders for world in path(order)})


def _parameters(puzzle: Puzzle, scenario: "Scenario", run: int, world: int) -> "Parameters":
    own = parameters_of(scenario, puzzle.seed, run, puzzle.at_defaults, puzzle.posterior)
    return own.without(*switched_off(puzzle.groups, world))


def switched_off(groups: Sequence[Group], world: int) -> list[str]:
    """The mechanisms that are off in a world."""
    return [name for at, group in enumerate(groups) if not world >> at & 1 for name in group.mechanisms]


def _less(spec: OutcomeSpec, more: Daily, less: Daily) -> Differences:
    return {
        split: _value(spec, more.get(split)) - _value(spec, less.get(split))
        for split in dict.fromkeys((*more, *less))
        if any(_has(spec, daily.get(split)) for daily in (more, less))
    }


def _has(spec: OutcomeSpec, values: "dict[str, Floats] | None") -> bool:
    return values is not None and all(name in values for name in spec.of or (spec.name,))


def _value(spec: OutcomeSpec, values: "dict[str, Floats] | None") -> float:
    if values is None or not _has(spec, values):
        return 0.0
    stacked = {name: days[None, :] for name, days in values.items()}
    return float(over(spec, stacked, slice(None))[0])
