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

from agents.world.lanes import Lanes, Laws
from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.signatures import I64, F64In, F64Matrix, F64Out, I64In, I64Out, Tuple, U64In
from engine.streams import INVERSION_LIMIT, poisson_beyond, poisson_from_uniform, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PersonColumns(NamedTuple):
    """Inputs of the utility per person and day, float64[n] each; names as in `agents.employees.decision.Occasion`."""

    base: Floats
    motivation: Floats
    perceived_log: Floats
    feedback: Floats
    weeks: Floats
    share_points: Floats
    click_points: Floats
    clicks_belief: Floats
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
    rank_sensitivity: Floats
    contest: Floats
    intact: Floats
    broken: Floats
    habit: Floats
    friction: Floats
    fear: Floats
    fear_sensitivity: Floats
    recent: Floats
    asked: Floats
    award: Floats
    loss: Floats
    felt_more: Floats


class ItemColumns(NamedTuple):
    """Inputs of the kernel per item on offer.

    Row among all items and topic (int64), risk and green light (float64); `at` is int64[R + 1], the first item of each run.
    """

    row: Ints
    topic: Ints
    risk: Floats
    green_lit: Floats
    at: Ints


class RewardValues(NamedTuple):
    """Cached value of each person's reward, float64[n] each; recomputed only when the expected points change."""

    points: Floats
    value: Floats

    @classmethod
    def none(cls, n: int) -> RewardValues:
        """An empty cache for n people."""
        return cls(np.full(n, np.nan), np.zeros(n))


class Opportunities(NamedTuple):
    """Opportunities of one day, ordered by person: arrays of one length.

    person, ordinal  row of the person, and number of the opportunity among the person's of the day (from 1)
    item             index among all items
    draw, chance     the uniform draw and P(share); shared where draw < chance
    unpaid           P(share) without the reward; computed for shares only, NaN elsewhere
    """

    person: Ints
    ordinal: Ints
    item: Ints
    draw: Floats
    chance: Floats
    unpaid: Floats


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


def meet(
    people: Ints,
    rates: Floats,
    silent: Floats,
    segment: Ints,
    person: PersonColumns,
    *,
    items: ItemColumns,
    known: RewardValues,
    weights: Floats,
    lanes: Lanes,
    opportunity_keys: NDArray[np.uint64],
    decision_keys: NDArray[np.uint64],
    day: int,
) -> Opportunities:
    """Draw the day's opportunities of `people` and their chances.

    people    int64[k], rows of those present, ascending
    rates     float64[n], opportunities expected today; `silent` is exp(−rates)
    segment   int64[n]
    items     items on offer; without any there are no opportunities
    known     cache kept from day to day; a run's weights never change
    weights   float64[R, fields of `Weights`]
    """
    # Room for all, present or not: summing all is faster than selecting.
    expected = float(rates.sum()) if items.row.size else 0.0
    room = int(expected + 8.0 * math.sqrt(expected + 1.0)) + 16
    early, awake = np.empty(people.size), np.empty(people.size, dtype=np.int64)
    while True:
        # Separate arrays instead of one matrix: small allocations reuse memory that the process already holds.
        who, ordinals, met_items = (np.empty(room, dtype=np.int64) for _ in range(3))
        draws, chances, unpaid = (np.empty(room) for _ in range(3))
        count = _meet(
            people,
            lanes.starts(people),
            lanes.first,
            rates,
            silent,
            segment,
            tuple(person),
            items.row,
            items.topic,
            items.risk,
            items.green_lit,
            items.at,
            *known,
            weights,
            opportunity_keys,
            decision_keys,
            day,
            awake,
            early,
            who,
            ordinals,
            met_items,
            draws,
            chances,
            unpaid,
        )
        if count >= 0:
            return Opportunities(
                who[:count],
                ordinals[:count],
                met_items[:count],
                draws[:count],
                chances[:count],
                unpaid[:count],
            )
        room *= 2


