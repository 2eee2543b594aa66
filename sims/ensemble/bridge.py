"""The only module of `sims` that knows the model: one run in, daily arrays or events out.

Importing it is light; the model is imported by the functions, in the process that runs it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.result import ALL, OutcomeSpec, Result

if TYPE_CHECKING:
    from agents.employees.spreading import Spreading
    from rewards.events import Event
    from sims.scenario.scenario import Scenario

CLICKS = "human_clicks"
POINTS = "points"
SHARES = "shares"
TRUST = "peer_trust"
MOTIVATION = "motivation"
FAIRNESS = "fairness"
SEGMENT = "segment="

Daily = dict[str, dict[str, NDArray[np.float64]]]


def daily_outcomes(scenarios: Sequence["Scenario"], seed: int, run: int) -> list[Daily]:
    """One run's daily values in each scenario: {split: {outcome: float64[days]}}, `all` first, the scenario's splits after it.

    Where there are arms, they are a split of their own and cross every other. Scenarios of one company share its network,
    which costs more to build than a small company's half-year.
    """
    from agents.model import AdvocacyModel

    found: list[Daily] = []
    last: tuple[object, AdvocacyModel] | None = None
    for scenario in scenarios:
        told = _world(scenario)
        world = last[1].world if last is not None and last[0] == told else None
        model = AdvocacyModel(scenario, seed, run, world=world)
        model.run_for(scenario.horizon_days)
        last = told, model
        arms = ("arm",) if scenario.arms else ()
        wanted = tuple(dict.fromkeys((*arms, *scenario.splits, "segment")))
        found.append({ALL: model.outcomes(), **model.outcomes_by_split(wanted, crossed=bool(arms))})
    return found


def _world(scenario: "Scenario") -> object:
    # Everything but seed and run that people, audience and content follow from.
    days = (scenario.burn_in_days, scenario.horizon_days)
    delay = scenario.policy.approval_delay_days
    return scenario.organisation, scenario.content, delay, scenario.parameters.resolve(), days


def recorded_events(scenario: "Scenario", seed: int, run: int) -> "list[Event]":
    """The events of one run, in canonical order."""
    from agents.model import AdvocacyModel

    model = AdvocacyModel(scenario, seed, run, record_events=True)
    model.run_for(scenario.horizon_days)
    return list(model.recorded_events())


def outcome_specs() -> dict[str, OutcomeSpec]:
    """What every outcome of the model is, by name."""
    from agents.observe.outcomes import OUTCOMES

    return {each.name: OutcomeSpec(**vars(each)) for each in OUTCOMES}


def contact_counts(scenario: "Scenario", seed: int) -> NDArray[np.int64]:
    """How many contacts each employee has in run 0, shape (employees,)."""
    from agents.world.population import build_staff

    return build_staff(scenario.organisation, seed, 0, 0, 1).contacts


def average_repost(scenario: "Scenario") -> "Spreading":
    """How many reposts an average repost brings, on the channel where they spread most."""
    from agents.employees.spreading import spreading

    return spreading(scenario)


def guarded(result: Result) -> dict[str, NDArray[np.float64]]:
    """What the limits of `sims.comparison.choice` look at, per run."""
    return {
        TRUST: result.total(TRUST),
        MOTIVATION: result.total(MOTIVATION),
        FAIRNESS: fairness(result),
    }


def fairness(result: Result) -> NDArray[np.float64]:
    """Per run: the least-paid segment's points per share, as a part of the median segment's; 1 if nobody
    is paid.

    Equal effort, equal pay: a scheme that pays for clicks pays well-connected segments more for the same
    share. Segments without a share in a run are left out of it.
    """
    segments = [split for split in result.daily if split.startswith(SEGMENT)]
    points = np.array([result.total(POINTS, split) for split in segments])
    shares = np.array([result.total(SHARES, split) for split in segments])
    found = np.ones(result.provenance.runs)
    for run in range(found.size):
        shared = shares[:, run] > 0
        pay = points[shared, run] / shares[shared, run]
        if pay.size and np.median(pay) > 0:
            found[run] = pay.min() / np.median(pay)
    return found
