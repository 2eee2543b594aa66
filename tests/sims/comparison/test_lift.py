"""Nothing, tool, tool and scheme: two parts that add up, on common random numbers."""

import json

import numpy as np
import pytest

from agents.setting.phases import Contest, Recognition
from agents.setting.tool import Tool
from sims.comparison.comparison import Comparison, compare
from sims.ensemble.run import Manner, simulate_all
from sims.reports.render import comparison_text
from sims.scenario.scenario import Scenario

TOOL = Tool(digests_per_week=3.0, friction=0.0)


def with_tool(scenario: Scenario, name: str = "toolled") -> Scenario:
    phases = tuple(phase.model_copy(update={"tool": TOOL}) for phase in scenario.phases)
    return scenario.model_copy(update={"name": name, "phases": phases})


@pytest.fixture
def found(small: Scenario) -> Comparison:
    toolled = with_tool(small)
    return compare([toolled, with_tool(small, "again"), small], runs=4, processes=1)


def test_the_two_parts_add_up_in_every_run(found: Comparison, small: Scenario) -> None:
    for lift in found.lifts:
        whole = found.difference(lift.scenario, "nothing", lift.outcome)
        assert lift.total == pytest.approx(whole, abs=1e-9)
    [shares] = [one for one in found.lifts if (one.scenario, one.outcome) == ("toolled", "shares")]
    tool = with_tool(small).tool_alone()
    assert tool is not None
    nothing, alone = simulate_all([small.without_schemes(), tool], runs=4, processes=1)
    assert np.array_equal(shares.tool, alone.total("shares") - nothing.total("shares"))
    assert shares.tool.any()
    assert shares.incentive.any()


def test_scenarios_of_one_tool_share_its_runs_and_one_without_has_none(found: Comparison) -> None:
    assert [result.name for result in found.tools_apart] == ["tool-of-toolled"]
    assert set(found.tools) == {"toolled", "again"}
    [none] = [one for one in found.lifts if (one.scenario, one.outcome) == ("small", "shares")]
    assert not none.has_tool
    assert not none.tool.any()
    assert np.array_equal(none.incentive, found.difference("small", "nothing", "shares"))


def test_json_and_text_show_both_parts_with_intervals(found: Comparison) -> None:
    body = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert [each["role"] for each in body["scenarios"]] == ["control", *["candidate"] * 3]
    assert [each["name"] for each in body["tools"]] == ["tool-of-toolled"]
    assert len(body["lifts"]) == 3 * len(body["outcomes"])
    [lift] = [one for one in body["lifts"] if (one["scenario"], one["outcome"]) == ("toolled", "shares")]
    assert lift["tool"]["uncertainty"]["echoes"] == 4
    assert lift["total"]["interval"]["mean"] == pytest.approx(
        lift["tool"]["interval"]["mean"] + lift["incentive"]["interval"]["mean"]
    )
    text = comparison_text(found)
    assert "toolled: what making it easy and asking brings, and what the incentive" in text
    assert "small has no tool: all that it brings is the incentive's" in text


def test_the_tool_alone_keeps_what_makes_it_easy_and_asks(small: Scenario) -> None:
    first, second = small.phases
    rich = second.model_copy(
        update={
            "tool": TOOL,
            "contest": Contest(),
            "recognition": Recognition(),
            "norm_message": "median",
            "leaderboard": "shown",
            "notifications": 2.0,
        }
    )
    alone = small.model_copy(update={"phases": (first, rich)}).tool_alone()
    assert alone is not None
    kept = alone.phases[1]
    assert (kept.tool, kept.notifications, kept.day) == (TOOL, 2.0, second.day)
    assert (kept.scheme, kept.contest, kept.recognition) == (None, None, None)
    assert (kept.norm_message, kept.leaderboard) == ("none", "scheme")


def test_without_a_tool_a_comparison_at_the_defaults_is_as_ever(small: Scenario) -> None:
    assert small.tool_alone() is None
    body = compare([small], runs=2, processes=1, manner=Manner(at_defaults=True)).as_json()
    assert "lifts" not in body
    assert [each["role"] for each in body["scenarios"]] == ["control", "candidate"]
