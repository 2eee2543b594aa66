"""The protocol of validation, and that the experiments say what they said (few replicates; the command runs
200).
"""

import numpy as np
import pytest

from agents.parameters import DECLARATIONS, Parameters
from sims import experiments, interventions
from sims.validate import TARGETS, Target, draw_parameters, judge, number_of, passed, validate

NUMBERS = {1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15, 17, 18, 19, 21, 22, 26, 28, 29, 30}


def target(low: float, high: float, sign: int = 0, neutral: float = 0.0) -> Target:
    return Target(1, "x", low, high, experiments.cascades, neutral, sign)


def test_all_the_targets_are_there() -> None:
    assert {number_of(t.key) for t in TARGETS} == NUMBERS
    assert len({t.key for t in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize(
    ("values", "wanted", "passes"),
    [
        (np.linspace(0.0, 1.0, 101), target(0.9, 2.0), True),
        (np.linspace(0.0, 1.0, 101), target(0.96, 2.0), False),
        (np.linspace(-0.04, 0.96, 101), target(0.0, 1.0, sign=1), True),
        (np.linspace(-0.10, 0.90, 101), target(0.0, 1.0, sign=1), False),
        (np.linspace(1.5, 2.5, 101), target(1.6, 2.6, sign=1, neutral=1.0), True),
    ],
)
def test_a_target_passes_by_its_sign_and_by_its_interval(values, wanted, passes) -> None:
    assert judge(wanted, values).passed is passes


def test_replicates_draw_within_the_priors_and_friction_in_full() -> None:
    draws = [draw_parameters(1, replicate) for replicate in range(60)]
    for name, stated in DECLARATIONS.items():
        values = [getattr(p, name) for p in draws]
        assert stated.low - 1e-12 <= min(values) <= max(values) <= stated.high + 1e-12
    assert max(p.friction_cost for p in draws) - min(p.friction_cost for p in draws) > 1.7


def test_quick_targets_pass_with_the_defaults() -> None:
    verdicts = validate(3, numbers=(3, 4, 5, 6, 8, 9, 10, 15, 17, 22, 29, 30))
    assert all(passed(verdicts).values()), [v for v in verdicts if not v.passed]


def test_same_seed_same_verdict() -> None:
    assert validate(2, seed=5, numbers=(9,)) == validate(2, seed=5, numbers=(9,))


def test_reach_falls_below_the_sum_of_networks_as_sharers_grow_in_number() -> None:
    values = experiments.reach_of(Parameters(), 1, 0)
    assert 1.0 >= values[11] > values[111] > values[112] > 0.0


def test_crowding_out_can_have_either_sign() -> None:
    strong = interventions.undermining(Parameters(tangible_erosion=0.02, habit_weight=0.5), 1, 0)
    none = interventions.undermining(Parameters(tangible_erosion=0.0, habit_weight=2.0), 1, 0)
    assert strong[12] < 0.0 < none[12]


def test_cascades_are_never_supercritical_by_default() -> None:
    assert all(experiments.cascades(draw_parameters(2, r), 2, r, rounds=3)[7] < 0.5 for r in range(5))
