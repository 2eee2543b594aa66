"""What the process loads from which commands are forked (tests.commands): the program, the model and its kernels."""

import gc
from pathlib import Path

import sims.jobs.loaded  # noqa: F401 - what the processes of workers are forked from
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario

SMALL = Path(__file__).parents[1] / "examples" / "small.yaml"
# Kernels are loaded where they are called first.
simulate(Scenario.load(SMALL), runs=1, manner=Manner(processes=1))
gc.collect()
# Nobody who is forked looks through it for garbage, and so it is not copied.
gc.freeze()
