"""What a sweep's page says is what the intervals say: no sign without a doubt where the runs have both."""

from __future__ import annotations

from typing import Any

import pytest

from web.lab.words import gain_words, marginal_words

SETTINGS = (0.0, 1.0, 2.0)
CLEARLY_LESS, OPEN, CLEARLY_MORE = (-9.0, -1.0), (-5.0, 2.0), (1.0, 9.0)


def gain(first: float, last: float, *ranges: tuple[float, float], at: float | None = None) -> str:
    turn = {
        "at": at,
        "interval_80": None if at is None else [0.5, 1.5],
        "first": first,
        "last": last,
        "share_of_resamples_that_turn": 0.0 if at is None else 0.7,
    }
    return gain_words(turn, SETTINGS, "Clicks", [{"p80": list(one)} for one in ranges])


def test_all_the_way_is_said_where_every_setting_says_so() -> None:
    less = gain(-4.0, -4.0, CLEARLY_LESS, CLEARLY_LESS, CLEARLY_LESS)
    assert less == "Clicks: less than doing nothing all the way from 0 to 2; no sign turns in this range."
    more = gain(4.0, 4.0, CLEARLY_MORE, CLEARLY_MORE, CLEARLY_MORE)
    assert more == "Clicks: more than doing nothing all the way from 0 to 2; no sign turns in this range."


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (
            (OPEN, OPEN, OPEN),
            "That is not clear: at every setting the middle 80 % of the runs have more and less",
        ),
        ((CLEARLY_LESS, OPEN, OPEN), "not clear everywhere: at 2 of 3 settings"),
        ((CLEARLY_LESS, CLEARLY_LESS, OPEN), "not clear everywhere: at 1 of 3 settings"),
    ],
)
def test_where_the_runs_have_both_the_sign_is_one_of_the_average(ranges: Any, said: str) -> None:
    words = gain(-1.0, -1.0, *ranges)
    assert words.startswith(
        "Clicks: less than doing nothing on average from 0 to 2; no sign turns in this range."
    )
    assert said in words
    assert "all the way" not in words
    assert gain(1.0, 1.0, *(tuple(-x for x in reversed(one)) for one in ranges)).startswith(
        "Clicks: more than doing nothing on average"
    )  # type: ignore[arg-type]


def test_a_turn_between_settings_of_which_one_side_is_open_is_doubted() -> None:
    assert "not clear" in gain(3.0, -1.0, CLEARLY_MORE, OPEN, OPEN, at=1.2)
    sure = gain(3.0, -3.0, CLEARLY_MORE, OPEN, CLEARLY_LESS, at=1.2)
    assert "more than doing nothing up to 1.20, less beyond it" in sure
    assert "not clear" not in sure
    assert gain(0.0, 0.0, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)).endswith(
        "the same as doing nothing from 0 to 2; no sign turns in this range."
    )


@pytest.mark.parametrize(
    ("at", "share", "words"),
    [
        (None, 0.02, "Up to 2 more of it never brings less."),
        (None, 0.4, "brings no less on average, but in 40 % of resampled runs it does."),
        (1.0, 0.95, "Beyond 1.00 one more brings less (80 %: 0.50 to 1.50)."),
        (1.0, 0.6, "though only in 60 % of resampled runs."),
        (0.0, 1.0, "More of it brings less from the beginning, 0, on."),
        (0.0, 0.5, "from the beginning, 0, on, though only in 50 % of resampled runs."),
    ],
)
def test_one_more_brings_less_as_surely_as_the_runs_say(at: float | None, share: float, words: str) -> None:
    turn = {
        "at": at,
        "interval_80": None if at is None else [0.5, 1.5],
        "share_of_resamples_that_turn": share,
    }
    assert words in marginal_words(turn, SETTINGS, "Clicks")
