"""The power of a rollout by simulation: the same assignment and analysis applied to runs of the model, with spillovers.

Each run has two counterfactuals: everybody treated, and nobody treated. The bias of the estimate against their difference is the
spillover to untreated teams; the rate of significant results where nobody is treated is the false-positive rate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sims.ensemble.bridge import Daily, lived, parameters_of
from sims.ensemble.intervals import interval
from sims.rollout.inference import NoContrastError, effect, least_p
from sims.rollout.plan import CONTROL, WEEK_DAYS, RolloutError, Team, Wish
from sims.rollout.units import NEVER, Floats, Units
from sims.scenario.scenario import Scenario, SchemeArm, SchemePhase

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.ensemble.sweep import Chunk

RUNS_LEAST = 20
DRAWS = 299
OUTCOMES = {"shares": "shares", "clicks": "human_clicks", "weekly_sharers": "weekly_sharers"}
HEADS = "headcount"
DETECTED_Z = 2.8
"""Effect in standard errors that is detected with a power of 80 % at a level of 5 %."""
TEAM, ARM = "team=", "arm="
Found = Mapping[str, Any]


@dataclass(frozen=True)
class _Asked:
    """The inputs shared by worker processes: each design with its scenarios."""

    designs: tuple[tuple[Wish, tuple[Scenario, ...]], ...]
    posterior: "DefaultPosterior | None"


def run_chunk(asked: _Asked, chunk: "Chunk") -> list[list[Found]]:
    """Some runs of every design."""
    return [compute(scenarios, wish, chunk.runs, asked.posterior) for wish, scenarios in asked.designs]


def scenarios_of(base: Scenario, wish: Wish) -> list[Scenario]:
    """The rollout, everybody treated, and nobody treated, for the company of a scenario whose last phase is the full programme.

    Raises RolloutError where there is no programme, or no digests to hold back.
    """
    treated = base.phases[-1].model_copy(update={"day": 0})
    if wish.gives == "digests":
        if treated.tool is None or not treated.tool.digests_per_week:
            raise RolloutError(
                "digests: got a scenario whose last phase sends none; a rollout of digests needs them; set tool.digests_per_week"
            )
        tool = treated.tool.model_copy(update={"digests_per_week": 0.0})
        untreated = treated.model_copy(update={"tool": tool})
    else:
        untreated = SchemePhase()
        if treated == untreated:
            raise RolloutError(
                f"{base.name}: got a scenario whose last phase changes nothing; the last phase is the programme that is rolled out; add it"
            )
    days = WEEK_DAYS * wish.periods
    nobody = base.model_copy(
        update={
            "name": "nobody",
            "phases": (untreated,),
            "arms": (),
            "horizon_days": days,
            "splits": ("team",),
            "split_day": 0,
        }
    )

    def from_week(week: int) -> tuple[SchemePhase, ...]:
        begun = treated.model_copy(update={"day": WEEK_DAYS * week})
        return (begun,) if week == 0 else (untreated, begun)

    starts = wish.starts
    arms = []
    for name, week in starts.items():
        if week is not None:
            arms.append(
                SchemeArm(
                    name=name, share=wish.pattern.count(name) / len(wish.pattern), by="team", phases=from_week(week)
                )
            )  # fmt: skip
    rolled = nobody.model_copy(update={"name": "rollout", "arms": tuple(arms)})
    everybody = nobody.model_copy(update={"name": "everybody", "phases": from_week(wish.baseline_weeks)})
    return [rolled, everybody, nobody]


def teams_of(scenario: Scenario) -> list[Team]:
    """The teams of a scenario on the first day of run 0."""
    from agents.world.population import build_staff

    staff = build_staff(scenario.organisation, scenario.seed, 0, 0, 1)
    found: dict[str, tuple[str, int]] = {}
    for team, segment in zip(staff.team.tolist(), staff.segment.tolist(), strict=True):
        name = staff.teams[team]
        known = found.get(name, (staff.segments[segment], 0))
        found[name] = (known[0], known[1] + 1)
    return [Team(name, segment, people) for name, (segment, people) in sorted(found.items())]


def compute(
    scenarios: Sequence[Scenario],
    wish: Wish,
    runs: Sequence[int],
    posterior: "DefaultPosterior | None" = None,
) -> list[Found]:
    """The analysis of some runs, each with its own parameter vector; a run depends on its number only."""
    named = [
        [(wish.seed, run, parameters_of(scenario, wish.seed, run, posterior=posterior)) for run in runs]
        for scenario in scenarios
    ]
    return [_of_run(dailies, wish, run) for run, dailies in zip(runs, lived(zip(scenarios, named, strict=True)), strict=True)]  # fmt: skip


def gathered(found: Sequence[Found], wish: Wish) -> dict[str, Any]:
    """Power and error rates over all runs, as JSON values."""
    usable = [one for one in found if "estimate" in one]
    if len(usable) < RUNS_LEAST // 2:
        return {"runs": len(found), "usable": len(usable), "power": None}
    column = {name: np.array([one[name] for one in usable]) for name in usable[0]}
    full, estimate = column["full"], column["estimate"]
    power = float(np.mean(column["detected"]))
    mean_full = float(full.mean())
    return {
        "runs": len(found),
        "usable": len(usable),
        "design": wish.design,
        "gives": wish.gives,
        "metric": wish.metric,
        "teams": float(np.median(column["teams"])),
        "treated": float(np.median(column["treated"])),
        "power": power,
        "power_error": float(np.sqrt(max(power * (1 - power), 0.25 / len(usable)) / len(usable))),
        "false_alarms": float(np.mean(column["false_alarm"])),
        "estimate": interval(estimate).as_json(),
        "full_effect": interval(full).as_json(),
        "spill_over": None if abs(mean_full) < 1e-12 else float(1.0 - estimate.mean() / mean_full),
        "untreated": float(column["untreated"].mean()),
        "standard_error": float(np.median(column["error"])),
        "smallest_found": DETECTED_Z * float(np.median(column["error"])),
        "least_p": float(np.median(column["least_p"])),
    }


def _of_run(dailies: Sequence[Daily], wish: Wish, run: int) -> Found:
    rolled, everybody, nobody = dailies
    arm_of = _arms(rolled)
    names = sorted(arm_of)
    starts = np.array([_start(wish, arm_of[name]) for name in names], dtype=np.int64)
    strata = np.zeros(len(names), dtype=np.int64)

    def units(daily: Daily) -> Units:
        people = np.array([max(float(daily[TEAM + name][HEADS].mean()), 1e-9) for name in names])
        rates = np.stack([_weekly(daily[TEAM + name], wish) for name in names])
        return Units(tuple(names), rates, people, starts, strata)

    # Where no result can be significant, the reason is the number of teams and not the power of the design.
    try:
        estimated = effect(units(rolled), wish.alpha, DRAWS, seed=run)
        placebo = effect(units(nobody), wish.alpha, DRAWS, seed=run)
    except NoContrastError:
        return {}
    after = slice(wish.baseline_weeks, None)
    every, none = units(everybody), units(nobody)
    weights = none.people / none.people.sum()
    full = float(weights @ (every.rates[:, after] - none.rates[:, after]).mean(axis=1))
    return {
        "estimate": estimated.estimate,
        "error": estimated.error,
        "detected": estimated.told_apart and estimated.estimate * full > 0,
        "false_alarm": placebo.told_apart,
        "full": full,
        "untreated": estimated.untreated,
        "teams": len(names),
        "treated": estimated.treated_units,
        "least_p": least_p(starts, strata),
    }


def _arms(daily: Daily) -> dict[str, str]:
    """The arm of each team of a run."""
    found = {}
    for label in daily:
        arm, comma, team = label.partition("," + TEAM)
        if comma and arm.startswith(ARM):
            found[team] = arm.removeprefix(ARM)
    return found


def _start(wish: Wish, arm: str) -> int:
    week = None if arm == CONTROL else wish.starts[arm]
    return NEVER if week is None else week


def _weekly(outcomes: Mapping[str, Floats], wish: Wish) -> Floats:
    """A person's rate by week."""
    values = outcomes[OUTCOMES[wish.metric]][: WEEK_DAYS * wish.periods].reshape(wish.periods, WEEK_DAYS)
    if wish.metric == "weekly_sharers":
        return np.asarray(values[:, -1])
    heads = np.maximum(
        outcomes[HEADS][: WEEK_DAYS * wish.periods].reshape(wish.periods, WEEK_DAYS)[:, -1], 1e-9
    )
    return np.asarray(values.sum(axis=1) / heads)


