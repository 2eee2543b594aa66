"""The proof's page counts what its companies say: even ranks cover as they should, and one company is proved from end to end."""

import numpy as np
import pytest

from sims.calibration import proving
from sims.calibration.misfits import MISFITS, numbers, prove_misfit
from sims.calibration.proof_page import METHODS, misfits_of, page
from sims.calibration.proving import Asked, prove_one
from sims.calibration.synthetic import CHANGES, NONE, company

MEASURES = ("shares", "clicks")
FEW = 30


@pytest.fixture
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of a company's forecasts holds of few runs as of many."""
    for name in ("FORECAST_RUNS", "PRIOR_RUNS", "KNOWN_RUNS"):
        monkeypatch.setattr(proving, name, FEW)


def row(number: int, rng: np.random.Generator) -> dict[str, object]:
    methods = ("prior", "prior, going on", "posterior", "posterior, going on", "known")
    forecast = {
        "ranks": {name: float(rng.random()) for name in methods},
        "crps": dict.fromkeys(methods, 1.0) | {"posterior, going on": 0.5, "known": 0.25},
        "naive": {"last value": 2.0, "seasonal mean": 1.0},
    }
    parameter = {"ranks": {"posterior": float(rng.random())}, "errors": {"prior": 1.0, "posterior": -0.5}}
    return {
        "number": number,
        "headcount": 100,
        "weeks": 12,
        "change": CHANGES[number % 3] if number % 2 else NONE,
        "suspicious": number == 3,
        "combinations": rng.random(2).tolist(),
        "parameters": [parameter],
        "forecasts": [{"measure": name, **forecast} for name in MEASURES],
    }


def test_the_page_counts_coverage_errors_and_skill() -> None:
    rng = np.random.default_rng(1)
    text = page([row(number, rng) for number in range(400)])
    line = next(one for one in text.splitlines() if one.startswith("| combinations"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1] == "800"
    for cell, percent in zip(cells[2:5], (50, 80, 90), strict=True):
        assert abs(int(cell.split("%")[0]) - percent) <= 4
    assert float(cells[6]) > 0.001
    assert "| all | 400 | 1.00 | 0.50 |" in text
    assert "| no change | 200 | +0.00 | +0.00 | +0.00 | +0.50 |  |  | +0.75 |" in text
    assert "| shares, scheme changes | seasonal mean | +0.50 | +0.75 |" in text
    assert "told not to fit: 1 of 400" in text


def test_half_of_the_companies_change_and_every_change_is_there() -> None:
    some = [company(number, 17) for number in range(12)]
    assert [one.change for one in some[::2]] == [NONE] * 6
    assert [one.change for one in some[1::2]] == [*CHANGES, *CHANGES]
    for one in some:
        begins = one.weeks * 7 in one.scenario.change_days
        assert begins == (one.change != NONE)


@pytest.mark.usefixtures("few_runs")
def test_one_company_is_proved() -> None:
    found = prove_one(Asked(seed=3, runs=200, beside=100), 1)
    assert found["change"] == CHANGES[0]
    assert {one["measure"] for one in found["forecasts"]} == {
        "enrolled",
        "weekly_sharers",
        "shares",
        "clicks",
    }
    for one in found["forecasts"]:
        assert all(0.0 <= rank <= 1.0 for rank in one["ranks"].values())
        assert set(one["crps"]) == set(METHODS) - {"smoother", "rejection"}
    assert "| a program begins" not in page([found])
    assert "| of these: a program begins | 1 |" in page([found])


@pytest.mark.usefixtures("few_runs")
def test_what_does_not_fit_is_told_or_forecast_all_the_same() -> None:
    assert len(numbers(3)) == 3 * len(MISFITS)
    found = prove_misfit(Asked(seed=3, runs=200, beside=100), numbers(1)[0])
    assert found["suspicious"]
    text = misfits_of([found, {**found, "suspicious": False}])
    assert f"| {found['kind']} | 2 | 1 |" in text
    assert misfits_of([]) == ""
