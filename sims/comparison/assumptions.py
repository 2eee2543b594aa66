"""Sensitivity of a result to parameters without evidence: friction, fear, policy, training, and the after-effects of a removal.

Their priors are flat. Run by run the parameters of one group are redrawn from the prior (or from a calibrated posterior, where the runs
use one), with everything else, including all random numbers, unchanged. Half the mean squared change as a part of the variance between
runs is the total-effect sensitivity index (Jansen 1999): the part of the variance that would vanish if the group were known, interactions
included. The indices are non-negative; their sum may exceed the joint index of all groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import CLICKS, lived, outcome_specs, parameters_of
from sims.ensemble.executors import carried_out, choose_executor, processes_for, progress, work_of
from sims.ensemble.result import ALL, OutcomeSpec, Result, over
from sims.ensemble.run import PLAIN, Manner, check_runs, check_seed

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from agents.parameters.parameters import Parameters
    from sims.scenario.scenario import Scenario

Floats = NDArray[np.float64]

# Together these are all parameters whose prior is flat for lack of evidence; a test checks that.
ASSUMED: dict[str, tuple[str, ...]] = {
    "friction": ("friction_cost", "enrol_friction", "approval_trouble"),
    "fear": ("fear_weight", "enrol_fear"),
    "policy": ("fear_policy",),
    "training": ("fear_training", "training_ease"),
    "removal": ("loss_weight", "lapse_after_pay"),
}
TOGETHER = "together"
RUNS_A_TASK = 8
# Standard normal quantile of 95 %: half the width of a 90 % interval in standard errors.
HALF_90 = 1.645


@dataclass(frozen=True, eq=False)
class Hanging:
    """Sensitivity of a difference to one assumption: float64[runs] as simulated, and with its parameters redrawn."""

    scenario: str
    name: str
    parameters: tuple[str, ...]
    spec: OutcomeSpec
    values: Floats
    anew: Floats
    calibrated: bool = False

    @property
    def part(self) -> float:
        """The total-effect index: a part of the variance between runs."""
        return _part(self.values, self.anew)

    @property
    def error(self) -> float:
        """Standard error of the index, by the jackknife over runs."""
        n = self.values.size
        if n < 3:
            return float("inf")
        left = np.array([_part(np.delete(self.values, i), np.delete(self.anew, i)) for i in range(n)])
        return float(np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2)))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; without an interval for fewer than three runs."""
        low, high = max(0.0, self.part - HALF_90 * self.error), min(1.0, self.part + HALF_90 * self.error)
        return {
            "scenario": self.scenario,
            "assumption": self.name,
            "parameters": list(self.parameters),
            "outcome": self.spec.name,
            "part_of_variance": self.part,
            "interval_90": [low, high] if np.isfinite(self.error) else None,
            "median_change": float(np.median(np.abs(self.anew - self.values))),
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """A sentence that states the result."""
        change = float(np.median(np.abs(self.anew - self.values)))
        what = "All of these together" if self.name == TOGETHER else self.name.capitalize()
        law = "as the posterior leaves them" if self.calibrated else "no evidence, flat priors"
        return (
            f"{what} ({', '.join(self.parameters)}; {law}): {self.part:.0%} of the variance of what the "
            "scenario brings hangs on it; "
            f"drawn anew it moves {self.spec.title.lower()} by {change:,.3g} {self.spec.unit} in the middle of the runs."
        )


def _part(values: Floats, anew: Floats) -> float:
    # Both are samples of one distribution, so that the variance is estimated from both.
    variance = float(np.var(np.concatenate([values, anew])))
    return min(1.0, float(np.mean((values - anew) ** 2)) / 2.0 / variance) if variance > 0.0 else 0.0


def hanging(scenario: Scenario, outcome: str, runs: int, seed: int, manner: Manner = PLAIN) -> list[Hanging]:
    """Sensitivity of the scenario's gain over the control, over the whole horizon, to each assumption and to all jointly.

    Parameters that the scenario sets are known and not redrawn. Raises ValueError for an unknown outcome.
    """
    specs = outcome_specs()
    if outcome not in specs:
        raise ValueError(f"outcome {outcome!r}; known are {', '.join(specs)}; choose among them")
    runs, seed, groups = check_runs(runs), check_seed(seed), drawn_groups(scenario)
    question = Question(scenario, specs[outcome], seed, tuple(groups.values()), manner.posterior)
    asked = [(run, at) for run in range(runs) for at in range(-1, len(groups))]
    tasks = [tuple(asked[at : at + RUNS_A_TASK]) for at in range(0, len(asked), RUNS_A_TASK)]
    # Beside each run one that does nothing.
    count = processes_for(manner.processes, work_of([scenario], 2 * len(asked)))
    executor = choose_executor(count, len(tasks))
    found: dict[tuple[int, int], float] = {}
    with (
        carried_out(executor, differences, question, tasks) as results,
        progress(f"{len(asked)} runs of assumptions", len(asked)) as advance,
    ):
        for task, values in zip(tasks, results, strict=True):
            found |= zip(task, values, strict=True)
            advance(len(task))

    def of(at: int) -> Floats:
        return np.array([found[run, at] for run in range(runs)])

    return [
        Hanging(
            scenario.name,
            name,
            parameters,
            specs[outcome],
            of(-1),
            of(at),
            calibrated=manner.posterior is not None,
        )
        for at, (name, parameters) in enumerate(groups.items())
    ]


def drawn_groups(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """{name: parameters} of the assumptions that the scenario does not set itself, and of all of them jointly."""
    stated = set(_stated(scenario))
    groups = {
        name: kept
        for name, parameters in ASSUMED.items()
        if (kept := tuple(each for each in parameters if each not in stated))
    }
    every = tuple(each for parameters in groups.values() for each in parameters)
    return groups | ({TOGETHER: every} if len(groups) > 1 else {})


def _stated(scenario: Scenario) -> list[str]:
    from agents.parameters.parameters import MECHANISMS, PRESETS

    chosen = scenario.parameters
    off = [name for mechanism in chosen.off for name in MECHANISMS[mechanism]]
    return [*PRESETS[chosen.preset], *chosen.values, *off]


@dataclass(frozen=True)
class Question:
    """The inputs shared by all simulated runs."""

    scenario: Scenario
    spec: OutcomeSpec
    seed: int
    groups: tuple[tuple[str, ...], ...]
    posterior: DefaultPosterior | None = None

    def parameters(self, run: int, at: int) -> Parameters:
        """The parameters of a run, with group `at` redrawn (-1: none)."""
        own = parameters_of(self.scenario, self.seed, run, posterior=self.posterior)
        if at < 0:
            return own
        from agents.parameters.parameters import DECLARATIONS

        rng = np.random.default_rng((self.seed, run))
        draws = dict(zip(DECLARATIONS, rng.random(len(DECLARATIONS)).tolist(), strict=True))
        drawn = {name: DECLARATIONS[name].quantile(draws[name]) for name in self.groups[at]}
        if self.posterior is not None:
            # Correlations in the posterior are kept: all redrawn values come from one other vector.
            vector = self.posterior.values[int(rng.integers(self.posterior.values.shape[0]))]
            told = dict(zip(self.posterior.names, vector.tolist(), strict=True))
            drawn |= {name: told[name] for name in self.groups[at] if name in told}
        return own.replace(**drawn)


def differences(question: Question, task: Sequence[tuple[int, int]]) -> list[float]:
    """The scenario's gain over the control in some simulations, each given as (run, redrawn group)."""
    draws = [(question.seed, run, question.parameters(run, at)) for run, at in task]
    found = lived((each, draws) for each in (question.scenario.without_schemes(), question.scenario))
    return [_value(question.spec, mine[ALL]) - _value(question.spec, nothing[ALL]) for nothing, mine in found]


def _value(spec: OutcomeSpec, daily: dict[str, Floats]) -> float:
    return float(over(spec, {name: days[None, :] for name, days in daily.items()}, slice(None))[0])


def hanging_beside(control: Result, scenarios: Sequence[Scenario], manner: Manner = PLAIN) -> list[Hanging]:
    """Sensitivities of each scenario's gain in human clicks, in the runs of a comparison with this control."""
    about = control.provenance
    return [each for one in scenarios for each in hanging(one, CLICKS, about.runs, about.seed, manner)]
