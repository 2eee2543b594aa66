"""What a day does to employees: feedback, habit, motivation, fear, fatigue of sharing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer
from agents.employees import state as updates
from agents.employees.meeting import Met
from agents.employees.state import RECENT_DAYS, State
from agents.parameters.parameters import Parameters
from agents.world.conditions import Conditions
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.population import Staff, Traits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def count_acts(state: State, who: Ints, day: int) -> Ints:
    """Enter today's shares into the counters; returns shares a person, int64[n]."""
    n = state.habit.size
    shares = np.bincount(who, minlength=n)
    state.recent_total += shares - state.recent[day % RECENT_DAYS]
    state.recent[day % RECENT_DAYS] = shares
    state.week_shares += shares
    state.total_shares += shares
    return shares


def learn(state: State, met: Met, shared: Ints, answer: Answer, shares: Ints, p: Parameters) -> None:
    """Expected feedback, believed clicks and habit."""
    who = met.person[shared]
    n = state.habit.size
    clicks = np.bincount(who, weights=answer.clicks[: who.size], minlength=n)
    reposts = np.bincount(who, weights=answer.reposts[: who.size], minlength=n)
    some = np.flatnonzero(shares > 0)
    per_share = (clicks[some] + reposts[some]) / shares[some]
    state.feedback[some] = updates.learn_feedback(state.feedback[some], per_share, p)
    state.clicks_belief[some] += p.clicks_learning_rate * (
        clicks[some] / shares[some] - state.clicks_belief[some]
    )
    chances = np.bincount(met.person, minlength=n).astype(np.float64)
    state.habit = updates.form_habit(state.habit, chances, shares.astype(np.float64), p)


def feel(
    state: State, traits: Traits, shares: Ints, rewarded: Floats, thanked: Floats, p: Parameters
) -> None:
    """Motivation recovers, is eroded by tangible rewards and lifted by praise; recognition fades and is
    renewed.
    """
    recovered = updates.recover(state.motivation, traits.motivation, 7.0 * p.motivation_half_life_weeks)
    state.motivation = updates.praise(
        updates.erode(recovered, traits.motivation, shares * rewarded, p), thanked, p
    )
    state.recognition = updates.remember_praise(state.recognition, thanked, p)


def fear_of_day(
    state: State,
    staff: Staff,
    conditions: Conditions,
    items: Items,
    met: Met,
    shared: Ints,
    present: NDArray[np.bool_],
    key: np.uint64,
    day: int,
    p: Parameters,
) -> int:
    """Fear of those present after policy, training, safe shares, and sanctions of one's own or seen in the team. Returns the
    number of sanctions.
    """
    who, item = met.person[shared], met.item[shared]
    n = state.fear.size
    risky = (1.0 - items.green_lit[item]) * items.risk[item] * conditions.sanctions[who]
    punished = uniforms_each(key, day, who, met.ordinal[shared]) < risky
    own = np.bincount(who[punished], minlength=n).astype(np.float64)
    in_team = np.bincount(staff.team, weights=own, minlength=len(staff.teams))[staff.team]
    safe = np.bincount(who[~punished], minlength=n).astype(np.float64)
    sanctions = own + p.sanction_seen * (in_team - own)
    moved = updates.fear_after(state.fear, conditions.strictness, conditions.trained, safe, sanctions, p)
    state.fear = np.where(present, moved, state.fear)
    return int(punished.sum())