def simulated(
    base: Scenario,
    wishes: Sequence[Wish],
    runs: int,
    *,
    posterior: "DefaultPosterior | None" = None,
    processes: int | None = None,
) -> list[dict[str, Any]]:
    """Simulate the power of each design over some runs. Raises RolloutError."""
    if runs < RUNS_LEAST:
        raise RolloutError(f"runs: got {runs}; a power needs at least {RUNS_LEAST}; ask for more")
    from sims.ensemble.executors import carried_out, choose_executor, processes_for, progress, work_of
    from sims.ensemble.sweep import chunks

    asked = _Asked(tuple((wish, tuple(scenarios_of(base, wish))) for wish in wishes), posterior)
    lived = [scenario for _, scenarios in asked.designs for scenario in scenarios]
    count = processes_for(processes, work_of(lived, runs))
    tasks = chunks(asked.designs[0][1], range(runs), count)
    found: list[list[Found]] = [[] for _ in wishes]
    with (
        carried_out(choose_executor(count, len(tasks)), run_chunk, asked, tasks) as results,
        progress(f"{runs} runs", runs) as advance,
    ):
        for designs in results:
            for mine, some in zip(found, designs, strict=True):
                mine += some
            advance(len(designs[0]))
    return [gathered(mine, wish) for mine, wish in zip(found, wishes, strict=True)]
