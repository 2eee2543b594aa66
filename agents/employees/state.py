"""The daily state of employees as arrays, and its updates as pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from agents.employees.settling import Settled
from agents.employees.settling_kernel import WEEKS_A_MONTH
from agents.parameters.parameters import Parameters
from agents.world.population import Staff, Traits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RECENT_DAYS = 7
# The strictness of policy at which employees have their own baseline fear.
USUAL_STRICTNESS = 0.3


@dataclass(eq=False)
class State:
    """State of the employees, one row each, float64[n] unless stated otherwise.

    motivation, fear, habit, feedback   m, f, H, Q, levels from 0 to 1
    recognition    G, recent praise
    own_rate       exponentially weighted fraction of weeks with a share; starts at its stationary distribution
    amount         p, shares a month, exponentially weighted likewise
    gained         contacts gained by exposure
    perceived      log1p of the perceived audience; contacts gained are perceived in the same proportion as others
    clicks_belief  clicks that the employee expects of a share
    recent         who shared on each of the last seven days, by day % 7: a row a share; `recent_total` counts them by person
    week_shares    int64[n], shares since Monday
    total_shares   int64[n], shares since day 0
    """

    motivation: Floats
    fear: Floats
    habit: Floats
    feedback: Floats
    recognition: Floats
    own_rate: Floats
    amount: Floats
    gained: Floats
    perceived: Floats
    clicks_belief: Floats
    recent: list[Ints]
    recent_total: Floats
    week_shares: Ints
    total_shares: Ints

    @classmethod
    def fresh(cls, staff: Staff, traits: Traits, before: Settled, fear: Floats, p: Parameters) -> State:
        """The state on the first day, from the stationary state `before`."""
        n = staff.size
        views = p.perceived_share * staff.contacts * p.visibility * p.active_share
        return cls(
            motivation=traits.motivation.copy(),
            fear=fear.copy(),
            habit=before.habit.copy(),
            feedback=np.full(n, p.feedback_start),
            recognition=np.zeros(n),
            own_rate=before.own_rate.copy(),
            amount=before.amount.copy(),
            gained=np.zeros(n),
            perceived=perceived(traits.perceived_log, np.zeros(n), p),
            clicks_belief=views * p.click_base * p.peer_premium * np.exp(p.trust_weight * p.peer_trust),
            recent=[np.empty(0, dtype=np.int64)] * RECENT_DAYS,
            recent_total=np.zeros(n),
            week_shares=np.zeros(n, dtype=np.int64),
            total_shares=np.zeros(n, dtype=np.int64),
        )

    def copy(self) -> State:
        """An independent copy: for tests, teaching and forks."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


def perceived(first_log: Floats, gained: Floats, p: Parameters) -> Floats:
    """log1p of the perceived audience: the initial one, given as `first_log`, plus the perceived part of the contacts gained."""
    return np.log1p(np.expm1(first_log) + p.perceived_share * gained)


def perceived_of(log: Floats, there: Floats) -> Floats:
    """log1p of the perceived audience where only the part `there` of it still uses the channel, which employees notice."""
    return np.log1p(np.expm1(log) * there)


def towards(level: Floats, base: Floats, part: float) -> Floats:
    """level + ρ (base − level): partial adjustment by the fraction ρ."""
    moved: Floats = level + (base - level) * part
    return moved


def erode(motivation: Floats, base: Floats, rewarded: Floats, p: Parameters) -> Floats:
    """Motivation after erosion by tangible rewards: ξ for each rewarded act at first, decaying towards a floor μ · m₀.

    m ← floor + (m − floor) · e^(−ξ · y / (m₀ − floor)), floor = μ · m₀. `rewarded` counts today's tangibly rewarded acts.
    """
    floor = p.motivation_kept * base
    room = base - floor
    left = np.exp(-p.tangible_erosion * rewarded / np.maximum(room, 1e-12))
    eroded = floor + (motivation - floor) * left
    return np.clip(np.where((room > 0.0) & (motivation > floor), eroded, motivation), 0.0, 1.0)


def praise(motivation: Floats, praised: Floats, p: Parameters) -> Floats:
    """Motivation after praise: m + ι · praise, at most 1."""
    return np.clip(motivation + p.praise_gain * praised, 0.0, 1.0)


def learn_feedback(expected: Floats, reactions: Floats, p: Parameters) -> Floats:
    """Expected feedback after one share: Q + α_Q (feedback − Q), feedback = reactions / (reactions + scale)."""
    return expected + p.feedback_rate * (reactions / (reactions + p.feedback_scale) - expected)


def fear_goal(own: Floats, strictness: Floats, trained: Flags, p: Parameters) -> Floats:
    """The level that fear converges to: f₀ + a_p · (strictness − usual) − a_tr · trained, clipped to [0, 1]."""
    wanted = own + p.fear_policy * (strictness - USUAL_STRICTNESS) - p.fear_training * trained
    return np.clip(wanted, 0.0, 1.0)


def fear_after(
    fear: Floats, goal: Floats, signed: Flags, safe_shares: Floats, sanctions: Floats, *, p: Parameters
) -> Floats:
    """Fear after a day: (g + a · (1 − g)) · b, with g = f + ρ_f · (goal − f), a = a_s · sanctions and b = (1 − a_safe)^safe shares.

    Where a policy was signed today ρ_f is 1. Each effect moves a fraction of the remaining distance, so that fear stays in [0, 1].
    """
    drawn = np.where(signed, goal, towards(fear, goal, p.fear_moved))
    up = np.minimum(p.fear_sanction * sanctions, 1.0)
    return np.clip((drawn + up * (1.0 - drawn)) * (1.0 - p.fear_safe_share) ** safe_shares, 0.0, 1.0)


def close_week(state: State, p: Parameters) -> None:
    """Update the weekly averages at the end of a Sunday: p + (shared this week − p) / weeks remembered."""
    state.own_rate = state.own_rate + ((state.week_shares > 0) - state.own_rate) / p.rate_weeks
    state.amount = state.amount + (WEEKS_A_MONTH * state.week_shares - state.amount) / p.rate_weeks
    state.week_shares[:] = 0
