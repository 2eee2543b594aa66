"""Where a sign turns: crossings of curves that are known, and the levers of a scenario."""

import json
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.setting.setting import ParameterChoice
from agents.setting.tool import Tool
from sims.cli import app
from sims.comparison import turning
from sims.comparison.turning import (
    CADENCE,
    PAGE,
    POSTS,
    PUBLICITY,
    REWARD,
    Lever,
    crossing,
    levers_of,
    turning_points,
)
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario

SETTINGS = np.array([0.0, 1.0, 2.0, 4.0, 8.0])


def test_an_effect_turns_where_its_line_crosses_zero() -> None:
    # effects 0, 3, 2, -2, -9 against none: straight from 2 at 2 to -2 at 4
    assert crossing(SETTINGS, np.array([10.0, 13.0, 12.0, 8.0, 1.0]), marginal=False) == pytest.approx(3.0)
    assert crossing(SETTINGS, np.array([10.0, 13.0, 12.0, 12.0, 11.0]), marginal=False) is None
    assert crossing(SETTINGS, np.array([10.0, 9.0, 8.0, 7.0, 6.0]), marginal=False) is None
    # effects -2, -1, 1 from 1 on: too little hurts, enough helps
    assert crossing(SETTINGS, np.array([10.0, 8.0, 9.0, 11.0, 12.0]), marginal=False) == pytest.approx(3.0)


def test_one_more_brings_less_beyond_the_top_of_a_parabola() -> None:
    assert crossing(SETTINGS, 5.0 - (SETTINGS - 2.5) ** 2, marginal=True) == pytest.approx(2.5)
    assert crossing(SETTINGS, SETTINGS**2, marginal=True) is None
    assert crossing(SETTINGS, -SETTINGS, marginal=True) == 0.0


def test_a_lever_is_there_where_the_scenario_has_it(small: Scenario) -> None:
    assert levers_of(small) == [REWARD, PUBLICITY, POSTS, PAGE]
    assert levers_of(small.without_schemes()) == [POSTS, PAGE]
    toolled = tuple(phase.model_copy(update={"tool": Tool()}) for phase in small.phases)
    assert levers_of(small.model_copy(update={"phases": toolled})) == [
        REWARD,
        PUBLICITY,
        CADENCE,
        POSTS,
        PAGE,
    ]


def test_a_tool_in_one_phase_alone_is_a_lever(small: Scenario) -> None:
    first, *others = small.phases
    phases = (first.model_copy(update={"tool": Tool()}), *others)
    assert len(phases) > 1
    assert CADENCE in levers_of(small.model_copy(update={"phases": phases}))


@pytest.mark.parametrize("lever", [REWARD, PUBLICITY, CADENCE, POSTS, PAGE], ids=lambda lever: lever.name)
def test_every_lever_begins_with_nothing_and_rises(lever: Lever) -> None:
    assert lever.settings[0] == 0.0
    assert all(one < other for one, other in pairwise(lever.settings))


