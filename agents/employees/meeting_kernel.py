"""The compiled decision step: draws the opportunities of a day and decides which of them end in a share.

The equation is that of `agents.employees.decision`, term for term.

One loop draws the opportunities, gathers each person's columns and sums the utility without intermediate arrays. A test compares its
chances with `agents.employees.decision.log_odds` to 1e-12, and its decisions exactly.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.world.lanes import Laws
from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.signatures import I64, F64Column, F64In, F64Matrix, F64Out, I64In, I64Out, Tuple, U8In, U64In
from engine.streams import INVERSION_LIMIT, poisson_beyond, poisson_from_uniform, uniform

Floats = NDArray[np.float64]


class PersonColumns(NamedTuple):
    """Inputs of the utility that are a person's own, float64[n] each; names as in `agents.employees.decision.Occasion`."""

    base: Floats
    motivation: Floats
    perceived_log: Floats
    feedback: Floats
    clicks_belief: Floats
    connectedness: Floats
    steerer: Floats
    own_rate: Floats
    norm_rate: Floats
    recognition: Floats
    rank_sensitivity: Floats
    habit: Floats
    friction: Floats
    fear: Floats
    fear_sensitivity: Floats
    recent: Floats


class OfferColumns(NamedTuple):
    """Inputs of the utility that the program determines, float64[n] each; names as in `agents.program.incentives.Incentives`.

    What is the same for everybody takes no memory (stride 0), so that reading it costs nothing.
    """

    share_points: Floats
    click_points: Floats
    tangible: Floats
    public: Floats
    expected: Floats
    prize: Floats
    prize_public: Floats
    weeks: Floats
    goal: Floats
    rank: Floats
    contest: Floats
    intact: Floats
    broken: Floats
    norm_shown: Floats
    asked: Floats
    award: Floats
    loss: Floats
    felt_more: Floats


class Known(NamedTuple):
    """Powers and logarithms of each person, float64[n] each, computed again only when what they are of changes.

    points, value  expected points, and the value of the reward
    goal, pull     completed fraction of the next goal, and its power
    """

    points: Floats
    value: Floats
    goal: Floats
    pull: Floats

    @classmethod
    def none(cls, n: int) -> Known:
        """Nothing known of n people."""
        return cls(np.full(n, np.nan), np.zeros(n), np.full(n, np.nan), np.zeros(n))


class Weights(NamedTuple):
    """Parameters of the loop, a float each; units and sources are in `agents.parameters.employee_parameters`."""

    intrinsic_weight: float
    image_weight: float
    feedback_weight: float
    reward_weight: float
    reward_unit_points: float
    crowding_out: float
    crowding_public: float
    goal_weight: float
    goal_exponent: float
    norm_up: float
    norm_down: float
    recognition_weight: float
    rank_first: float
    rank_last: float
    contest_weight: float
    streak_weight: float
    break_weight: float
    habit_weight: float
    friction_cost: float
    fear_weight: float
    green_light_relief: float
    repetition_cost: float
    novelty_half_life_weeks: float
    novelty_floor: float
    relevance_elsewhere: float
    norm_attention: float
    ask_weight: float
    norm_unit: float
    risk_floor: float
    award_weight: float
    loss_weight: float

    @classmethod
    def of(cls, laws: Laws) -> Floats:
        """float64[R, fields]: the weights of each run."""
        return np.ascontiguousarray(np.stack([laws.column(name) for name in cls._fields], axis=1))


@inlined
def _paid(c: Any, o: Any, i: Any, novelty: Any, known: Any, w: Any) -> Any:
    # Terms 4 and 5 of agents.employees.decision.TERMS: reward and crowding out.
    points = o.share_points[i] + o.click_points[i] * c.clicks_belief[i]
    crowded = max(o.tangible[i] * o.expected[i] * (1.0 if points > 0.0 else 0.0), o.prize[i])
    public = max(o.public[i], o.prize_public[i])
    cost = (
        w.crowding_out * crowded * c.motivation[i] * (1.0 + w.crowding_public * c.connectedness[i] * public)
    )
    if points <= 0.0:
        return -cost
    if points != known.points[i]:
        known.points[i], known.value[i] = points, math.log1p(points / w.reward_unit_points)
    return w.reward_weight * novelty * known.value[i] * (1.0 + o.felt_more[i]) - cost


