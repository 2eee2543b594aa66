"""The compiled loops behind engine.generate."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import kernel
from engine.signatures import F64, I64, U64, I32In, I32Out, I64In, I64Out, U64Out
from engine.streams import GOLDEN, mix

ONE = np.uint64(1)
SHIFT_32 = np.uint64(32)
LOW_32 = np.uint64(0xFFFFFFFF)
UNIT_32 = 1.0 / 4294967296.0
PATIENCE = 64


@kernel(U64, I64, F64, returns=I64)
def pick(half_word: Any, size: Any, concentration: Any) -> Any:
    """An index below `size` from 32 random bits; concentration above 1 favours small ones."""
    if concentration == 1.0:
        return np.int64((half_word * np.uint64(size)) >> SHIFT_32)
    return min(size - 1, np.int64(size * (np.float64(half_word) * UNIT_32) ** concentration))


@kernel(I64, I64, I64In, I64In, I32In, I32In, I64In, I64, I64, F64, F64, U64, U64Out, I32Out)
def fill_rows(
    first: Any,
    last: Any,
    offsets: Any,
    coworkers: Any,
    row_segments: Any,
    members: Any,
    starts: Any,
    n_employees: Any,
    n_sources: Any,
    homophily: Any,
    concentration: Any,
    key: Any,
    taken: Any,
    targets: Any,
) -> None:
    """Draw the targets of rows first … last − 1, all different in a row; `taken` is zeros in and out."""
    n_audience = members.size
    for row in range(first, last):
        row_key = mix(key ^ (np.uint64(row) * GOLDEN))
        step = np.uint64(0)
        place = offsets[row]
        taken[row >> 6] |= ONE << np.uint64(row & 63)
        near_end = place + coworkers[row] if row < coworkers.size else place
        segment = row_segments[row]
        known = segment >= 0 and segment < starts.size - 1
        own_first, own_size = (starts[segment], starts[segment + 1] - starts[segment]) if known else (0, 0)
        misses, own = 0, False
        while place < offsets[row + 1]:
            step += ONE
            word = mix(row_key + step * GOLDEN)
            low, high = word & LOW_32, word >> SHIFT_32
            if misses == 0:
                # Kept through the misses, so that a crowded segment loses nothing of its share.
                own = own_size > 0 and np.float64(high) * UNIT_32 < homophily
            if misses >= PATIENCE:
                # The pool is nearly used up: take the next free one from a random start.
                size = n_employees if place < near_end else n_audience
                base = 0 if place < near_end else n_sources
                target = base + pick(low, size, 1.0)
                while taken[target >> 6] & (ONE << np.uint64(target & 63)) != 0:
                    target += 1
                    if target == base + size:
                        target = base
            elif place < near_end:
                target = pick(low, n_employees, 1.0)
            elif concentration == 1.0:
                # Which of the two it is falls at random: both are worked out, so that nothing has to be guessed.
                among = pick(low, own_size if own else n_audience, 1.0)
                member = members[among + (own_first if own else 0)]
                target = n_sources + (np.int64(member) if own else among)
            elif own:
                target = n_sources + members[own_first + pick(low, own_size, concentration)]
            else:
                # The favourites of a random person's segment, so that no segment gains from its place in the numbering.
                crowd = row_segments[n_sources + pick(low, n_audience, 1.0)]
                fresh = mix(word ^ GOLDEN) >> SHIFT_32
                crowd_size = starts[crowd + 1] - starts[crowd]
                target = n_sources + members[starts[crowd] + pick(fresh, crowd_size, concentration)]
            bit = ONE << np.uint64(target & 63)
            if taken[target >> 6] & bit != 0:
                misses += 1
                continue
            misses = 0
            taken[target >> 6] |= bit
            targets[place] = target
            place += 1
        taken[row >> 6] = 0
        for position in range(offsets[row], offsets[row + 1]):
            taken[targets[position] >> 6] = 0


@kernel(I32In, I64Out, I32Out)
def sort_by_segment(segments: Any, places: Any, members: Any) -> None:
    """List people by segment, each segment's in their own order; `places` come in as where each segment begins."""
    for person in range(segments.size):
        segment = segments[person]
        members[places[segment]] = person
        places[segment] += 1
