"""The arithmetic of reach, to the unit, and against simulation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from engine.cascade import spread
from engine.generate import audience_network
from engine.reach import (
    amplification,
    exact,
    expected_unique_reach,
    naive_reach,
    overlap_lost,
    second_hand_reach,
    visits,
)
from engine.streams import stream_key


def test_round_figures_come_out_round() -> None:
    assert visits(5000, 0.01) == 50
    assert naive_reach(10, 500) == 5000
    assert naive_reach(100, 500, 2, 5) == 500_000
    assert second_hand_reach(5000, 0.01, 500) == 25_000
    assert exact(0.1) == Fraction(1, 10)
    assert exact("3/7") == Fraction(3, 7)


def test_amplification_sums_the_rounds() -> None:
    for reproduction in (0.0, 0.1, 0.245, 0.5):
        assert amplification(reproduction) == pytest.approx(sum(reproduction**k for k in range(200)))


def test_unique_reach_is_met_by_simulated_audiences() -> None:
    counts, audience, visibility = np.array([300, 800, 50, 1200, 600]), 3000, 0.4
    found = []
    for run in range(60):
        graph = audience_network(
            counts, np.full(5, -1), audience, np.zeros(audience), 0.0, coworker_share=0.0, key=stream_key(run, 2),
            audience_counts=np.zeros(audience),
        )  # fmt: skip
        found.append(spread(graph, range(5), visibility, 1, run).mean - 5)
    expected = expected_unique_reach(counts, audience, visibility)
    assert abs(np.mean(found) - expected) < 4.5 * np.std(found) / np.sqrt(60)


def test_each_further_source_reaches_fewer_until_nobody_is_left() -> None:
    curve = [expected_unique_reach(np.full(sources, 400), 1000, 0.5) for sources in range(1, 51)]
    assert np.all(np.diff(curve) > 0)
    assert np.all(np.diff(curve, 2) < 0)
    assert curve[1] == pytest.approx(200 + 200 * (1 - 200 / 1000))
    assert expected_unique_reach([1000], 1000) == expected_unique_reach([1000, 5], 1000) == 1000.0


def test_overlap() -> None:
    assert overlap_lost([], 10) == 0.0
    assert overlap_lost([5], 10) == pytest.approx(0.0)
    assert overlap_lost([10, 10], 10) == pytest.approx(0.5)


BAD: list[tuple[Any, tuple[Any, ...], str]] = [
    (visits, (-1, 0.1), "followers -1"),
    (visits, (10, 1.5), r"rate 1\.5"),
    (visits, (float("nan"), 0.1), "number nan"),
    (naive_reach, ("many", 1), "number 'many'"),
    (naive_reach, (None, 1), "number None"),
    (amplification, (1.0,), r"reproduction 1\.0"),
    (amplification, (float("nan"),), "reproduction nan"),
    (amplification, (-0.1,), "reproduction"),
    (expected_unique_reach, ([5], 0), "audience 0"),
    (expected_unique_reach, ([11], 10), "contacts 11"),
    (expected_unique_reach, ([-1], 10), "contacts -1"),
    (expected_unique_reach, ([float("nan")], 10), "contacts nan"),
    (expected_unique_reach, ([5], 10, 1.5), r"visibility 1\.5"),
]


@pytest.mark.parametrize(("function", "arguments", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_figures_are_named(function: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(*arguments)
