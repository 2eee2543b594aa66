"""Turning points in closed form, before any simulation: rewards too small to outweigh crowding out, and too many reminders.

`compare --turning-points` finds them by simulation with all interactions; this approximation is free and always reported.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rewards.publishing.clicks import MODEL_CLICKS_PER_SHARE

if TYPE_CHECKING:
    from agents.parameters.parameters import Parameters
    from rewards.scheme.scheme import IncentiveScheme
    from sims.scenario.scenario import Scenario, SchemePhase


def turns_of(scenario: "Scenario", drawn: Sequence["Parameters"]) -> tuple[str, ...]:
    """A line for each phase that is beyond a turning point in most of the drawn parameter sets."""
    found = []
    for owner, phases in (
        ("", scenario.phases),
        *((f"arm {arm.name!r}, ", arm.phases) for arm in scenario.arms),
    ):
        for phase in phases:
            texts = (_too_little(phase, scenario, drawn), _too_many(phase, drawn))
            found += [f"{scenario.name}: {owner}phase of day {phase.day}: {text}" for text in texts if text]
    return tuple(dict.fromkeys(found))


def _too_little(phase: "SchemePhase", scenario: "Scenario", drawn: Sequence["Parameters"]) -> str:
    from agents.employees.framing import MOST_POINTS, least_reward

    points = 0.0 if phase.scheme is None else _points_a_share(phase.scheme)
    if points <= 0.0:
        return ""
    heads = max(1.0, scenario.organisation.size / scenario.organisation.number_of_teams)
    least, between = _middle([least_reward(phase.terms, heads, p) for p in drawn])
    if points >= least or least >= MOST_POINTS:
        # Where no reward suffices, the effect of rewards is switched off.
        return ""
    return (
        f"about {points:.3g} a share in points, tangible and announced; below {least:.3g}{between} such a reward takes more from people of "
        "middle motivation than it brings, even while it is new; raise it, or make it symbolic or a surprise"
    )


def _too_many(phase: "SchemePhase", drawn: Sequence["Parameters"]) -> str:
    from agents.program.reminders import best_a_week

    number = 0.0 if phase.tool is None else phase.tool.digests_per_week
    if number <= 1.0:
        return ""
    best, between = _middle([best_a_week(p) for p in drawn])
    if number <= best:
        return ""
    return f"{number:g} reminders a week; beyond {best:.3g}{between} one more means fewer opened in the end, and annoys; send fewer"


def _middle(values: Sequence[float]) -> tuple[float, str]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return float(middle), "" if len(
        values
    ) < 2 else f" (90 % of the drawn parameters: {low:.3g} to {high:.3g})"


def _points_a_share(scheme: "IncentiveScheme") -> float:
    # Tangible, announced rules only; with a prize in addition, the value exceeds that of the points.
    rules = [r for r in scheme.rules if r.nature.worth == "tangible" and r.nature.expectation == "expected"]
    clicks = {"share": 1.0, "click": MODEL_CLICKS_PER_SHARE}
    return sum(float(rule.points) * clicks.get(rule.on, 0.0) for rule in rules)
