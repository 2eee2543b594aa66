"""Imports of the process from which piece workers are forked (sims.jobs.children): everything that the first piece needs."""

import gc

from sims.jobs.kinds import warm

warm()
gc.collect()
# Nobody who is forked looks through it for garbage, and so it is not copied.
gc.freeze()
