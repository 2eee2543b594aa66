"""The strategist's comparison: bars of one scale per outcome, drawn by the server, with the digits they deserve."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from web.drawing import round_step
from web.strategist.contexts import tool_share
from web.strategist.figures import Bar, Figure, axis_of

SVG = "{http://www.w3.org/2000/svg}"


def bar(title: str, low: float, high: float) -> Bar:
    width = high - low
    bands = {
        name: (low + part * width, high - part * width)
        for name, part in (("p50", 0.25), ("p80", 0.1), ("p90", 0.0))
    }
    return Bar(title, (low + high) / 2, **bands)


def figure(*bars: Bar, least: float = 0.0) -> Figure:
    return Figure("clicks", "Human clicks", "clicks", "What they are.", bars, least)


def test_an_axis_holds_every_bar_in_round_steps() -> None:
    low, high, step = axis_of(figure(bar("a", 12.0, 47.0), bar("b", 80.0, 131.0)))
    assert (low, high, step) == (0.0, 150.0, 50.0)
    assert axis_of(figure(bar("a", -3.2, 4.1)))[:2] == (-4.0, 6.0)


@pytest.mark.parametrize("value", [0.0, 5.0, -2.0, 1e-12, 3e6])
def test_an_axis_of_one_number_has_a_length(value: float) -> None:
    low, high, step = axis_of(figure(bar("a", value, value)))
    assert low < high
    assert low <= value <= high + 1e-9
    assert 0 < (high - low) / step <= 6


def test_a_trifle_is_not_drawn_large() -> None:
    low, high, _ = axis_of(figure(bar("a", 0.610, 0.612), least=0.1))
    assert high - low >= 0.1


@pytest.mark.parametrize(
    ("spread", "step"), [(4.0, 1.0), (4.1, 2.0), (9.0, 5.0), (0.03, 0.01), (2e5, 5e4), (0.0, 5e-10)]
)
def test_steps_are_round(spread: float, step: float) -> None:
    assert round_step(spread, 4) == pytest.approx(step)


def test_a_chart_is_a_picture_that_speaks_and_never_leaves_its_frame() -> None:
    drawn = figure(bar("Do <nothing>", -20.0, 20.0), bar("Points", 48_110.0, 54_020.0)).chart
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    label = root.get("aria-label") or ""
    assert "Do <nothing>: median 0, nine runs in ten from −20 to 20." in label
    assert "Points: median 51,100, nine runs in ten from 48,100 to 54,000." in label
    for name in ("x", "x1", "x2"):
        places = [float(one.get(name, "0%").rstrip("%")) for one in root.iter() if "%" in one.get(name, "")]
        assert all(0.0 <= place <= 100.0 for place in places)
    assert len(root.findall(f".//{SVG}rect")) == 2 * 3
    numbers = [one.text or "" for one in root.findall(f"{SVG}text")]
    assert len(numbers) == len(set(numbers)) >= 3
    assert not [text for text in numbers if re.search(r"\.0+$", text)]


def test_numbers_of_a_bar_stop_where_chance_begins() -> None:
    found = bar("a", 4211.3, 5402.9)
    assert (found.text(found.median), found.band("p80")) == ("4,810", "4,330 to 5,280")


@pytest.mark.parametrize(
    ("unit", "tool", "scheme", "told"),
    [
        ("level 0-1", 0.0001, -0.0005, None),
        ("level 0-1", 0.004, 0.02, 0.5),
        ("clicks", 0.004, 0.002, 0.5),
    ],
)
def test_a_part_of_next_to_nothing_is_not_told(
    unit: str, tool: float, scheme: float, told: float | None
) -> None:
    lift = {
        "tool": {"interval": {"median": tool}},
        "incentive": {"interval": {"median": scheme}},
        "tool_share": 0.5,
    }
    assert tool_share(lift, {"unit": unit}) == told
