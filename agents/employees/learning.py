"""Daily updates of employees' state: feedback, habit, motivation, fear and recent shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer
from agents.employees import state as updates
from agents.employees.daily_kernel import MOOD_LAWS, calm, count, practise, rest
from agents.employees.meeting import Opportunities
from agents.employees.state import RECENT_DAYS, State
from agents.world.conditions import Conditions
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.population import Staff, Traits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A day number beyond any horizon, as the key of draws that each person has once.
BEGINNING = 1 << 40
USUALLY_MET_AT_MOST = 15


class Acted(NamedTuple):
    """Who shared today, rising, and the bounds of each one's part of the day's shares, int64[k + 1]."""

    person: Ints
    bounds: Ints


def count_acts(state: State, who: Ints, day: int) -> Ints:
    """Enter today's shares into the counters; returns shares a person, int64[n]."""
    shares = np.zeros(state.habit.size, dtype=np.int64)
    eighth = state.recent[day % RECENT_DAYS]
    count(who, eighth, shares, state.recent_total, state.week_shares, state.total_shares)
    state.recent[day % RECENT_DAYS] = who
    return shares


def learn(
    state: State,
    traits: Traits,
    met: Ints,
    acted: Acted,
    answer: Answer,
    *,
    shares: Ints,
    lanes: Lanes,
) -> None:
    """Update expected feedback, believed clicks, contacts gained, perceived audience and habit.

    Only of employees who shared or had an opportunity today; `met` has a person's row for each opportunity, rising.
    """
    some, bounds = acted
    place = np.repeat(np.arange(some.size), np.diff(bounds))
    clicks, reposts, liked, seen = (
        np.bincount(place, weights=each[: place.size], minlength=some.size)
        for each in (answer.clicks, answer.reposts, answer.reactions, answer.viewers)
    )
    p = lanes.of(some)
    state.feedback[some] = updates.learn_feedback(
        state.feedback[some], (liked + clicks + reposts) / shares[some], p
    )
    state.gained[some] += p.contacts_per_view * seen
    state.perceived[some] = updates.perceived(traits.perceived_log[some], state.gained[some], p)
    state.clicks_belief[some] += p.clicks_learning_rate * (clicks / shares[some] - state.clicks_belief[some])
    form_habit(state.habit, met, shares, lanes)


def form_habit(habit: Floats, met: Ints, shares: Ints, lanes: Lanes) -> None:
    """H + η (y − H), once for each opportunity of the day; `met` has a person's row for each, rising, y is the part that was shared."""
    most = USUALLY_MET_AT_MOST
    while most:
        kept = lanes.laws.left_after("habit_rate", most)
        most = practise(met, lanes.lane, shares, kept, habit)


def whole_contacts(state: State, who: Ints, answer: Answer, keys: NDArray[np.uint64], lanes: Lanes) -> Ints:
    """int64[shares]: contacts gained by each of today's shares as integers, given what its sharer `gained` before.

    Rounding starts at a uniform random offset for each person, so that the expected count equals the fractional gain.
    """
    if not who.size:
        return np.empty(0, dtype=np.int64)
    drawn = uniforms_each(keys, lanes.lane[who], BEGINNING, lanes.own[who])
    order = np.argsort(who, kind="stable")
    gained = (lanes.of(who).contacts_per_view * answer.viewers[: who.size])[order]
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    total = np.cumsum(gained)
    before_today = np.repeat((total - gained)[first], np.diff(np.append(first, who.size)))
    until = state.gained[who[order]] + drawn[order] + total - before_today
    found = np.empty(who.size, dtype=np.int64)
    found[order] = (np.floor(until) - np.floor(until - gained)).astype(np.int64)
    return found


def feel(
    state: State,
    traits: Traits,
    acted: Ints,
    shares: Ints,
    rewarded: Floats,
    *,
    thanked: Floats,
    lanes: Lanes,
) -> None:
    """Update motivation (recovery, erosion by tangible rewards, praise) and recognition (decay, renewal).

    acted, rewarded  who shared, and the tangible and announced part of the reward of each of them
    """
    paying = rewarded > 0.0
    paid, part = acted[paying], rewarded[paying]
    p, base = lanes.of(paid), traits.motivation[paid]
    recovered = updates.towards(state.motivation[paid], base, p.motivation_recovered)
    left = updates.erode(recovered, base, shares[paid] * part, p)
    rest(
        lanes.first,
        lanes.laws.table(MOOD_LAWS),
        traits.motivation,
        thanked,
        state.motivation,
        state.recognition,
    )
    state.motivation[paid] = updates.praise(left, thanked[paid], p)


def fear_of_day(
    state: State,
    staff: Staff,
    conditions: Conditions,
    fear_goal: Floats,
    items: Items,
    *,
    met: Opportunities,
    shared: Ints,
    acted: Acted,
    present: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    day: int,
    lanes: Lanes,
) -> Ints:
    """Update the fear of those present and return the sanctioned employees, one row a sanction.

    Fear depends on policy, training, safe shares, and sanctions of oneself or seen in the team.
    """
    who, item = met.person[shared], met.item[shared]
    risky = (1.0 - items.green_lit[item]) * items.risk[item] * conditions.sanctions[who]
    punished = uniforms_each(keys, lanes.lane[who], day, lanes.own[who], met.ordinal[shared]) < risky
    if punished.any():
        stirred, safe, sanctions = _sanctioned(who, punished, staff, lanes)
    else:
        stirred, sanctions = acted.person, np.zeros(acted.person.size)
        safe = np.diff(acted.bounds).astype(np.float64)
    here = present[stirred]
    stirred, safe, sanctions = stirred[here], safe[here], sanctions[here]
    moved = updates.fear_after(
        state.fear[stirred], fear_goal[stirred], conditions.signed[stirred], safe, sanctions,
        p=lanes.of(stirred),
    )  # fmt: skip
    signed, there = conditions.signed.view(np.uint8), present.view(np.uint8)
    calm(lanes.first, lanes.laws.table(MOOD_LAWS), fear_goal, signed, there, state.fear)
    state.fear[stirred] = moved
    return who[punished]


def _sanctioned(
    who: Ints, punished: NDArray[np.bool_], staff: Staff, lanes: Lanes
) -> tuple[Ints, Floats, Floats]:
    # Per employee: safe shares, and sanctions of themselves or seen in the team.
    n = staff.size
    safe = np.bincount(who[~punished], minlength=n).astype(np.float64)
    own = np.bincount(who[punished], minlength=n).astype(np.float64)
    team = lanes.lane * len(staff.teams) + staff.team
    in_team = np.bincount(team, weights=own, minlength=lanes.count * len(staff.teams))[team]
    return np.arange(n), safe, own + lanes.rows.sanction_seen * (in_team - own)
