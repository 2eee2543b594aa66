"""What customers call a program, in the demo's company with its tool: who enrols, a launch and what follows it, and whose part is whose.

Drawn parameters, so that the intervals hold what is not known of people; every number follows from the seed.
"""

from functools import cache

import numpy as np
import pytest

from sims.comparison.comparison import Comparison, compare
from sims.demo.acts import with_a_tool
from sims.demo.demo import CANDIDATES, EXAMPLES
from sims.ensemble.run import Manner
from sims.scenario.scenario import Scenario

RUNS, WEEK, MONTH = 12, 7, 28


@cache
def demo() -> Comparison:
    scenarios = [with_a_tool(Scenario.load(EXAMPLES / name)) for name in CANDIDATES]
    return compare(scenarios, runs=RUNS, manner=Manner(processes=1))


def monthly(name: str) -> np.ndarray:
    """float64[months]: an outcome of the tool alone, mean over runs and over the days of each four weeks."""
    [tool] = demo().tools_apart
    days = tool.daily["all"][name].mean(axis=0)
    return days[: days.size // MONTH * MONTH].reshape(-1, MONTH).mean(axis=1)


def test_part_of_the_staff_enrols_and_no_more() -> None:
    [tool] = demo().tools_apart
    enrolled = tool.daily["all"]["enrolled"][:, 12 * WEEK - 1]
    assert 0.12 <= np.median(enrolled) <= 0.30


def test_a_launch_has_a_peak_and_a_fall_after_it() -> None:
    joined, shares, enrolled = (monthly(name) for name in ("joined", "shares", "enrolled"))
    assert int(np.argmax(joined)) == 0
    assert joined[-1] < joined[0] / 4.0
    # Shares are most while people still join, and those who joined share less and less.
    peak = int(np.argmax(shares))
    assert peak <= 2
    assert shares[-1] < 0.9 * shares[peak]
    each = shares / enrolled
    assert (np.diff(each[:4]) < 0.0).all()
    assert each[-1] < each[0] / 2.0
    # What is left after it is more than without a tool.
    assert shares[-1] > demo().control.daily["all"]["shares"][:, -MONTH:].mean()


@pytest.mark.parametrize("outcome", ["shares", "human_clicks"])
def test_whose_part_of_a_lift_is_whose_is_told_with_what_is_not_known(outcome: str) -> None:
    for lift in demo().lifts:
        if lift.outcome != outcome:
            continue
        told = lift.as_json()
        for part in ("tool", "incentive", "total"):
            low, high = told[part]["interval"]["p90"]
            assert low < high
            assert told[part]["uncertainty"]["echoes"] > 1
        assert told["total"]["uncertainty"]["parameters"] > 0.0
        assert lift.tool.mean() > 0.0
        assert lift.total == pytest.approx(lift.tool + lift.incentive)
