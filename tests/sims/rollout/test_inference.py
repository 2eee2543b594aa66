"""The effect of a rollout: closed forms first, then that its intervals cover and its test is as often wrong as it says."""

import numpy as np
import pytest

from sims.rollout.inference import NoContrastError, assignments, effect, least_p
from sims.rollout.units import NEVER, Units


def parallel(
    rates: np.ndarray, treated: np.ndarray, start: int = 0, people: np.ndarray | None = None
) -> Units:
    starts = np.where(treated, start, NEVER).astype(np.int64)
    size = len(starts)
    weights = np.ones(size) if people is None else people
    return Units(tuple(map(str, range(size))), rates, weights, starts, np.zeros(size, dtype=np.int64))


def test_without_a_baseline_it_is_the_difference_of_means_and_exact_in_its_p_value() -> None:
    rates = np.array([[5.0], [6.0], [7.0], [1.0], [2.0], [3.0]])
    found = effect(parallel(rates, np.arange(6) < 3), draws=4000)
    assert found.estimate == pytest.approx(4.0)
    # Of the 20 ways to draw three of six, this one and its mirror image lie as far out.
    assert found.p_value == pytest.approx(2 / 20, abs=0.015)
    assert found.draws == pytest.approx(20)
    assert found.untreated == pytest.approx(2.0)
    # The least p is 0.1: at 0.05 no effect is ever refused, so that the interval has no ends.
    assert found.low is None
    assert found.high is None
    assert effect(parallel(rates, np.arange(6) < 3), alpha=0.2).low is not None


def test_people_weigh() -> None:
    rates = np.array([[1.0], [3.0], [0.0], [0.0]])
    people = np.array([3.0, 1.0, 1.0, 5.0])
    assert effect(parallel(rates, np.arange(4) < 2, people=people)).estimate == pytest.approx(1.5)


def test_what_a_unit_was_before_is_taken_out() -> None:
    rng = np.random.default_rng(1)
    own = rng.normal(10.0, 5.0, 40)
    rates = own[:, np.newaxis] + rng.normal(0.0, 0.1, (40, 8))
    treated = np.arange(40) % 2 == 0
    rates[treated, 4:] += 0.5
    found = effect(parallel(rates, treated, start=4))
    assert found.estimate == pytest.approx(0.5, abs=0.1)
    assert found.low is not None
    assert found.high is not None
    assert 0.3 < found.low < 0.5 < found.high < 0.7
    # Without the baseline the units' own differences would hide it.
    assert effect(parallel(rates[:, 4:], treated)).error > 5 * found.error


def wedge(rates: np.ndarray) -> Units:
    starts = (np.arange(len(rates)) % 3 + 1).astype(np.int64)
    return Units(
        tuple(map(str, range(len(rates)))),
        rates,
        np.ones(len(rates)),
        starts,
        np.zeros(len(rates), dtype=np.int64),
    )


def test_a_stepped_wedge_is_free_of_units_and_of_periods() -> None:
    rng = np.random.default_rng(2)
    starts = np.repeat([2, 4, 6, 8], 5).astype(np.int64)
    season = np.array([0.0, 3.0, -2.0, 5.0, 1.0, 8.0, 2.0, 7.0, 9.0, 4.0])
    rates = rng.normal(10.0, 5.0, 20)[:, np.newaxis] + season + rng.normal(0.0, 0.2, (20, 10))
    rates += 1.5 * (np.arange(10) >= starts[:, np.newaxis])
    units = Units(tuple(map(str, range(20))), rates, np.ones(20), starts, np.zeros(20, dtype=np.int64))
    found = effect(units)
    assert found.estimate == pytest.approx(1.5, abs=0.15)
    assert found.low is not None
    assert found.low > 1.2
    assert found.told_apart


