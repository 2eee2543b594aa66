"""What the process loads from which commands are forked (tests.commands): the program, its pages, the model and its kernels."""

import gc
from pathlib import Path

import sims.jobs.loaded  # noqa: F401 - what the processes of workers are forked from
import web.server
import web.worker  # noqa: F401 - what commands load when they are called
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario
from web.warming import warm

SMALL = Path(__file__).parents[1] / "examples" / "small.yaml"
# Kernels are loaded where they are called first.
simulate(Scenario.load(SMALL), runs=1, manner=Manner(processes=1))
# What every server does in its first seconds.
warm()
gc.collect()
# Nobody who is forked looks through it for garbage, and so it is not copied.
gc.freeze()
