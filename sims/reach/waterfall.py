"""The waterfall from naive reach to expected human clicks, one factor at a time, each with unit, source and interval.

It gives the clicks of one item if *every* employee shares it once on every network; how many employees would share it is a question for
`simulate`. The factors are the closed forms of `engine.reach`; the interval of each comes from 2,000 draws of its parameters from their
priors, except for parameters that the scenario sets.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.reach import naive_reach
from sims.doctor import version
from sims.ensemble.bridge import contact_counts, parameter_source
from sims.ensemble.spread import warnings_of
from sims.reach.essay import EssayFigure, essay_figures
from sims.reach.walk import DRAWS, Step, walk

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.scenario.scenario import Scenario


@dataclass(frozen=True)
class Waterfall:
    """The waterfall of one scenario, with the essay's figures for comparison."""

    scenario: str
    title: str
    scenario_hash: str
    seed: int
    employees: int
    contacts: int
    networks: int
    audience: int
    naive: int
    steps: tuple[Step, ...]
    essay: tuple[EssayFigure, ...]
    warnings: tuple[str, ...] = ()
    parameters: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The waterfall as JSON values for `--json`."""
        return {
            "kind": "waterfall",
            "provenance": {
                "groundswell": version(),
                "scenario": self.scenario,
                "scenario_hash": self.scenario_hash,
                "seed": self.seed,
                "draws": DRAWS,
                **({} if self.parameters is None else {"parameters": self.parameters}),
            },
            "warnings": list(self.warnings),
            "title": self.title,
            "employees": self.employees,
            "contacts": self.contacts,
            "networks": self.networks,
            "audience": self.audience,
            "naive": self.naive,
            "steps": [step.as_json() for step in self.steps],
            "essay": [figure.as_json() for figure in self.essay],
        }


def waterfall(
    scenario: "Scenario", seed: int | None = None, posterior: "DefaultPosterior | None" = None
) -> Waterfall:
    """The waterfall from the scenario's naive reach to expected human clicks, for one item shared once by everybody.

    `posterior`: its vectors are the draws of the parameters that it contains.

    Raises ValueError where the reproduction number of reposts is 1 or more.
    """
    warnings = warnings_of(scenario)
    seed = scenario.seed if seed is None else seed
    contacts = contact_counts(scenario, seed)
    networks = len(scenario.content.channels)
    audience = scenario.organisation.audience.size
    naive = int(naive_reach(1, int(contacts.sum()), networks))
    return Waterfall(
        scenario=scenario.name,
        title=scenario.title or scenario.name,
        scenario_hash=scenario.content_hash(),
        seed=seed,
        employees=len(contacts),
        contacts=int(contacts.sum()),
        networks=networks,
        audience=audience,
        naive=naive,
        steps=walk(scenario, contacts, seed, naive, posterior),
        parameters=None if posterior is None else parameter_source(posterior),
        essay=essay_figures(),
        warnings=warnings,
    )
