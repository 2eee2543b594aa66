"""Updates of an employee's state: closed forms, directions and bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.employees import state
from agents.employees.learning import form_habit
from agents.parameters.parameters import Parameters
from agents.world.lanes import Draw, Lanes

P = Parameters()


def test_half_the_gap_is_gone_after_the_half_life() -> None:
    level, base = np.array([0.0]), np.array([1.0])
    p = P.replace(motivation_half_life_weeks=2.0)
    for _ in range(14):
        level = state.towards(level, base, p.motivation_recovered)
    assert level[0] == pytest.approx(0.5)


def test_tangible_rewards_erode_and_praise_lifts_within_bounds() -> None:
    m = np.array([0.0, 0.5, 1.0])
    eroded = state.erode(m, m, np.ones(3), P)
    assert eroded[0] == 0.0
    assert (m - eroded)[1:] == pytest.approx(P.tangible_erosion, rel=0.05)
    assert state.praise(m, np.ones(3), P).tolist() == pytest.approx([P.praise_gain, 0.5 + P.praise_gain, 1.0])


def test_feedback_is_learnt_towards_what_happened() -> None:
    expected = np.array([0.2, 0.2])
    silence, applause = state.learn_feedback(expected, np.array([0.0, 50.0]), P)
    assert silence < 0.2 < applause


def test_habit_forms_only_where_there_was_an_occasion() -> None:
    habits = np.full(4, 0.5)
    form_habit(habits, np.array([1, 2, *[3] * 40]), np.array([0, 0, 1, 10]), Lanes([Draw(1, 0, P)], [4]))
    idle, refused, took, often = habits
    assert idle == 0.5
    assert refused == pytest.approx(0.5 * (1.0 - P.habit_rate))
    assert took == pytest.approx(0.5 + 0.5 * P.habit_rate)
    assert often == pytest.approx(0.25 + 0.25 * (1.0 - P.habit_rate) ** 40, rel=1e-12)


def test_fear_rises_with_policy_and_sanctions_and_falls_with_training_and_safe_shares() -> None:
    f, no = np.full(1, 0.4), np.zeros(1)
    untrained, trained = np.zeros(1, dtype=bool), np.ones(1, dtype=bool)
    usual = np.full(1, state.USUAL_STRICTNESS)
    assert state.fear_goal(f, usual, untrained, P)[0] == pytest.approx(0.4)
    assert state.fear_goal(f, usual, trained, P)[0] == pytest.approx(0.4 - P.fear_training)
    lenient, strict = (state.fear_goal(f, np.full(1, level), untrained, P)[0] for level in (0.0, 1.0))
    assert lenient < 0.4 < strict
    no_sanction, unsigned = np.zeros(1), np.zeros(1, dtype=bool)
    assert state.fear_after(f, f, unsigned, no, no_sanction, p=P)[0] == pytest.approx(0.4)
    sanctioned = state.fear_after(f, f, unsigned, no, np.ones(1), p=P)[0]
    assert sanctioned == pytest.approx(0.4 + P.fear_sanction * 0.6)
    safe = state.fear_after(f, f, unsigned, np.ones(1), no, p=P)[0]
    assert safe == pytest.approx(0.4 * (1 - P.fear_safe_share))


def test_fear_comes_to_what_the_policy_makes_of_it_within_weeks_or_at_once_where_it_is_signed() -> None:
    fear, goal, no = np.full(1, 0.2), np.full(1, 0.8), np.zeros(1)
    unsigned, signed = np.zeros(1, dtype=bool), np.ones(1, dtype=bool)
    assert state.fear_after(fear, goal, signed, no, no, p=P)[0] == pytest.approx(0.8)
    for _ in range(round(7 * P.fear_half_life_weeks)):
        fear = state.fear_after(fear, goal, unsigned, no, no, p=P)
    assert fear[0] == pytest.approx(0.5, abs=0.02)


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0, 1), st.floats(0, 1), st.integers(0, 20), st.floats(0, 20), st.booleans(), st.floats(0, 100)
)
def test_levels_stay_levels(level, strict, shares, sanctions, trained, reactions) -> None:
    one = np.array([level])
    acts = np.array([float(shares)])
    habit = np.array([level])
    form_habit(habit, np.zeros(shares, dtype=np.int64), np.array([shares]), Lanes([Draw(1, 0, P)], [1]))
    results = [
        state.fear_after(one, np.array([strict]), np.array([trained]), acts, np.array([sanctions]), p=P),
        habit,
        state.learn_feedback(one, np.array([reactions]), P),
        state.erode(one, one, acts, P),
        state.praise(one, acts, P),
    ]
    assert all(0.0 <= result[0] <= 1.0 for result in results)


@pytest.mark.parametrize("acts", [1.0, 10.0, 1e6])
def test_erosion_is_bounded_however_much_is_paid_for(acts: float) -> None:
    base = np.array([0.05, 0.4, 0.9])
    at_once = state.erode(base, base, np.full(3, acts), P)
    day_by_day = base
    for _ in range(100):
        day_by_day = state.erode(day_by_day, base, np.full(3, acts / 100.0), P)
    assert (at_once >= P.motivation_kept * base).all()
    assert (at_once < base).all()
    assert day_by_day == pytest.approx(at_once)
    # Who stands below that part already loses nothing more.
    low = P.motivation_kept * base * 0.5
    assert state.erode(low, base, np.full(3, acts), P).tolist() == low.tolist()