@inlined
def _paid(c: Any, i: Any, novelty: Any, known_points: Any, known_value: Any, w: Any) -> Any:
    # Terms 4 and 5 of agents.employees.decision.TERMS: reward and crowding out.
    points = c.share_points[i] + c.click_points[i] * c.clicks_belief[i]
    cost = (
        w.crowding_out
        * c.crowded[i]
        * c.motivation[i]
        * (1.0 + w.crowding_public * c.connectedness[i] * c.public[i])
    )
    if points <= 0.0:
        return -cost
    if points != known_points[i]:
        known_points[i], known_value[i] = points, math.log1p(points / w.reward_unit_points)
    return w.reward_weight * novelty * known_value[i] * (1.0 + c.felt_more[i]) - cost


@inlined
def _unpaid(c: Any, i: Any, relevance: Any, risk: Any, green_lit: Any, w: Any) -> Any:
    # The other terms, in their order.
    total = (
        c.base[i]
        + w.intrinsic_weight * c.motivation[i] * relevance
        + w.image_weight * c.perceived_log[i]
        + w.feedback_weight * c.feedback[i]
    )
    if c.steerer[i] > 0.0 and (c.goal[i] > 0.0 or w.goal_exponent == 0.0):
        total += c.steerer[i] * w.goal_weight * c.goal[i] ** w.goal_exponent
    told = c.norm_message[i] > 0.0
    norm = c.norm_message[i] if told else c.norm_rate[i]
    gap = (norm - c.own_rate[i]) / (norm + c.own_rate[i] + w.norm_unit)
    if not told:
        gap = w.norm_attention * gap
    total += w.norm_up * max(0.0, gap) - w.norm_down * max(0.0, -gap)
    total += w.recognition_weight * c.recognition[i]
    rank = c.rank[i] * c.rank_sensitivity[i]
    total += w.rank_first * max(0.0, rank) - w.rank_last * max(0.0, -rank)
    total += w.contest_weight * c.contest[i]
    total += w.streak_weight * c.intact[i] - w.break_weight * c.broken[i]
    total += w.habit_weight * c.habit[i]
    total -= w.friction_cost * c.friction[i]
    seen = w.risk_floor + (1.0 - w.risk_floor) * risk
    total -= (
        w.fear_weight * (c.fear[i] * c.fear_sensitivity[i]) * seen * (1.0 - w.green_light_relief * green_lit)
    )
    total -= w.repetition_cost * c.recent[i]
    total += w.ask_weight * c.asked[i] + w.award_weight * c.award[i] - w.loss_weight * c.loss[i]
    return total


@inlined
def _logistic(utility: Any) -> Any:
    return 1.0 / (1.0 + math.exp(-utility)) if utility > -700.0 else 0.0


@inlined
def _wake(people: Any, first: Any, silent: Any, key: Any, day: Any, awake: Any, early: Any) -> Any:
    # Find who has an opportunity, with the draw that determines how many. Several draws are made at a time, and without a branch, since
    # about half of them hit and the branch could not be predicted.
    for at in range(people.size):
        early[at] = uniform(key, day, people[at] - first, 0)
    n = np.uint64(0)
    for at in range(people.size):
        one, u = people[at], early[at]
        awake[n], early[n] = one, u
        n += np.uint64(u >= silent[np.uint64(one)])
    return n


@inlined
def _ask_for(c: Any, i: Any) -> None:
    # Prefetch the columns of a person with an opportunity: the hardware prefetcher does not follow this many streams.
    prefetch(c.base, i)
    prefetch(c.motivation, i)
    prefetch(c.perceived_log, i)
    prefetch(c.feedback, i)
    prefetch(c.weeks, i)
    prefetch(c.share_points, i)
    prefetch(c.click_points, i)
    prefetch(c.clicks_belief, i)
    prefetch(c.crowded, i)
    prefetch(c.public, i)
    prefetch(c.connectedness, i)
    prefetch(c.steerer, i)
    prefetch(c.goal, i)
    prefetch(c.own_rate, i)
    prefetch(c.norm_rate, i)
    prefetch(c.norm_message, i)
    prefetch(c.recognition, i)
    prefetch(c.rank, i)
    prefetch(c.rank_sensitivity, i)
    prefetch(c.contest, i)
    prefetch(c.intact, i)
    prefetch(c.broken, i)
    prefetch(c.habit, i)
    prefetch(c.friction, i)
    prefetch(c.fear, i)
    prefetch(c.fear_sensitivity, i)
    prefetch(c.recent, i)
    prefetch(c.asked, i)
    prefetch(c.award, i)
    prefetch(c.loss, i)
    prefetch(c.felt_more, i)


