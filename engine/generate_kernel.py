"""The compiled loops behind engine.generate."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.instructions import prefetch
from engine.kernels import inlined, kernel
from engine.signatures import F64, I64, U64, I32In, I32Out, I64In, I64Out, U64Out
from engine.streams import GOLDEN, mix

ONE = np.uint64(1)
SHIFT_32 = np.uint64(32)
LOW_32 = np.uint64(0xFFFFFFFF)
UNIT_32 = 1.0 / 4294967296.0
PATIENCE = 64
# Members in a cache line.
IN_A_LINE = 16
# So many words are worked out together.
AT_ONCE = 64


@kernel(U64, I64, F64, returns=I64)
def pick(half_word: Any, size: Any, concentration: Any) -> Any:
    """An index below `size` from 32 random bits; concentration above 1 favours small ones."""
    if concentration == 1.0:
        return np.int64((half_word * np.uint64(size)) >> SHIFT_32)
    return min(size - 1, np.int64(size * (np.float64(half_word) * UNIT_32) ** concentration))


@inlined
def _is_own(word: Any, homophily: Any) -> Any:
    """True where a random word selects a contact in the own segment."""
    return np.float64(word >> SHIFT_32) * UNIT_32 < homophily


@inlined
def _drawn(
    word: Any, misses: Any, own: Any, near: Any, own_first: Any, own_size: Any, n_employees: Any, n_sources: Any, row_segments: Any,
    members: Any, starts: Any, concentration: Any, taken: Any,
) -> Any:  # fmt: skip
    """Whom a word finds, after so many others that had been found already."""
    low, n_audience = word & LOW_32, members.size
    if misses >= PATIENCE:
        # The pool is nearly used up: take the next free one from a random start.
        size = n_employees if near else n_audience
        base = 0 if near else n_sources
        target = base + pick(low, size, 1.0)
        while taken[target >> 6] & (ONE << np.uint64(target & 63)) != 0:
            target += 1
            if target == base + size:
                target = base
    elif near:
        target = pick(low, n_employees, 1.0)
    elif own:
        target = n_sources + members[own_first + pick(low, own_size, concentration)]
    elif concentration == 1.0:
        target = n_sources + pick(low, n_audience, 1.0)
    else:
        # The favourites of a random person's segment, so that no segment gains from its place in the numbering.
        crowd = row_segments[n_sources + pick(low, n_audience, 1.0)]
        fresh = mix(word ^ GOLDEN) >> SHIFT_32
        crowd_size = starts[crowd + 1] - starts[crowd]
        target = n_sources + members[starts[crowd] + pick(fresh, crowd_size, concentration)]
    return target


@inlined
def _guess(
    row_key: Any,
    step: Any,
    own_first: Any,
    own_size: Any,
    n_sources: Any,
    members: Any,
    homophily: Any,
    guesses: Any,
) -> None:
    """Whom the next words find if none finds somebody again. No branch waits for `members`: chance decides who is looked up there."""
    base, everybody = np.uint64(n_sources), np.uint64(members.size)
    fewer, begin = np.uint64(own_size) - everybody, np.uint64(own_first)
    for i in range(guesses.size):
        word = mix(row_key + (step + np.uint64(i) + ONE) * GOLDEN)
        own = np.uint64(_is_own(word, homophily))
        among = ((word & LOW_32) * (everybody + own * fewer)) >> SHIFT_32
        # Places among members are below nought.
        guesses[i] = base + among - own * (base + begin + among + among + ONE)
    for i in range(guesses.size):
        guess: Any = np.int64(guesses[i])
        inside, member = guess >> 63, np.int64(members[np.uint64(max(-guess - 1, 0))])
        guesses[i] = (n_sources + member) & inside | guess & ~inside


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
    for row in range(first, last):
        row_key = mix(key ^ (np.uint64(row) * GOLDEN))
        step = np.uint64(0)
        place, end = offsets[row], offsets[row + 1]
        taken[row >> 6] |= ONE << np.uint64(row & 63)
        near_end = place + coworkers[row] if row < coworkers.size else place
        segment = row_segments[row]
        known = segment >= 0 and segment < starts.size - 1
        own_first, own_size = (starts[segment], starts[segment + 1] - starts[segment]) if known else (0, 0)
        alike = homophily if own_size > 0 else -1.0
        if IN_A_LINE * (end - place) > own_size:
            # Most lines will be read, and one after the other they come sooner.
            for ahead in range(own_first, own_first + own_size, IN_A_LINE):
                prefetch(members, ahead)
        while place < end:
            near = place < near_end
            n = 0 if near or concentration != 1.0 else min(end - place, AT_ONCE)
            base, used, misses, own = place, 0, 0, False
            _guess(row_key, step, own_first, own_size, n_sources, members, alike, targets[base : base + n])
            while True:
                used += 1
                guessed = misses == 0 and used <= n
                if guessed:
                    # Places are filled no faster than words are used: the guess is not written over yet.
                    target = np.int64(targets[base + used - 1])
                else:
                    word = mix(row_key + (step + np.uint64(used)) * GOLDEN)
                    if misses == 0:
                        own = _is_own(word, alike)
                    target = _drawn(
                        word, misses, own, near, own_first, own_size, n_employees, n_sources, row_segments, members, starts,
                        concentration, taken,
                    )  # fmt: skip
                bit = ONE << np.uint64(target & 63)
                if taken[target >> 6] & bit != 0:
                    if guessed:
                        # Kept through the misses, so that a crowded segment loses nothing of its share.
                        own = _is_own(mix(row_key + (step + np.uint64(used)) * GOLDEN), alike)
                    misses += 1
                    continue
                misses = 0
                taken[target >> 6] |= bit
                targets[place] = target
                place += 1
                if used >= n:
                    break
            step += np.uint64(used)
        if end - offsets[row] > taken.size // 8:
            taken[:] = 0
            continue
        taken[row >> 6] = 0
        for position in range(offsets[row], end):
            taken[targets[position] >> 6] = 0


@kernel(I32In, I64Out, I32Out)
def sort_by_segment(segments: Any, places: Any, members: Any) -> None:
    """List people by segment, each segment's in their own order; `places` come in as where each segment begins."""
    for person in range(segments.size):
        segment = segments[person]
        members[places[segment]] = person
        places[segment] += 1
