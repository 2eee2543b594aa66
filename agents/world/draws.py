"""Draws whose run differs from row to row, and uniform ones whose ordinal does too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import kernel
from engine.signatures import I64, F64Out, I64In, U64In
from engine.streams import normal, uniform

Ints = NDArray[np.int64]


def uniforms_each(
    keys: NDArray[np.uint64], lane: Ints, day: int, agents: Ints, ordinals: Ints | int = 0
) -> NDArray[np.float64]:
    """float64[n] in [0, 1): `engine.streams.uniform(keys[lane[i]], day, agents[i], ordinals[i])`."""
    out = np.empty(agents.size, dtype=np.float64)
    if isinstance(ordinals, int):
        ordinals = np.full(agents.size, ordinals, dtype=np.int64)
    _fill(keys, lane, day, np.ascontiguousarray(agents), np.ascontiguousarray(ordinals), out)
    return out


@kernel(U64In, I64In, I64, I64In, I64In, F64Out)
def _fill(keys: Any, lane: Any, day: Any, agents: Any, ordinals: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = uniform(keys[lane[i]], day, agents[i], ordinals[i])


def normals_each(
    keys: NDArray[np.uint64], lane: Ints, day: int, agents: Ints, ordinal: int = 0
) -> NDArray[np.float64]:
    """float64[n]: `engine.streams.normal(keys[lane[i]], day, agents[i], ordinal)`."""
    out = np.empty(agents.size, dtype=np.float64)
    _fill_normals(keys, lane, day, np.ascontiguousarray(agents), ordinal, out)
    return out


@kernel(U64In, I64In, I64, I64In, I64, F64Out)
def _fill_normals(keys: Any, lane: Any, day: Any, agents: Any, ordinal: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = normal(keys[lane[i]], day, agents[i], ordinal)
