"""Runs side by side against runs one by one: the company of examples/midsize.yaml, 500 people over 28 + 182 days.

    python -m benchmarks.ensemble            # against a checkout of the version before, turn by turn
    python -m benchmarks.ensemble --quick    # fewer runs, no large company

Times are CPU seconds of one process, once compiled, unless they are called wall; the version before and this one take turns, so that both
meet the same load. The share of kernels is told by a clock around each call of one. Writes benchmarks/results/ensemble.json.
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
SCHEMES = ("examples/midsize-clicks.yaml", "examples/midsize-recognition.yaml")
BEGUN = time.perf_counter()
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
COMPANY = """name: scale
title: A company of {people} people
seed: 1
runs: 1
start_date: 2026-01-05
horizon_days: {days}
organisation:
  headcount: {people}
  audience: {{size: {audience}, onward_contacts: 20}}
  contacts: {{median: {contacts}, sigma: 0.8}}
phases:
  - {{day: 0, scheme: clicks}}
"""


def scaled(folder: Path, people: int, days: int, audience: int, contacts: float = 300.0) -> str:
    """Path of a scenario of that size."""
    path = folder / f"scale-{people}-{days}-{audience}-{contacts:g}.yaml"
    path.write_text(COMPANY.format(people=people, days=days, audience=audience, contacts=contacts))
    return str(path)


def before_ms(checkout: Path, runs: int, path: str | Path = EXAMPLE) -> float:
    """CPU of one run in the version before; a path that is not absolute is one of that version's own files."""
    answer = subprocess.run(
        [sys.executable, "-c", BY_THEMSELVES, str(path), str(runs)],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return 1000.0 * float(answer.stdout)


def side_by_side(path: str, runs: int) -> dict[str, float]:
    """CPU of one run among so many, in a fresh process: cost, share spent in kernels, peak memory."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.ensemble", "--one", path, str(runs)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(answer.stdout))


def one(path: str, runs: int) -> dict[str, float]:
    """The same, in this process."""
    from engine import kernels
    from sims.ensemble.bridge import daily_outcomes
    from sims.scenario.scenario import Scenario

    scenario = Scenario.load(path)
    daily_outcomes([scenario], 1, range(1), at_defaults=True)
    # Memory is had once in a process: the second chunk is what a worker does from then on.
    spent = []
    for chunk in range(2):
        begin = time.process_time()
        daily_outcomes([scenario], 1, range(chunk * runs, (chunk + 1) * runs), at_defaults=True)
        spent.append(time.process_time() - begin)
    within, called = [0.0], kernels.Kernel.__call__

    def timed(kernel: kernels.Kernel, *values: Any) -> Any:
        start = time.process_time()
        found = called(kernel, *values)
        within[0] += time.process_time() - start
        return found

    kernels.Kernel.__call__ = timed  # type: ignore[method-assign]
    begin = time.process_time()
    daily_outcomes([scenario], 1, range(runs), at_defaults=True)
    again = time.process_time() - begin
    return {
        "first_ms_a_run": 1000.0 * spent[0] / runs,
        "ms_a_run": 1000.0 * spent[1] / runs,
        "runs_a_second_and_core": runs / spent[1],
        "kernel_share": within[0] / again,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def common_numbers(runs: int) -> dict[str, float]:
    """Variance of the difference in shares between two schemes: independent seeds over common random numbers."""
    from sims.ensemble.run import Manner, simulate_all
    from sims.scenario.scenario import Scenario

    pair, manner = [Scenario.load(ROOT / name) for name in SCHEMES], Manner(at_defaults=True)
    one, other = simulate_all(pair, runs, 1, processes=1, manner=manner)
    (apart,) = simulate_all(pair[1:], runs, 2, processes=1, manner=manner)
    found = {}
    for name in ("shares", "human_clicks", "viewers"):
        together = np.var(one.total(name) - other.total(name), ddof=1)
        found[name] = float(np.var(one.total(name) - apart.total(name), ddof=1) / together)
    return found


def compared(runs: int, processes: int, at_defaults: bool = True) -> float:
    """Wall seconds of the command that compares two schemes and doing nothing, from its start to its answer; with drawn parameters a
    quarter of the runs have an echo besides.
    """
    command = [sys.executable, "-c", "from web.cli import main; main()", "compare", *SCHEMES]
    how = ["--at-defaults"] if at_defaults else []
    begin = time.perf_counter()
    subprocess.run(
        [*command, "--runs", str(runs), "--processes", str(processes), *how],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - begin


def plain_mesa(people: int, days: int) -> dict[str, float]:
    """Seconds of CPU of a working day of a small company: an agent an employee in plain Mesa, and this model run by run."""
    from agents.model import AdvocacyModel
    from agents.setting.setting import Audience, Organisation, Phase, Setting
    from benchmarks.plain_company import PlainCompany
    from rewards.scheme.presets import PRESETS

    organisation = Organisation(headcount=people, audience=Audience(size=100 * people))
    setting = Setting(
        organisation=organisation,
        phases=(Phase(scheme=PRESETS["clicks"]),),
        horizon_days=days,
        burn_in_days=0,
    )
    model = AdvocacyModel(setting, 1)
    plain = PlainCompany(model)
    begin = time.process_time()
    for _ in range(days):
        plain.step()
    between = time.process_time()
    model.run_for(days)
    return {
        "people": people,
        "days": days,
        "plain_ms_a_day": 1000.0 * (between - begin) / days,
        "alone_ms_a_day": 1000.0 * (time.process_time() - between) / days,
    }


def on_cores(runs: int, processes: int) -> float:
    """Wall seconds of so many runs on so many processes, from the question to the answer, in a process that has lived some before."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.ensemble", "--cores", str(runs), str(processes)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(answer.stdout)


def cores(runs: int, processes: int) -> float:
    """The same, in this process."""
    from sims.ensemble.run import Manner, simulate
    from sims.scenario.scenario import Scenario

    scenario, manner = Scenario.load(ROOT / EXAMPLE), Manner(at_defaults=True)
    simulate(scenario, 2, 1, 1, manner)
    begin = time.perf_counter()
    simulate(scenario, runs, 1, processes, manner)
    return time.perf_counter() - begin


def both_cores(runs: int, turns: int) -> dict[str, Any]:
    """Wall seconds of an ensemble on one core and on two, the best of some turns, and how many times as fast the two are.

    `machine_times` is that of loops that touch hardly any memory and wait for nothing: what the machine's second core is worth by itself.
    """
    found = {str(count): min(on_cores(runs, count) for _ in range(turns)) for count in (1, 2)}
    alone, beside = (min(counting(count) for _ in range(turns + 1)) for count in (1, 2))
    return {
        "runs": runs, "wall_s": found, "times": found["1"] / found["2"], "machine_times": 2.0 * alone / beside,
    }  # fmt: skip


def counting(processes: int) -> float:
    """Wall seconds until so many processes, side by side, have each counted to forty million."""
    begin = time.perf_counter()
    loops = [
        subprocess.Popen([sys.executable, "-c", "for _ in range(40_000_000): pass"]) for _ in range(processes)
    ]
    for loop in loops:
        loop.wait()
    return time.perf_counter() - begin


def measure(quick: bool, checkout: Path, folder: Path) -> dict[str, Any]:
    """All figures; `checkout` holds the version before."""
    turns, most = (1, 16) if quick else (3, 128)
    old, new = [], []
    for turn in range(turns):
        told(f"turn {turn + 1} of {turns}: the version before, then this one")
        old.append(before_ms(checkout, 2 if quick else 6))
        new.append(side_by_side(EXAMPLE, most))
    best, before = statistics.median(each["ms_a_run"] for each in new), statistics.median(old)
    told(f"{before:.0f} ms a run before, {best:.1f} now: {before / best:.1f} times; by runs, people and days")
    found: dict[str, Any] = {
        "example": EXAMPLE,
        "load": os.getloadavg()[0],
        "before_ms_a_run": before,
        "runs": most,
        "times": before / best,
        **{name: statistics.median(each[name] for each in new) for name in new[0]},
        "by_runs": {str(runs): side_by_side(EXAMPLE, runs) for runs in (1, 8, 32, 64) if runs < most},
        "by_people": {
            str(people): side_by_side(scaled(folder, people, 60, 100 * people), 8)
            for people in (100, 400, 1600)
        },
        "by_days": {str(days): side_by_side(scaled(folder, 400, days, 40_000), 8) for days in (30, 120, 360)},
        "plain_mesa": plain_mesa(200, 5 if quick else 20),
        "variance_ratio": common_numbers(8 if quick else 60),
    }
    told("a comparison from the command to its answer, and two cores against one")
    runs = 10 if quick else 200
    # Once to compile and to have files at hand.
    compared(2, 1)
    found["compare_runs"] = 3 * runs
    found["compare_wall_s"] = {str(count): compared(runs, count) for count in (1, 2)}
    found["compare_drawn_wall_s"] = {"2": compared(runs, 2, at_defaults=False)}
    found["cores"] = both_cores(32 if quick else 1_000, 1 if quick else 2)
    if not quick:
        told("10,000 people with 1,000,000 contacts over 250 days")
        large = scaled(folder, 10_000, 250, 1_000_000, 100.0 / float(np.exp(0.32)))
        found["large"] = {"before_ms_a_run": before_ms(checkout, 1, large)} | {
            str(runs): side_by_side(large, runs) for runs in (1, 8)
        }
        told("100,000 people with 10,000,000 contacts over 250 days")
        largest = scaled(folder, 100_000, 250, 10_000_000, 100.0 / float(np.exp(0.32)))
        found["largest"] = side_by_side(largest, 1)
    return found


def told(what: str) -> None:
    """Say on standard error what is measured now; the figures alone go to standard output."""
    print(f"{time.perf_counter() - BEGUN:5.0f} s: {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("SCENARIO", "RUNS"))
    parser.add_argument("--cores", nargs=2, type=int, metavar=("RUNS", "PROCESSES"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(arguments.one[0], int(arguments.one[1]))))
        return
    if arguments.cores:
        print(cores(*arguments.cores))
        return
    with tempfile.TemporaryDirectory() as checkout, tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "x", "-C", checkout], input=archive.stdout, check=True)
        found = measure(arguments.quick, Path(checkout), Path(folder))
    print(json.dumps(found, indent=1))
    if not arguments.quick:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
