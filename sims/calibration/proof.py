"""Simulation-based calibration: `python -m sims.calibration.proof` (docs/calibration.md).

Companies of their own are drawn with their truth, each lives a history, and each is calibrated as a customer's would be. Where the truth
is among the draws of its posterior must be even over companies. What happens in the four weeks after must lie in the forecast's
intervals as often as these say.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scoringrules import crps_ensemble

from sims.calibration.baselines import rejection, smoother_alone
from sims.calibration.calibrate import INFORMED, Moved, Question, digits, fitted
from sims.calibration.conditioning import moved
from sims.calibration.fit import Budget, Fit
from sims.calibration.laws import Floats
from sims.calibration.living import lives
from sims.calibration.series import Series
from sims.calibration.synthetic import AHEAD, TRUTH, Company, company, life
from sims.ensemble.executors import carried_out, choose_executor, progress
from sims.forecasting.baselines import baselines
from sims.history.series import ALL

SEED, COMPANIES, RUNS, FORECAST_RUNS = 17, 100, 600, 150
FORECAST = ("enrolled", "weekly_sharers", "shares", "clicks")
HALF = 0.5


@dataclass(frozen=True)
class Asked:
    """What a proof is made of. `beside`: how many companies are also given to the baselines."""

    seed: int
    runs: int
    beside: int


def prove_one(asked: Asked, number: int) -> dict[str, Any]:
    """One company: where its truth and its future are in what is said of them."""
    one = company(number, asked.seed)
    truth, lived = life(one)
    question, budget = one.question(lived), Budget.of(asked.runs)
    draws: dict[str, Floats] = {}
    rng = np.random.default_rng([one.seed, TRUTH + 1])
    with lives(question.asked(one.seed), 1, processes=1) as model:
        found = fitted(question, model, budget, one.seed)
    if number < asked.beside:
        size, seen = question.prior.size, question.seen
        with lives(question.asked(one.seed + 1), 1, processes=1) as model:
            draws["smoother"] = smoother_alone(Moved(question, model), seen, size, budget.runs, rng=rng)
        with lives(question.asked(one.seed + 2), 1, processes=1) as model:
            draws["rejection"] = rejection(Moved(question, model), seen, size, budget.runs, rng=rng)
    draws |= {"prior": rng.standard_normal((FORECAST_RUNS, question.prior.size)), "posterior": found.z}
    return {
        "number": number,
        "headcount": one.scenario.organisation.headcount,
        "weeks": one.weeks,
        "changes": one.changes,
        "directions": int(found.across.shape[1]),
        "inflation": digits(found.inflation),
        "p_of_all": digits(found.checked.p_of_all),
        "suspicious": found.checked.suspicious,
        "combinations": _combinations(found, truth),
        "parameters": _parameters(question, found, truth, draws),
        "forecasts": _forecasts(one, question, found, lived, draws=draws),
    }


def _combinations(found: Fit, truth: Floats) -> list[float]:
    """The rank of the truth in every combination that the data move."""
    true = truth @ found.across
    return [
        _rank(found.w[:, at], float(true[at]))
        for at in range(true.size)
        if 1.0 - found.w[:, at].var() >= INFORMED
    ]


def _parameters(
    question: Question, found: Fit, truth: Floats, draws: dict[str, Floats]
) -> list[dict[str, Any]]:
    """Every informed parameter: the rank of its truth, and how far each method's mean is from it in the prior's spreads."""
    factor = question.prior.factor
    _, variance = found.spread(factor)
    true, scores = factor @ truth, {name: z @ factor.T for name, z in draws.items()}
    return [
        {
            "name": question.prior.names[at],
            "contraction": digits(1.0 - float(variance[at])),
            "truth": digits(float(true[at])),
            "ranks": {name: _rank(x[:, at], float(true[at])) for name, x in scores.items()},
            "errors": {name: digits(float(x[:, at].mean() - true[at])) for name, x in scores.items()},
        }
        for at in np.flatnonzero(1.0 - variance >= INFORMED).tolist()
    ]


def _forecasts(
    one: Company, question: Question, found: Fit, lived: Floats, *, draws: dict[str, Floats]
) -> list[dict[str, Any]]:
    """Every measure and week ahead: what happened, its rank, and the CRPS of each method and of the best naive forecast."""
    asked, after = one.asked(), slice(one.weeks, one.weeks + AHEAD)
    places = [asked.series.index(Series(ALL, name)) for name in FORECAST]
    samples: dict[str, Floats] = {}
    with lives(asked, 1, processes=1) as model:
        for wave, (name, z) in enumerate(sorted(draws.items()), start=TRUTH + 10):
            runs = model(wave, z[:FORECAST_RUNS], name)
            samples[name] = runs[:, places, after]
            if name == "posterior":
                past = _of_history(question, asked.series, runs)
                w = z[:FORECAST_RUNS] @ found.across
                later = np.log(samples[name].reshape(runs.shape[0], -1) + HALF)
                gone_on = np.exp(moved(later, past, question.seen, w)) - HALF
                counts = np.maximum(np.round(gone_on.reshape(samples[name].shape)), 0.0)
                samples["conditioned"] = np.asarray(counts, dtype=np.float64)
    rows = []
    for at, (name, place) in enumerate(zip(FORECAST, places, strict=True)):
        known = lived[place, : one.weeks].tolist()
        for week in range(AHEAD):
            actual = float(lived[place, one.weeks + week])
            naive = {each: _crps(actual, values) for each, values in baselines(known, week + 1).items()}
            rows.append(
                {
                    "measure": name,
                    "week": week + 1,
                    "actual": actual,
                    "ranks": {each: _rank(values[:, at, week], actual) for each, values in samples.items()},
                    "crps": {each: _crps(actual, values[:, at, week]) for each, values in samples.items()},
                    "naive": naive,
                }
            )
    return rows


def _of_history(question: Question, series: tuple[Series, ...], runs: Floats) -> Floats:
    """The history's summaries of runs that went on beyond it."""
    places = [series.index(one) for one in question.observed.series]
    return question.of_runs(runs[:, places, : question.observed.weeks])


def _rank(values: Floats, truth: float) -> float:
    """Share of the draws below; a tie counts half."""
    return digits(float(np.mean((values < truth) + 0.5 * (values == truth))))


def _crps(actual: float, values: Floats) -> float:
    return digits(float(crps_ensemble(actual, values)))


def main() -> None:
    """Calibrate so many companies, those that the file has already excepted, and write the page's part that is counted from them."""
    from sims.calibration.proof_page import write_page

    parser = argparse.ArgumentParser(prog="python -m sims.calibration.proof", description=__doc__)
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument("--beside", type=int, default=COMPANIES, help="how many the baselines are given too")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of the model for each company")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--out", type=Path, default=Path("docs/calibration"), help="folder of rows and page")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    # Rows of another seed or of another number of runs are no part of this proof.
    rows = given.out / f"companies-{given.seed}-{given.runs}.jsonl"
    lines = rows.read_text("utf-8").splitlines() if rows.exists() else []
    done = {row["number"]: row for row in map(json.loads, lines)}
    left = [number for number in range(given.companies) if number not in done]
    asked = Asked(given.seed, given.runs, given.beside)
    executor = choose_executor(given.processes, len(left))
    with (
        rows.open("a", encoding="utf-8") as file,
        progress("companies", len(left)) as advance,
        carried_out(executor, prove_one, asked, left) as results,
    ):
        for row in results:
            done[row["number"]] = row
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            file.flush()
            advance(1)
    write_page(given.out / "proof.md", [done[number] for number in sorted(done)], given.seed, given.runs)


if __name__ == "__main__":
    main()
