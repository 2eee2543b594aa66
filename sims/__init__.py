"""Questions asked of the model: scenarios, ensembles, comparisons. Importing it loads no model.

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
# Matrices here are small: more threads cost many times their work, and how a sum is divided among them would show in its last digit.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
__all__ = ["Comparison", "Manner", "Precision", "Result", "Scenario", "compare", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
