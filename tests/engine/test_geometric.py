"""The tables give the geometric law exactly enough, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.geometric import (
    CELL_BITS,
    CELLS,
    ESCAPE,
    LEAST_P,
    N_CLASSES,
    THRESHOLD_BITS,
    class_probabilities,
    class_tables,
    classes_of,
    gap_table,
)


def expected_gaps(table: NDArray[np.uint32]) -> NDArray[np.float64]:
    """float64[CELLS]: the probability of each cell that a table gives. Of an entry the high bits are the threshold, the low its alias."""
    kept = (table >> CELL_BITS) / float(1 << THRESHOLD_BITS)
    chances = np.where((table & (CELLS - 1)) == np.arange(CELLS), 1.0, kept)
    out = chances.copy()
    np.add.at(out, table & np.uint32(CELLS - 1), 1.0 - chances)
    return out / CELLS


@pytest.mark.parametrize("p", [LEAST_P, 0.001, 0.002, 0.02, 0.06, 0.31, 0.5, 0.99, 1.0])
def test_each_gap_has_its_probability(p: float) -> None:
    gaps = np.arange(CELLS)
    wanted = (1.0 - p) ** gaps * p
    wanted[ESCAPE] = (1.0 - p) ** ESCAPE
    assert wanted.sum() == pytest.approx(1.0)
    assert np.abs(expected_gaps(gap_table(p)) - wanted).max() <= 2.0**-27


def test_a_table_is_read_as_expected_gaps_says() -> None:
    """Decoded from its definition: low 10 bits of the draw choose the cell, the rest its alias."""
    table = gap_table(0.03)
    draws = np.random.default_rng(1).integers(0, 2**32, 400_000, dtype=np.uint32)
    entries = table[draws & (CELLS - 1)]
    gaps = np.where(draws >> 10 < entries >> 10, draws & (CELLS - 1), entries & (CELLS - 1))
    counts = np.bincount(gaps, minlength=CELLS)
    expected = expected_gaps(table) * draws.size
    common = expected > 20
    score = (counts - expected)[common] / np.sqrt(expected[common])
    assert np.abs(score).max() < 4.5


@pytest.mark.parametrize("p", [LEAST_P / 1.01, 0.0, -0.1, 1.01, float("nan")])
def test_a_probability_outside_the_tables_is_named(p: float) -> None:
    with pytest.raises(ValueError, match="gap table for p"):
        gap_table(p)


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        gap_table(0.5)[0] = 1


def test_classes_cover_every_probability_from_just_above() -> None:
    levels = class_probabilities()
    assert levels.size == N_CLASSES
    assert levels[0] == LEAST_P
    assert levels[-1] == 1.0
    for p in [0.0, 1e-9, *np.random.default_rng(2).random(500), *levels]:
        row = int(classes_of(np.array([p]))[0])
        assert levels[row] >= p * (1 - 1e-9)
        assert row == 0 or levels[row - 1] < p
    assert class_tables().shape == (N_CLASSES, CELLS)
