"""Counter-based randomness: a draw is a pure function of (seed, stream, run, day, agent, ordinal).

There is no generator state, so a draw never depends on the number of threads, on call order, or on what
another process of the model drew. Two schemes compared under one seed therefore differ only where the
schemes make them differ.

The hash is two rounds of the 64-bit finaliser "variant 13" (Stafford 2011, the one SplitMix64 uses). Scalar
forms can be called from other compiled kernels; array forms return the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import inlined, kernel
from engine.quantiles import (
    CENTRE,
    NEAR,
    central_quantile,
    far_quantile,
    near_quantile,
    normal_quantile,
    tail_root,
)
from engine.signatures import F64, I64, U64, F64In, F64Out, I64In, I64Out

MASK = (1 << 64) - 1
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27 = np.uint64(27)
_S30 = np.uint64(30)
_S31 = np.uint64(31)
_S32 = np.uint64(32)
_S11 = np.uint64(11)
_LOW_32 = np.uint64(0xFFFFFFFF)
INVERSION_LIMIT = 500.0
# So many that what is set aside of them stays near.
NORMALS_AT_ONCE = 2048


class Stream(IntEnum):
    """One number per process of the model; never renumber, since published results name their seed."""

    POPULATION = 1
    NETWORK = 2
    OPPORTUNITY = 3
    DECISION = 4
    CONTENT = 5
    CASCADE = 6
    SEE = 7
    CLICK = 8
    REPOST = 9
    NORM = 10
    RECOGNITION = 11
    ATTRITION = 12
    ASSIGNMENT = 13
    POSTERIOR = 14
    FEEDBACK = 15
    SANCTION = 16
    TRUST = 17
    CORPORATE = 18
    CHANNEL = 19
    QUALITY = 20
    VERIFICATION = 21
    CALENDAR = 22
    REDEMPTION = 23
    MEMBERSHIP = 24
    REACTION = 25


def _mix_python(x: int) -> int:
    x &= MASK
    x = ((x ^ (x >> 30)) * int(_MIX_1)) & MASK
    x = ((x ^ (x >> 27)) * int(_MIX_2)) & MASK
    return x ^ (x >> 31)


def stream_key(seed: int, stream: int, run: int = 0) -> np.uint64:
    """The 64-bit key of one stream of one run.

    `seed`, `stream` and `run` may be any integers; they are taken modulo 2**64. Raises TypeError for
    anything else.
    """
    key = 0
    for part in (seed, int(stream), run):
        if not isinstance(part, int | np.integer):
            raise TypeError(
                f"stream key part {part!r} is no integer; give whole numbers for seed, stream and run"
            )
        key = _mix_python(key + int(GOLDEN) + _mix_python(int(part) + int(GOLDEN)))
    return np.uint64(key)


def stream_keys(seeds: Sequence[int], stream: int, runs: Sequence[int]) -> NDArray[np.uint64]:
    """uint64[R]: `stream_key` of each pair of a seed and a run."""
    keys = np.zeros(len(seeds), dtype=np.uint64)
    for part in (seeds, [int(stream)] * len(seeds), runs):
        words = np.array([index(each) & MASK for each in part], dtype=np.uint64)
        keys = _mix_each(keys + GOLDEN + _mix_each(words + GOLDEN))
    return keys


def _mix_each(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@kernel(U64, returns=U64)
def mix(x: Any) -> Any:
    """Bijective 64-bit finaliser: every output bit depends on every input bit."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@inlined
def bits_of_agent(key: Any, agent: Any) -> Any:
    """The bits from which all draws of an agent in a stream are derived."""
    return mix(key ^ (np.uint64(agent) * GOLDEN + _MIX_1))


@inlined
def bits_of_day(own: Any, day: Any, ordinal: Any) -> Any:
    """`bits` from what `bits_of_agent` gave."""
    return mix(own + ((np.uint64(day) << _S32) | (np.uint64(ordinal) & _LOW_32)))