def test_with_gaps_it_is_the_weighted_regression_on_dummies() -> None:
    rng = np.random.default_rng(4)
    starts = np.repeat([2, 3, 5, NEVER], 4).astype(np.int64)
    rates = rng.normal(3.0, 1.0, (16, 7))
    rates[rng.random((16, 7)) < 0.2] = np.nan
    people = rng.uniform(1.0, 9.0, 16)
    units = Units(tuple(map(str, range(16))), rates, people, starts, np.zeros(16, dtype=np.int64))
    unit, period = np.nonzero(np.isfinite(rates))
    columns = [(period >= starts[unit]).astype(float), *np.eye(16)[unit].T, *np.eye(7)[period].T]
    root = np.sqrt(people[unit])
    wanted = np.linalg.lstsq(np.stack(columns, axis=1) * root[:, None], rates[unit, period] * root)[0][0]
    assert effect(units, draws=99).estimate == pytest.approx(wanted, abs=1e-8)


def test_it_is_drawn_anew_within_strata_alone() -> None:
    starts = np.array([0, NEVER] * 6, dtype=np.int64)
    strata = np.repeat(np.arange(6), 2).astype(np.int64)
    assert assignments(starts, strata) == pytest.approx(2**6)
    assert assignments(starts, np.zeros(12, dtype=np.int64)) == pytest.approx(924)
    # Strata that differ by a thousand do not disturb what lies within them.
    rates = (1000.0 * strata + (starts == 0) * 2.0 + np.linspace(0, 0.1, 12))[:, np.newaxis]
    found = effect(Units(tuple(map(str, range(12))), rates, np.ones(12), starts, strata), alpha=0.1)
    assert found.estimate == pytest.approx(2.0, abs=0.05)
    assert found.told_apart
    assert found.p_value == pytest.approx(2 / 64, abs=0.015)


def test_few_units_can_tell_nothing() -> None:
    assert least_p(np.array([0, 0, NEVER, NEVER]), np.zeros(4, dtype=np.int64)) == pytest.approx(1 / 3)
    with pytest.raises(NoContrastError, match="an effect needs both kinds"):
        effect(parallel(np.ones((4, 1)), np.ones(4, dtype=bool)))
    with pytest.raises(NoContrastError, match="an effect needs both kinds"):
        effect(parallel(np.ones((4, 1)), np.zeros(4, dtype=bool)))


@pytest.mark.parametrize("truth", [0.0, 1.0])
def test_intervals_cover_what_is_true_for_few_and_skewed_units(truth: float) -> None:
    rng, covered, refused, times = np.random.default_rng(3), 0, 0, 200
    treated = np.arange(12) < 6
    for _ in range(times):
        rates = rng.lognormal(0.0, 1.0, (12, 1))
        rates[treated] += truth
        found = effect(parallel(rates, rng.permutation(treated) if truth == 0.0 else treated), 0.1, 399)
        low = -np.inf if found.low is None else found.low
        high = np.inf if found.high is None else found.high
        covered += low <= truth <= high
        refused += found.told_apart
    # 90 % of 200, and four binomial standard errors around it.
    assert 0.9 - 4 * 0.0212 <= covered / times <= 0.9 + 4 * 0.0212
    if truth == 0.0:
        assert refused / times <= 0.1 + 4 * 0.0212


def test_nothing_that_happened_is_no_effect() -> None:
    found = effect(parallel(np.zeros((8, 3)), np.arange(8) % 2 == 0, start=1))
    assert found.estimate == 0.0
    assert not found.told_apart


@pytest.mark.parametrize("rate", [0.0, 2.0, 1e6, 1.0 / 3.0])
def test_what_never_differs_does_not_tell_how_far_chance_goes(rate: float) -> None:
    for treated in (parallel(np.full((10, 1), rate), np.arange(10) < 5), wedge(np.full((9, 6), rate))):
        found = effect(treated)
        assert (found.varied, found.low, found.high, found.told_apart) == (False, None, None, False)
    apart = effect(parallel(np.where(np.arange(10) < 5, 2.0 + rate, rate)[:, None], np.arange(10) < 5))
    assert (apart.varied, apart.told_apart) == (False, True)
    assert apart.low == pytest.approx(2.0)
