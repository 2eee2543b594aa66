"""Compiled sums over employees: of a day, and of weekly snapshots by group."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.kernels import kernel
from engine.signatures import I64, F32Matrix, F64In, F64MatrixOut, I64In, I64Matrix, Tuple, U8In

# Columns of the counts of `heads`.
PRESENT, SHARED, THANKED = range(3)


class Picture(NamedTuple):
    """Snapshots of all employees at the end of each week, float32[weeks, n] each."""

    headcount: Any
    weekly_sharers: Any
    recognition_coverage: Any
    motivation: Any
    fear: Any
    habit: Any
    enrolled: Any
    annoyance: Any
    peer_trust: Any
    fatigue: Any
    shares: Any
    millipoints: Any


class Sums(NamedTuple):
    """Columns of the sums of `add_groups`.

    Employees present and their states; annoyance of the enrolled; trust and fatigue over ties.
    """

    headcount: int
    weekly_sharers: int
    recognition_coverage: int
    motivation: int
    fear: int
    habit: int
    enrolled: int
    annoyance: int
    peer_trust: int
    fatigue: int


SUMS = Sums(*range(len(Sums._fields)))


@kernel(I64In, U8In, F64In, U8In, I64Matrix)
def heads(first: Any, present: Any, recent: Any, thanked: Any, counts: Any) -> None:
    """Write int64[R, 3]: number present, and among them those who shared in the last seven days, and those ever thanked."""
    for r in range(first.size - 1):
        here, shared, ever = 0, 0, 0
        for i in range(first[r], first[r + 1]):
            here += present[i] != 0
            shared += present[i] != 0 and recent[i] != 0.0
            ever += present[i] != 0 and thanked[i] != 0
        counts[r, PRESENT], counts[r, SHARED], counts[r, THANKED] = here, shared, ever


@kernel(I64In, I64, Tuple(F32Matrix, len(Picture._fields)), F64In, F64MatrixOut)
def add_groups(group: Any, groups: Any, pictures: Any, ties: Any, sums: Any) -> None:
    """Add to float64[weeks × groups, columns] by each employee's group int64[n], in order of employees; `sums` is zero on entry."""
    of = Picture(*pictures)
    for week in range(of.headcount.shape[0]):
        for i in range(group.size):
            mine = sums[week * groups + group[i]]
            mine[SUMS.peer_trust] += of.peer_trust[week, i] * ties[i]
            mine[SUMS.fatigue] += of.fatigue[week, i] * ties[i]
            if of.headcount[week, i] == 0.0:
                continue
            mine[SUMS.headcount] += 1.0
            mine[SUMS.weekly_sharers] += of.weekly_sharers[week, i]
            mine[SUMS.recognition_coverage] += of.recognition_coverage[week, i]
            mine[SUMS.motivation] += of.motivation[week, i]
            mine[SUMS.fear] += of.fear[week, i]
            mine[SUMS.habit] += of.habit[week, i]
            mine[SUMS.enrolled] += of.enrolled[week, i]
            mine[SUMS.annoyance] += of.annoyance[week, i] * of.enrolled[week, i]
