"""What lasts of a company's luck goes into its forecast, once."""

from datetime import timedelta

import numpy as np
import pytest

from sims.calibration.conditioning import moved
from sims.calibration.going_on import far, going_on
from sims.calibration.lately import MEMORIES, Scale, lately
from sims.calibration.series import Observed, Series
from sims.forecasting.forecast import forecast
from sims.forecasting.posterior import Posterior, load_posterior
from sims.history.series import History
from sims.scenario.scenario import Scenario

RNG_RUNS = 4000


def test_luck_that_lasts_is_given_to_every_run_and_parameters_are_not_learnt_twice() -> None:
    rng = np.random.default_rng(1)
    w = 0.5 + 0.6 * rng.standard_normal((RNG_RUNS, 1))
    luck = rng.standard_normal((RNG_RUNS, 1))
    s = w + luck + 0.05 * rng.standard_normal((RNG_RUNS, 1))
    later = w + 0.5 * luck + 0.1 * rng.standard_normal((RNG_RUNS, 1))
    found = moved(later, s, np.array([3.0]), w)
    # Given w, luck is 3 - w, and what comes later w + (3 - w) / 2.
    assert abs(found.mean() - (0.5 + 0.5 * 2.5)) < 0.05
    assert abs(found.std() - np.hypot(0.5 * 0.6, 0.1)) < 0.03
    untold = moved(later, s, np.array([3.0]), np.zeros((RNG_RUNS, 0)))
    assert untold.mean() > found.mean() + 0.1


def test_what_tells_nothing_moves_nothing() -> None:
    rng = np.random.default_rng(2)
    later, s = rng.standard_normal((100, 3)), np.zeros((100, 2))
    assert moved(later, s, np.ones(2), np.zeros((100, 0))) is later
    noise = moved(later, rng.standard_normal((100, 2)), np.zeros(2), np.zeros((100, 0)))
    assert np.abs(noise - later).max() < 1.5


def test_a_forecast_goes_on_from_its_history(small: Scenario) -> None:
    scenario = small.model_copy(update={"horizon_days": 42})
    posterior = load_posterior(None)

    def ahead(shares: float) -> float:
        series = {"all": {"shares": (shares, shares, shares)}}
        known = History(source="table", every_days=7, first=scenario.start_date, periods=3, series=series)
        moves = going_on(known, scenario, posterior)
        assert moves is not None
        found = forecast(scenario, posterior, 40, 1, processes=1, history=known, going_on=moves)
        assert any("was moved" in one for one in found.warnings)
        assert (found.weeks, str(found.first)) == (3, str(scenario.start_date + timedelta(days=21)))
        weekly = sum(float(np.mean(week)) for week in found.samples["shares"])
        assert found.totals["shares"]["mean"] == pytest.approx(weekly)
        assert max(max(week) for week in found.samples["enrolled"]) <= 1.0
        return float(np.median(found.samples["shares"]))

    assert ahead(60.0) > 3.0 * ahead(2.0)


def test_what_no_run_is_like_is_told() -> None:
    observed = Observed(
        (Series("all", "shares"), Series("all", "clicks")),
        np.array([[30.0, np.nan, 30.0], [2.0, 2.0, 2.0]]),
        (),
    )
    past = np.stack([np.full((2, 3), float(level)) for level in (2, 4, 9)])
    assert far(observed, past, 60.0) == []
    busier = Observed(observed.series, observed.values * 100.0, ())
    assert [line.split(";")[0] for line in far(busier, past, 60.0)] == [
        f"far from every run: {name} came to {seen} a week, and runs have 2.0 to 9.0"
        for name, seen in (("shares", "3,000.0"), ("clicks", "200.0"))
    ]
    quiet = Observed(observed.series, observed.values * 0.0, ())
    assert len(far(quiet, past * 100.0, 60.0)) == 2


def test_a_history_of_another_company_is_told(small: Scenario) -> None:
    known = History(
        source="table",
        every_days=7,
        first=small.start_date,
        periods=2,
        headcount=600,
        series={"all": {"shares": (3.0, 4.0)}},
    )
    moves = going_on(known, small, load_posterior(None))
    assert moves is not None
    assert moves.doubts == (
        "the history is of 600 people and the scenario of 40: correct the one that is wrong",
    )


def test_without_a_week_that_is_known_nothing_moves(small: Scenario) -> None:
    early = small.start_date - timedelta(days=70)
    series = {"all": {"shares": (1.0,)}}
    known = History(source="table", every_days=7, first=early, periods=1, series=series)
    assert going_on(known, small, Posterior(names=("visibility",), values=((0.1,),), provenance={})) is None


def test_a_level_that_lasts_for_certain_is_believed_and_one_that_does_not_is_not() -> None:
    rng = np.random.default_rng(3)
    standing, noise = rng.standard_normal((300, 1)), rng.standard_normal((300, 1))
    s = np.hstack([standing, rng.standard_normal((300, 12))])
    later = np.hstack([standing + 0.02 * noise, rng.standard_normal((300, 1))])
    found = moved(later, s, np.r_[1.5, np.zeros(12)], np.zeros((300, 0)))
    assert np.abs(found[:, 0] - 1.5).max() < 0.15
    assert abs(found[:, 1].mean()) < 0.4


def test_intervals_hold_what_was_not_fitted_and_widen_far_from_the_runs() -> None:
    inside, wide = [], []
    for seed in range(200):
        rng = np.random.default_rng([4, seed])
        s, slope = rng.standard_normal((61, 12)), rng.standard_normal((12, 1)) / 3.0
        later = s @ slope + rng.standard_normal((61, 1))
        found = moved(later[1:], s[1:], s[0], np.zeros((60, 0)))
        low, high = np.quantile(found, (0.05, 0.95))
        inside.append(low <= later[0, 0] <= high)
        wide.append(moved(later[1:], s[1:], 4.0 * s[0], np.zeros((60, 0))).std() / found.std())
    assert 0.84 <= np.mean(inside) <= 0.96
    assert np.median(wide) > 1.3


def test_scales_lead_there_and_back_and_stay_within_what_there_is() -> None:
    counts, people, levels, money = Scale.counts(), Scale.people(40.0), Scale.levels(), Scale.amounts()
    for scale, values in (
        (counts, [0.0, 1.0, 700.0]),
        (people, [0.0, 13.0, 40.0]),
        (levels, [0.0, 0.4, 1.0]),
        (money, [0.0, 12.34]),
    ):
        assert scale.down(scale.up(np.array(values))) == pytest.approx(values, abs=1e-6)
    assert people.down(np.array([-900.0, 900.0])).tolist() == [0.0, 40.0]
    assert counts.down(np.array([-50.0, 0.3])).tolist() == [0.0, 1.0]


def test_what_is_read_of_a_history_is_where_it_stands_and_how_it_came_there() -> None:
    values = np.array([[[8.0, 8.0, 8.0, 8.0], [1.0, 2.0, 4.0, 99.0]]])
    known = np.array([[True] * 4, [True, True, True, False]])
    found = lately(values, known, [Scale.counts(), Scale.people(200.0)])
    assert found.shape == (1, 2 * len(MEMORIES))
    steady, growing = found[0, : len(MEMORIES)], found[0, len(MEMORIES) :]
    assert np.exp(steady) == pytest.approx(8.0, abs=0.6)
    # The last week that is known, and then less and less of the growth.
    assert np.exp(growing[0]) == pytest.approx(4.5 / 196.5)
    assert (np.diff(growing) < 0).all()
