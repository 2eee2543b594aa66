"""What the process loads from which those that compute pieces are forked (sims.jobs.children): all that the first piece would wait for."""

import gc

from sims.jobs.kinds import warm

warm()
gc.collect()
# Nobody who is forked looks through it for garbage, and so it is not copied.
gc.freeze()
