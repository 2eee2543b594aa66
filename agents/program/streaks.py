"""The state of streaks on a day: intact, covered by a freeze, or broken."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import scoring_tables as codes
from engine.scoring import missed_days
from engine.scoring_tables import SchemeTables
from engine.scoring_terms import window_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_LENGTH = 2


class StreakHealth(NamedTuple):
    """float64[n], 0 or 1: `intact` for an unbroken streak of two days or more, `broken` for one that broke within the last week.

    Both are 0 while a freeze covers a missed day, until the next counted act.
    """

    intact: Floats
    broken: Floats


def standing(
    tables: SchemeTables, streaks: Ints, people: Ints, segments: Ints, leave: Ints, *, date: date
) -> StreakHealth:
    """The state of the best streak of each person on the morning of `date`; missed days are counted as scoring would on `date`.

    streaks   int64[k, S, 8] of `people` int64[k] in `segments` int64[k] (codes of the scheme)
    leave     as in `EventBatch`
    """
    intact, broken = np.zeros(people.size), np.zeros(people.size)
    for s, rule in enumerate(tables.streak):
        length, last, left, filled = streaks[
            :, s, (codes.LENGTH, codes.LAST_DATE, codes.FREEZES_LEFT, codes.FREEZES_IN)
        ].T
        window = window_of(int(rule[2]), date.toordinal(), 12 * date.year + date.month - 1)
        freezes = np.where(filled == window, np.maximum(left, 0), rule[1])
        worth_keeping = np.flatnonzero(length >= LEAST_LENGTH)
        lasting = freezes + int(rule[0]).bit_count()
        asked = np.stack([people, segments, last, lasting], axis=1)[worth_keeping]
        missed = missed_days(tables, s, leave, asked, date.toordinal())
        intact[worth_keeping] = np.maximum(intact[worth_keeping], missed == 0)
        over = (missed > freezes[worth_keeping]) & (missed <= lasting[worth_keeping])
        broken[worth_keeping] = np.maximum(broken[worth_keeping], over)
    return StreakHealth(intact, np.where(intact > 0.0, 0.0, broken))
