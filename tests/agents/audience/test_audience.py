"""Trust and what moves it."""

import numpy as np
import pytest

from agents.audience.audience import Posts, click_factor, template_text, trust_change
from agents.parameters.parameters import Parameters

P = Parameters()


def posts(**values: float) -> Posts:
    """One neutral post."""
    levels = {"visibility": 0.06, "premium": 2.0, "effort": 0.5} | values
    columns = {name: np.array([levels.get(name, 0.0)]) for name in Posts._fields}
    return Posts(**columns)


@pytest.mark.parametrize(
    ("name", "direction"),
    [("useful", 1), ("polish", -1), ("tangible", -1), ("disclosure", -1)],
)
def test_trust_moves_the_right_way(name: str, direction: int) -> None:
    low, high = trust_change(posts(**{name: 0.1}), P, 0.0)[0], trust_change(posts(**{name: 0.9}), P, 0.0)[0]
    assert np.sign(high - low) == direction


def test_a_strong_tie_excuses_a_tangible_reward_and_a_symbolic_one_costs_nothing() -> None:
    paid, unpaid = posts(tangible=1.0), posts(tangible=0.0)
    weak = trust_change(paid, P, 0.0)[0] - trust_change(unpaid, P, 0.0)[0]
    strong = trust_change(paid, P, 1.0)[0] - trust_change(unpaid, P, 1.0)[0]
    assert weak < strong < 0.0
    assert click_factor(paid, P)[0] < click_factor(unpaid, P)[0] == 1.0


def test_template_text_is_text_that_others_posted_before() -> None:
    alone, second, hundredth = template_text(np.zeros(3), np.array([0.0, 1.0, 99.0]), P)
    assert (alone, second) == (0.0, P.duplicate_text / 2.0)
    assert second < hundredth < P.duplicate_text
    assert template_text(np.ones(1), np.array([9.0]), P)[0] == 0.0
