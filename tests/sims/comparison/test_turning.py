"""Where a sign turns: crossings of curves that are known, and the levers of a scenario."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.setting.tool import Tool
from sims.cli import app
from sims.comparison import turning
from sims.comparison.turning import CADENCE, REWARD, crossing, levers_of, turning_points
from sims.ensemble.run import Manner
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
    assert levers_of(small) == [REWARD]
    assert levers_of(small.without_schemes()) == []
    toolled = tuple(phase.model_copy(update={"tool": Tool()}) for phase in small.phases)
    assert levers_of(small.model_copy(update={"phases": toolled})) == [REWARD, CADENCE]


def test_pulled_levers_change_what_they_say_and_nothing_else(small: Scenario) -> None:
    double = turning.pulled(small, REWARD, 2.0)
    [mine], [theirs] = small.schemes(), double.schemes()
    assert [rule.points for rule in theirs.rules] == [2 * rule.points for rule in mine.rules]
    assert turning.pulled(small, REWARD, 1.0).content_hash() == small.content_hash()


def test_runs_of_one_sign_turn_where_the_mean_does(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def curve(scenario, lever, settings, outcome, how):
        top = np.array([[1.0], [1.2], [0.8], [1.0]])
        return 50.0 + 4.0 * top * np.asarray(settings) - np.asarray(settings) ** 2

    monkeypatch.setattr(turning, "_effects", curve)
    [found] = turning_points(small, "shares", 4, 1)
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
    [found] = turning_points(small, "shares", 1, 1)
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
    [point] = json.loads(out.read_text())["turning_points"]
    assert point["sentence"] in found.stdout
    assert point["settings"][0] == 0.0
