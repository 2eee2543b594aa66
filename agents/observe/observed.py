"""The part of the model that measurements and the views of employees read."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Feelings
from agents.employees.state import State
from agents.observe.flows import FlowLog
from agents.parameters.parameters import Parameters
from agents.program.program import Programme
from agents.program.recognise import Recogniser
from agents.world.desk import Items
from agents.world.network import Network
from agents.world.population import Staff
from agents.world.timeline import Timeline

Ints = NDArray[np.int64]


class Observed(Protocol):
    """One company on one day. `prior_rate` and `rank` class people on the morning of the split day."""

    parameters: Parameters
    staff: Staff
    items: Items
    network: Network
    timeline: Timeline
    programme: Programme
    recogniser: Recogniser
    state: State
    feelings: Feelings
    flows: FlowLog
    reached: NDArray[np.bool_]
    prior_rate: NDArray[np.float64]
    rank: Ints
    day: int