def test_one_more_reminder_turns_at_the_top_and_not_where_all_of_them_do(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def curve(scenario, lever, settings, outcome, how):
        # 6 x - x^2 is greatest at 3, and nothing again at 6.
        return np.full((4, 1), 50.0) + 6.0 * np.asarray(settings) - np.asarray(settings) ** 2

    monkeypatch.setattr(turning, "_effects", curve)
    [found] = turning_points(small, "shares", 4, 1, levers=[CADENCE])
    assert found.at == pytest.approx(3.0)
    assert found.interval == (pytest.approx(3.0), pytest.approx(3.0))
    assert "beyond 3 one more brings less" in found.sentence()


def test_pulled_levers_change_what_they_say_and_nothing_else(small: Scenario) -> None:
    double = turning.pulled(small, REWARD, 2.0)
    [mine], [theirs] = small.schemes(), double.schemes()
    assert [rule.points for rule in theirs.rules] == [2 * rule.points for rule in mine.rules]
    assert turning.pulled(small, REWARD, 1.0).content_hash() == small.content_hash()
    assert turning.pulled(small, POSTS, 1.0).content_hash() == small.content_hash()
    assert turning.pulled(small, POSTS, 3.0).content.notifications == 3.0 * small.content.notifications
    page = turning.pulled(small, PAGE, 9.0).organisation.corporate_accounts
    assert [one.posts_per_week for one in page] == [9.0]
    seen = turning.pulled(small, PUBLICITY, 0.5)
    assert [phase.terms.publicity for phase in seen.phases] == [None, 0.5]
    assert seen.schemes() == small.schemes()


def test_publicity_is_held_against_no_points_and_not_against_privacy(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def curve(scenario, lever, settings, outcome, how):
        # Private pay brings 3 more than none, and each part of publicity takes 5 from it: nothing is left at 0.6.
        paid = 10.0 if lever is REWARD else 13.0
        return np.full((4, 1), paid) - 5.0 * np.asarray(settings)[None] * (lever is PUBLICITY)

    monkeypatch.setattr(turning, "_effects", curve)
    [found] = turning_points(small, "shares", 4, 1, levers=[PUBLICITY])
    assert found.at == pytest.approx(0.6)
    assert "beyond 0.6 the scheme brings less than no points at all, before more" in found.sentence()


def test_pay_that_colleagues_see_crowds_out_the_well_connected(small: Scenario) -> None:
    # χ_pub · z · public: of the same people the well-connected share less where the pay is seen.
    p = {"crowding_public": 3.0, "crowding_out": 0.9, "reward_weight": 0.13, "base_log_odds": -2.0}
    base = small.model_copy(update={"parameters": ParameterChoice(values=p)})
    private, seen = (
        simulate(turning.pulled(base, PUBLICITY, part), runs=6, processes=1, manner=Manner(at_defaults=True))
        for part in (0.0, 1.0)
    )
    assert seen.total("shares", "contacts=q4").mean() < private.total("shares", "contacts=q4").mean()
    assert seen.total("shares", "contacts=q1").mean() > private.total("shares", "contacts=q1").mean()


def test_runs_of_one_sign_turn_where_the_mean_does(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def curve(scenario, lever, settings, outcome, how):
        top = np.array([[1.0], [1.2], [0.8], [1.0]])
        return 50.0 + 4.0 * top * np.asarray(settings) - np.asarray(settings) ** 2

    monkeypatch.setattr(turning, "_effects", curve)
    [found] = turning_points(small, "shares", 4, 1, levers=[REWARD])
    # 4 x - x^2 is zero at 4; straight pieces between close settings are near it.
    assert found.at == pytest.approx(4.0, abs=0.3)
    assert found.interval is not None
    assert found.interval[0] <= found.at <= found.interval[1]
    assert found.certain == 1.0
    assert "beyond 4" in found.sentence() or "beyond 3.9" in found.sentence()
    assert "it brings less than none, before more" in found.sentence()


def test_what_never_turns_is_said_to_never_turn(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        turning, "_effects", lambda scenario, lever, settings, outcome, how: np.asarray(settings)[None] * 1.0
    )
    [found] = turning_points(small, "shares", 1, 1, levers=[REWARD])
    assert (found.at, found.interval, found.certain) == (None, None, 0.0)
    assert "any of it brings more than none" in found.sentence()


def test_the_same_seed_gives_the_same_turn(small: Scenario) -> None:
    one, two = (
        json.dumps(
            [each.as_json() for each in turning_points(small, "shares", 2, 3, Manner(processes=count))]
        )
        for count in (1, 2)
    )
    assert one == two


def test_compare_tells_turning_points_when_asked(small_file, tmp_path) -> None:
    out = tmp_path / "out.json"
    found = CliRunner().invoke(
        app, ["compare", str(small_file), "--runs", "2", "--turning-points", "--json", str(out)]
    )
    assert found.exit_code == 0, found.output
    points = json.loads(out.read_text())["turning_points"]
    assert [point["lever"] for point in points] == ["reward_size", "publicity", "posts", "page_posts"]
    for point in points:
        assert point["sentence"] in found.stdout
        assert point["settings"][0] == 0.0
    assert points[-1]["outcome"] == "corporate_clicks"
