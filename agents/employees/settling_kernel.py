"""The compiled half steps to the chance of a share that reproduces itself.

The equations are those of `agents.employees.decision`: of its terms only habit, norm and repetition hang on the chance itself, so that one
exponential a person and step serves all kinds of occasions. A test holds the two together.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from engine.kernels import kernel
from engine.signatures import F64, I64, F64In, F64Matrix, F64Out, I64In, U64In
from engine.streams import INVERSION_LIMIT, poisson_beyond, poisson_from_uniform, uniform

WEEKS_A_MONTH = 52.0 / 12.0
# Utility beyond which the probability equals 0 or 1 in double precision.
FARTHEST = 700.0


class Steady(NamedTuple):
    """The parameters of a run that the steps read."""

    norm_attention: Any
    norm_unit: Any
    norm_up: Any
    norm_down: Any
    habit_weight: Any
    repetition_cost: Any


STEADY_LAWS = Steady._fields


@kernel(
    I64, I64In, F64Matrix, F64In, I64In, I64In, F64Matrix, F64Matrix, F64Out, F64Out, F64Out, divides_freely=True,
)  # fmt: skip
def settle(
    steps: Any, first: Any, laws: Any, opportunities: Any, team_of: Any, heads: Any, parts: Any, against: Any, means: Any,
    spare: Any, chance: Any,
) -> None:  # fmt: skip
    """Go so many times half the way to the chance that follows from everybody's chances.

    parts    float64[kinds, n]: what part of the occasions each kind has
    against  float64[kinds, n]: exponentials of what does not hang on the chance, with its sign turned
    means    float64[teams of all runs], spare: float64[n]: working memory
    """
    teams = heads.size // (first.size - 1)
    for r in range(first.size - 1):
        law = Steady(laws[r, 0], laws[r, 1], laws[r, 2], laws[r, 3], laws[r, 4], laws[r, 5])
        begin, end = first[r], first[r + 1]
        for _ in range(steps):
            means[r * teams : (r + 1) * teams] = 0.0
            for i in range(begin, end):
                means[team_of[i]] += WEEKS_A_MONTH * opportunities[i] * chance[i]
            for team in range(r * teams, (r + 1) * teams):
                means[team] /= heads[team]
            for i in range(begin, end):
                own, norm = WEEKS_A_MONTH * opportunities[i] * chance[i], means[team_of[i]]
                gap = law.norm_attention * ((norm - own) / (norm + own + law.norm_unit))
                moved = law.habit_weight * chance[i] - law.repetition_cost * opportunities[i] * chance[i]
                moved += law.norm_up * max(0.0, gap) - law.norm_down * max(0.0, -gap)
                spare[i] = min(max(-moved, -FARTHEST), FARTHEST)
                chance[i] *= 0.5
            for i in range(begin, end):
                spare[i] = math.exp(spare[i])
            # Kind by kind, several people at a time.
            for kind in range(parts.shape[0]):
                for i in range(begin, end):
                    chance[i] += 0.5 * (parts[kind, i] * (1.0 / (1.0 + against[kind, i] * spare[i])))


@kernel(F64, I64In, U64In, F64In, F64In, F64Out, F64Out, F64Out, F64Out, F64Out)
def remember(
    least: Any, first: Any, keys: Any, weeks: Any, rates: Any, silent: Any, drawn: Any, left: Any, own_rate: Any, amount: Any
) -> None:  # fmt: skip
    """Draw the weeks that people remember one by one, newest first, until so little of a run's memory is left.

    weeks   float64[R]: how many a memory spans; left: float64[R], what is left of it in the end
    rates   float64[n]: shares expected a week; silent, drawn: float64[n], working memory
    """
    for i in range(rates.size):
        silent[i] = math.exp(-max(rates[i], 0.0))
    for r in range(first.size - 1):
        week, left[r] = 0, 1.0
        while left[r] > least:
            # Draws first: where nothing hangs on them yet several are made at a time.
            for i in range(first[r], first[r + 1]):
                drawn[i] = uniform(keys[r], week, i - first[r], 0)
            for i in range(first[r], first[r + 1]):
                if drawn[i] < silent[i]:
                    continue
                few = rates[i] <= INVERSION_LIMIT
                shares = (
                    poisson_beyond(drawn[i], rates[i], silent[i])
                    if few
                    else poisson_from_uniform(drawn[i], rates[i])
                )
                if shares > 0:
                    own_rate[i] += left[r] / weeks[r]
                    amount[i] += WEEKS_A_MONTH * shares * left[r] / weeks[r]
            left[r], week = left[r] * (1.0 - 1.0 / weeks[r]), week + 1
