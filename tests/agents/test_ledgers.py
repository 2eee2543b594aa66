"""What holders see of their streaks, what rewards cost, and how people are grouped: closed forms and properties."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.observe.splits import PRIOR, RANKS, prior_codes, rank_codes
from agents.program.redemption import Catalogue, Shop
from agents.program.streaks import standing
from engine import scoring_tables as codes
from engine.scoring import missed_days
from engine.scoring_tables import NO_LEAVE, Ints
from rewards.document import load_document, parse_data
from rewards.scheme.scheme import AwardBudget, Calendar, Holiday, IncentiveScheme
from rewards.scoring.absences import with_absences
from rewards.scoring.tables import CompiledScheme, compile_scheme

MONDAY = date(2026, 3, 2).toordinal()
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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


def compiled(**streak: object) -> CompiledScheme:
    body = {
        "name": "s",
        "title": "S",
        "streaks": [{"id": "daily", "title": "Daily", "kinds": ["share"], **streak}],
    }
    return compile_scheme(parse_data(body, IncentiveScheme, "streak"))


def on_mornings(
    scheme: CompiledScheme, days: tuple[int, ...], leave: Ints = NO_LEAVE, freezes: int = 0
) -> dict[int, tuple[float, float]]:
    """Intact and broken so many days after the Monday of a third act in a row."""
    streaks = np.zeros((1, 1, codes.STREAK_WIDTH), dtype=np.int64)
    streaks[:, 0, (codes.LENGTH, codes.LAST_DATE, codes.FREEZES_LEFT)] = 3, MONDAY, freezes
    one, found = np.zeros(1, dtype=np.int64), {}
    for day in days:
        seen = standing(scheme.tables, streaks, one, one, leave, date=date.fromordinal(MONDAY + day))
        found[day] = float(seen.intact[0]), float(seen.broken[0])
    return found


INTACT, COVERED, BROKEN = (1.0, 0.0), (0.0, 0.0), (0.0, 1.0)


@settings(deadline=None)
@given(days=st.sets(st.sampled_from(WEEKDAYS), min_size=1), last=st.integers(0, 40), gap=st.integers(0, 60))
def test_missed_days_are_counted_as_on_a_calendar(days: set[str], last: int, gap: int) -> None:
    scheme = compiled(days=sorted(days))
    first = date.fromordinal(MONDAY + last)
    between = [first + timedelta(days=day) for day in range(1, gap)]
    counted = sum(WEEKDAYS[day.weekday()] in days for day in between)
    asked = np.array([[0, -1, MONDAY + last, 100]])
    assert missed_days(scheme.tables, 0, NO_LEAVE, asked, MONDAY + last + gap)[0] == counted


def test_a_streak_is_intact_then_covered_then_broken_then_forgotten() -> None:
    scheme = compiled(freezes=1)
    expected = {1: INTACT, 2: COVERED, 3: BROKEN, 9: BROKEN, 10: COVERED}
    assert on_mornings(scheme, (1, 2, 3, 9, 10), freezes=1) == expected


def test_a_streak_of_one_day_is_nothing_to_lose() -> None:
    streaks = np.zeros((1, 1, codes.STREAK_WIDTH), dtype=np.int64)
    streaks[:, 0, (codes.LENGTH, codes.LAST_DATE)] = 1, MONDAY
    one = np.zeros(1, dtype=np.int64)
    for day in (1, 3):
        seen = standing(compiled().tables, streaks, one, one, NO_LEAVE, date=date.fromordinal(MONDAY + day))
        assert not seen.intact.any()
        assert not seen.broken.any()


def test_leave_holidays_and_days_without_the_streak_break_none() -> None:
    plain, days = compiled(), (1, 2, 3, 4, 5)
    assert on_mornings(plain, days) == {1: INTACT} | dict.fromkeys(days[1:], BROKEN)
    leave = np.array([[0, MONDAY + 1, MONDAY + 2]])
    away = with_absences(plain, ((0, MONDAY + 1, MONDAY + 2),))
    off = Holiday(date=date.fromordinal(MONDAY + 1), title="Off")
    next_day = Holiday(date=date.fromordinal(MONDAY + 2), title="Off")
    holidays = plain.scheme.model_copy(update={"calendar": Calendar(holidays=(off, next_day))})
    excused = dict.fromkeys((1, 2, 3), INTACT) | dict.fromkeys((4, 5), BROKEN)
    assert on_mornings(plain, days, leave) == excused
    assert on_mornings(away, days) == excused
    assert on_mornings(compile_scheme(holidays), days) == excused


def test_freezes_are_full_again_with_their_window() -> None:
    # Used up in the week of the Monday before; the next Monday there is one again, and six days are missed.
    scheme = compiled(days=["mon"], freezes=1, freeze_window="week")
    assert on_mornings(scheme, (7, 8, 15)) == {7: INTACT, 8: COVERED, 15: BROKEN}


def test_points_buy_the_dearest_reward_within_reach_while_stock_and_budget_last() -> None:
    shop, earned = Shop(4), np.array([45_000, 90_000, 15_000, 5_000])
    offered = Catalogue(CATALOGUE, shop)
    assert offered.liability(earned) == 155 * 0.75
    on = date(2026, 3, 1)
    assert offered.redeem(earned, np.zeros(4), 0.5, on) == 30.0 + 30.0 + 5.0
    assert shop.spent.tolist() == [40_000, 40_000, 10_000, 0]
    # The budget of 80 points bought two cards, the only mug is gone.
    assert offered.redeem(earned, np.zeros(4), 0.5, on) == 0.0
    assert offered.redeem(earned, np.ones(4), 0.5, on) == 0.0
    assert offered.liability(earned) == 65 * 0.75
    # A month later there is a budget again, as in the live program.
    assert offered.redeem(earned, np.zeros(4), 0.5, date(2026, 4, 5)) == 30.0


def test_a_reward_of_the_next_scheme_has_the_stock_and_the_budget_that_the_last_one_left() -> None:
    shop, earned, on = Shop(4), np.array([45_000, 90_000, 15_000, 5_000]), date(2026, 3, 1)
    Catalogue(CATALOGUE, shop).redeem(earned, np.zeros(4), 0.5, on)
    mug, card = CATALOGUE.rewards
    more = (card.model_copy(update={"budget_points": 120}), mug.model_copy(update={"stock": 3}))
    following = Catalogue(CATALOGUE.model_copy(update={"rewards": more}), shop)
    assert following.held(earned).tolist() == [5_000, 50_000, 5_000, 5_000]
    # One card more, and a mug for nobody: who has ten points left took the card.
    assert following.redeem(earned, np.zeros(4), 0.5, on) == 30.0
    assert following.redeem(earned, np.zeros(4), 0.5, on) == 5.0
    assert (shop.taken["mug"], shop.taken["card"], shop.spent.tolist()) == (2, 3, [40_000, 90_000, 10_000, 0])


def test_what_goes_beyond_the_award_budget_cannot_be_spent() -> None:
    budget, shop = AwardBudget(points=60, window="month"), Shop(2)
    offered = Catalogue(CATALOGUE.model_copy(update={"award_budget": budget}), shop)
    first, second = np.array([0, 1]), np.array([1, 0])
    offered.award(first, np.array([40_000, 10_000]), date(2026, 3, 1))
    assert offered.held(np.array([40_000, 10_000])).tolist() == [40_000, 10_000]
    # Ten are left, and go to who comes first.
    offered.award(second, np.array([7_000, 20_000]), date(2026, 3, 2))
    earned = np.array([60_000, 17_000])
    assert offered.held(earned).tolist() == [43_000, 17_000]
    assert offered.liability(earned) == 60 * 0.75
    offered.award(first[:1], np.array([1_000]), date(2026, 4, 1))
    assert offered.held(earned + np.array([1_000, 0])).tolist() == [44_000, 17_000]
    assert offered.redeem(earned, np.zeros(2), 0.5, date(2026, 4, 5)) == 30.0 + 5.0


def test_another_award_budget_changes_what_is_left_of_the_window() -> None:
    shop, on, one = Shop(1), date(2026, 3, 1), np.array([0])

    def spendable(points: int, *amounts: int) -> int:
        budget = AwardBudget(points=points, window="month")
        offered = Catalogue(CATALOGUE.model_copy(update={"award_budget": budget}), shop)
        before = int(shop.unspendable[0])
        for amount in amounts:
            offered.award(one, np.array([amount * 1000]), on)
        return sum(amounts) - (int(shop.unspendable[0]) - before) // 1000

    assert spendable(20, 15, 10) == 20
    assert spendable(30, 15) == 10
    assert spendable(5, 3) == 0
    assert spendable(40, 30) == 10


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
