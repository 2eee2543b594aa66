"""Numbers and their intervals are told to the digit that the middle 80 % resolves: everywhere by one rule."""

from __future__ import annotations

import math

import pytest

from rewards.digits import rounded, step_of, teller, told
from rewards.language import speaking
from sims.comparison.wording import reason_in_words
from sims.reports.render import told_in_digits

CLICKS = {"median": 853.0, "p50": [600.0, 1_204.0], "p80": [380.0, 1_765.0], "p90": [-44.0, 2_100.4]}


@pytest.mark.parametrize(
    ("interval", "texts"),
    [
        ((4811.3, 4211.0, 5402.0), ("4,800", "4,200", "5,400")),
        ((52.2, 32.1, 84.4), ("52", "32", "84")),
        ((-0.000058, -0.00012, 0.00003), ("−0.0001", "−0.0001", "0")),
        ((0.0, 0.0, 0.0), ("0", "0", "0")),
        ((0.4, 0.1, 0.62), ("0.40", "0.10", "0.62")),
        ((500.0, 500.0, 500.0), ("500", "500", "500")),
        ((2.25, 2.25, 2.25), ("2.25", "2.25", "2.25")),
    ],
)
def test_digits(interval: tuple[float, float, float], texts: tuple[str, str, str]) -> None:
    median, low, high = interval
    found = told({"median": median, "p80": (low, high)})
    assert (found.median, found.low, found.high) == texts


def test_nothing_is_never_negative() -> None:
    assert rounded(-0.004, 0.01) == "0"
    assert step_of(0.0) == 0.0


def test_what_is_no_number_is_a_dash() -> None:
    found = told({"median": math.nan, "p80": (math.nan, math.nan)})
    assert (found.median, found.low, found.high) == ("–", "–", "–")


def test_counts_have_no_parts_where_one_asks_for_whole_ones() -> None:
    whole = told({"median": 11.0, "p80": (8.2, 15.4)}, least=1.0)
    assert (whole.median, whole.low, whole.high) == ("11", "8", "15")
    assert teller((120.0, 270.0), least=1.0)(118.0) == "120"


def test_a_sentence_a_page_and_a_command_tell_one_figure_alike() -> None:
    choice = {
        "scenario": "a",
        "verdict": "clear",
        "candidates": [
            {
                "scenario": "a",
                "admissible": True,
                "share_of_runs_above_nothing": 1.0,
                "incremental_clicks": CLICKS,
            }
        ],
    }
    page = told(CLICKS)
    sentence = reason_in_words(choice, lambda name: f"“{name}”")
    assert f"brings {page.median} more human clicks" in sentence
    assert f"(80 % of runs: {page.low} to {page.high})" in sentence
    assert (page.median, page.low, page.high) == ("900", "400", "1,800")
    cells = told_in_digits(CLICKS["median"], CLICKS["p80"], CLICKS["p50"], CLICKS["p80"], CLICKS["p90"])
    assert cells == ["900", "600 to 1,200", "400 to 1,800", "0 to 2,100"]
    with speaking("de"):
        assert "1.800" in reason_in_words(choice, str)
