"""What a day does to employees: feedback, habit, motivation, fear, fatigue of sharing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer
from agents.employees import state as updates
from agents.employees.meeting import Opportunities
from agents.employees.state import RECENT_DAYS, State
from agents.parameters.parameters import Parameters
from agents.world.conditions import Conditions
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
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


def learn(
    state: State, met: Opportunities, shared: Ints, answer: Answer, shares: Ints, *, lanes: Lanes
) -> None:
    """Expected feedback, believed clicks, contacts gained and habit, of those who shared or met anything today."""
    who = met.person[shared]
    n = state.habit.size
    some, place = np.unique(who, return_inverse=True)
    clicks = np.bincount(place, weights=answer.clicks[: who.size], minlength=some.size)
    reposts = np.bincount(place, weights=answer.reposts[: who.size], minlength=some.size)
    liked = np.bincount(place, weights=answer.reactions[: who.size], minlength=some.size)
    seen = np.bincount(place, weights=answer.viewers[: who.size], minlength=some.size)
    p = lanes.of(some)
    state.feedback[some] = updates.learn_feedback(
        state.feedback[some], (liked + clicks + reposts) / shares[some], p
    )
    state.gained[some] += p.contacts_per_view * seen
    state.clicks_belief[some] += p.clicks_learning_rate * (clicks / shares[some] - state.clicks_belief[some])
    chances = np.bincount(met.person, minlength=n)
    awake = np.flatnonzero(chances)
    state.habit[awake] = updates.form_habit(
        state.habit[awake],
        chances[awake].astype(np.float64),
        shares[awake].astype(np.float64),
        lanes.of(awake),
    )


def feel(
    state: State, traits: Traits, shares: Ints, rewarded: Floats, thanked: Floats, *, p: Parameters
) -> None:
    """Motivation recovers, is eroded by tangible rewards and lifted by praise; recognition fades and is
    renewed.
    """
    recovered = updates.towards(state.motivation, traits.motivation, p.motivation_recovered)
    state.motivation = updates.praise(
        updates.erode(recovered, traits.motivation, shares * rewarded, p), thanked, p
    )
    state.recognition = updates.remember_praise(state.recognition, thanked, p)


def fear_of_day(
    state: State,
    staff: Staff,
    conditions: Conditions,
    fear_goal: Floats,
    items: Items,
    *,
    met: Opportunities,
    shared: Ints,
    present: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    day: int,
    lanes: Lanes,
) -> Ints:
    """Fear of those present after policy, training, safe shares, and sanctions of one's own or seen in the team. Returns the
    number of sanctions in each run.
    """
    who, item = met.person[shared], met.item[shared]
    n = state.fear.size
    risky = (1.0 - items.green_lit[item]) * items.risk[item] * conditions.sanctions[who]
    punished = uniforms_each(keys, lanes.lane[who], day, lanes.own[who], met.ordinal[shared]) < risky
    safe = np.bincount(who[~punished], minlength=n).astype(np.float64)
    p, sanctions = lanes.rows, np.zeros(n)
    if punished.any():
        own = np.bincount(who[punished], minlength=n).astype(np.float64)
        team = lanes.lane * len(staff.teams) + staff.team
        in_team = np.bincount(team, weights=own, minlength=lanes.count * len(staff.teams))[team]
        sanctions = own + p.sanction_seen * (in_team - own)
    moved = updates.fear_after(state.fear, fear_goal, conditions.signed, safe, sanctions, p=p)
    state.fear = np.where(present, moved, state.fear)
    return np.bincount(lanes.lane[who[punished]], minlength=lanes.count)
