"""The interface to the model: scenario and seed in, daily arrays or events out. Ensembles and comparisons use only this.

Importing it is light; its functions import the model, in the process that runs it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.result import ALL, OutcomeSpec, Result

if TYPE_CHECKING:
    from agents.employees.spreading import Spreading
    from agents.ensemble import Ensemble
    from agents.parameters.default_posterior import DefaultPosterior
    from agents.parameters.parameters import Parameters
    from agents.world.lanes import Draw
    from agents.world.world import World
    from rewards.events import Event
    from sims.scenario.scenario import Scenario

CLICKS = "human_clicks"
POINTS = "points"
SHARES = "shares"
TRUST = "peer_trust"
MOTIVATION = "motivation"
FAIRNESS = "fairness"
SEGMENT = "segment="

# Upper bounds of a run's memory per node of its network, per contact of a source, and per employee in addition to weekly snapshots.
BYTES_A_NODE, BYTES_AN_EDGE, BYTES_A_PERSON = 60, 17, 2_000

# Offset of the run number of an echo: run r again with the same parameters and other random numbers.
ECHO = 1 << 40

Daily = dict[str, dict[str, NDArray[np.float64]]]


def parameters_of(
    scenario: "Scenario",
    seed: int,
    run: int,
    at_defaults: bool = False,
    posterior: "DefaultPosterior | None" = None,
) -> "Parameters":
    """The parameters of a run.

    The run's vector of the joint posterior (the stored one unless given), overridden by the scenario's preset, values and mechanisms off;
    with `at_defaults` the declared defaults instead of the vector.

    Scenarios under one seed share the vectors, so that parameters never contribute to a difference between them.
    """
    stated = scenario.parameters
    if at_defaults:
        return stated.resolve()
    from agents.parameters.default_posterior import draw_parameters
    from agents.parameters.parameters import PRESETS

    drawn = draw_parameters(seed, run % ECHO, posterior)
    return drawn.replace(**PRESETS[stated.preset] | stated.values).without(*stated.off)


def parameter_source(posterior: "DefaultPosterior | None" = None) -> str:
    """An identifier of the joint posterior that runs draw from, for reproducibility; the stored one unless given."""
    from agents.parameters.default_posterior import default_posterior

    which = "the joint" if posterior is None else "a calibrated"
    posterior = posterior or default_posterior()
    digest = sha256(posterior.values.tobytes()).hexdigest()
    return f"{posterior.values.shape[0]} vectors of {which} posterior {digest[:16]}"


def daily_outcomes(
    scenarios: Sequence["Scenario"],
    seed: int,
    runs: Sequence[int],
    at_defaults: bool = False,
    posterior: "DefaultPosterior | None" = None,
) -> list[list[Daily]]:
    """Simulate some runs of each scenario; returns daily outcomes by run and scenario: {split: {outcome: float64[days]}}.

    `all` comes first, then the scenario's splits.

    Arms are a split of their own and cross all others. Runs are simulated together, and scenarios with the same company share its people,
    audience and content. Each run has its own draw of the parameters (`parameters_of`).
    """
    stated = [scenario.parameters.resolve() if at_defaults else None for scenario in scenarios]
    return lived(
        (
            scenario,
            [(seed, run, known or parameters_of(scenario, seed, run, posterior=posterior)) for run in runs],
        )
        for scenario, known in zip(scenarios, stated, strict=True)
    )


def lived(questions: "Iterable[tuple[Scenario, Sequence[tuple[int, int, Parameters]]]]") -> list[list[Daily]]:
    """Simulate runs given as (seed, run, parameters), the same number for each scenario; daily outcomes by run and scenario."""
    from agents.world.lanes import Draw
    from agents.world.memory import handed_on
    from agents.world.world import World

    asked = [(scenario, [Draw(*each) for each in named]) for scenario, named in questions]
    found: list[list[Daily]] = [[] for _ in asked]
    built_of: object = None
    with ExitStack() as kept:
        for alike in _alike([(_trunk(scenario), draws) for scenario, draws in asked]):
            scenario, draws = asked[alike[0]]
            if built_of != (_world(scenario), draws):
                kept.close()
                kept.enter_context(handed_on())
                built_of, world = (_world(scenario), draws), World.of(scenario, draws)
            with handed_on():
                for place, dailies in _branches([asked[at][0] for at in alike], draws, world):
                    found[alike[place]] = dailies
    return [list(run) for run in zip(*found, strict=True)]


def _branches(
    scenarios: "Sequence[Scenario]", draws: "Sequence[Draw]", world: "World"
) -> "Iterator[tuple[int, list[Daily]]]":
    """Simulate scenarios that differ in phases and arms only as forks of the one that is longest without a program."""
    from agents.ensemble import Ensemble
    from agents.setting.setting import quiet_days
    from agents.world.memory import handed_on

    quiet = [quiet_days(scenario) for scenario in scenarios]
    *branches, last = sorted(range(len(scenarios)), key=quiet.__getitem__)
    trunk = Ensemble(scenarios[last], draws, world=world)
    for place in branches:
        trunk.run_for(quiet[place] - trunk.day)
        with handed_on():
            yield place, _ended(Ensemble.fork(trunk, scenarios[place]), scenarios[place])
    yield last, _ended(trunk, scenarios[last])


def _ended(company: "Ensemble", scenario: "Scenario") -> list[Daily]:
    """Simulate the remaining days; returns the daily outcomes of each run."""
    company.run_for(scenario.horizon_days - company.day)
    arms = ("arm",) if scenario.arms else ()
    wanted = tuple(dict.fromkeys((*arms, *scenario.splits, "segment")))
    outcomes, splits = company.outcomes(), company.splits_by_run(wanted, crossed=bool(arms))
    return [
        {ALL: {name: values[place] for name, values in outcomes.items()}, **by_split}
        for place, by_split in enumerate(splits)
    ]


def futures(
    scenario: "Scenario", draw: "tuple[int, int, Parameters]", days: int, chances: Sequence[int]
) -> list[Daily]:
    """Daily outcomes of continuations of one run (seed, run, parameters), one for each of `chances`.

    They are identical until `days` and afterwards use the random numbers of another run each. Draws made before the first day, such as
    turnover and publications, stay the same.
    """
    from agents.ensemble import Ensemble
    from agents.world.lanes import Draw
    from agents.world.memory import handed_on
    from agents.world.world import World

    seed, _, parameters = draw
    draws = [Draw(*draw)] * len(chances)
    with handed_on():
        company = Ensemble(scenario, draws, world=World.of(scenario, draws))
        company.run_for(days)
        company.meet_another_chance([Draw(seed, run, parameters) for run in chances])
        return _ended(company, scenario)


def _alike(keys: Sequence[object]) -> list[list[int]]:
    """Indices grouped by equal keys, in order of first appearance."""
    found: list[list[int]] = []
    for place, key in enumerate(keys):
        mine = next((group for group in found if keys[group[0]] == key), None)
        if mine is None:
            found.append([place])
        else:
            mine.append(place)
    return found


def _trunk(scenario: "Scenario") -> object:
    # Everything except the draws that determines a run before a program begins.
    from agents.setting.setting import quiet_days

    days = scenario.start_date, scenario.split_day
    # Without a burn-in employees begin as day 0 leaves them in the long run: settled in whatever is in force then, group by group.
    at_once = scenario.burn_in_days == 0 and quiet_days(scenario) == 0
    arms = [(arm.name, arm.share, arm.by, arm.phases[0]) for arm in scenario.arms]
    return _world(scenario), scenario.policy, days, (scenario.phases[0], arms) if at_once else None


def bytes_a_run(scenario: "Scenario") -> int:
    """Approximate memory of a run that is simulated with others."""
    company, audience = scenario.organisation, scenario.organisation.audience
    people = company.headcount or len(company.people or ())
    if company.people:
        contacts = float(sum(row.contacts for row in company.people))
    else:
        mean = company.contacts.median * float(np.exp(company.contacts.sigma**2 / 2.0))
        contacts = people * max(mean, *(part.contacts_median or 0.0 for part in company.segments))
    followers = sum(account.followers for account in company.corporate_accounts)
    weeks = scenario.horizon_days // 7 + 1
    return int(
        (audience.size + people) * BYTES_A_NODE
        + (contacts + followers) * BYTES_AN_EDGE
        + people * (BYTES_A_PERSON + 48 * weeks)
    )


def _world(scenario: "Scenario") -> object:
    # Everything except the draws that determines people, audience and content.
    days = (scenario.burn_in_days, scenario.horizon_days)
    delay = scenario.policy.approval_delay_days
    return scenario.organisation, scenario.content, delay, days


def recorded_events(
    scenario: "Scenario",
    seed: int,
    run: int,
    at_defaults: bool = False,
    posterior: "DefaultPosterior | None" = None,
) -> "list[Event]":
    """The events of one run, in canonical order."""
    from agents.model import AdvocacyModel

    parameters = parameters_of(scenario, seed, run, at_defaults, posterior)
    model = AdvocacyModel(scenario, seed, run, parameters, record_events=True)
    model.run_for(scenario.horizon_days)
    return list(model.recorded_events())


def outcome_specs() -> dict[str, OutcomeSpec]:
    """The definition of every outcome of the model, by name."""
    from agents.observe.outcomes import OUTCOMES

    return {each.name: OutcomeSpec(**vars(each)) for each in OUTCOMES}


def contact_counts(scenario: "Scenario", seed: int) -> NDArray[np.int64]:
    """int64[employees]: number of contacts of each employee in run 0."""
    from agents.world.population import build_staff

    return build_staff(scenario.organisation, seed, 0, 0, 1).contacts


def average_reposts(scenario: "Scenario", parameters: Sequence["Parameters"]) -> "list[Spreading]":
    """The reproduction number of reposts for each parameter set, on the channel where it is largest."""
    from agents.employees.spreading import spreadings

    return spreadings(scenario, parameters)


def guarded(result: Result) -> dict[str, NDArray[np.float64]]:
    """The values that the limits of `sims.comparison.choice` check, per run."""
    return {
        TRUST: result.total(TRUST),
        MOTIVATION: result.total(MOTIVATION),
        FAIRNESS: fairness(result),
    }


def fairness(result: Result) -> NDArray[np.float64]:
    """Fairness: the least-paid segment's expected points a share relative to the median segment's; 1 if nobody is paid.

    float64[runs], evenly spaced quantiles of a distribution around the value over all runs, with the jackknife error as its width.
    Equal effort should have equal pay: a scheme that pays for clicks pays well-connected segments more for the same share. In a single run
    few people of a segment share and their clicks are noise, so that points and shares are summed over all runs.
    """
    segments = [split for split in result.daily if split.startswith(SEGMENT)]
    points, shares = (
        np.array([result.total(name, split) for split in segments]).reshape(len(segments), -1)
        for name in (POINTS, SHARES)
    )
    runs = result.provenance.runs
    whole = _least_paid(points.sum(axis=1), shares.sum(axis=1))
    if runs < 2:
        return np.full(runs, whole)
    others = (sums.sum(axis=1, keepdims=True) - sums for sums in (points, shares))
    left = np.array([_least_paid(*each) for each in zip(*(one.T for one in others), strict=True)])
    error = float(np.sqrt((runs - 1) / runs * np.sum((left - left.mean()) ** 2)))
    places = [NormalDist().inv_cdf((at + 0.5) / runs) for at in range(runs)]
    return np.maximum(0.0, whole + error * np.array(places))


def _least_paid(points: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    # Segments without shares are left out.
    pay = points[shares > 0] / shares[shares > 0]
    return float(pay.min() / np.median(pay)) if pay.size and np.median(pay) > 0 else 1.0
