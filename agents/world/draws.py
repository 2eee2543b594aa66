"""Draws whose ordinal differs from row to row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import kernel
from engine.signatures import I64, U64, F64Out, I64In
from engine.streams import uniform


def uniforms_each(
    key: np.uint64, day: int, agents: NDArray[np.int64], ordinals: NDArray[np.int64]
) -> NDArray[np.float64]:
    """float64[n] in [0, 1): `engine.streams.uniform(key, day, agents[i], ordinals[i])`."""
    out = np.empty(agents.size, dtype=np.float64)
    _fill(np.uint64(key), day, np.ascontiguousarray(agents), np.ascontiguousarray(ordinals), out)
    return out


@kernel(U64, I64, I64In, I64In, F64Out)
def _fill(key: Any, day: Any, agents: Any, ordinals: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = uniform(key, day, agents[i], ordinals[i])
