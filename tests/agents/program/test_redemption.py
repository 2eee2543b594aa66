"""Rewards within stock, monthly budgets and the award budget, run by run, in closed form."""

from datetime import date

import numpy as np
import pytest

from agents.program.redemption import Catalogue, Shop
from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme

SCHEME = """
name: s
title: S
rules: []
rewards:
  - {id: mug, title: Mug, points: 10, stock: 2, unit_cost_cents: 500}
  - {id: book, title: Book, points: 20, budget_points: 40, unit_cost_cents: 2000}
award_budget: {points: 100, window: month}
"""
MARCH, LATER_IN_MARCH, APRIL = date(2026, 3, 1), date(2026, 3, 29), date(2026, 4, 5)


def made(text: str = SCHEME) -> tuple[Shop, Catalogue]:
    """Three people in run 0 and two in run 1."""
    shop = Shop(5, np.array([0, 0, 0, 1, 1]))
    return shop, Catalogue(load_document(text, IncentiveScheme, "test"), shop)


def points(*numbers: float) -> np.ndarray:
    return np.array([round(1000 * number) for number in numbers], dtype=np.int64)


def test_the_dearest_affordable_reward_is_taken_by_those_whose_draw_is_below_the_chance() -> None:
    shop, catalogue = made()
    earned, draws = points(25, 12, 9, 20, 20), np.array([0.4, 0.4, 0.4, 0.5, 0.4])
    assert catalogue.redeem_each(earned, draws, 0.5, MARCH).tolist() == [25.0, 20.0]
    assert shop.spent.tolist() == points(20, 10, 0, 0, 20).tolist()
    assert shop.taken == {"book": 2, "mug": 1}
    assert catalogue.held(earned).tolist() == points(5, 2, 9, 20, 0).tolist()


def test_stock_is_each_runs_and_a_budget_that_of_its_month() -> None:
    shop, catalogue = made()
    earned, all_ = points(200, 0, 0, 10, 10), np.zeros(5)
    paid = [catalogue.redeem_each(earned, all_, 1.0, MARCH).tolist() for _ in range(5)]
    # Two books use up the month's 40 points, then two mugs the stock; run 1 has mugs of its own.
    assert paid == [[20.0, 10.0], [20.0, 0.0], [5.0, 0.0], [5.0, 0.0], [0.0, 0.0]]
    assert catalogue.redeem_each(earned, all_, 1.0, LATER_IN_MARCH).tolist() == [0.0, 0.0]
    assert catalogue.redeem_each(earned, all_, 1.0, APRIL).tolist() == [20.0, 0.0]
    assert (
        shop.left(0, ["mug"], np.array([2])).tolist() == shop.left(1, ["mug"], np.array([2])).tolist() == [0]
    )
    assert shop.budget_left(0, ["book"], points(40), APRIL).tolist() == points(20).tolist()


def test_points_beyond_the_award_budget_cannot_be_spent() -> None:
    shop, catalogue = made()
    person = np.array([0, 1, 3, 2])
    catalogue.award(person, points(70, 50, 60, -5), MARCH)
    catalogue.award(np.array([2]), points(1), LATER_IN_MARCH)
    assert shop.unspendable.tolist() == points(0, 20, 1, 0, 0).tolist()
    catalogue.award(np.array([2]), points(100), APRIL)
    assert shop.unspendable.tolist() == points(0, 20, 1, 0, 0).tolist()
    assert catalogue.held(points(70, 50, 101, 60, 0)).tolist() == points(70, 30, 100, 60, 0).tolist()


def test_another_size_of_the_pool_changes_what_is_left_of_it() -> None:
    shop, _ = made()
    first = np.array([0])
    assert shop.draw("week", 100, first, np.array([70])).tolist() == [70]
    assert shop.draw("week", 120, first, np.array([70])).tolist() == [50]
    assert shop.draw("week", 150, first, np.array([40])).tolist() == [30]
    # A smaller one takes nothing back, and later growth counts from what it really was.
    assert shop.draw("week", 90, first, np.array([10])).tolist() == [0]
    assert shop.draw("week", 160, first, np.array([50])).tolist() == [10]


def test_the_liability_is_held_points_at_the_dearest_cost_of_a_point() -> None:
    shop, catalogue = made()
    shop.spent[:], shop.unspendable[:] = points(5, 0, 3, 0, 0), points(0, 2, 0, 0, 0)
    earned, first = points(25, 12, 0, 20, 20), np.array([0, 3, 5])
    # 2,000 cents for 20 points; who has earned nothing under this scheme holds nothing of it.
    assert catalogue.cost_per_millipoint == pytest.approx(0.001)
    assert catalogue.liability_each(earned, first).tolist() == pytest.approx([30.0, 40.0])
    assert catalogue.liability(earned) == pytest.approx(70.0)


def test_without_rewards_nothing_is_owed_or_taken() -> None:
    shop, catalogue = made("{name: s, title: S, rules: []}")
    earned = points(25, 12, 0, 20, 20)
    catalogue.award(np.array([0]), earned[:1], MARCH)
    assert catalogue.liability_each(earned, np.array([0, 3, 5])).tolist() == [0.0, 0.0]
    assert catalogue.redeem_each(earned, np.zeros(5), 1.0, MARCH).tolist() == [0.0, 0.0]
    assert (shop.spent.sum(), shop.unspendable.sum()) == (0, 0)
