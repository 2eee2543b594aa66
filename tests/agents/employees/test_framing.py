"""Terms change how a reward is felt, and nothing else."""

import numpy as np
import pytest

from agents.employees.decision import reward_value
from agents.employees.framing import MONEY_BEND, felt_more, felt_odds, felt_of_a_lottery
from agents.parameters.parameters import Parameters
from agents.setting.setting import Terms

P = Parameters()
POINTS, ALONE, TEN = np.array([0.0, 5.0, 50.0]), np.ones(3), np.full(3, 10.0)


def test_plain_terms_change_nothing() -> None:
    assert felt_more(POINTS, Terms(), TEN, P).tolist() == [0.0, 0.0, 0.0]


def test_what_may_be_lost_is_felt_more() -> None:
    assert felt_more(POINTS, Terms(framing="loss"), TEN, P)[1:] == pytest.approx(P.loss_aversion - 1.0)


def test_pay_that_hangs_on_the_team_is_felt_less_the_larger_the_team() -> None:
    shared = Terms(hangs_on="team")
    small, large = (felt_more(POINTS, shared, heads, P)[1] for heads in (np.full(3, 2.0), np.full(3, 40.0)))
    assert large < small < 0.0
    assert felt_more(POINTS, shared, ALONE, P)[1] == pytest.approx(0.0)
    own = 5.0 * (0.1 + P.team_spirit * 0.9)
    said = reward_value(np.array([own]), P)[0] / reward_value(np.array([5.0]), P)[0] - 1.0
    assert felt_more(POINTS, shared, TEN, P)[1] == pytest.approx(said)


def test_small_odds_are_felt_larger_than_they_are() -> None:
    assert felt_odds(1.0, P) == 1.0
    assert felt_odds(0.01, P) > 0.01
    assert felt_odds(0.9, P) < 0.9
    assert felt_odds(0.3, P.replace(lottery_bend=1.0)) == pytest.approx(0.3)


def test_a_lottery_is_felt_as_a_sure_amount() -> None:
    # What is scored is what the scheme says: the terms move no point.
    lot = felt_more(POINTS, Terms(odds=0.1), TEN, P)
    sure = 5.0 * felt_odds(0.1, P) ** (1.0 / MONEY_BEND) / 0.1
    assert lot[1] == pytest.approx(
        reward_value(np.array([sure]), P)[0] / reward_value(np.array([5.0]), P)[0] - 1.0
    )


def test_whether_a_lottery_beats_sure_pay_is_open_and_it_never_is_nothing() -> None:
    bent, straight = P.replace(lottery_bend=0.6), P.replace(lottery_bend=1.0)
    assert felt_of_a_lottery(0.01, bent) > 1.0 > felt_of_a_lottery(0.01, straight) > 0.5
    assert felt_of_a_lottery(1e-300, bent) == felt_of_a_lottery(1e-3, bent) < 10.0
    assert felt_of_a_lottery(1.0, bent) == 1.0
