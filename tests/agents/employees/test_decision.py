"""Each term of the utility has the sign that behaviour says; and chances are chances."""

import numpy as np
import pytest

from agents.employees import decision
from agents.employees.decision import Occasion
from agents.parameters.parameters import MECHANISMS, Parameters

P = Parameters()


def occasion(**values: float | list[float]) -> Occasion:
    """Neutral opportunities: zeros, and whatever is given."""
    size = max((len(v) for v in values.values() if isinstance(v, list)), default=1)
    columns = {name: np.zeros(size) for name in Occasion._fields}
    for name, value in values.items():
        columns[name] = np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()
    return Occasion(**columns)


RISING = [
    (decision.intrinsic, {"motivation": [0.1, 0.9], "relevance": 1.0}),
    (decision.intrinsic, {"motivation": 0.5, "relevance": [0.4, 1.0]}),
    (decision.image, {"perceived_log": [2.0, 6.0]}),
    (decision.feedback, {"feedback": [0.1, 0.6]}),
    (decision.reward, {"reward_points": [1.0, 50.0], "novelty": 1.0}),
    (decision.reward, {"reward_points": 10.0, "novelty": [0.1, 1.0]}),
    (decision.goal, {"steerer": 1.0, "goal": [0.1, 0.9]}),
    (decision.norm, {"own_rate": 0.0, "norm_rate": [0.1, 0.8]}),
    (decision.norm, {"own_rate": 0.1, "norm_rate": 0.3, "norm_message": [0.0, 0.3]}),
    (decision.recognition, {"recognition": [0.0, 1.0]}),
    (decision.rank, {"rank": [0.0, 1.0]}),
    (decision.contest, {"contest": [0.0, 1.0]}),
    (decision.streak, {"intact": [0.0, 1.0]}),
    (decision.habit, {"habit": [0.0, 0.7]}),
    (decision.asked, {"asked": [0.0, 1.0]}),
    (decision.award, {"award": [0.0, 1.0]}),
    (decision.reward, {"reward_points": 10.0, "novelty": 1.0, "felt_more": [0.0, 0.5]}),
]
FALLING = [
    (decision.crowding_out, {"crowded": 1.0, "reward_points": 1.0, "motivation": [0.1, 0.9]}),
    (decision.crowding_out, {"crowded": [0.0, 1.0], "reward_points": 1.0, "motivation": 0.5}),
    (
        decision.crowding_out,
        {
            "crowded": 1.0,
            "reward_points": 1.0,
            "motivation": 0.5,
            "public": 1.0,
            "connectedness": [-0.5, 1.0],
        },
    ),
    (decision.norm, {"norm_rate": 0.0, "own_rate": [0.1, 0.8]}),
    (decision.rank, {"rank": [0.0, -1.0]}),
    (decision.streak, {"broken": [0.0, 1.0]}),
    (decision.friction, {"friction": [0.0, 1.0]}),
    (decision.fear, {"fear": [0.1, 0.8], "risk": 0.5}),
    (decision.fear, {"fear": 0.5, "risk": [0.1, 0.9]}),
    (decision.repetition, {"recent": [0.0, 4.0]}),
    (decision.loss, {"loss": [0.0, 1.0]}),
]


@pytest.mark.parametrize(("term", "values"), RISING)
def test_term_rises(term, values) -> None:
    low, high = term(occasion(**values), P)
    assert high > low


@pytest.mark.parametrize(("term", "values"), FALLING)
def test_term_falls(term, values) -> None:
    low, high = term(occasion(**values), P)
    assert high < low


def test_a_green_light_relieves_fear() -> None:
    amber, green = decision.fear(occasion(fear=0.5, risk=0.5, green_lit=[0.0, 1.0]), P)
    assert amber < green < 0.0


def test_a_norm_message_pulls_those_below_it_up_and_those_far_above_it_down() -> None:
    plain, told = (
        decision.norm(occasion(own_rate=[0.0, 0.2, 0.9], norm_rate=0.1, norm_message=m), P)
        for m in (0.0, 0.3)
    )
    assert ((told - plain)[:2] > 0.0).all()
    assert (told - plain)[2] < 0.0


def test_without_a_message_only_a_part_of_the_gap_is_noticed() -> None:
    below, above = decision.norm(occasion(own_rate=[0.0, 6.0], norm_rate=2.0), P)
    assert below == pytest.approx(P.norm_up * P.norm_attention * 2.0 / (2.0 + P.norm_unit))
    assert above == pytest.approx(-P.norm_down * P.norm_attention * 4.0 / (8.0 + P.norm_unit))


def test_a_gap_is_relative_and_bounded() -> None:
    little, much = (decision.relative(np.array([2.0 * k]), np.array([1.0 * k]), P)[0] for k in (10.0, 1000.0))
    assert little == pytest.approx(much, abs=0.02)
    assert decision.relative(np.array([1e9]), np.zeros(1), P)[0] == pytest.approx(1.0)
    assert decision.relative(np.array([0.01]), np.zeros(1), P)[0] < 0.05


def test_being_paid_costs_the_same_whatever_the_amount() -> None:
    o = occasion(crowded=[0.0, 1.0, 1.0, 1.0], motivation=0.8, reward_points=[0.0, 0.0, 1.0, 1000.0])
    assert decision.crowding_out(o, P).tolist() == pytest.approx([0.0, *[-P.crowding_out * 0.8] * 3])


def test_a_token_reward_can_lower_and_a_large_one_raise_the_utility() -> None:
    o = occasion(crowded=[0.0, 1.0, 1.0], motivation=0.8, novelty=1.0, reward_points=[0.0, 0.5, 200.0])
    nothing, token, large = decision.log_odds(o, P)
    assert token < nothing < large


def test_only_steerers_feel_the_goal() -> None:
    assert decision.goal(occasion(steerer=0.0, goal=0.9), P)[0] == 0.0


def test_novelty_halves_towards_its_floor() -> None:
    start, half, end = decision.novelty(np.array([0.0, P.novelty_half_life_weeks, 1e6]), P)
    assert start == 1.0
    assert half == pytest.approx(P.novelty_floor + (1.0 - P.novelty_floor) / 2.0)
    assert end == pytest.approx(P.novelty_floor)


def test_effort_rises_with_motivation_and_falls_with_points() -> None:
    low, high = decision.effort(np.array([0.1, 0.9]), np.zeros(2), np.zeros(2), P)
    plain, counting = decision.effort(np.full(2, 0.5), np.array([0.0, 1.0]), np.zeros(2), P)
    assert high > low
    assert counting < plain


def test_with_every_mechanism_off_only_the_base_is_left() -> None:
    bare = P.without(*MECHANISMS)
    rng = np.random.default_rng(1)
    o = Occasion(*(rng.uniform(0.0, 1.0, 50) for _ in Occasion._fields))
    assert decision.log_odds(o, bare).tolist() == o.base.tolist()


def test_chance_of_extreme_utilities() -> None:
    assert decision.share_chance(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
