"""Histories that no calibrated model can have lived.

A wrong number, a shock from outside, a mechanism that the fit lacks, and no contagion.
"""

from typing import Any

import pytest

from sims.calibration.calibrate import calibrate
from sims.forecasting.posterior import Posterior
from sims.history.series import History
from sims.scenario.scenario import Scenario

RUNS = 400
WEEKS = 8


@pytest.fixture(scope="module")
def left_alone() -> Scenario:
    """Forty people without a tool: nothing changes in eight weeks."""
    return Scenario.model_validate(
        {
            "name": "left-alone",
            "seed": 8,
            "horizon_days": 7 * WEEKS,
            "burn_in_days": 7,
            "organisation": {"headcount": 40, "contacts": {"median": 60}, "audience": {"size": 1000}},
            "parameters": {"values": {"base_log_odds": -4.0, "opportunities_per_week": 6.0}},
        }
    )


def calibrated(scenario: Scenario, **series: Any) -> Posterior:
    values = {name: tuple(each) for name, each in series.items()}
    history = History(
        source="table", every_days=7, first=scenario.start_date, periods=WEEKS, series={"all": values}
    )
    return calibrate(history, scenario, RUNS, processes=1)


def widened(posterior: Posterior) -> float:
    assert posterior.calibration is not None
    return float(posterior.calibration["widened"])


USUAL = (14, 17, 12, 15, 16, 13, 15, 14)


@pytest.fixture(scope="module")
def usual(left_alone: Scenario) -> Posterior:
    return calibrated(left_alone, shares=USUAL)


def test_a_usual_history_fits(usual: Posterior) -> None:
    assert (usual.warnings, widened(usual)) == ((), 1.0)


def test_a_mistyped_week_is_flagged_and_widens(left_alone: Scenario) -> None:
    found = calibrated(left_alone, shares=(*USUAL[:4], 1600, *USUAL[5:]))
    assert any(one.startswith("does not fit: unevenness of shares") for one in found.warnings)
    assert any(
        one.startswith("does not fit: shares in week 5 was 1.6e+03, and the") for one in found.warnings
    )
    assert widened(found) > 1.0
    assert any("the posterior was widened" in one for one in found.warnings)


def test_weeks_of_an_outage_are_flagged(left_alone: Scenario) -> None:
    found = calibrated(
        left_alone, shares=(140, 150, 0, 0, 0, 0, 145, 150), clicks=(300, 280, 0, 0, 0, 0, 310, 300)
    )
    assert found.warnings
    assert widened(found) > 1.0


def test_what_the_scenario_cannot_have_is_flagged_and_costs_nothing_else(
    left_alone: Scenario, usual: Posterior
) -> None:
    found = calibrated(left_alone, shares=USUAL, enrolled=(2, 4, 8, 12, 14, 15, 16, 16))
    flagged = [one for one in found.warnings if one.startswith("does not fit: enrolled a week")]
    assert len(flagged) == 3
    assert all("nothing in the scenario brings any" in one for one in flagged)
    assert found.calibration is not None
    assert usual.calibration is not None
    for name in ("motivation_mean", "visibility"):
        mine, theirs = (one.calibration["parameters"][name] for one in (found, usual))
        assert mine["contraction"] == pytest.approx(theirs["contraction"], abs=0.2)