@inlined
def _encounter(
    columns: Any, n: Any, found: Any, first: Any, awake: Any, early: Any, rates: Any, silent: Any, key: Any, day: Any,
    offered: Any, who: Any, ordinals: Any, items: Any,
) -> Any:  # fmt: skip
    # Append the opportunities of those found, each with the index of its item among those on offer; −1 where the arrays are too short.
    found = np.uint64(found)
    for at in range(n):
        one, u = awake[at], early[at]
        i = np.uint64(one)
        rate = rates[i]
        few = 0.0 < rate <= INVERSION_LIMIT
        count = poisson_beyond(u, rate, silent[i]) if few else poisson_from_uniform(u, rate)
        if np.int64(found) + count > who.size:
            return -1
        if count > 0:
            _ask_for(columns, i)
        for ordinal in range(1, count + 1):
            who[found], ordinals[found] = one, ordinal
            items[found] = np.int64(uniform(key, day, one - first, ordinal) * offered)
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
    I64In, I64In, I64In, F64In, F64In, I64In, Tuple(F64In, len(PersonColumns._fields)), I64In, I64In, F64In, F64In, I64In,
    F64Out, F64Out, F64Matrix, U64In, U64In, I64, I64Out, F64Out, I64Out, I64Out, I64Out, F64Out, F64Out, F64Out,
    returns=I64,
)  # fmt: skip
def _meet(
    people: Any, people_at: Any, first: Any, rates: Any, silent: Any, segment: Any, person: Any, item_index: Any,
    item_topic: Any, item_risk: Any, item_green_lit: Any, item_at: Any, known_points: Any, known_value: Any, weights: Any,
    opportunity_keys: Any, decision_keys: Any, day: Any, awake: Any, early: Any, who: Any, ordinals: Any, items: Any,
    draws: Any, chances: Any, unpaid: Any,
) -> Any:  # fmt: skip
    columns = PersonColumns(*person)
    found = 0
    for r in range(opportunity_keys.size):
        offered = item_at[r + 1] - item_at[r]
        if offered == 0:
            continue
        w = _weights_of(weights[r])
        here, key = people[people_at[r] : people_at[r + 1]], opportunity_keys[r]
        n = _wake(here, first[r], silent, key, day, awake, early)
        before = found
        found = _encounter(
            columns, n, before, first[r], awake, early, rates, silent, key, day, offered, who, ordinals, items
        )  # fmt: skip
        if found < 0:
            return -1
        # Most employees first met the reward in the same week, so that the novelty of the previous row can usually be reused.
        weeks, novelty = -1.0, 0.0
        for at in range(before, found):
            one = who[at]
            # Unsigned: Numba tests each signed index for being negative.
            i, k = np.uint64(one), np.uint64(item_at[r] + items[at])
            if columns.weeks[i] != weeks:
                weeks = columns.weeks[i]
                novelty = w.novelty_floor + (1.0 - w.novelty_floor) * 2.0 ** (
                    -weeks / w.novelty_half_life_weeks
                )
            relevance = 1.0 if item_topic[k] == segment[i] else w.relevance_elsewhere
            unpaid[at] = _unpaid(columns, i, relevance, item_risk[k], item_green_lit[k], w)
            chances[at] = unpaid[at] + _paid(columns, i, novelty, known_points, known_value, w)
            items[at] = item_index[k]
            draws[at] = uniform(decision_keys[r], day, one - first[r], ordinals[at])
    for at in range(found):
        chances[at] = _logistic(chances[at])
        unpaid[at] = _logistic(unpaid[at]) if draws[at] < chances[at] else math.nan
    return found
