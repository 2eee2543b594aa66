"""What is beside the runs of a rehearsal and needs none.

What playing each scheme would gain, and the walk from naive reach to clicks.
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
    """Both as JSON. The walk is that of the company as it is, for one item that everybody shares once."""
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
