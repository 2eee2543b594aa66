"""The interface of a company that measurements and `Employee` views read."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.audience.feelings import Feelings
from agents.employees.state import State
from agents.observe.flows import FlowLog
from agents.program.membership import Membership
from agents.program.program import Program
from agents.program.recognise import Recogniser
from agents.setting.setting import Setting
from agents.world.desk import Items
from agents.world.lanes import Lanes
from agents.world.network import Networks
from agents.world.population import Staff, Traits
from agents.world.timeline import Timeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Observed(Protocol):
    """The state of all runs of one company on one day.

    `prior_rate`, `rank`, `acts` and `above_median` classify employees as of the morning of the split day.
    """

    setting: Setting
    lanes: Lanes
    traits: Traits
    staff: Staff
    items: Items
    networks: Networks
    timeline: Timeline
    program: Program
    members: Membership
    recogniser: Recogniser
    state: State
    feelings: Feelings
    flows: FlowLog
    prior_rate: Floats
    rank: Ints
    acts: Ints
    above_median: Flags
    day: int

    @property
    def staff_sources(self) -> Ints:
        """int64[n]: index of each employee among the sources of the networks."""

    def over_edges(self, values: Floats, pages: bool) -> Floats:
        """float64[R]: edge-weighted mean of a per-source value, over a run's employees or over its company pages."""
