"""Quantile intervals against values that can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.ensemble.intervals import interval, share_above


def test_quantiles_of_0_to_100() -> None:
    found = interval(np.arange(101.0))
    assert found.mean == found.median == 50.0
    assert found.p50 == pytest.approx((25.0, 75.0))
    assert found.p80 == pytest.approx((10.0, 90.0))
    assert found.p90 == pytest.approx((5.0, 95.0))


def test_one_run_is_its_own_interval() -> None:
    assert interval(np.array([3.0])).p90 == (3.0, 3.0)


def test_no_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 is needed"):
        interval(np.array([]))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_wider_intervals_hold_narrower_ones(values: list[float]) -> None:
    found = interval(np.array(values))
    assert found.p90[0] <= found.p80[0] <= found.p50[0] <= found.median
    assert found.median <= found.p50[1] <= found.p80[1] <= found.p90[1]


def test_a_tie_counts_half() -> None:
    assert share_above(np.array([-1.0, 0.0, 2.0, 3.0])) == 0.625


@given(st.lists(st.floats(-1e6, 1e6).map(abs), min_size=1, max_size=50))
def test_quantiles_have_the_bits_of_numpys(values: list[float]) -> None:
    found, runs = interval(np.array(values)), np.array(values)
    assert (found.mean, found.median) == (float(np.mean(runs)), float(np.median(runs)))
    for percent, ends in ((50, found.p50), (80, found.p80), (90, found.p90)):
        assert ends == tuple(np.quantile(runs, (0.5 - percent / 200, 0.5 + percent / 200)).tolist())
