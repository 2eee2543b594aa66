"""Framing of a reward: as a gain or a loss, certain or by lottery, for the individual or for the team."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import reward_value
from agents.parameters.parameters import Parameters
from agents.setting.setting import Terms

Floats = NDArray[np.float64]
MOST_POINTS, LEAST_ODDS = 1e6, 1e-3
# Curvature of the value of money (Tversky & Kahneman 1992). v(r) is more curved, but that concerns effort, not aversion to large prizes.
MONEY_BEND = 0.88


def felt_more(points: Floats, terms: Terms, heads: Floats, p: Parameters) -> Floats:
    """Relative change of the felt value of `points` a share by framing; `heads` is the size of each employee's team.

    λ · v(r · t · c(q)) / v(r) − 1: λ is loss aversion, c(q) the certainty equivalent of a lottery with odds q relative to its mean, t the
    employee's own part of a team reward.
    """
    plain = reward_value(points, p)
    own = points * (1.0 / heads + p.team_spirit * (1.0 - 1.0 / heads)) if terms.hangs_on == "team" else points
    felt = reward_value(own * felt_of_a_lottery(terms.odds, p), p)
    if terms.framing == "loss":
        felt = p.loss_aversion * felt
    return np.where(plain > 0.0, felt / np.where(plain > 0.0, plain, 1.0) - 1.0, 0.0)


def least_reward(terms: Terms, heads: float, p: Parameters) -> float:
    """Points a share at which a tangible, announced reward adds as much utility as crowding out takes.

    For an employee of mean motivation and connectedness, while the reward is new; a smaller reward lowers sharing. `MOST_POINTS` where no
    number of points suffices.
    """
    points = np.geomspace(0.01, MOST_POINTS, 800)
    felt = 1.0 + felt_more(points, terms, np.full(points.size, heads), p)
    brought = p.reward_weight * reward_value(points, p) * felt
    return float(
        points[min(int(np.searchsorted(brought, p.crowding_out * p.motivation_mean)), points.size - 1)]
    )


def felt_of_a_lottery(odds: float, p: Parameters) -> Floats | float:
    """c(q) = w(q)^(1/0.88) / q: certainty equivalent of a lottery relative to its mean. Odds below 1 in 1,000 are taken as 1 in 1,000."""
    if odds >= 1.0:
        return 1.0
    held = max(odds, LEAST_ODDS)
    worth: Floats | float = np.exp(np.log(felt_odds(held, p)) / MONEY_BEND) / held
    return worth


def felt_odds(odds: float, p: Parameters) -> Floats | float:
    """Probability weighting w(q) = q^γ / (q^γ + (1 − q)^γ)^(1/γ): small odds are overweighted, large ones underweighted, w(1) = 1."""
    if odds >= 1.0:
        return 1.0
    bend = p.lottery_bend
    likely, unlikely = np.exp(bend * np.log(odds)), np.exp(bend * np.log1p(-odds))
    weight: Floats | float = likely * np.exp(-np.log(likely + unlikely) / bend)
    return weight
