"""Closed forms first.

On a linear model with normal noise the posterior is known, and so is that nothing was learnt, or that nothing fits.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from sims.calibration.checking import Spreads, check
from sims.calibration.emulator import Design, LocalEmulator, directions
from sims.calibration.fit import Budget, Watched, fit
from sims.calibration.smoother import chance_of, smoothed

Floats = NDArray[np.float64]
D, K, NOISE = 20, 6, 0.3


class Linear:
    """s = z @ slope + noise: three combinations of twenty parameters move six summaries."""

    def __init__(self, seed: int, strength: float = 1.0, bend: float = 0.0) -> None:
        rng = np.random.default_rng(seed)
        seen = np.linalg.qr(rng.standard_normal((D, 3)))[0]
        self.slope = strength * seen @ rng.standard_normal((3, K))
        self.bend, self.seed, self.runs = bend, seed, 0

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        self.runs += z.shape[0]
        rng = np.random.default_rng([self.seed, 1, wave])
        line = z @ self.slope
        return np.asarray(line + self.bend * line**2 + NOISE * rng.standard_normal((z.shape[0], K)))

    def posterior(self, observed: Floats) -> tuple[Floats, Floats]:
        covariance = np.linalg.inv(np.eye(D) + self.slope @ self.slope.T / NOISE**2)
        return covariance @ self.slope @ observed / NOISE**2, covariance


def truth(model: Linear, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng([seed, 2])
    z = rng.standard_normal((1, D))
    return z[0], model(10_000 + seed, z, "")[0]


def test_the_posterior_of_a_linear_model_is_the_one_that_is_known() -> None:
    model, budget = Linear(1), Budget(ensemble=60, local=100, predictive=40)
    _, observed = truth(model, 1)
    model.runs = 0
    found = fit(model, observed, D, budget, np.random.default_rng(1))
    assert model.runs == budget.runs
    mean, variance = found.law.spread(np.eye(D))
    exact, covariance = model.posterior(observed)
    assert found.across.shape[1] == 3
    assert np.abs(mean - exact).max() < 0.15
    assert np.abs(variance - np.diag(covariance)).max() < 0.1
    assert not found.checked.flagged
    # Vectors are of the same law, and what is not seen has the prior's.
    assert np.abs(found.z.mean(axis=0) - exact).max() < 0.25
    away = found.z - (found.z @ found.across) @ found.across.T
    assert np.abs((away**2).sum(axis=1).mean() - (D - 3)) < 1.5


def test_where_nothing_is_moved_everything_stays_at_its_prior() -> None:
    model = Linear(2, strength=0.0)
    found = fit(model, np.zeros(K), D, Budget(ensemble=60, local=50, predictive=40), np.random.default_rng(2))
    mean, variance = found.law.spread(np.eye(D))
    assert found.across.shape[1] <= 1
    assert np.abs(mean).max() < 0.3
    assert variance.min() > 0.85


def test_a_summary_that_never_moves_is_flagged_alone() -> None:
    model = Linear(3)
    _, observed = truth(model, 3)

    def stuck(wave: int, z: Floats, label: str) -> Floats:
        return np.hstack([model(wave, z, label), np.zeros((z.shape[0], 1))])

    budget, rng = Budget(ensemble=60, local=60, predictive=40), np.random.default_rng(3)
    fine = fit(stuck, np.append(observed, 0.0), D, budget, rng)
    assert fine.checked.flagged == ()
    far = fit(stuck, np.append(observed, 1.0), D, budget, np.random.default_rng(3))
    assert far.checked.flagged == (K,)
    assert far.checked.p_of_all == fine.checked.p_of_all


def test_data_that_the_model_cannot_have_lived_are_flagged_and_widen_it() -> None:
    model, budget = Linear(4), Budget(ensemble=60, local=100, predictive=60)
    _, observed = truth(model, 4)
    wrong = observed.copy()
    # Six summaries of three combinations: whatever lies across all that they can make is no posterior's.
    across = np.linalg.svd(model.slope)[2][3:]
    wrong += 4.0 * across[0]
    sound, found = (fit(model, one, D, budget, np.random.default_rng(4)) for one in (observed, wrong))
    assert not sound.checked.suspicious
    assert sound.widened == 1.0
    assert found.checked.suspicious
    assert found.widened > 2.0
    assert np.trace(np.cov(found.w.T)) > 1.5 * np.trace(np.cov(sound.w.T))


def test_ranks_of_the_truth_are_even() -> None:
    ranks = []
    budget = Budget(ensemble=40, local=60, predictive=20)
    for seed in range(10):
        model = Linear(100 + seed, bend=0.05)
        z, observed = truth(model, seed)
        found = fit(model, observed, D, budget, np.random.default_rng(seed))
        side = found.across[:, 0]
        ranks.append(float(np.mean(found.w[:, 0] < z @ side)))
    inside = np.mean(np.abs(np.array(ranks) - 0.5) < 0.45)
    assert 0.6 <= inside <= 1.0
    assert 0.25 < np.mean(ranks) < 0.75


def test_the_smoother_alone_finds_a_linear_models_posterior() -> None:
    model, rng = Linear(5), np.random.default_rng(5)
    _, observed = truth(model, 5)
    z = rng.standard_normal((800, D))
    for turn in range(4):
        s = model(turn, z, "")
        chance = chance_of(s, model(100 + turn, z, ""))
        z = smoothed(z, s, observed, chance, factor=4.0, rng=rng)
    exact, covariance = model.posterior(observed)
    assert np.abs(z.mean(axis=0) - exact).max() < 0.2
    assert np.abs(z.var(axis=0) - np.diag(covariance)).max() < 0.2
    assert chance == pytest.approx(NOISE**2 * np.eye(K), abs=0.02)


def test_directions_are_those_that_move_summaries() -> None:
    model, rng = Linear(6), np.random.default_rng(6)
    z = rng.standard_normal((300, D))
    across, strength = directions(z, model(0, z, ""), rng)
    plane = np.linalg.qr(model.slope)[0][:, :3]
    assert across.shape == (D, 3)
    assert np.linalg.svd(plane.T @ across, compute_uv=False).min() > 0.95
    exact = np.linalg.svd(model.slope / NOISE, compute_uv=False)[:3]
    assert strength == pytest.approx(exact, rel=0.2)


def test_an_emulator_goes_on_straight_beyond_its_reach() -> None:
    rng = np.random.default_rng(7)
    design = Design(np.zeros(2), np.eye(2))
    w = design.draw(200, rng)
    s = np.hstack([w, w**2]) + 0.1 * rng.standard_normal((200, 4))
    emulator = LocalEmulator.fit(design, w, s)
    assert 1.0 <= emulator.inflation < 1.5
    far = np.array([[8.0, 0.0], [9.0, 0.0], [10.0, 0.0]])
    first, second, third = emulator.mean(far)
    assert third - second == pytest.approx(second - first, abs=1e-9)


def test_p_values_are_even_where_the_data_are_one_more_run() -> None:
    rng, p, of_all = np.random.default_rng(8), [], []
    for _ in range(100):
        runs = rng.standard_normal((41, 5)) @ np.triu(np.ones((5, 5)))
        found = check(runs[1:], runs[0])
        p.append(found.p[0])
        of_all.append(found.p_of_all)
    assert 0.4 < np.mean(p) < 0.6
    assert 0.4 < np.mean(of_all) < 0.6
    assert np.mean(np.array(of_all) < 0.1) < 0.2


def skewed(rng: np.random.Generator, runs: int, summaries: int) -> Floats:
    """Logarithms of small counts that have something in common: no law is farther from normal in a small company."""
    common = 0.4 * rng.standard_normal((runs, 1))
    mean = np.exp(common + 0.5 * rng.standard_normal((runs, summaries))) * np.linspace(0.2, 6.0, summaries)
    return np.asarray(np.log(rng.poisson(mean) + 0.5))


@pytest.mark.parametrize("runs", [20, 40])
def test_a_history_that_is_one_more_run_is_flagged_as_seldom_as_is_stated(runs: int) -> None:
    rng, times, summaries = np.random.default_rng(9), 80, 16
    flagged = of_all = 0
    for _ in range(times):
        rows = skewed(rng, 5 * runs + 1, summaries)
        seen, lived, others = rows[0], rows[1 : runs + 1], rows[runs + 1 :]
        found = check(
            lived, seen, Spreads.of(others.std(axis=0) / np.sqrt(2.0), others), np.arange(summaries) < 8
        )
        flagged += bool(found.flagged)
        of_all += found.p_of_all <= 0.1
    # Five and ten in a hundred, within three of their errors.
    assert flagged / times <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / times)
    assert of_all / times <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / times)


def test_tails_are_as_heavy_as_those_of_other_runs() -> None:
    rng = np.random.default_rng(11)
    light, heavy = rng.standard_normal((400, 1)), rng.standard_t(5, (400, 1))
    spreads = Spreads.of(np.zeros(2), np.hstack([light, heavy]))
    assert spreads.freedom[0] > 15.0 > spreads.freedom[1]
    lived = np.hstack([light, heavy])[:40]
    found = check(lived, lived.mean(axis=0) + 5.0 * lived.std(axis=0), spreads)
    assert found.p[1] > 10.0 * found.p[0]


def test_what_is_the_same_in_few_runs_is_not_fixed() -> None:
    """Nineteen runs in twenty have no lead; that a history has one is no wonder, unless no run could."""
    runs = np.hstack([np.random.default_rng(10).standard_normal((20, 3)), np.full((20, 1), np.log(0.5))])
    seen, light = np.array([0.1, 0.2, -0.1, np.log(1.5)]), np.full(4, np.inf)
    assert check(runs, seen, Spreads(np.array([1.0, 1.0, 1.0, 0.4]), light)).flagged == ()
    assert check(runs, seen, Spreads(np.array([1.0, 1.0, 1.0, 0.0]), light)).flagged == (3,)


def test_one_summary_that_does_not_fit_widens_what_it_says_and_little_else() -> None:
    model, budget = Linear(4), Budget(ensemble=60, local=100, predictive=60)
    _, observed = truth(model, 4)

    def with_another(wave: int, z: Floats, label: str) -> Floats:
        """A seventh summary follows the twentieth parameter alone."""
        noise = np.random.default_rng([7, wave]).standard_normal((z.shape[0], 1))
        return np.hstack([model(wave, z, label), z[:, -1:] + NOISE * noise])

    fits = [
        fit(with_another, np.append(observed, one), D, budget, np.random.default_rng(4))
        for one in (0.0, 12.0)
    ]
    sound, found = fits
    assert (sound.checked.flagged, found.checked.flagged) == ((), (K,))
    assert found.widened > 2.0
    (_, before), (_, after) = (one.law.spread(np.eye(D)) for one in fits)
    assert before[-1] < 0.3
    assert after[-1] > 2.0 * before[-1]


def test_what_is_watched_is_checked_and_not_learnt_from() -> None:
    model, budget = Linear(4), Budget(ensemble=60, local=100, predictive=60)
    _, observed = truth(model, 4)

    def with_weeks(wave: int, z: Floats, label: str) -> Floats:
        noise = np.random.default_rng([8, wave]).standard_normal((z.shape[0], 2))
        return np.hstack([model(wave, z, label), 3.0 * z[:, :2] + noise])

    effects: list[tuple[int, float]] = []

    def effect(at: int, usual: float) -> Floats:
        effects.append((at, usual))
        return np.array([2.0, *np.zeros(K - 1)])

    plain = fit(model, observed, D, budget, np.random.default_rng(4))
    fits = [
        fit(
            with_weeks,
            np.append(observed, [0.0, one]),
            D,
            budget,
            np.random.default_rng(4),
            watched=Watched(2, effect),
        )
        for one in (0.0, 40.0)
    ]
    assert np.array_equal(fits[0].w, plain.w)
    assert (fits[0].checked.flagged, fits[0].widened) == ((), 1.0)
    # What was out of the usual moved the first summary, which is believed less for it.
    assert (fits[1].checked.flagged, [at for at, _ in effects]) == ((K + 1,), [1])
    assert fits[1].widened > 2.0
    assert np.trace(np.cov(fits[1].w.T)) > 1.2 * np.trace(np.cov(plain.w.T))
