"""Rewards too small and reminders too many are told with the value at which the sign turns."""

import re

import numpy as np
import pytest

from agents.employees.framing import least_reward
from agents.parameters.default_posterior import draw_parameters
from agents.parameters.parameters import Parameters
from agents.program.reminders import best_a_week, opening
from agents.setting.setting import Terms
from rewards.document import load_document
from sims.ensemble.run import simulate
from sims.ensemble.turns import turns_of
from sims.scenario.scenario import Scenario
from tests.agents.closed_forms import settled_annoyance

P = Parameters()
DRAWN = [draw_parameters(1, run) for run in range(60)]
HEAD = "name: one\nhorizon_days: 7\nburn_in_days: 0\nruns: 1\norganisation: {headcount: 30, audience: {size: 900}}\n"


def scenario(phase: str, more: str = "") -> Scenario:
    return load_document(f"{HEAD}{more}\nphases: [{{day: 0, {phase}}}]\n", Scenario)


def test_the_least_reward_is_that_at_which_both_terms_are_equal() -> None:
    plain = P.reward_unit_points * np.expm1(P.crowding_out * P.motivation_mean / P.reward_weight)
    assert least_reward(Terms(), 10.0, P) == pytest.approx(plain, rel=0.05)
    assert (
        least_reward(Terms(framing="loss"), 10.0, P) < plain < least_reward(Terms(hangs_on="team"), 10.0, P)
    )
    assert least_reward(Terms(), 10.0, P.without("crowding_out")) <= 0.01
    assert least_reward(Terms(), 10.0, P.without("reward")) == pytest.approx(1e6)


def test_the_best_number_of_reminders_is_that_of_which_most_are_opened() -> None:
    alike = P.replace(digests_wanted_spread=0.0)
    best = best_a_week(alike)

    def opened(number: float) -> float:
        annoyance = np.array([settled_annoyance(number, alike.digests_wanted, alike)])
        return number * float(opening(np.array([500.0]), annoyance, number, alike)[0])

    assert opened(best) >= max(opened(best - 0.25), opened(best + 0.25))
    assert best_a_week(P.without("annoyance")) == 50.0


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("reward: {size: 1}", "about 1 a share in points, tangible and announced; below"),
        ("tool: {digests_per_week: 40}", "40 reminders a week; beyond"),
    ],
)
def test_beyond_a_turn_the_value_is_told(phase: str, words: str) -> None:
    one = scenario(phase)
    [line] = turns_of(one, DRAWN)
    assert words in line
    value, low, high = (float(x) for x in re.findall(r"(?:below|beyond|parameters:|to) ([0-9.]+)", line))
    assert low <= value <= high
    assert any(words in told for told in simulate(one, processes=1).warnings)


@pytest.mark.parametrize(
    ("phase", "more"),
    [
        ("reward: {size: large}", ""),
        ("reward: {size: 1, worth: symbolic}", ""),
        ("reward: {size: 1, expectation: surprise}", ""),
        # Nobody who does not care is crowded out.
        ("reward: {size: 1}", "parameters: {values: {motivation_mean: 0.05}}"),
        ("tool: {digests_per_week: 1}", ""),
        ("scheme: clicks", ""),
    ],
)
def test_before_it_nothing_is_told(phase: str, more: str) -> None:
    one = scenario(phase, more)
    own = [p.replace(**one.parameters.values) for p in DRAWN]
    assert turns_of(one, own) == ()
