"""What holders see of their streaks, what rewards cost, and how people are grouped: closed forms and properties."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.redemption import Catalogue
from agents.splits import PRIOR, RANKS, prior_codes, rank_codes
from agents.streaks import missed_days, standing
from engine import scoring_tables as codes
from rewards.document import load_document
from rewards.scheme import AwardBudget, IncentiveScheme

MONDAY = date(2026, 3, 2).toordinal()
WORKDAYS = 0b0011111
CATALOGUE = load_document(
    """
name: shop
title: Shop
rewards:
  - {id: mug, title: Mug, points: 10, unit_cost_cents: 500, stock: 1}
  - {id: card, title: Card, points: 40, unit_cost_cents: 3000, budget_points: 80}
""",
    IncentiveScheme,
    "shop",
)


@given(required=st.integers(0, 127), last=st.integers(0, 40), gap=st.integers(0, 60))
def test_missed_days_are_counted_as_on_a_calendar(required: int, last: int, gap: int) -> None:
    first = date.fromordinal(MONDAY + last)
    between = [first + timedelta(days=day) for day in range(1, gap)]
    counted = sum(required >> day.weekday() & 1 for day in between)
    assert missed_days(required, np.array([MONDAY + last]), MONDAY + last + gap)[0] == counted


def test_a_streak_is_intact_then_covered_then_broken_then_forgotten() -> None:
    streaks = np.zeros((2, 1, codes.STREAK_WIDTH), dtype=np.int64)
    streaks[:, 0, codes.LENGTH] = [3, 1]
    streaks[:, 0, codes.LAST_DATE] = MONDAY
    streaks[:, 0, codes.FREEZES_LEFT] = 1
    tables = np.array([[WORKDAYS, 1, 0, 0, 0, 0, 0]])
    days = {day: standing(streaks, tables, MONDAY + day) for day in (1, 2, 3, 9, 10)}
    assert [float(days[day].intact[0]) for day in days] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert [float(days[day].broken[0]) for day in days] == [0.0, 0.0, 1.0, 1.0, 0.0]
    assert not any(found.intact[1] or found.broken[1] for found in days.values())


def test_points_buy_the_dearest_reward_within_reach_while_stock_and_budget_last() -> None:
    shop, earned = Catalogue(CATALOGUE, 4), np.array([45_000, 90_000, 15_000, 5_000])
    assert shop.liability(earned) == 155 * 0.75
    on = date(2026, 3, 1)
    assert shop.redeem(earned, np.zeros(4), 0.5, on) == 30.0 + 30.0 + 5.0
    assert shop.spent.tolist() == [40_000, 40_000, 10_000, 0]
    # The budget of 80 points bought two cards, the only mug is gone.
    assert shop.redeem(earned, np.zeros(4), 0.5, on) == 0.0
    assert shop.redeem(earned, np.ones(4), 0.5, on) == 0.0
    assert shop.liability(earned) == 65 * 0.75
    # A month later there is a budget again, as in the live program.
    assert shop.redeem(earned, np.zeros(4), 0.5, date(2026, 4, 5)) == 30.0


def test_what_goes_beyond_the_award_budget_cannot_be_spent() -> None:
    budget = AwardBudget(points=60, window="month")
    shop = Catalogue(CATALOGUE.model_copy(update={"award_budget": budget}), 2)
    shop.award(np.array([40_000, 10_000]), date(2026, 3, 1))
    assert shop.liability(np.array([40_000, 10_000])) == 50 * 0.75
    shop.award(np.array([60_000, 30_000]), date(2026, 3, 2))
    assert shop.liability(np.array([60_000, 30_000])) == 60 * 0.75
    shop.award(np.array([61_000, 30_000]), date(2026, 4, 1))
    assert shop.liability(np.array([61_000, 30_000])) == 61 * 0.75
    assert shop.redeem(np.array([61_000, 30_000]), np.zeros(2), 0.5, date(2026, 4, 5)) == 35.0


def test_groups_of_prior_activity_and_rank() -> None:
    assert [PRIOR[code] for code in prior_codes(np.array([0.0, 0.02, 0.2, 0.25, 1.0]))] == [
        "none",
        "some",
        "some",
        "regular",
        "regular",
    ]
    everybody = np.ones(7, dtype=bool)
    points = np.array([0.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0])
    ranks = ["none", "first", "first", "middle", "middle", "last", "last"]
    assert [RANKS[code] for code in rank_codes(points, np.zeros(7), everybody)] == ranks
    assert [RANKS[code] for code in rank_codes(np.zeros(7), points, everybody)] == ranks
