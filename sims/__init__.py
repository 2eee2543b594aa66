"""Scenarios, ensembles and comparisons of the model. Importing it does not load the model.

from sims import Scenario, simulate, compare
result = simulate(Scenario.load("examples/midsize.yaml"), runs=20, seed=1)
result.frame()
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sims.comparison.comparison import Comparison, compare
    from sims.ensemble.precision import Precision
    from sims.ensemble.result import Result
    from sims.ensemble.run import Manner, simulate
    from sims.scenario.scenario import Scenario

_HOMES = {
    "Comparison": "sims.comparison.comparison",
    "Manner": "sims.ensemble.run",
    "Precision": "sims.ensemble.precision",
    "Result": "sims.ensemble.result",
    "Scenario": "sims.scenario.scenario",
    "compare": "sims.comparison.comparison",
    "simulate": "sims.ensemble.run",
}
# Matrices here are small, so that more threads only cost time; and the number of threads would change the rounding of sums.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
__all__ = ["Comparison", "Manner", "Precision", "Result", "Scenario", "compare", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
