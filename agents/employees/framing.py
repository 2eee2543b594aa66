"""How a reward is felt, as its terms frame it: as a gain or a loss, sure or drawn by lot, one's own or the team's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import reward_value
from agents.parameters.parameters import Parameters
from agents.setting.setting import Terms

Floats = NDArray[np.float64]
MOST_POINTS = 1e6


def felt_more(points: Floats, terms: Terms, heads: Floats, p: Parameters) -> Floats:
    """By which part the value of `points` a share is felt more (or less) than v(points); `heads` is the size of everybody's team.

    λ · w(q) · v(r · t / q) / v(r) − 1: λ for what may be lost, w the felt size of the odds q, t what comes back to oneself.
    """
    plain = reward_value(points, p)
    own = points * (1.0 / heads + p.team_spirit * (1.0 - 1.0 / heads)) if terms.hangs_on == "team" else points
    felt = felt_odds(terms.odds, p) * reward_value(own / terms.odds, p)
    if terms.framing == "loss":
        felt = p.loss_aversion * felt
    return np.where(plain > 0.0, felt / np.where(plain > 0.0, plain, 1.0) - 1.0, 0.0)


def least_reward(terms: Terms, heads: float, p: Parameters) -> float:
    """Points a share at which a tangible, announced reward brings as much as it takes from somebody of middle motivation and usual
    connectedness, while it is new: below, it is less than nothing. `MOST_POINTS` where none is enough.
    """
    points = np.geomspace(0.01, MOST_POINTS, 800)
    felt = 1.0 + felt_more(points, terms, np.full(points.size, heads), p)
    brought = p.reward_weight * reward_value(points, p) * felt
    return float(
        points[min(int(np.searchsorted(brought, p.crowding_out * p.motivation_mean)), points.size - 1)]
    )


def felt_odds(odds: float, p: Parameters) -> Floats | float:
    """w(q) = q^γ / (q^γ + (1 − q)^γ)^(1/γ): small odds look larger, large ones smaller; certainty is certainty."""
    if odds >= 1.0:
        return 1.0
    bend = p.lottery_bend
    likely, unlikely = np.exp(bend * np.log(odds)), np.exp(bend * np.log1p(-odds))
    weight: Floats | float = likely * np.exp(-np.log(likely + unlikely) / bend)
    return weight
