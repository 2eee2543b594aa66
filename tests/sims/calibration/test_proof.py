"""The proof's page counts what its companies say: even ranks cover as they should, and one company is proved from end to end."""

import numpy as np

from sims.calibration.proof import Asked, prove_one
from sims.calibration.proof_page import page

MEASURES = ("shares", "clicks")


def row(number: int, rng: np.random.Generator) -> dict[str, object]:
    methods = ("prior", "posterior", "conditioned")
    forecast = {
        "ranks": {name: float(rng.random()) for name in methods},
        "crps": dict.fromkeys(methods, 1.0) | {"conditioned": 0.5},
        "naive": {"last value": 2.0, "seasonal mean": 1.0},
    }
    parameter = {"ranks": {"posterior": float(rng.random())}, "errors": {"prior": 1.0, "posterior": -0.5}}
    return {
        "number": number,
        "changes": number % 2 == 1,
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
    assert "| no change | 200 | 1.00 | 1.00 | 0.50 |" in text
    assert "told not to fit: 1 of 400" in text


def test_one_company_is_proved() -> None:
    found = prove_one(Asked(seed=3, runs=200, beside=0), 1)
    assert found["changes"]
    assert {one["measure"] for one in found["forecasts"]} == {
        "enrolled",
        "weekly_sharers",
        "shares",
        "clicks",
    }
    for one in found["forecasts"]:
        assert all(0.0 <= rank <= 1.0 for rank in one["ranks"].values())
        assert set(one["crps"]) == {"prior", "posterior", "conditioned"}
    assert page([found]).count("forecast") >= 2
