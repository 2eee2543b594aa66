"""Streaks as their holders see them on a day: intact, covered by a freeze, or broken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import scoring_tables as codes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_LENGTH = 2


class Standing(NamedTuple):
    """float64[n], 0 or 1: a streak of two days or more that nothing threatens, and one that broke within the last week.

    Both are 0 while a freeze covers a missed day: the streak is repaired, but no longer unblemished until its holder acts again.
    """

    intact: Floats
    broken: Floats


def standing(streaks: Ints, tables: Ints, date: int) -> Standing:
    """Where everybody's streaks stand on the morning of `date` (day ordinal), the best of each person's.

    streaks   int64[n, S, 8] and tables int64[S, 7], as in `engine.scoring_tables`
    """
    intact, broken = np.zeros(streaks.shape[0]), np.zeros(streaks.shape[0])
    for s in range(streaks.shape[1]):
        length, last, left = streaks[:, s, (codes.LENGTH, codes.LAST_DATE, codes.FREEZES_LEFT)].T
        freezes = np.maximum(left, 0)
        held = length >= LEAST_LENGTH
        missed = missed_days(int(tables[s, 0]), last, date)
        a_week = int(tables[s, 0]).bit_count()
        intact = np.maximum(intact, held & (missed == 0))
        broken = np.maximum(broken, held & (missed > freezes) & (missed <= freezes + a_week))
    return Standing(intact, np.where(intact > 0.0, 0.0, broken))


def missed_days(required: int, last: Ints, date: int) -> Ints:
    """int64[n]: required weekdays strictly between `last` and `date`. `required` has bit 0 for Monday; ordinals count from 0001-01-01."""
    missed = np.zeros(last.size, dtype=np.int64)
    for weekday in range(7):
        if required >> weekday & 1:
            first = last + 1 + (weekday - last % 7) % 7
            missed += np.where(first < date, (date - 1 - first) // 7 + 1, 0)
    return missed
