"""Warnings about cascades outside the range of evidence, parts without effect, and turning points; refuses supercritical cascades."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sims.ensemble.bridge import average_reposts
from sims.ensemble.turns import turns_of
from sims.scenario.idle import idle

if TYPE_CHECKING:
    from agents.employees.spreading import Spreading
    from agents.parameters.parameters import Parameters
    from sims.scenario.scenario import Scenario

# R, reposts per adoption: published cascades (Goel, Watts & Goldstein 2012), and news and video (Goel et al. 2016).
MEASURED_LOW, MEASURED_HIGH, STRESS = 0.10, 0.25, 0.5
ENDLESS = 1.0
REMEDY = "lower the channel's visibility (0.06 to 0.5 is usual), repost_base or onward_contacts"


def warnings_of_each(
    scenarios: Sequence["Scenario"], drawn: Sequence[Sequence["Parameters"]]
) -> list[tuple[str, ...]]:
    """`warnings_of` several; what spreads alike in scenarios of one company under the same parameters is computed once."""
    known: list[tuple[object, list[Spreading]]] = []
    told = []
    for scenario, mine in zip(scenarios, drawn, strict=True):
        parameters = [scenario.parameters.resolve(), *mine]
        alike = (scenario.organisation, scenario.content, parameters)
        spread = next((found for one, found in known if one == alike), None)
        if spread is None:
            spread = average_reposts(scenario, parameters)
            known.append((alike, spread))
        told.append(_told(scenario, mine, spread))
    return told


def warnings_of(scenario: "Scenario", drawn: Sequence["Parameters"] = ()) -> tuple[str, ...]:
    """Warnings to show with the results of a scenario; `drawn`: the parameters of its runs, where they are not the defaults.

    Raises ValueError where the reproduction number of reposts exceeds 1 at the defaults. Where it does so only in some draws, cascades are
    bounded by the audience, and a warning says so.
    """
    return warnings_of_each([scenario], [drawn])[0]


def _told(
    scenario: "Scenario", drawn: Sequence["Parameters"], spread: "Sequence[Spreading]"
) -> tuple[str, ...]:
    found, *others = spread
    said = (
        f"{scenario.name}: on {found.channel}, visibility {found.visibility:.3g}, an average repost brings "
        f"{found.reposts:.2f} reposts"
    )
    if found.reposts > ENDLESS:
        raise ValueError(f"{said}; above {ENDLESS:g} cascades never end; {REMEDY}")
    endless = sum(each.reposts > ENDLESS for each in others)
    parts = []
    if found.reposts > MEASURED_HIGH or found.per_adoption > STRESS:
        parts.append(
            f"and R, reposts an adoption, is {found.per_adoption:.2f}; cascades that were measured have "
            f"{MEASURED_LOW:.2f} to {MEASURED_HIGH:.2f}, so reach and clicks are overstated"
        )
    if endless:
        parts.append(
            f"and more than {ENDLESS:g} under {endless} of {len(others)} drawn parameters, where only the audience ends a cascade"
        )
    lines = (", ".join([said, *parts]) + f"; {REMEDY}",) if parts else ()
    return (*idle(scenario), *turns_of(scenario, drawn or [scenario.parameters.resolve()]), *lines)
