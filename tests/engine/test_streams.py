"""Counter-based draws: known answers, distribution, independence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from engine.quantiles import normal_quantile
from engine.streams import (
    GOLDEN,
    Stream,
    bits,
    mix,
    normal,
    normals,
    poisson_from_uniform,
    poissons,
    stream_key,
    stream_keys,
    uniform,
    uniform_plain,
    uniforms,
    unit,
)

KEY = stream_key(1, Stream.SEE)
AGENTS = np.arange(20_000, dtype=np.int64)


def test_mix_is_the_finaliser_of_splitmix64() -> None:
    """The published first outputs of SplitMix64 from the state 1234567."""
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    with np.errstate(over="ignore"):
        found = [int(mix(np.uint64(1234567) + np.uint64(k) * GOLDEN)) for k in range(1, 5)]
    assert found == known


def test_keys_differ_by_seed_stream_and_run_and_take_any_whole_number() -> None:
    keys = {
        int(stream_key(seed, stream, run)) for seed in range(10) for stream in Stream for run in range(10)
    }
    assert len(keys) == 10 * len(Stream) * 10
    assert stream_key(-1, 1) == stream_key(2**64 - 1, 1)
    with pytest.raises(TypeError, match=r"1\.5 is no integer"):
        stream_key(1.5, 1)  # type: ignore[arg-type]


def test_keys_of_several_runs_are_those_of_each() -> None:
    named = [(1, 0), (-7, 3), (2**64 + 5, -1), (42, 1 << 40)]
    keys = stream_keys([seed for seed, _ in named], Stream.SEE, [run for _, run in named])
    assert keys.tolist() == [int(stream_key(seed, Stream.SEE, run)) for seed, run in named]
    with pytest.raises(TypeError):
        stream_keys([1.5], Stream.SEE, [0])  # type: ignore[list-item]


def test_published_numbers_never_move() -> None:
    """Results name their seed: these bits are a promise."""
    assert int(stream_key(42, Stream.CASCADE, 7)) == 10508365029266429329
    assert int(bits(np.uint64(5), 3, 2, 1)) == 16631914407763739666


def test_array_forms_give_the_same_bits() -> None:
    some = AGENTS[:50]
    assert np.array_equal(uniforms(KEY, 3, some, 4), [uniform(KEY, 3, a, 4) for a in some])
    assert np.array_equal(normals(KEY, 3, some, 4), [normal(KEY, 3, a, 4) for a in some])
    named = [(KEY, 3, 17, 4), (np.uint64(2**64 - 1), 1 << 40, 2**62, -1), (KEY, -5, -7, 2**40)]
    assert [uniform_plain(*name) for name in named] == [uniform(*name) for name in named]
    shaped = uniforms(KEY, 3, some.reshape(5, 10)[:, ::2], 4)
    assert np.array_equal(shaped, uniforms(KEY, 3, some, 4).reshape(5, 10)[:, ::2])
    rates = np.linspace(0.0, 600.0, 50)
    draws = uniforms(KEY, 1, some)
    each = [poisson_from_uniform(u, rate) for u, rate in zip(draws, rates, strict=True)]
    assert np.array_equal(poissons(draws, rates), each)


@pytest.mark.parametrize("axis", ["agent", "day", "ordinal", "key"])
def test_draws_are_uniform_and_uncorrelated_along_every_counter(axis: str) -> None:
    size = 4000
    draws = np.array(
        [
            uniform(
                stream_key(i, 1) if axis == "key" else KEY,
                i if axis == "day" else 0,
                i if axis == "agent" else 0,
                i if axis == "ordinal" else 0,
            )
            for i in range(size)
        ]
    )
    assert stats.kstest(draws, "uniform").pvalue > 1e-3
    for lag in (1, 2, 3, 64):
        assert abs(np.corrcoef(draws[:-lag], draws[lag:])[0, 1]) < 4.5 / np.sqrt(size)


def test_every_bit_of_the_output_depends_on_every_counter() -> None:
    base = bits(KEY, 5, 6, 7)
    flips = np.zeros(64)
    cases = 0
    for bit in range(31):
        for other in (
            bits(KEY, 5 ^ (1 << bit), 6, 7),
            bits(KEY, 5, 6 ^ (1 << bit), 7),
            bits(KEY, 5, 6, 7 ^ (1 << bit)),
        ):
            flips += [(int(base) ^ int(other)) >> i & 1 for i in range(64)]
            cases += 1
    assert np.all(np.abs(flips / cases - 0.5) < 4.5 * 0.5 / np.sqrt(cases))


def test_unit_stays_below_one() -> None:
    assert unit(np.uint64(2**64 - 1)) < 1.0
    assert unit(np.uint64(0)) == 0.0


def test_normals_are_normal_and_rise_with_their_uniform() -> None:
    assert stats.kstest(normals(KEY, 0, AGENTS), "norm").pvalue > 1e-3
    order = np.argsort(uniforms(KEY, 0, AGENTS))
    assert np.all(np.diff(normals(KEY, 0, AGENTS)[order]) >= 0.0)


@pytest.mark.parametrize("u", [1e-300, 1e-16, 1e-5, 0.02, 0.075, 0.3, 0.5, 0.77, 0.93, 1 - 1e-12])
def test_normal_quantile(u: float) -> None:
    assert normal_quantile(u) == pytest.approx(stats.norm.ppf(u), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("rate", [0.01, 0.9, 7.5, 80.0, 499.0])
def test_poisson_inverts_the_distribution_function(rate: float) -> None:
    draws = uniforms(KEY, 9, AGENTS[:3000])
    assert np.array_equal(poissons(draws, rate), stats.poisson.ppf(draws, rate))


def test_poisson_beyond_inversion_keeps_mean_and_spread_and_odd_rates_give_none() -> None:
    counts = poissons(uniforms(KEY, 9, AGENTS), 900.0)
    assert abs(counts.mean() - 900.0) < 4.5 * 30.0 / np.sqrt(AGENTS.size)
    assert counts.var() == pytest.approx(900.0, rel=0.06)
    for rate in (0.0, -3.0, float("nan")):
        assert poisson_from_uniform(0.7, rate) == 0
