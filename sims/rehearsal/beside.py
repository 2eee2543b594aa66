"""Results of a rehearsal that need no simulated runs.

The gain from gaming each scheme, and the waterfall from naive reach to clicks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rewards.publishing.gaming import gaming
from rewards.scheme.scheme import IncentiveScheme
from sims.reach.waterfall import waterfall
from sims.scenario.scenario import Scenario

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior


def beside(
    scenarios: Sequence[Scenario], spec: Mapping[str, Any], posterior: DefaultPosterior | None = None
) -> dict[str, Any]:
    """Both as JSON values; the waterfall is that of the current company, for one item shared once by everybody."""
    segments = [str(one["segment"]) for one in spec["people"]]
    return {
        "gaming": [
            {
                "scenario": one["name"],
                "plays": [
                    play.as_json()
                    for play in gaming(IncentiveScheme.model_validate(one["document"]), segments)
                ],
            }
            for one in spec["schemes"]
        ],
        "waterfall": waterfall(scenarios[0], posterior=posterior).as_json(),
    }
