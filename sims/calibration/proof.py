"""Simulation-based calibration: `python -m sims.calibration.proof` (docs/calibration.md).

Synthetic companies with known true parameters are simulated, and each is calibrated like a customer's. The rank of the truth among the
posterior draws must be uniform over companies, and the outcomes of the following four weeks must lie in the forecast's intervals with the
nominal frequency.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sims.calibration.misfits import numbers, prove_misfit
from sims.calibration.proof_page import write_page
from sims.calibration.proving import Asked, prove_one
from sims.ensemble.executors import carried_out, choose_executor, progress

SEED, COMPANIES, BESIDE, MISFITS, RUNS = 17, 100, 12, 8, 600


def kept_rows(
    path: Path,
    tasks: Sequence[Any],
    prove: Callable[[Asked, Any], dict[str, Any]],
    asked: Asked,
    processes: int | None,
) -> list[dict[str, Any]]:
    """The row of each task, in order. Rows already in the file are reused; a new one is appended at once."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    done = {row["number"]: row for row in map(json.loads, lines)}
    left = [one for one in tasks if one not in done]
    executor = choose_executor(processes, len(left))
    with (
        path.open("a", encoding="utf-8") as file,
        carried_out(executor, prove, asked, left) as results,
        progress("companies", len(left)) as advance,
    ):
        for row in results:
            done[row["number"]] = row
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            file.flush()
            advance(1)
    return [done[one] for one in tasks]


def main() -> None:
    """Calibrate the companies that are not in the file yet, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m sims.calibration.proof", description=__doc__)
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument(
        "--beside", type=int, default=BESIDE, help="how many, the last, the baselines are given too"
    )
    parser.add_argument(
        "--misfits", type=int, default=MISFITS, help="how many of each kind that does not fit"
    )
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of the model for each company")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--out", type=Path, default=Path("docs/calibration"), help="folder of rows and page")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    asked = Asked(given.seed, given.runs, given.companies - given.beside)
    # Rows of another seed or another number of runs are ignored.
    ending = f"{given.seed}-{given.runs}.jsonl"
    rows = kept_rows(
        given.out / f"companies-{ending}", range(given.companies), prove_one, asked, given.processes
    )
    wrong = kept_rows(
        given.out / f"misfits-{ending}", numbers(given.misfits), prove_misfit, asked, given.processes
    )
    write_page(given.out / "proof.md", rows, wrong, given.seed, given.runs)


if __name__ == "__main__":
    main()
