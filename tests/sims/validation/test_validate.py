"""The protocol of validation, and a quick form of it: the quick experiments at the defaults. The command runs 200 replicates.

Every number here follows from its seed, so that a failure is a change of the model and never bad luck.
"""

import numpy as np
import pytest

from agents.parameters.default_posterior import draw_parameters
from agents.parameters.parameters import Parameters
from sims.defaults import sure_of_the_sign
from sims.validation import experiments, interventions
from sims.validation.notes import NOTES
from sims.validation.page import page
from sims.validation.plausible import GRADES, MAGNITUDES
from sims.validation.target import Target
from sims.validation.validate import TARGETS, as_json, chosen, judge, number_of, passed, together, validate

NUMBERS = {1, 2, 3, 4, 5, 6, 8, 9, 91, 10, 11, 12, 13, 15, 17, 18, 19, 21, 22, 26, 28, 29, 30}


def target(low: float, high: float, sign: int = 0, neutral: float = 0.0) -> Target:
    return Target(1, "x", "d", low, high, experiments.cascades, neutral, sign)


def test_all_the_targets_are_there() -> None:
    assert {number_of(t.key) for t in TARGETS} == NUMBERS == set(NOTES)
    assert len({t.key for t in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize(
    ("values", "wanted", "passes"),
    [
        (np.linspace(0.0, 1.0, 101), target(0.5, 2.0), True),
        (np.linspace(0.0, 1.0, 101), target(0.51, 2.0), False),
        (np.linspace(-0.04, 0.96, 101), target(0.0, 1.0, sign=1), True),
        (np.linspace(-0.10, 0.90, 101), target(0.0, 1.0, sign=1), False),
        (np.linspace(1.5, 2.5, 101), target(1.6, 2.6, sign=1, neutral=1.0), True),
        (np.zeros(101), target(-1.0, 1.0, sign=-1), False),
    ],
)
def test_a_target_passes_by_its_sign_and_by_its_median(values, wanted, passes) -> None:
    assert judge(wanted, values).passed is passes


def test_a_target_passes_only_with_all_its_parts() -> None:
    good = judge(Target(12, "x", "d", -1.0, 0.0, experiments.cascades), np.full(9, -0.5))
    bad = judge(Target(121, "x", "d", 0.5, 1.0, experiments.cascades), np.full(9, -0.5))
    assert passed([good]) == {12: True}
    assert passed([good, bad]) == {12: False}


def test_bands_hold_together_in_the_replicates_where_each_does() -> None:
    one = judge(Target(12, "x", "d", 0.0, 0.5, experiments.cascades), np.array([0.1, 0.2, 0.9, 0.9]))
    other = judge(Target(121, "x", "d", 0.0, 0.5, experiments.cascades), np.array([0.1, 0.9, 0.2, 0.9]))
    assert together([one, other]) == {12: 0.25}
    assert (one.in_band, other.in_band) == (0.5, 0.5)


def test_magnitudes_have_grades_and_are_counted_apart() -> None:
    assert {number_of(t.key) for t in MAGNITUDES} == set(range(1, 14))
    assert set(GRADES) == {t.key for t in MAGNITUDES}
    middle = [judge(t, np.full(5, (t.low * t.high) ** 0.5)) for t in MAGNITUDES]
    target_of = judge(Target(12, "x", "d", -1.0, 0.0, experiments.cascades), np.full(5, -0.5))
    body = as_json([target_of], 1, middle)
    assert (body["passed"], body["of"], body["magnitudes_passed"], body["magnitudes_of"]) == (1, 1, 13, 13)
    assert "| P13 | Unfollows a view |" in page([target_of], 1, middle)


QUICK = (3, 4, 5, 6, 9, 15, 17, 21, 22, 28, 29, 30)


def test_quick_targets_hold_at_the_defaults() -> None:
    found: dict[int, float] = {}
    wanted = chosen(QUICK)
    for experiment in dict.fromkeys(t.experiment for t in wanted):
        found |= experiment(Parameters(), 1, 0)
    outside = [
        (t.title, found[t.key])
        for t in wanted
        if not t.low <= found[t.key] <= t.high or (t.sign and np.sign(found[t.key] - t.neutral) != t.sign)
    ]
    assert not outside


def test_the_experiments_can_fail() -> None:
    # Each without the mechanism that it is about.
    p = Parameters()
    steering = interventions.badges_and_steering(p.without("goal"), 1, 0)
    assert steering[22] == 0.0
    assert interventions.verbal_praise(p.without("recognition"), 1, 0)[17] == pytest.approx(0.0, abs=1e-12)
    assert interventions.broken_streak(p.without("streak"), 1, 0)[30] == pytest.approx(0.0, abs=1e-12)
    assert experiments.same_item(p.without("premium"), 1, 0)[3] < 1.6


def test_a_streak_is_broken_with_equal_history() -> None:
    # People much alike: between a mean of chances and log-odds lies a curvature that grows with how much they differ.
    p = Parameters(streak_weight=0.3, break_weight=0.5, base_spread=0.2, motivation_spread=0.2)
    found = interventions.broken_streak(p, 1, 0)
    assert found[30] == pytest.approx(-0.8, abs=0.15)
    assert found[301] == pytest.approx(0.5 / 0.8, abs=0.05)


def test_same_seed_same_verdict_whatever_the_number_of_processes() -> None:
    assert validate(2, 5, (9,), processes=1) == validate(2, 5, (9,), processes=2)


def test_replicates_differ_in_their_parameters() -> None:
    assert draw_parameters(1, 0) != draw_parameters(1, 1)
    assert draw_parameters(1, 0) == draw_parameters(1, 0)


@pytest.mark.parametrize(("replicates", "numbers", "word"), [(0, None, "replicates"), (1, (7,), "target 7")])
def test_bad_requests_are_named(replicates: int, numbers: tuple[int, ...] | None, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        validate(replicates, numbers=numbers)


def test_reach_falls_below_the_sum_of_networks_as_sharers_grow_in_number() -> None:
    values = experiments.reach_of(Parameters(), 1, 0)
    assert 1.0 >= values[11] > values[111] > values[112] > 0.0


def test_crowding_out_can_have_either_sign() -> None:
    strong = interventions.undermining(Parameters(tangible_erosion=0.02, habit_weight=0.5), 1, 0)
    nothing_missed = Parameters(tangible_erosion=0.0, loss_weight=0.0, habit_weight=2.0)
    none = interventions.undermining(nothing_missed, 1, 0)
    assert strong[12] < 0.0 < none[12]


def test_cascades_are_never_supercritical_by_default() -> None:
    assert all(experiments.cascades(draw_parameters(2, r), 2, r)[61] < 0.5 for r in range(3))


def test_a_target_with_a_sign_asks_for_it_and_not_for_its_edge() -> None:
    by_key = {target.key: target for target in TARGETS}
    assert sure_of_the_sign(by_key[282], 0.0, 1.0, 0.03) == (0.03, 1.0)
    assert sure_of_the_sign(by_key[281], -1.0, 0.0, 0.03) == (-1.0, -0.03)
    # Where the band lies on one side of the turn, and where no sign is asked for, it stays.
    assert sure_of_the_sign(by_key[12], -0.45, -0.10, 0.03) == (-0.45, -0.10)
    assert sure_of_the_sign(by_key[13], -0.05, 1.0, 0.03) == (-0.05, 1.0)
    assert sure_of_the_sign(by_key[30], -2.0, 0.0, 9.0) == (-2.0, -1.0)
