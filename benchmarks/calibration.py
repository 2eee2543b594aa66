"""How long a calibration takes, and what three methods make of as many runs: python -m benchmarks.calibration [--quick]

Seconds (wall and CPU) of a company of 500 on its own twelve weeks, and of 10,000 employees. Calibrate–emulate–sample, the ensemble smoother
alone and rejection on synthetic companies whose truth is known: error of the informed parameters in the prior's spreads, coverage of their
90 % intervals, CRPS of four weeks ahead over that of the best naive forecast.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe
from sims.calibration.calibrate import Question, calibrate
from sims.calibration.fit import Budget
from sims.calibration.living import lives
from sims.calibration.proving import Asked, prove_one
from sims.ensemble.executors import carried_out, choose_executor
from sims.history.series import History
from sims.scenario.scenario import Scenario

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "calibration.json"
EXAMPLE, WEEKS, LARGE = "examples/midsize.yaml", 12, 10_000
COMPANIES, QUICK_COMPANIES, QUICK_RUNS = 6, 2, 400
SERIES = ("enrolled", "weekly_sharers", "shares", "clicks")


def lived(scenario: Scenario) -> History:
    """The weeks that one vector of the prior lives."""
    unknown = dict.fromkeys(SERIES, (1.0,) * WEEKS)
    asked = History(
        source="table", every_days=7, first=scenario.start_date, periods=WEEKS, series={"all": unknown}
    )
    question = Question.of(asked, scenario)
    with lives(question.asked(scenario.seed), 1, processes=1) as model:
        values = model(900, np.zeros((1, question.prior.size)), "truth")[0]
    known = {
        one.measure: tuple(row.tolist()) for one, row in zip(question.observed.series, values, strict=True)
    }
    return asked.model_copy(update={"series": {"all": known}})


def timed(scenario: Scenario, runs: int, processes: int) -> dict[str, float]:
    """Seconds of one calibration; the history is not counted."""
    history = lived(scenario)
    began, before = time.perf_counter(), _cpu()
    calibrate(history, scenario, runs, processes=processes)
    return {"wall_s": time.perf_counter() - began, "cpu_s": _cpu() - before, "runs": runs}


def _cpu() -> float:
    return sum(
        resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def methods(companies: int, runs: int) -> dict[str, dict[str, float]]:
    """Each method's error, coverage and CRPS over all companies."""
    numbers = list(range(companies))
    executor = choose_executor(None, companies)
    with carried_out(executor, prove_one, Asked(17, runs, beside=0), numbers) as results:
        rows = list(results)
    parameters = [one for row in rows for one in row["parameters"]]
    forecasts = [one for row in rows for one in row["forecasts"]]
    best = sum(min(one["naive"].values()) for one in forecasts)
    found = {}
    for name in ("prior", "posterior", "posterior, going on", "smoother", "rejection", "known"):
        own = [one for one in parameters if name in one["errors"]]
        found[name] = {"crps_over_naive": sum(one["crps"][name] for one in forecasts) / best}
        if own:
            errors = np.array([one["errors"][name] for one in own])
            ranks = np.array([one["ranks"][name] for one in own])
            found[name] |= {
                "error": float(np.sqrt(np.mean(errors**2))),
                "in_90": float(np.mean(np.abs(ranks - 0.5) <= 0.45)),
            }
    return found


def large(scenario: Scenario) -> Scenario:
    """The same with 10,000 employees."""
    company = scenario.organisation.model_copy(
        update={
            "people": None,
            "headcount": LARGE,
            "audience": scenario.organisation.audience.model_copy(update={"size": 1_000_000}),
        }
    )
    return scenario.model_copy(update={"organisation": company})


def measure(quick: bool) -> dict[str, Any]:
    """All figures."""
    scenario, runs = Scenario.load(ROOT / EXAMPLE), QUICK_RUNS if quick else Budget().runs
    found: dict[str, Any] = {
        "machine": describe(),
        "example": EXAMPLE,
        "weeks": WEEKS,
        "midsize": timed(scenario, runs, min(2, os.cpu_count() or 1)),
        "methods": methods(QUICK_COMPANIES if quick else COMPANIES, runs),
    }
    if not quick:
        found["large"] = timed(large(scenario), runs, min(2, os.cpu_count() or 1))
    return found


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments.quick)
    print(json.dumps(found, indent=1))
    if not arguments.quick:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
