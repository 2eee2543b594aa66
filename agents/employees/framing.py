"""How a reward is felt, as its terms frame it: as a gain or a loss, sure or drawn by lot, one's own or the team's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import reward_value
from agents.parameters.parameters import Parameters
from agents.setting.setting import Terms

Floats = NDArray[np.float64]
MOST_POINTS, LEAST_ODDS = 1e6, 1e-3
# How the value of money bends (Tversky & Kahneman 1992). That v(r) bends more is about effort, and no reason to shun large prizes.
MONEY_BEND = 0.88


def felt_more(points: Floats, terms: Terms, heads: Floats, p: Parameters) -> Floats:
    """By which part the value of `points` a share is felt more (or less) than v(points); `heads` is the size of everybody's team.

    λ · v(r · t · c(q)) / v(r) − 1: λ for what may be lost, c what a lottery of odds q is felt to be worth of its mean, t what comes back
    to oneself.
    """
    plain = reward_value(points, p)
    own = points * (1.0 / heads + p.team_spirit * (1.0 - 1.0 / heads)) if terms.hangs_on == "team" else points
    felt = reward_value(own * felt_of_a_lottery(terms.odds, p), p)
    if terms.framing == "loss":
        felt = p.loss_aversion * felt
    return np.where(plain > 0.0, felt / np.where(plain > 0.0, plain, 1.0) - 1.0, 0.0)


def least_reward(terms: Terms, heads: float, p: Parameters) -> float:
    """Points a share at which a tangible, announced reward brings as much as it takes.

    From somebody of middle motivation and usual connectedness, while it is new: below, it is less than nothing. `MOST_POINTS` where none
    is enough.
    """
    points = np.geomspace(0.01, MOST_POINTS, 800)
    felt = 1.0 + felt_more(points, terms, np.full(points.size, heads), p)
    brought = p.reward_weight * reward_value(points, p) * felt
    return float(
        points[min(int(np.searchsorted(brought, p.crowding_out * p.motivation_mean)), points.size - 1)]
    )


def felt_of_a_lottery(odds: float, p: Parameters) -> Floats | float:
    """c(q) = w(q)^(1/0.88) / q: the sure amount that a lottery is felt to be worth, as a part of its mean. Odds of less than one in a
    thousand are all alike.
    """
    if odds >= 1.0:
        return 1.0
    held = max(odds, LEAST_ODDS)
    worth: Floats | float = np.exp(np.log(felt_odds(held, p)) / MONEY_BEND) / held
    return worth


def felt_odds(odds: float, p: Parameters) -> Floats | float:
    """w(q) = q^γ / (q^γ + (1 − q)^γ)^(1/γ): small odds look larger, large ones smaller; certainty is certainty."""
    if odds >= 1.0:
        return 1.0
    bend = p.lottery_bend
    likely, unlikely = np.exp(bend * np.log(odds)), np.exp(bend * np.log1p(-odds))
    weight: Floats | float = likely * np.exp(-np.log(likely + unlikely) / bend)
    return weight
