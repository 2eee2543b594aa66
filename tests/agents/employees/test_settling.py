"""The first day is a day like others: memories are full, whatever the burn-in."""

import numpy as np
import pytest

from agents.employees import settling
from agents.employees.decision import relative, share_chance
from agents.employees.settling_kernel import WEEKS_A_MONTH
from agents.ensemble import Ensemble
from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Organisation, Phase, Policy, Setting, Turnover
from agents.world.draws import uniforms_each
from agents.world.lanes import Draw
from engine.streams import Stream, poissons

# A policy that frightens nobody more, so that nothing but memories could move.
CALM = Policy(strictness=0.0, training=0.0)
STEADY = Parameters(base_log_odds=-4.5).without("safe_shares", "feedback")


def company(days: int, burn_in: int = 0, **more) -> Setting:
    organisation = Organisation(
        headcount=1500, audience=Audience(size=5000), **({"corporate_accounts": ()} | more)
    )
    return Setting(organisation=organisation, policy=CALM, burn_in_days=burn_in, horizon_days=days)


def test_habits_and_sharing_rates_start_where_they_stay() -> None:
    model = AdvocacyModel(company(364), 1, parameters=STEADY)
    habit, rate, median = (
        model.state.habit.mean(),
        model.state.own_rate.mean(),
        model._norm(np.ones(1500, bool))[1],
    )
    weekly, medians = [], []
    for week in range(52):
        model.run_for(7)
        weekly.append(model.outcomes()["weekly_sharers"][-1])
        medians.append(model._norm(np.ones(1500, dtype=bool))[1])
        if week == 0:
            # From the first week on people share as they do all year.
            assert weekly[0] == pytest.approx(rate, rel=0.15)
    assert np.mean(weekly) == pytest.approx(rate, rel=0.08)
    assert model.outcomes()["habit"].mean() == pytest.approx(habit, rel=0.08)
    assert np.mean(medians) == pytest.approx(median, rel=0.2)


def test_rates_differ_at_the_start_as_they_do_later() -> None:
    first, last = [], []
    for seed in (2, 3, 4):
        model = AdvocacyModel(company(182), seed, parameters=STEADY)
        first.append(np.sort(model.state.own_rate))
        model.run_for(182)
        last.append(np.sort(model.state.own_rate))
    # Within a few hundredths all along the order of people, the mean of three companies: the two laws are one.
    assert np.abs(np.mean(first, axis=0) - np.mean(last, axis=0)).max() < 0.1


def test_a_message_on_the_first_day_is_a_message_half_a_year_later() -> None:
    shown = company(1).model_copy(update={"phases": (Phase(norm_message="median"),)})
    lifts = []
    for burn_in in (0, 182):
        told = AdvocacyModel(shown.model_copy(update={"burn_in_days": burn_in}), 3, parameters=STEADY)
        told.step()
        lifts.append(told.last_met.chance.sum() / told.last_met.chance.size)
    assert lifts[0] == pytest.approx(lifts[1], rel=0.15)


def test_who_joins_later_comes_with_a_memory_and_as_others_came() -> None:
    setting = company(400, turnover=Turnover(leavers_per_year=0.5))
    strict = setting.model_copy(update={"policy": Policy(strictness=1.0, training=0.0)})
    model = AdvocacyModel(strict, 4, parameters=STEADY)
    late = model.staff.joins > 300
    rates, fear = model.state.own_rate[late].copy(), model.state.fear[late].copy()
    model.run_for(300)
    assert late.sum() > 50
    assert rates.mean() > 0.0
    assert np.array_equal(model.state.own_rate[late], rates)
    assert np.array_equal(model.state.fear[late], fear)


def test_followers_of_a_company_page_have_seen_it_before_the_first_day() -> None:
    p = Parameters().without("unfollow", "trust")
    organisation = Organisation(headcount=20, audience=Audience(size=20_000))
    model = AdvocacyModel(
        Setting(organisation=organisation, burn_in_days=0, horizon_days=364), 5, parameters=p
    )
    page = 20
    before = model.feelings.means_of_sources(0)[1][page]
    daily = []
    for _ in range(364):
        model.step()
        daily.append(model.feelings.means_of_sources(model.day)[1][page])
    assert before > 0.01
    assert np.mean(daily) == pytest.approx(before, rel=0.1)


def test_the_compiled_steps_are_those_of_the_utility() -> None:
    draws = [Draw(1, run, Parameters(base_log_odds=base)) for run, base in enumerate((-3.0, -4.5, 40.0))]
    company_of_three = Ensemble(company(1).model_copy(update={"burn_in_days": 0}), draws)
    lanes, staff, traits = company_of_three.lanes, company_of_three.staff, company_of_three.traits
    weekly, friction = company_of_three.conditions.weekly(0)
    fixed = settling._fixed(
        staff, traits, company_of_three.setting.content, friction, traits.fear, p=lanes.rows
    )
    p, teams = lanes.rows, lanes.lane * len(staff.teams) + staff.team
    chance, heads = np.zeros(staff.size), np.maximum(1, np.bincount(teams))
    for _ in range(settling.STEPS):
        rate = WEEKS_A_MONTH * weekly * chance
        gap = p.norm_attention * relative((np.bincount(teams, rate) / heads)[teams], rate, p)
        moved = p.habit_weight * chance - p.repetition_cost * weekly * chance
        moved += p.norm_up * np.maximum(0.0, gap) - p.norm_down * np.maximum(0.0, -gap)
        chance = 0.5 * (chance + sum(part * share_chance(base + moved) for part, base in fixed))
    found = settling.settled(
        staff, traits, company_of_three.setting.content, weekly, friction, fear=traits.fear, lanes=lanes
    )
    assert np.allclose(found.habit, chance, rtol=1e-12, atol=0.0)
    # The weeks of a memory, one by one.
    left, rates, own = 1.0, weekly * found.habit, np.zeros(staff.size)
    for week in range(1000):
        if left <= settling.LEFT_OF_MEMORY:
            break
        drawn = poissons(uniforms_each(lanes.keys(Stream.NORM), lanes.lane, week, lanes.own), rates)
        own += (drawn > 0) * left / p.rate_weeks
        left *= 1.0 - 1.0 / p.rate_weeks
    assert np.array_equal(found.own_rate, own + left * -np.expm1(-rates))
