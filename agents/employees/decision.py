"""The utility of sharing, term by term (behaviour in docs/model.md).

Each term is a pure function of arrays of one length (one row an opportunity) and returns log-odds. `log_odds` adds them;
`share_chance` is the logistic of the sum. The sign of every term is tested; `Employee.decides` calls these functions, and the
compiled loop of `agents.employees.meeting_kernel`, which the simulation uses, is tested against them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters

Floats = NDArray[np.float64]


class Occasion(NamedTuple):
    """Opportunities to share: float64 arrays of one length, levels from 0 to 1 unless stated otherwise.

    base            α, log-odds
    motivation      m
    relevance       rel(i, c)
    perceived_log   log1p of the audience size that the employee perceives
    feedback        Q, expected feedback
    novelty         n(a)
    reward_points   r, points expected from a share of item c, ≥ 0
    crowded         1 where points or a prize are tangible and announced (a fraction: the part of the points that is)
    public          1 where the reward is public
    connectedness   z, standardised log contacts
    steerer         1 or 0
    goal            x, fraction of the next goal done
    felt_more       effect of framing on the felt value of the reward, relative to its unframed value
    own_rate        p_i, recent shares a month
    norm_rate       p̄ over observed colleagues
    norm_message    the median shown by a norm message, 0 without one
    recognition     G
    rank            h times the employee's sensitivity: positive in the first third of the board, negative in the last
    contest         1 in a team contest, fading after it
    intact, broken  state of the streak, 1 or 0; both 0 while a missed day is covered (a repaired streak)
    habit           H
    friction        of the tools
    fear            f times the employee's sensitivity
    risk            of the content
    green_lit       1 or 0
    recent          own shares in the last 7 days, count
    asked           1 where a reminder or a request asks for it
    award           proximity of an announced award, 0 to 1
    loss            v of a reward that was taken away, decaying
    """

    base: Floats
    motivation: Floats
    relevance: Floats
    perceived_log: Floats
    feedback: Floats
    novelty: Floats
    reward_points: Floats
    crowded: Floats
    public: Floats
    connectedness: Floats
    steerer: Floats
    goal: Floats
    own_rate: Floats
    norm_rate: Floats
    norm_message: Floats
    recognition: Floats
    rank: Floats
    contest: Floats
    intact: Floats
    broken: Floats
    habit: Floats
    friction: Floats
    fear: Floats
    risk: Floats
    green_lit: Floats
    recent: Floats
    asked: Floats
    award: Floats
    loss: Floats
    felt_more: Floats


def novelty(weeks: Floats, p: Parameters) -> Floats:
    """n(a) = n∞ + (1 − n∞) 2^(−a/τ): 1 on the first day of a reward, n∞ in the end."""
    return p.novelty_floor + (1.0 - p.novelty_floor) * np.exp2(-weeks / p.novelty_half_life_weeks)


def reward_value(points: Floats, p: Parameters) -> Floats:
    """v(r) = log1p(r / r0)."""
    return np.log1p(points / p.reward_unit_points)


def intrinsic(o: Occasion, p: Parameters) -> Floats:
    """β_int · m · rel: intrinsic motivation."""
    return p.intrinsic_weight * o.motivation * o.relevance


def image(o: Occasion, p: Parameters) -> Floats:
    """β_img · log1p(perceived audience): image motivation."""
    return p.image_weight * o.perceived_log


def feedback(o: Occasion, p: Parameters) -> Floats:
    """β_fb · Q: expected feedback, learnt from reactions."""
    return p.feedback_weight * o.feedback


def reward(o: Occasion, p: Parameters) -> Floats:
    """β_ext · n(a) · v(r) · (1 + framing): extrinsic reward by points."""
    return p.reward_weight * o.novelty * reward_value(o.reward_points, p) * (1.0 + o.felt_more)


def crowding_out(o: Occasion, p: Parameters) -> Floats:
    """−χ · paid · m · (1 + χ_pub · z · public): crowding out by a tangible, announced reward; does not depend on its size."""
    return -p.crowding_out * o.crowded * o.motivation * (1.0 + p.crowding_public * o.connectedness * o.public)


def goal(o: Occasion, p: Parameters) -> Floats:
    """s · β_goal · x^γ: goal gradient, for those who respond to goals (steerers) only."""
    return o.steerer * p.goal_weight * o.goal**p.goal_exponent


def norm(o: Occasion, p: Parameters) -> Floats:
    """β⁺ · max(0, g) − β⁻ · max(0, −g): descriptive norm, a pull towards what others do.

    The gap g is relative, (p̄ − p) / (p̄ + p + p₀), with amounts a month. Of the gap to observed colleagues a fraction is noticed; the gap
    to the median of a norm message replaces it and is noticed in full, also by those above the median.
    """
    noticed = p.norm_attention * relative(o.norm_rate, o.own_rate, p)
    gap = np.where(o.norm_message > 0.0, relative(o.norm_message, o.own_rate, p), noticed)
    return p.norm_up * np.maximum(0.0, gap) - p.norm_down * np.maximum(0.0, -gap)


def relative(norm: Floats, own: Floats, p: Parameters) -> Floats:
    """The relative gap (p̄ − p) / (p̄ + p + p₀), between −1 and 1."""
    gap: Floats = (norm - own) / (norm + own + p.norm_unit)
    return gap


def recognition(o: Occasion, p: Parameters) -> Floats:
    """β_rec · G: recognition received."""
    return p.recognition_weight * o.recognition


def rank(o: Occasion, p: Parameters) -> Floats:
    """β_first in the first third of a visible leaderboard, −β_last in the last third."""
    return p.rank_first * np.maximum(0.0, o.rank) - p.rank_last * np.maximum(0.0, -o.rank)


def contest(o: Occasion, p: Parameters) -> Floats:
    """β_team · contest: team contest."""
    return p.contest_weight * o.contest


def streak(o: Occasion, p: Parameters) -> Floats:
    """β_streak · intact − β_break · broken: streak."""
    return p.streak_weight * o.intact - p.break_weight * o.broken


def habit(o: Occasion, p: Parameters) -> Floats:
    """β_H · H: habit."""
    return p.habit_weight * o.habit


def friction(o: Occasion, p: Parameters) -> Floats:
    """−c_fric · friction of the tools."""
    return -p.friction_cost * o.friction


def fear(o: Occasion, p: Parameters) -> Floats:
    """−ψ · f · (r₀ + (1 − r₀) · risk) · (1 − ρ · green-lit): fear of sanctions."""
    seen = p.risk_floor + (1.0 - p.risk_floor) * o.risk
    return -p.fear_weight * o.fear * seen * (1.0 - p.green_light_relief * o.green_lit)


def repetition(o: Occasion, p: Parameters) -> Floats:
    """−φ · own shares in the last 7 days: sharing fatigue."""
    return -p.repetition_cost * o.recent


def asked(o: Occasion, p: Parameters) -> Floats:
    """β_ask · asked: prompted by a reminder or request that brings the item and a text."""
    return p.ask_weight * o.asked


def award(o: Occasion, p: Parameters) -> Floats:
    """β_award · award: proximity of an announced award."""
    return p.award_weight * o.award


def loss(o: Occasion, p: Parameters) -> Floats:
    """−β_loss · loss: a reward that was taken away."""
    return -p.loss_weight * o.loss


TERMS = (
    intrinsic,
    image,
    feedback,
    reward,
    crowding_out,
    goal,
    norm,
    recognition,
    rank,
    contest,
    streak,
    habit,
    friction,
    fear,
    repetition,
    asked,
    award,
    loss,
)


def log_odds(o: Occasion, p: Parameters) -> Floats:
    """Utility U in log-odds: the sum of `base` and all terms, in the order of `TERMS`."""
    total = o.base.copy()
    for term in TERMS:
        total += term(o, p)
    return total


def share_chance(utility: Floats) -> Floats:
    """Probability of sharing, σ(U), in [0, 1] for any finite U."""
    with np.errstate(over="ignore"):
        chance: Floats = 1.0 / (1.0 + np.exp(-utility))
    return chance


def effort(
    motivation: Floats, salience: Floats, normed: Floats, p: Parameters, trained: Floats | float = 0.0
) -> Floats:
    """Quality effort e = e0 + e_int · m − e_gam · points salience + e_norm · norm shown + e_tr · trained, clipped to [0, 1]."""
    wanted = (
        p.effort_base
        + p.effort_intrinsic * motivation
        - p.effort_points * salience
        + p.effort_norm * normed
        + p.effort_training * trained
    )
    return np.clip(wanted, 0.0, 1.0)
