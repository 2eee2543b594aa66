"""What the range hangs on: what moves the outcome is named first, and what does not is not named."""

from __future__ import annotations

import numpy as np

from agents.parameters.default_posterior import draw_parameters
from sims.ensemble.ranking import MOST_TOLD, _ranks, ranked

DRAWN = [draw_parameters(3, run) for run in range(120)]


def test_what_moves_it_comes_first_with_its_direction() -> None:
    values = np.array([-np.log(one.friction_cost + 0.01) for one in DRAWN])
    noise = np.random.default_rng(1).normal(0.0, 0.3 * values.std(), len(DRAWN))
    first, *_rest = ranked(values + noise, DRAWN)
    assert first["parameter"] == "friction_cost"
    assert first["correlation"] < -0.8
    assert first["part"] == first["correlation"] ** 2


def test_pure_chance_names_hardly_anything() -> None:
    rng = np.random.default_rng(5)
    named = [len(ranked(rng.normal(size=len(DRAWN)), DRAWN)) for _ in range(20)]
    assert np.mean(named) < 1.0
    assert max(named) <= MOST_TOLD


def test_few_runs_and_runs_that_are_all_alike_tell_nothing() -> None:
    assert ranked(np.arange(12.0), DRAWN[:12]) == []
    assert ranked(np.ones(len(DRAWN)), DRAWN) == []


def test_equal_values_share_a_rank() -> None:
    assert _ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]