@inlined
def _pull(goal: Any, i: Any, known: Any, w: Any) -> Any:
    if goal != known.goal[i]:
        known.goal[i], known.pull[i] = goal, goal**w.goal_exponent
    return known.pull[i]


@inlined
def _unpaid(
    c: Any, o: Any, i: Any, relevance: Any, risk: Any, green_lit: Any, median: Any, known: Any, w: Any
) -> Any:
    # The other terms, in their order.
    total = (
        c.base[i]
        + w.intrinsic_weight * c.motivation[i] * relevance
        + w.image_weight * c.perceived_log[i]
        + w.feedback_weight * c.feedback[i]
    )
    if c.steerer[i] > 0.0 and (o.goal[i] > 0.0 or w.goal_exponent == 0.0):
        total += c.steerer[i] * w.goal_weight * _pull(o.goal[i], i, known, w)
    message = o.norm_shown[i] * median
    told = message > 0.0
    norm = message if told else c.norm_rate[i]
    gap = (norm - c.own_rate[i]) / (norm + c.own_rate[i] + w.norm_unit)
    if not told:
        gap = w.norm_attention * gap
    total += w.norm_up * max(0.0, gap) - w.norm_down * max(0.0, -gap)
    total += w.recognition_weight * c.recognition[i]
    rank = o.rank[i] * c.rank_sensitivity[i]
    total += w.rank_first * max(0.0, rank) - w.rank_last * max(0.0, -rank)
    total += w.contest_weight * o.contest[i]
    total += w.streak_weight * o.intact[i] - w.break_weight * o.broken[i]
    total += w.habit_weight * c.habit[i]
    total -= w.friction_cost * c.friction[i]
    seen = w.risk_floor + (1.0 - w.risk_floor) * risk
    total -= (
        w.fear_weight * (c.fear[i] * c.fear_sensitivity[i]) * seen * (1.0 - w.green_light_relief * green_lit)
    )
    total -= w.repetition_cost * c.recent[i]
    total += w.ask_weight * o.asked[i] + w.award_weight * o.award[i] - w.loss_weight * o.loss[i]
    return total


@inlined
def _logistic(utility: Any) -> Any:
    return 1.0 / (1.0 + math.exp(-utility)) if utility > -700.0 else 0.0


@inlined
def _wake(there: Any, silent: Any, key: Any, day: Any, awake: Any, early: Any) -> Any:
    # Find who has an opportunity, with the draw that determines how many. Several draws are made at a time, and without a branch, since
    # about half of them hit and the branch could not be predicted.
    for own in range(there.size):
        early[own] = uniform(key, day, own, 0)
    n = np.uint64(0)
    for own in range(there.size):
        u = early[own]
        awake[n], early[n] = own, u
        n += np.uint64(u >= silent[own]) & np.uint64(there[own])
    return n


@inlined
def _ask_for(c: Any, o: Any, known: Any, segment: Any, i: Any) -> None:
    # Prefetch the columns of a person with an opportunity, but those of the offer that are usually the same for all: the hardware
    # prefetcher does not follow this many streams.
    prefetch(c.base, i)
    prefetch(c.motivation, i)
    prefetch(c.perceived_log, i)
    prefetch(c.feedback, i)
    prefetch(c.clicks_belief, i)
    prefetch(c.connectedness, i)
    prefetch(c.steerer, i)
    prefetch(c.own_rate, i)
    prefetch(c.norm_rate, i)
    prefetch(c.recognition, i)
    prefetch(c.rank_sensitivity, i)
    prefetch(c.habit, i)
    prefetch(c.friction, i)
    prefetch(c.fear, i)
    prefetch(c.fear_sensitivity, i)
    prefetch(c.recent, i)
    prefetch(o.share_points, i)
    prefetch(o.click_points, i)
    prefetch(o.goal, i)
    prefetch(o.rank, i)
    prefetch(known.points, i)
    prefetch(known.value, i)
    prefetch(segment, i)


