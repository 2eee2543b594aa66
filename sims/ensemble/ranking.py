"""The parameters to which an outcome is most sensitive, by rank correlation with the parameters drawn in the runs.

It needs no further runs. A parameter's effect includes that of parameters correlated with it in the posterior; correlations within noise
are left out (`sims.comparison.assumptions` redraws groups instead, which separates them).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from agents.parameters.parameters import Parameters

Floats = NDArray[np.float64]

RUNS_LEAST, MOST_TOLD = 30, 6
# Standard errors above which a rank correlation is reported: of a hundred irrelevant parameters one passes in about one of four cases.
ERRORS = 3.0


def ranked(values: Floats, drawn: Sequence[Parameters]) -> list[dict[str, Any]]:
    """The parameters by the part of the variance of `values` (one a run) explained by their rank, largest first; empty for few runs."""
    from agents.parameters.parameters import DECLARATIONS

    if len(drawn) < RUNS_LEAST or np.ptp(values) == 0.0:
        return []
    columns = np.array([[getattr(one, name) for name in DECLARATIONS] for one in drawn], dtype=np.float64)
    mine, ranks = _ranks(values), np.apply_along_axis(_ranks, 0, columns)
    moves = np.ptp(columns, axis=0) > 0.0
    found: list[tuple[float, dict[str, Any]]] = []
    for at, name in enumerate(DECLARATIONS):
        if moves[at]:
            rho = float(np.corrcoef(mine, ranks[:, at])[0, 1])
            if abs(rho) > ERRORS / (len(drawn) - 1) ** 0.5:
                mark = DECLARATIONS[name].mark
                row = {"parameter": name, "correlation": rho, "part": rho**2, "mark": mark}
                found.append((-(rho**2), row))
    return [row for _, row in sorted(found, key=lambda one: one[0])[:MOST_TOLD]]


def _ranks(values: Floats) -> Floats:
    """Ranks, with the mean rank for ties."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place], dtype=np.float64)
