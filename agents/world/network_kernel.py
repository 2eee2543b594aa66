"""The compiled loops over a whole audience that draw what each of its people is like (`agents.world.network`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import kernel
from engine.signatures import F64, I64, U64, F32Out, F64In, I32Out
from engine.streams import uniform

# Days of the NETWORK stream, one for each thing that is drawn of everybody.
SEGMENTS, ACTIVE = 1, 4


@kernel(U64, I64, I64, I32Out)
def draw_segments(key: Any, ordinal: Any, count: Any, segments: Any) -> None:
    """The segment of each person, one of `count`."""
    for person in range(segments.size):
        segments[person] = np.int32(count * uniform(key, SEGMENTS, person, ordinal))


@kernel(U64, F64In, F64, F64, F32Out)
def fill_feeds(key: Any, draws: Any, mean: Any, active: Any, load: Any) -> None:
    """The feed load of each person: mean · draw. An inactive person's is infinite, so that nothing is seen."""
    for person in range(load.size):
        # Chosen without a branch, since chance decides person by person.
        load[person] = draws[person] * mean if uniform(key, ACTIVE, person, 0) < active else np.inf
