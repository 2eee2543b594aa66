"""The opportunities of a day, and the chance that each ends in a share; compiled in `agents.employees.meeting_kernel`."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.employees.meeting_kernel import Known, OfferColumns, PersonColumns, choose, draw_and_weigh
from agents.world.lanes import Lanes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Inputs(NamedTuple):
    """Inputs of the utility: columns of people and of the offer, and float64[R], shares a month that a run's norm message shows."""

    person: PersonColumns
    offer: OfferColumns
    median: Floats


class ItemColumns(NamedTuple):
    """Inputs of the kernel per item on offer.

    Row among all items and topic (int64), risk and green light (float64); `at` is int64[R + 1], the first item of each run.
    """

    row: Ints
    topic: Ints
    risk: Floats
    green_lit: Floats
    at: Ints


class Opportunities(NamedTuple):
    """Opportunities of one day, ordered by person: arrays of one length.

    person, ordinal  row of the person, and number of the opportunity among the person's of the day (from 1)
    item             index among all items
    draw, chance     the uniform draw and P(share); shared where draw < chance
    unpaid           P(share) without the reward; computed for shares only, NaN elsewhere
    willing          rows of those whose draw is below their chance, as many as there are
    """

    person: Ints
    ordinal: Ints
    item: Ints
    draw: Floats
    chance: Floats
    unpaid: Floats
    willing: Ints


def meet(
    there: NDArray[np.bool_],
    rates: Floats,
    silent: Floats,
    segment: Ints,
    inputs: Inputs,
    *,
    items: ItemColumns,
    known: Known,
    weights: Floats,
    lanes: Lanes,
    opportunity_keys: NDArray[np.uint64],
    decision_keys: NDArray[np.uint64],
    day: int,
) -> Opportunities:
    """Draw the day's opportunities of those who are `there` (bool[n]) and their chances.

    rates     float64[n], opportunities expected today; `silent` is exp(−rates)
    segment   int64[n]
    items     items on offer; without any there are no opportunities
    known     kept from day to day; a run's weights never change
    weights   float64[R, fields of `Weights`]
    """
    # Room for all, present or not: summing all is faster than selecting.
    expected = float(rates.sum()) if items.row.size else 0.0
    room = int(expected + 8.0 * math.sqrt(expected + 1.0)) + 16
    most = int(lanes.sizes.max(initial=0))
    early, awake = np.empty(most), np.empty(most, dtype=np.int64)
    while True:
        # Separate arrays instead of one matrix: small allocations reuse memory that the process already holds.
        who, ordinals, met_items = (np.empty(room, dtype=np.int64) for _ in range(3))
        draws, chances, unpaid = (np.empty(room) for _ in range(3))
        count = draw_and_weigh(
            there.view(np.uint8),
            lanes.first,
            rates,
            silent,
            segment,
            tuple(inputs.person),
            tuple(inputs.offer),
            inputs.median,
            *items,
            tuple(known),
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
            willing = np.empty(count, dtype=np.int64)
            chosen = choose(count, draws, chances, unpaid, willing)
            return Opportunities(
                who[:count],
                ordinals[:count],
                met_items[:count],
                draws[:count],
                chances[:count],
                unpaid[:count],
                willing[:chosen],
            )
        room *= 2