@inlined
def _encounter(
    c: Any, o: Any, known: Any, segment: Any, n: Any, found: Any, first: Any, awake: Any, early: Any, rates: Any,
    silent: Any, key: Any, day: Any, offered: Any, who: Any, ordinals: Any, items: Any,
) -> Any:  # fmt: skip
    # Append the opportunities of those found, each with the index of its item among those on offer; −1 where the arrays are too short.
    found = np.uint64(found)
    for at in range(n):
        own, u = awake[at], early[at]
        i = np.uint64(first + own)
        rate, none = rates[i], silent[i]
        if not 0.0 < rate <= INVERSION_LIMIT:
            count = poisson_from_uniform(u, rate)
        else:
            # Most have one, which poisson_beyond would find after a division.
            count = 1 if u < none + none * rate else poisson_beyond(u, rate, none)
        if np.int64(found) + count > who.size:
            return -1
        _ask_for(c, o, known, segment, i)
        for ordinal in range(1, count + 1):
            who[found], ordinals[found] = first + own, ordinal
            items[found] = np.int64(uniform(key, day, own, ordinal) * offered)
            found += np.uint64(1)
    return np.int64(found)


@inlined
def _weights_of(row: Any) -> Any:
    return Weights(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13],
        row[14], row[15], row[16], row[17], row[18], row[19], row[20], row[21], row[22], row[23], row[24], row[25], row[26],
        row[27], row[28], row[29], row[30],
    )  # fmt: skip


@kernel(
    U8In, I64In, F64In, F64In, I64In, Tuple(F64In, len(PersonColumns._fields)),
    Tuple(F64Column, len(OfferColumns._fields)), F64In, I64In, I64In, F64In, F64In, I64In,
    Tuple(F64Out, len(Known._fields)), F64Matrix, U64In, U64In, I64, I64Out, F64Out, I64Out, I64Out, I64Out, F64Out, F64Out,
    F64Out, returns=I64,
)  # fmt: skip
def draw_and_weigh(
    there: Any, first: Any, rates: Any, silent: Any, segment: Any, person: Any, offer: Any, medians: Any,
    item_index: Any, item_topic: Any, item_risk: Any, item_green_lit: Any, item_at: Any, remembered: Any, weights: Any,
    opportunity_keys: Any, decision_keys: Any, day: Any, awake: Any, early: Any, who: Any, ordinals: Any, items: Any,
    draws: Any, chances: Any, unpaid: Any,
) -> Any:  # fmt: skip
    """Write the opportunities of a day to the last six arrays and return their number; −1 where these are too short.

    draws            uniform draws, of which those below the chance end in a share
    chances, unpaid  log-odds of a share, with and without the reward
    """
    c, o, known = PersonColumns(*person), OfferColumns(*offer), Known(*remembered)
    found = 0
    for r in range(opportunity_keys.size):
        offered = item_at[r + 1] - item_at[r]
        if offered == 0:
            continue
        w = _weights_of(weights[r])
        begin, end, key = first[r], first[r + 1], opportunity_keys[r]
        n = _wake(there[begin:end], silent[begin:end], key, day, awake, early)
        before = found
        found = _encounter(
            c, o, known, segment, n, before, first[r], awake, early, rates, silent, key, day, offered, who, ordinals, items
        )  # fmt: skip
        if found < 0:
            return -1
        # Most employees first met the reward in the same week, so that the novelty of the previous row can usually be reused.
        weeks, novelty = -1.0, 0.0
        for at in range(before, found):
            one = who[at]
            # Unsigned: Numba tests each signed index for being negative.
            i, k = np.uint64(one), np.uint64(item_at[r] + items[at])
            if o.weeks[i] != weeks:
                weeks = o.weeks[i]
                novelty = w.novelty_floor + (1.0 - w.novelty_floor) * 2.0 ** (
                    -weeks / w.novelty_half_life_weeks
                )
            relevance = 1.0 if item_topic[k] == segment[i] else w.relevance_elsewhere
            unpaid[at] = _unpaid(c, o, i, relevance, item_risk[k], item_green_lit[k], medians[r], known, w)
            chances[at] = unpaid[at] + _paid(c, o, i, novelty, known, w)
            items[at] = item_index[k]
            draws[at] = uniform(decision_keys[r], day, one - first[r], ordinals[at])
    return found


@kernel(I64, F64In, F64Out, F64Out, I64Out, returns=I64)
def choose(found: Any, draws: Any, chances: Any, unpaid: Any, willing: Any) -> Any:
    """Turn the log-odds of so many opportunities into chances; write the rows drawn below theirs to `willing` and return their number.

    chances, unpaid  log-odds with and without the reward; chances after it, and those without the reward for the willing only, else NaN
    """
    count = 0
    for at in range(found):
        chances[at] = _logistic(chances[at])
        if draws[at] < chances[at]:
            unpaid[at] = _logistic(unpaid[at])
            willing[count] = at
            count += 1
        else:
            unpaid[at] = math.nan
    return count
