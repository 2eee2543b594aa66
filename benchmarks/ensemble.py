"""Runs side by side against runs one by one: the company of examples/midsize.yaml, 500 people over 28 + 182 days.

    python -m benchmarks.ensemble            # against a checkout of the version before, turn by turn
    python -m benchmarks.ensemble --quick    # fewer runs

Times are CPU seconds of one process, once compiled; the version before and this one take turns, so that both meet the same load. The
share of kernels is told by a clock around each call of one. Writes benchmarks/results/ensemble.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results" / "ensemble.json"
ROOT = Path(__file__).resolve().parents[1]
BEFORE = "a2d2e08"
"""The last version that lived every run by itself."""
EXAMPLE = "examples/midsize.yaml"
BY_THEMSELVES = """
import sys, time
from sims.scenario.scenario import Scenario
from sims.ensemble.bridge import daily_outcomes
scenario, runs = Scenario.load(sys.argv[1]), int(sys.argv[2])
daily_outcomes([scenario], 1, 0)
begin = time.process_time()
for run in range(runs):
    daily_outcomes([scenario], 1, run)
print((time.process_time() - begin) / runs)
"""


def before_ms(checkout: Path, runs: int) -> float:
    """CPU of one run in the version before."""
    told = subprocess.run(
        [sys.executable, "-c", BY_THEMSELVES, str(ROOT / EXAMPLE), str(runs)],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return 1000.0 * float(told.stdout)


def side_by_side(path: str, runs: int) -> dict[str, float]:
    """CPU of one run among so many, in a fresh process: cost, share spent in kernels, peak memory."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.ensemble", "--one", path, str(runs)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(told.stdout))


def one(path: str, runs: int) -> dict[str, float]:
    """The same, in this process."""
    from engine import kernels
    from sims.ensemble.bridge import daily_outcomes
    from sims.scenario.scenario import Scenario

    scenario = Scenario.load(path)
    daily_outcomes([scenario], 1, range(2))
    # Memory is had once in a process: the second chunk is what a worker does from then on.
    begin = time.process_time()
    daily_outcomes([scenario], 1, range(runs))
    first = time.process_time() - begin
    begin = time.process_time()
    daily_outcomes([scenario], 1, range(runs, 2 * runs))
    spent = time.process_time() - begin
    within, called = [0.0], kernels.Kernel.__call__

    def timed(kernel: kernels.Kernel, *values: Any) -> Any:
        start = time.process_time()
        found = called(kernel, *values)
        within[0] += time.process_time() - start
        return found

    kernels.Kernel.__call__ = timed  # type: ignore[method-assign]
    begin = time.process_time()
    daily_outcomes([scenario], 1, range(runs))
    again = time.process_time() - begin
    return {
        "first_ms_a_run": 1000.0 * first / runs,
        "ms_a_run": 1000.0 * spent / runs,
        "kernel_share": within[0] / again,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def common_numbers(runs: int) -> dict[str, float]:
    """Variance of the difference in shares between two schemes: independent seeds over common random numbers."""
    from sims.ensemble.run import simulate_all
    from sims.scenario.scenario import Scenario

    pair = [Scenario.load(ROOT / f"examples/midsize-{name}.yaml") for name in ("clicks", "recognition")]
    one, other = simulate_all(pair, runs, 1, processes=1)
    (apart,) = simulate_all(pair[1:], runs, 2, processes=1)
    found = {}
    for name in ("shares", "human_clicks", "viewers"):
        together = np.var(one.total(name) - other.total(name), ddof=1)
        found[name] = float(np.var(one.total(name) - apart.total(name), ddof=1) / together)
    return found


def measure(quick: bool) -> dict[str, Any]:
    """All figures."""
    turns, most = (1, 16) if quick else (3, 100)
    old, new = [], []
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "x", "-C", folder], input=archive.stdout, check=True)
        for _ in range(turns):
            old.append(before_ms(Path(folder), 2 if quick else 6))
            new.append(side_by_side(EXAMPLE, most))
    best = statistics.median(each["ms_a_run"] for each in new)
    before = statistics.median(old)
    return {
        "example": EXAMPLE,
        "load": os.getloadavg()[0],
        "before_ms_a_run": before,
        "runs": most,
        "ms_a_run": best,
        "first_ms_a_run": statistics.median(each["first_ms_a_run"] for each in new),
        "times": before / best,
        "kernel_share": statistics.median(each["kernel_share"] for each in new),
        "peak_mb": max(each["peak_mb"] for each in new),
        "by_runs": {str(runs): side_by_side(EXAMPLE, runs) for runs in (1, 8, 32) if runs < most},
        "variance_ratio": common_numbers(8 if quick else 60),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("SCENARIO", "RUNS"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(arguments.one[0], int(arguments.one[1]))))
        return
    found = measure(arguments.quick)
    print(json.dumps(found, indent=1))
    if not arguments.quick:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
