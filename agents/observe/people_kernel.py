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


SUMS = Sums(*range(len(Sums._fields)))


@kernel(I64In, U8In, F64In, U8In, I64Matrix)
def heads(first: Any, present: Any, recent: Any, thanked: Any, counts: Any) -> None:
    """Write int64[R, 3]: number present, and among them those who shared in the last seven days, and those ever thanked."""
    for r in range(first.size - 1):
        rows, here, shared, ever = slice(first[r], first[r + 1]), 0, 0, 0
        there, acts, thanks = present[rows], recent[rows], thanked[rows]
        # Without a branch and from 0, so that the compiler takes several people at once.
        for i in range(there.size):
            here += there[i] != 0
            shared += (there[i] != 0) & (acts[i] != 0.0)
            ever += (there[i] != 0) & (thanks[i] != 0)
        counts[r, PRESENT], counts[r, SHARED], counts[r, THANKED] = here, shared, ever


@kernel(I64Matrix, I64, Tuple(F32Matrix, len(Picture._fields)), F64In, F64MatrixOut)
def add_groups(group: Any, groups: Any, pictures: Any, ties: Any, sums: Any) -> None:
    """Add to float64[weeks × groups, columns] by group, in order of employees; `sums` is zero on entry.

    `group` is int64[splits, n]: the group of each employee in each split; groups are numbered through all splits.
    """
    of = Picture(*pictures)
    for week in range(of.headcount.shape[0]):
        for i in range(group.shape[1]):
            here = 1.0 if of.headcount[week, i] != 0.0 else 0.0
            enrolled = here * of.enrolled[week, i]
            # Those who are not there add zeros: without a branch, several columns are added at once.
            row = Sums(
                here, here * of.weekly_sharers[week, i], here * of.recognition_coverage[week, i], here * of.motivation[week, i],
                here * of.fear[week, i], here * of.habit[week, i], enrolled, of.annoyance[week, i] * enrolled,
                of.peer_trust[week, i] * ties[i], of.fatigue[week, i] * ties[i],
            )  # fmt: skip
            for split in range(group.shape[0]):
                mine = sums[week * groups + group[split, i]]
                mine[SUMS.headcount] += row.headcount
                mine[SUMS.weekly_sharers] += row.weekly_sharers
                mine[SUMS.recognition_coverage] += row.recognition_coverage
                mine[SUMS.motivation] += row.motivation
                mine[SUMS.fear] += row.fear
                mine[SUMS.habit] += row.habit
                mine[SUMS.enrolled] += row.enrolled
                mine[SUMS.annoyance] += row.annoyance
                mine[SUMS.peer_trust] += row.peer_trust
                mine[SUMS.fatigue] += row.fatigue
