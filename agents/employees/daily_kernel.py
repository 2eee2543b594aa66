"""Compiled daily updates for employees without a share, reward or sanction, equal to the functions of `agents.employees.state`.

The others are computed by those functions themselves, since powers and exponentials must have NumPy's bits.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import kernel
from engine.signatures import I64, F64Column, F64In, F64Matrix, F64Out, I64In, I64Out, U8In

MOOD_LAWS = (
    "motivation_recovered",
    "motivation_kept",
    "praise_gain",
    "recognition_kept",
    "recognition_most",
    "fear_moved",
)


@kernel(I64In, F64Matrix, F64In, F64Column, F64Out, F64Out)
def rest(first: Any, laws: Any, base: Any, thanked: Any, motivation: Any, recognition: Any) -> None:
    """Update motivation (recovery, praise) and recognition (decay, renewal)."""
    for r in range(first.size - 1):
        recovered, kept, gain, remembered, most = (
            laws[r, 0], laws[r, 1], laws[r, 2], laws[r, 3], laws[r, 4],
        )  # fmt: skip
        for i in range(first[r], first[r + 1]):
            level = motivation[i] + (base[i] - motivation[i]) * recovered
            floor = kept * base[i]
            if base[i] - floor > 0.0 and level > floor:
                level = floor + (level - floor)
            level = min(max(level, 0.0), 1.0)
            motivation[i] = min(max(level + gain * thanked[i], 0.0), 1.0)
            faded = recognition[i] * remembered
            if thanked[i] > 0.0:
                faded += thanked[i] * max(0.0, 1.0 - faded / most)
            recognition[i] = faded


@kernel(I64In, F64Matrix, F64In, U8In, U8In, F64Out)
def calm(first: Any, laws: Any, goal: Any, signed: Any, present: Any, fear: Any) -> None:
    """Update the fear of those present towards its goal; at once where a policy was signed today."""
    for r in range(first.size - 1):
        part = laws[r, 5]
        for i in range(first[r], first[r + 1]):
            moved = goal[i] if signed[i] else fear[i] + (goal[i] - fear[i]) * part
            moved = min(max(moved, 0.0), 1.0)
            fear[i] = moved if present[i] else fear[i]


@kernel(I64In, I64In, I64Out, F64Out, I64Out, I64Out)
def count(who: Any, eighth: Any, shares: Any, recent: Any, week: Any, total: Any) -> None:
    """Add a day's shares to the counters; `who` and `eighth` have a person's row for each of today and of the day that leaves the week."""
    for k in range(eighth.size):
        recent[eighth[k]] -= 1.0
    for k in range(who.size):
        i = who[k]
        shares[i], recent[i] = shares[i] + 1, recent[i] + 1.0
        week[i], total[i] = week[i] + 1, total[i] + 1


@kernel(I64In, I64In, I64In, F64Matrix, F64Out, returns=I64)
def practise(met: Any, lane: Any, shares: Any, kept: Any, habit: Any) -> Any:
    """Habits of those who met opportunities: `met` has a person's row for each, rising.

    kept  float64[R, k]: what is left of a level after 0, 1, … opportunities
    Where somebody met as many as `kept` has no room for nothing is done, and that many is returned; else 0.
    """
    alike = 0
    for k in range(met.size):
        alike = alike + 1 if k > 0 and met[k] == met[k - 1] else 1
        if alike >= kept.shape[1]:
            most = alike
            while k + 1 < met.size and met[k + 1] == met[k]:
                most, k = most + 1, k + 1
            return most
    k = 0
    while k < met.size:
        i, begin = met[k], k
        while k < met.size and met[k] == i:
            k += 1
        left = kept[lane[i], k - begin]
        habit[i] = habit[i] * left + (1.0 - left) * min(shares[i] / (k - begin), 1.0)
    return 0
