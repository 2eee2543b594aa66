"""Gaps between successes of a coin, drawn from a table instead of a logarithm.

A table is the alias form (Walker 1977, Vose 1991) of the geometric distribution truncated at CELLS − 1: gap
g < 1023 has probability (1 − p)^g · p, and the last cell is an escape, "no success in the next 1023 trials".
A 32-bit draw picks a cell with its low 10 bits and decides between cell and alias with its high 22.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import inlined

CELL_BITS = 10
CELLS = 1 << CELL_BITS
ESCAPE = CELLS - 1
THRESHOLD_BITS = 32 - CELL_BITS
LEAST_P = 2.0**-CELL_BITS
STEPS_PER_OCTAVE = 4
N_CLASSES = CELL_BITS * STEPS_PER_OCTAVE + 1
_LOW = np.uint64(ESCAPE)
_SHIFT = np.uint64(CELL_BITS)


@inlined
def draw_gap(tables: Any, base: Any, draw: Any) -> Any:
    """The gap that 32 random bits pick from the table at `base` of flat tables; all are uint64.

    ESCAPE means that many failures without a success; draw again and add.
    """
    cell = draw & _LOW
    entry = np.uint64(tables[base + cell])
    return cell if (draw >> _SHIFT) < (entry >> _SHIFT) else entry & _LOW


@lru_cache(maxsize=256)
def gap_table(p: float) -> NDArray[np.uint32]:
    """uint32[CELLS] for one probability in [LEAST_P, 1]: threshold in the high 22 bits, alias cell in the low 10.

    The probability of each gap is met to 2**-27. Below LEAST_P thin the table of LEAST_P instead, which
    keeps the relative error small.
    """
    if not LEAST_P <= p <= 1.0:
        raise ValueError(f"gap table for p {p}; from {LEAST_P} to 1; thin a larger probability instead")
    gaps = np.arange(CELLS, dtype=np.float64)
    with np.errstate(divide="ignore"):
        mass = np.exp(gaps * np.log1p(-p)) if p < 1.0 else (gaps == 0.0).astype(np.float64)
    mass[:ESCAPE] *= p
    units = np.rint(mass * 2.0**32).astype(np.int64)
    units[int(np.argmax(units))] += 2**32 - int(units.sum())
    table = _alias(units)
    table.flags.writeable = False
    return table


def classes_of(p: NDArray[np.float64]) -> NDArray[np.uint32]:
    """uint32[n]: the smallest class of `class_tables` whose probability is at least each p."""
    steps = np.ceil((np.log2(np.maximum(p, LEAST_P)) + CELL_BITS) * STEPS_PER_OCTAVE - 1e-9)
    return np.clip(steps, 0, N_CLASSES - 1).astype(np.uint32)


@lru_cache(maxsize=1)
def class_probabilities() -> NDArray[np.float64]:
    """float64[N_CLASSES]: 2**-10 … 1 in quarter octaves, so that thinning wastes one pick in six at most."""
    values = 2.0 ** (np.arange(N_CLASSES) / STEPS_PER_OCTAVE - CELL_BITS)
    values.flags.writeable = False
    return values


@lru_cache(maxsize=1)
def class_tables() -> NDArray[np.uint32]:
    """uint32[N_CLASSES, CELLS]: the gap tables of `class_probabilities`."""
    tables = np.stack([gap_table(float(p)) for p in class_probabilities()])
    tables.flags.writeable = False
    return tables


def _alias(units: NDArray[np.int64]) -> NDArray[np.uint32]:
    # Vose's method on integers, so that rounding can lose nothing: each cell holds 2**22 units.
    full = 1 << THRESHOLD_BITS
    rest = [int(count) for count in units]
    low = [cell for cell, count in enumerate(rest) if count < full]
    high = [cell for cell, count in enumerate(rest) if count >= full]
    table = np.empty(CELLS, dtype=np.uint32)
    while low:
        cell, donor = low.pop(), high[-1]
        table[cell] = (rest[cell] << CELL_BITS) | donor
        rest[donor] -= full - rest[cell]
        if rest[donor] < full:
            low.append(high.pop())
    for cell in high:
        # A full cell is its own alias, whatever the threshold.
        table[cell] = ((full - 1) << CELL_BITS) | cell
    return table