@kernel(U64, I64, I64, I64, returns=U64)
def bits(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """64 random bits for one (day, agent, ordinal) of a stream; day and ordinal are used modulo 2**32."""
    return bits_of_day(bits_of_agent(key, agent), day, ordinal)


@kernel(U64, returns=F64)
def unit(word: Any) -> Any:
    """The top 53 bits of a word as a float in [0, 1)."""
    return np.float64(word >> _S11) * (1.0 / 9007199254740992.0)


@kernel(U64, I64, I64, I64, returns=F64)
def uniform(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """A uniform draw in [0, 1)."""
    return unit(bits(key, day, agent, ordinal))


def uniform_plain(key: int | np.uint64, day: int, agent: int, ordinal: int) -> float:
    """`uniform` in plain Python, the same bits: for few draws where no compiler is loaded yet."""
    inner = _mix_python(int(key) ^ ((agent * int(GOLDEN) + int(_MIX_1)) & MASK))
    word = _mix_python(inner + (((day << 32) & MASK) | (ordinal & int(_LOW_32))))
    return (word >> int(_S11)) * (1.0 / 9007199254740992.0)


@kernel(U64, I64, I64, I64, returns=F64)
def normal(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """A standard normal draw by inversion, so it rises with the uniform of the same counters."""
    return normal_quantile(unit(bits(key, day, agent, ordinal)) + 2.0**-54)


@inlined
def poisson_beyond(u: Any, rate: Any, none: Any) -> Any:
    """`poisson_from_uniform` for a rate in (0, 500] of which `none`, exp(−rate), is known."""
    term = none
    total = term
    count = 0
    while u >= total and term > 0.0:
        count += 1
        term *= rate / count
        total += term
        if count > rate and term < 1e-18:
            break
    return count


@kernel(F64, F64, returns=I64)
def poisson_from_uniform(u: Any, rate: Any) -> Any:
    """The Poisson quantile of `u` in [0, 1) by sequential inversion; 0 for a rate ≤ 0.

    It rises with `u` and with `rate`, so draws of two schemes stay coupled. Above a rate of 500 a normal
    quantile with the first Cornish-Fisher correction is used.
    """
    if not rate > 0.0:
        return 0
    if rate > INVERSION_LIMIT:
        z = normal_quantile(u + 2.0**-54)
        return max(0, math.floor(rate + math.sqrt(rate) * z + (z * z - 1.0) / 6.0 + 0.5))
    return poisson_beyond(u, rate, math.exp(-rate))


@kernel(U64, I64, I64In, I64, F64Out)
def _fill_uniforms(key: Any, day: Any, agents: Any, ordinal: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = uniform(key, day, agents[i], ordinal)


@kernel(U64, I64, I64In, I64, F64Out, F64Out, I64Out, F64Out, divides_freely=True)
def _fill_normals(
    key: Any, day: Any, agents: Any, ordinal: Any, spare: Any, size: Any, outer: Any, out: Any
) -> None:
    # Loops without a branch take several draws at a time: one over the middle of the law, where most are, one over those farther out.
    for begin in range(0, agents.size, spare.size):
        here, found = agents[begin : begin + spare.size], out[begin : begin + spare.size]
        for i in range(here.size):
            spare[i] = unit(bits(key, day, here[i], ordinal)) + 2.0**-54
        n = np.uint64(0)
        for i in range(here.size):
            outer[n] = i
            n += np.uint64(abs(spare[i] - 0.5) > CENTRE)
        for i in range(here.size):
            found[i] = central_quantile(spare[i] - 0.5)
        for k in range(n):
            # The k-th of those stands at place k or after it: nothing is written over that is still to be read.
            u = spare[outer[k]]
            found[outer[k]] = -1.0 if u < 0.5 else 1.0
            spare[k] = tail_root(u if u < 0.5 else 1.0 - u)
        for k in range(n):
            size[k] = near_quantile(spare[k])
        for k in range(n):
            found[outer[k]] *= far_quantile(spare[k]) if spare[k] > NEAR else size[k]


@kernel(F64In, F64In, I64Out)
def _fill_poissons(u: Any, rates: Any, out: Any) -> None:
    for i in range(u.size):
        out[i] = poisson_from_uniform(u[i], rates[i])


def uniforms(key: np.uint64, day: int, agents: NDArray[np.int64], ordinal: int = 0) -> NDArray[np.float64]:
    """`uniform` for an array of agents: the same bits, shape of `agents`."""
    flat = np.asarray(agents, dtype=np.int64, order="C")
    out = np.empty(flat.shape, dtype=np.float64)
    _fill_uniforms(np.uint64(key), day, flat.reshape(-1), ordinal, out.reshape(-1))
    return out


def normals(key: np.uint64, day: int, agents: NDArray[np.int64], ordinal: int = 0) -> NDArray[np.float64]:
    """`normal` for an array of agents: the same bits, shape of `agents`."""
    flat = np.asarray(agents, dtype=np.int64, order="C")
    out = np.empty(flat.shape, dtype=np.float64)
    room = max(1, min(flat.size, NORMALS_AT_ONCE))
    spare, size, outer = np.empty(room), np.empty(room), np.empty(room, dtype=np.int64)
    _fill_normals(np.uint64(key), day, flat.reshape(-1), ordinal, spare, size, outer, out.reshape(-1))
    return out


def poissons(u: NDArray[np.float64], rates: NDArray[np.float64] | float) -> NDArray[np.int64]:
    """`poisson_from_uniform` for an array of uniforms and rates that broadcast together."""
    left, right = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(rates, dtype=np.float64))
    out = np.empty(left.shape, dtype=np.int64)
    _fill_poissons(
        np.asarray(left, order="C").reshape(-1), np.asarray(right, order="C").reshape(-1), out.reshape(-1)
    )
    return out
