"""The tests. A package by name, because a distribution that they use installs a package `tests` of its own."""

import os

# Before anything that a test imports loads numpy (see `sims`).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
