"""Simulate one scenario as an ensemble: scenario → executor → model → result.

The model is imported inside the run, so that `import sims` stays light and only workers load Mesa and the compiler.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sims.doctor import version
from sims.ensemble.bridge import Daily, outcome_specs, parameters_of, recorded_events
from sims.ensemble.precision import RUNS_LEAST, Precision, Reached, next_runs, reached
from sims.ensemble.result import ALL, Provenance, Result, Stacked, over
from sims.ensemble.spread import warnings_of, warnings_of_each
from sims.ensemble.sweep import Sweep
from sims.ensemble.uncertainty import echoes_for

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from agents.parameters.parameters import Parameters
    from rewards.events import Event
    from sims.scenario.scenario import Scenario


@dataclass(frozen=True)
class Manner:
    """How an ensemble is simulated. Only `at_defaults`, `posterior` and `precision` affect results.

    processes    local processes; one a core unless given
    at_defaults  every run uses the declared defaults, instead of its own draw from the joint posterior
    precision    add runs beyond the requested number until this precision is reached
    checkpoint   folder of finished runs, from which the same request resumes
    cluster      address of a Ray cluster, or `local`
    posterior    sample from which each run's vector is taken, instead of the stored joint posterior
    """

    processes: int | None = None
    at_defaults: bool = False
    precision: Precision | None = None
    checkpoint: Path | None = None
    cluster: str | None = None
    posterior: "DefaultPosterior | None" = None


PLAIN = Manner()


def simulate(
    scenario: "Scenario",
    runs: int | None = None,
    seed: int | None = None,
    processes: int | None = None,
    manner: Manner = PLAIN,
) -> Result:
    """Run the scenario `runs` times from `seed` (both its own unless given) and gather the outcomes.

    The result depends on scenario, seed, runs and version only, never on processes, chunks or checkpoints. Raises ValueError for a number
    of runs or processes out of range.
    """
    return simulate_all([scenario], runs, seed, processes, manner)[0]


def simulate_all(
    scenarios: Sequence["Scenario"],
    runs: int | None = None,
    seed: int | None = None,
    processes: int | None = None,
    manner: Manner = PLAIN,
    *,
    paired: Sequence[int] = (),
    echoes: bool = True,
) -> list[Result]:
    """Run several scenarios under common random numbers: run r has the same random numbers and parameters in each.

    `runs` and `seed` are the first scenario's unless given. A precision is that of the outcome in each scenario, or of the difference of
    each `paired` scenario (by index) to the first. `echoes`: whether to separate chance from parameter uncertainty. Raises ValueError where
    the reproduction number of reposts is 1 or more.
    """
    runs = check_runs(scenarios[0].runs if runs is None else runs)
    seed = check_seed(scenarios[0].seed if seed is None else seed)
    if manner.precision is not None:
        runs = _least(manner.precision, runs)
    each = warnings_of_each(scenarios, [_drawn(scenario, seed, runs, manner) for scenario in scenarios])
    processes = manner.processes if processes is None else processes
    sweep = Sweep(
        tuple(scenarios),
        seed,
        manner.at_defaults,
        processes,
        checkpoint=manner.checkpoint,
        cluster=manner.cluster,
        posterior=manner.posterior,
    )
    told_apart = echoes and not manner.at_defaults
    # One pool for all runs known to be needed, so that worker processes start only once.
    at_once = echoes_for(runs) if told_apart and manner.precision is None else 0
    found, again = sweep.with_echoes(runs, at_once)
    precision = None
    while manner.precision is not None:
        precision = _reached(manner.precision, found, paired)
        if precision.enough or precision.runs >= manner.precision.most_runs:
            break
        found += sweep.dailies(range(len(found), next_runs(precision)))
    if told_apart and manner.precision is not None:
        again = sweep.with_echoes(0, echoes_for(len(found)))[1]
    gathered = []
    for place, (scenario, warnings) in enumerate(zip(scenarios, each, strict=True)):
        mine = _Gathered([run[place] for run in found], [run[place] for run in again], warnings, precision)
        gathered.append(_gather(scenario, sweep, mine))
    return gathered


def _drawn(scenario: "Scenario", seed: int, runs: int, manner: Manner) -> "list[Parameters]":
    """The distinct parameter vectors of the runs; empty where they use the defaults."""
    if manner.at_defaults:
        return []
    from agents.parameters.default_posterior import default_posterior

    size = (manner.posterior or default_posterior()).values.shape[0]
    return [parameters_of(scenario, seed, run, posterior=manner.posterior) for run in range(min(runs, size))]


def _least(precision: Precision, runs: int) -> int:
    """Number of runs before the precision is first tested. Raises ValueError for an unknown outcome or too low a limit."""
    if precision.outcome not in outcome_specs():
        known = ", ".join(outcome_specs())
        raise ValueError(f"precision of {precision.outcome!r}; known outcomes are {known}; choose among them")
    least = max(runs, RUNS_LEAST)
    if not least <= check_runs(precision.most_runs):
        raise ValueError(
            f"at most {precision.most_runs} runs; a precision begins with {least} ({RUNS_LEAST}, or the runs asked for where those are "
            f"more); allow as many"
        )
    return least


def _reached(precision: Precision, found: Sequence[Sequence[Daily]], paired: Sequence[int]) -> Reached:
    spec = outcome_specs()[precision.outcome]
    values = []
    for place in range(len(found[0])):
        names = spec.of or (spec.name,)
        stacked = {name: np.stack([run[place][ALL][name] for run in found]) for name in names}
        values.append(over(spec, stacked, slice(None)))
    return reached(precision, [values[place] - values[0] for place in paired] or values)


def check_runs(runs: int) -> int:
    """`runs`, if it is in range. Raises ValueError otherwise."""
    from sims.scenario.scenario import RUNS_MAX

    if not 1 <= runs <= RUNS_MAX:
        raise ValueError(f"runs: got {runs}; it must be 1 to {RUNS_MAX}; ask for fewer or at least one")
    return runs


def check_seed(seed: int) -> int:
    """`seed`, if it is in range. Raises ValueError otherwise."""
    from sims.scenario.scenario import SEED_MAX

    if not 0 <= seed <= SEED_MAX:
        raise ValueError(f"seed: got {seed}; it must be 0 to {SEED_MAX}; choose another number")
    return seed


def gathered(
    scenario: "Scenario",
    seed: int,
    runs: Sequence[Daily],
    warned: bool = True,
    posterior: "DefaultPosterior | None" = None,
) -> Result:
    """The result of a scenario from runs simulated elsewhere, numbered from 0, without echoes.

    `warned`: whether to warn where the scenario is outside the range of evidence; `posterior`: the sample of the runs' vectors.
    """
    manner = replace(PLAIN, posterior=posterior)
    warned_of = warnings_of(scenario, _drawn(scenario, seed, len(runs), manner)) if warned else ()
    sweep = Sweep((scenario,), seed, at_defaults=False, posterior=posterior)
    return _gather(scenario, sweep, _Gathered(runs, warnings=warned_of))


@dataclass(frozen=True)
class _Gathered:
    """The simulated data of one scenario: runs, echoes, warnings, and the precision reached."""

    runs: Sequence[Daily]
    echoes: Sequence[Daily] = field(default=())
    warnings: tuple[str, ...] = ()
    precision: Reached | None = None


def _gather(scenario: "Scenario", sweep: Sweep, found: _Gathered) -> Result:
    provenance = Provenance(
        groundswell=version(),
        scenario=scenario.name,
        scenario_hash=scenario.content_hash(),
        scheme_hashes=scenario.scheme_hashes(),
        seed=sweep.seed,
        runs=len(found.runs),
        horizon_days=scenario.horizon_days,
        parameters=sweep.source,
    )
    specs = outcome_specs()
    return Result(
        title=scenario.title or scenario.name,
        provenance=provenance,
        specs=specs,
        daily=_stacked(found.runs),
        reported=scenario.outcomes or tuple(specs),
        change_days=scenario.change_days,
        warnings=found.warnings,
        echoes=_stacked(found.echoes),
        precision=found.precision,
    )


def _stacked(found: Sequence[Daily]) -> dict[str, Stacked]:
    """The values of every split with people in some run, in order of first appearance."""
    splits = dict.fromkeys(split for run in found for split in run)
    return {split: Stacked([run.get(split) for run in found]) for split in splits}


def record_run(
    scenario: "Scenario",
    seed: int | None = None,
    run: int = 0,
    at_defaults: bool = False,
    posterior: "DefaultPosterior | None" = None,
) -> "list[Event]":
    """The events of one run, in canonical order, with the same random numbers and parameters as that run in `simulate`."""
    warnings_of(scenario)
    seed = check_seed(scenario.seed if seed is None else seed)
    return recorded_events(scenario, seed, run, at_defaults, posterior)
