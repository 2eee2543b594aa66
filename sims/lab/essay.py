"""The essay's figures with the user's own numbers, and the factors from naive reach to expected clicks."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from engine.reach import naive_reach, second_hand_reach, visits
from sims.reach.essay import essay_figures
from sims.reach.walk import DRAWS, walk

NETWORKS = ("linkedin", "facebook", "x", "instagram", "xing")
SEED = 1


class Played(BaseModel):
    """The inputs of the page; the essay's own numbers by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    followers: Annotated[int, Field(ge=0, le=100_000_000)] = 5_000
    visit_percent: Annotated[float, Field(ge=0.0, le=100.0, allow_inf_nan=False)] = 1.0
    employees: Annotated[int, Field(ge=1, le=200_000)] = 100
    contacts: Annotated[int, Field(ge=1, le=30_000)] = 1_000
    networks: Annotated[int, Field(ge=1, le=len(NETWORKS))] = 2
    shares: Annotated[int, Field(ge=1, le=1_000)] = 1
    share_on_percent: Annotated[float, Field(ge=0.0, le=100.0, allow_inf_nan=False)] = 5.0
    onward: Annotated[int, Field(ge=0, le=30_000)] = 1_000
    audience: Annotated[int, Field(ge=1, le=20_000_000)] = 60_000


@lru_cache(maxsize=256)
def played(numbers: Played) -> dict[str, Any]:
    """The three figures, and the waterfall of one item shared once by everybody on every network, as JSON values."""
    from sims.scenario.scenario import Scenario

    channels = [{"name": name} for name in NETWORKS[: numbers.networks]]
    scenario = Scenario.model_validate(
        {
            "name": "essay",
            "organisation": {"headcount": numbers.employees, "audience": {"size": numbers.audience}},
            "content": {"channels": channels},
        }
    )
    contacts = np.full(numbers.employees, numbers.contacts, dtype=np.int64)
    naive = int(naive_reach(numbers.employees, numbers.contacts, numbers.networks))
    # Written as decimals, so that fractions of a percent stay exact.
    visit, share_on = f"{numbers.visit_percent / 100:.10f}", f"{numbers.share_on_percent / 100:.10f}"
    return {
        "kind": "essay",
        "numbers": numbers.model_dump(),
        "page_visits": float(visits(numbers.followers, visit)),
        "added_up": int(naive_reach(numbers.employees, numbers.contacts, numbers.networks, numbers.shares)),
        "second_hand": float(
            second_hand_reach(numbers.contacts, share_on, numbers.onward, sharers=numbers.employees)
        ),
        "waterfall": {
            "employees": numbers.employees,
            "naive": naive,
            "draws": DRAWS,
            "steps": [step.as_json() for step in walk(scenario, contacts, SEED, naive)],
        },
        "essay": [figure.as_json() for figure in essay_figures()],
    }
