"""The variance between runs taken apart: against laws whose parts are known."""

import numpy as np
import pytest

from sims.ensemble.run import Manner, simulate, simulate_all
from sims.ensemble.uncertainty import echoes_for, uncertainty
from sims.scenario.scenario import Scenario


@pytest.mark.parametrize("parameters", [0.0, 1.0, 9.0])
@pytest.mark.parametrize(("runs", "echoes"), [(20, 20), (200, 50)])
def test_the_parts_are_those_of_the_law_and_the_error_is_their_spread(
    parameters: float, runs: int, echoes: int
) -> None:
    rng, found = np.random.default_rng(7), []
    for _ in range(400):
        known = 50.0 + rng.normal(0.0, parameters**0.5, runs)
        split = uncertainty(known + rng.normal(size=runs), known[:echoes] + rng.normal(size=echoes))
        assert split is not None
        assert split.parameters + split.chance == 1.0
        found.append((split.chance, split.error))
    chance, error = np.array(found).T
    assert chance.mean() == pytest.approx(1.0 / (1.0 + parameters), abs=0.09)
    if parameters:
        assert error.mean() == pytest.approx(chance.std(), rel=0.35)


def test_the_whole_variance_is_without_bias_in_two_runs_by_hand() -> None:
    # within = ((1-2)^2 + (5-4)^2) / 2 / 2 = 0.5; SS = 10; (10 - 0.5) / (4 - 1 - 1) = 4.75
    split = uncertainty(np.array([1.0, 5.0]), np.array([2.0, 4.0]))
    assert split is not None
    assert split.chance == pytest.approx(0.5 / 4.75)
    assert split.as_json(8.0)["p90_width_by_chance_alone"] == pytest.approx(8.0 * (0.5 / 4.75) ** 0.5)


def test_nothing_is_split_where_there_is_no_spread_or_no_pair() -> None:
    assert uncertainty(np.full(5, 3.0), np.full(5, 3.0)) is None
    assert uncertainty(np.array([1.0, 2.0]), np.array([1.0])) is None


def test_few_runs_have_an_echo_each_and_many_one_in_four_up_to_64() -> None:
    assert [echoes_for(runs) for runs in (1, 12, 20, 200, 1000)] == [1, 12, 16, 50, 64]


def test_an_echo_keeps_the_parameters_and_meets_another_chance(small: Scenario) -> None:
    fixed = small.model_copy(update={"organisation": small.organisation.model_copy(update={"headcount": 80})})
    result = simulate(fixed, runs=6, processes=1)
    assert result.echoes["all"]["shares"].shape == (6, small.horizon_days)
    assert not np.array_equal(result.echoes["all"]["shares"], result.daily["all"]["shares"])
    split = result.uncertainty()["shares"]
    assert 0.0 <= split["parameters"] <= 1.0
    assert split["echoes"] == 6


def test_a_difference_that_only_chance_could_make_is_none(small: Scenario) -> None:
    one, twin = simulate_all([small, small.model_copy(update={"name": "twin"})], runs=3, processes=1)
    days = slice(0, 14)
    assert np.array_equal(one.echo_over("shares", days), twin.echo_over("shares", days))


def test_at_the_defaults_there_is_nothing_that_is_not_known(small: Scenario) -> None:
    body = simulate(small, runs=2, processes=1, manner=Manner(at_defaults=True)).as_json()
    assert "uncertainty" not in body
    assert "parameters" not in body["provenance"]
