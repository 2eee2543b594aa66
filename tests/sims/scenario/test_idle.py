"""What of a scenario can change nothing is told in a line; what can is not."""

import pytest

from rewards.document import DocumentError, load_document
from sims.ensemble.spread import warnings_of
from sims.scenario.idle import idle
from sims.scenario.scenario import Scenario

HEAD = "name: one\nhorizon_days: 90\norganisation: {headcount: 60, audience: {size: 3000}}\n"
REWARD = "reward: {size: token}"
MEMBERS = (
    "scheme: {name: m, title: M, membership: enrolled, rules: [{id: share, title: S, on: share, points: 5}]}"
)


def scenario(phases: str, more: str = "") -> Scenario:
    return load_document(f"{HEAD}{more}\nphases: [{phases}]\n", Scenario)


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        ("{day: 0}, {day: 90, reward: {size: large}}", "phase of day 90: it begins after the last day, 89"),
        ("{day: 0, terms: {odds: 0.1}}", "terms without points"),
        (
            "{day: 0, recognition: {every_days: 28}}, {day: 14}",
            "first be given on day 27, and the phase ends on day 13",
        ),
        ("{day: 0, recognition: {every_days: 60, delay_days: 40}}", "come on day 99, after the last day, 89"),
        ("{day: 0, recognition: {among: newcomers}}", "nobody ever joins"),
        ("{day: 0, recognition: {rule: random, share: 0}}", "thanks nobody"),
        ("{day: 84, contest: {days: 14}}", "nobody wins it"),
        ("{day: 0, tool: {invitation: {share: 0}}}", "nobody is invited"),
        (f"{{day: 0, {MEMBERS}}}", "no phase has a tool in which to enrol"),
    ],
)
def test_what_changes_nothing_is_told_with_a_remedy(phases: str, words: str) -> None:
    first = "" if phases.startswith("{day: 0") else "{day: 0}, "
    found = scenario(first + phases)
    [line] = idle(found)
    assert line.startswith("one: ")
    assert words in line
    assert ";" in line or ": everybody takes part" in line
    assert line in warnings_of(found)


def test_an_arm_without_people_and_one_team_are_told() -> None:
    arms = "arms: [{name: few, share: 0.01, phases: [{day: 0, recognition: {every_days: 99}}]}]"
    share, thanks = idle(scenario("{day: 0}", arms))
    assert "arm 'few': share 0.01 of 60 people is less than one" in share
    assert "arm 'few', phase of day 0: recognition every 99 days" in thanks
    [all_in] = idle(scenario("{day: 0}", "arms: [{name: all, share: 1, phases: [{day: 0}]}]"))
    assert "nobody is in the control" in all_in
    team = "organisation: {headcount: 60, segments: [{name: a, teams: 1}]}"
    text = f"name: one\nhorizon_days: 90\n{team}\nphases: [{{day: 0, contest: {{days: 14}}}}]\n"
    [one] = idle(load_document(text, Scenario))
    assert "there is one team" in one


@pytest.mark.parametrize(
    "phases",
    [
        f"{{day: 0, {REWARD}, terms: {{framing: loss}}}}, {{day: 89}}",
        "{day: 0, recognition: {every_days: 28, delay_days: 3}}, {day: 28, contest: {days: 62}}",
        "{day: 0, contest: {days: 28}}, {day: 7}",
        f"{{day: 0, {MEMBERS}, tool: {{}}}}",
    ],
)
def test_what_changes_something_is_not_told_of(phases: str) -> None:
    assert idle(scenario(phases)) == ()


def test_a_tool_is_for_segments_that_there_are() -> None:
    with pytest.raises(
        DocumentError, match="invitation to segment 'sails'; there are engineering, operations, sales"
    ):
        scenario("{day: 0, tool: {invitation: {segments: [sails]}}}")
