"""Counter-based randomness: a draw is a pure function of (seed, stream, run, day, agent, ordinal).

There is no generator state, so a draw never depends on the number of threads, on call order, or on what another process of the
model drew. Two schemes compared under one seed therefore differ only where the schemes make them differ.

The hash is two rounds of the 64-bit finaliser "variant 13" (Stafford 2011, the one SplitMix64 uses). Scalar forms can be called from
other compiled kernels; array forms return the same bits.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

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
_INVERSION_LIMIT = 500.0


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


def _mix_python(x: int) -> int:
    x &= MASK
    x = ((x ^ (x >> 30)) * int(_MIX_1)) & MASK
    x = ((x ^ (x >> 27)) * int(_MIX_2)) & MASK
    return x ^ (x >> 31)


def stream_key(seed: int, stream: int, run: int = 0) -> np.uint64:
    """The 64-bit key of one stream of one run.

    `seed`, `stream` and `run` may be any integers; they are taken modulo 2**64. Raises TypeError for anything else.
    """
    key = 0
    for part in (seed, int(stream), run):
        if not isinstance(part, int | np.integer):
            raise TypeError(
                f"stream key part {part!r} is no integer; give whole numbers for seed, stream and run"
            )
        key = _mix_python(key + int(GOLDEN) + _mix_python(int(part) + int(GOLDEN)))
    return np.uint64(key)


@njit("uint64(uint64)", cache=True, nogil=True)
def mix(x: Any) -> Any:
    """Bijective 64-bit finaliser: every output bit depends on every input bit."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@njit("uint64(uint64,int64,int64,int64)", cache=True, nogil=True)
def bits(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """64 random bits for one (day, agent, ordinal) of a stream; day and ordinal are used modulo 2**32."""
    inner = mix(key ^ (np.uint64(agent) * GOLDEN + _MIX_1))
    return mix(inner + ((np.uint64(day) << _S32) | (np.uint64(ordinal) & _LOW_32)))


@njit("float64(uint64)", cache=True, nogil=True)
def unit(word: Any) -> Any:
    """The top 53 bits of a word as a float in [0, 1)."""
    return np.float64(word >> _S11) * (1.0 / 9007199254740992.0)


@njit("float64(uint64,int64,int64,int64)", cache=True, nogil=True)
def uniform(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """A uniform draw in [0, 1)."""
    return unit(bits(key, day, agent, ordinal))


@njit("float64(float64)", cache=True, nogil=True)
def normal_quantile(u: Any) -> Any:
    """Inverse of the standard normal distribution function for 0 < u < 1, to about 1e-15 (Wichura 1988, AS 241)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = (
            (
                (
                    (
                        (
                            (2.50908_09287_30122_6727e3 * r + 3.34305_75583_58812_8105e4) * r
                            + 6.72657_70927_00870_0853e4
                        )
                        * r
                        + 4.59219_53931_54987_1457e4
                    )
                    * r
                    + 1.37316_93765_50946_1125e4
                )
                * r
                + 1.97159_09503_06551_4427e3
            )
            * r
            + 1.33141_66789_17843_7745e2
        ) * r + 3.38713_28727_96366_6080e0
        low = (
            (
                (
                    (
                        (
                            (5.22649_52788_52854_5610e3 * r + 2.87290_85735_72194_2674e4) * r
                            + 3.93078_95800_09271_0610e4
                        )
                        * r
                        + 2.12137_94301_58659_5867e4
                    )
                    * r
                    + 5.39419_60214_24751_1077e3
                )
                * r
                + 6.87187_00749_20579_0830e2
            )
            * r
            + 4.23133_30701_60091_1252e1
        ) * r + 1.0
        return q * top / low
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        top = (
            (
                (
                    (
                        (
                            (7.74545_01427_83414_07640e-4 * r + 2.27238_44989_26918_45833e-2) * r
                            + 2.41780_72517_74506_11770e-1
                        )
                        * r
                        + 1.27045_82524_52368_38258e0
                    )
                    * r
                    + 3.64784_83247_63204_60504e0
                )
                * r
                + 5.76949_72214_60691_40550e0
            )
            * r
            + 4.63033_78461_56545_29590e0
        ) * r + 1.42343_71107_49683_57734e0
        low = (
            (
                (
                    (
                        (
                            (1.05075_00716_44416_84324e-9 * r + 5.47593_80849_95344_94600e-4) * r
                            + 1.51986_66563_61645_71966e-2
                        )
                        * r
                        + 1.48103_97642_74800_74590e-1
                    )
                    * r
                    + 6.89767_33498_51000_04550e-1
                )
                * r
                + 1.67638_48301_83803_84940e0
            )
            * r
            + 2.05319_16266_37758_82187e0
        ) * r + 1.0
    else:
        r -= 5.0
        top = (
            (
                (
                    (
                        (
                            (2.01033_43992_92288_13265e-7 * r + 2.71155_55687_43487_57815e-5) * r
                            + 1.24266_09473_88078_43860e-3
                        )
                        * r
                        + 2.65321_89526_57612_30930e-2
                    )
                    * r
                    + 2.96560_57182_85048_91230e-1
                )
                * r
                + 1.78482_65399_17291_33580e0
            )
            * r
            + 5.46378_49111_64114_36990e0
        ) * r + 6.65790_46435_01103_77720e0
        low = (
            (
                (
                    (
                        (
                            (2.04426_31033_89939_78564e-15 * r + 1.42151_17583_16445_88870e-7) * r
                            + 1.84631_83175_10054_68180e-5
                        )
                        * r
                        + 7.86869_13114_56132_59100e-4
                    )
                    * r
                    + 1.48753_61290_85061_48525e-2
                )
                * r
                + 1.36929_88092_27358_05310e-1
            )
            * r
            + 5.99832_20655_58879_37690e-1
        ) * r + 1.0
    x = top / low
    return -x if q < 0.0 else x


@njit("float64(uint64,int64,int64,int64)", cache=True, nogil=True)
def normal(key: Any, day: Any, agent: Any, ordinal: Any) -> Any:
    """A standard normal draw by inversion, so it rises with the uniform of the same counters."""
    return normal_quantile(unit(bits(key, day, agent, ordinal)) + 2.0**-54)


@njit("int64(float64,float64)", cache=True, nogil=True)
def poisson_from_uniform(u: Any, rate: Any) -> Any:
    """The Poisson quantile of `u` in [0, 1) by sequential inversion; 0 for a rate ≤ 0.

    It rises with `u` and with `rate`, so draws of two schemes stay coupled. Above a rate of 500 a normal quantile with
    the first Cornish-Fisher correction is used (its error is far below one standard deviation in a million draws).
    """
    if not rate > 0.0:
        return 0
    if rate > _INVERSION_LIMIT:
        z = normal_quantile(u + 2.0**-54)
        return max(0, int(math.floor(rate + math.sqrt(rate) * z + (z * z - 1.0) / 6.0 + 0.5)))
    term = math.exp(-rate)
    total = term
    count = 0
    while u >= total and term > 0.0:
        count += 1
        term *= rate / count
        total += term
        if count > rate and term < 1e-18:
            break
    return count


@njit("void(uint64,int64,int64[::1],int64,float64[::1])", cache=True, nogil=True)
def _fill_uniforms(key: Any, day: Any, agents: Any, ordinal: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = uniform(key, day, agents[i], ordinal)


@njit("void(uint64,int64,int64[::1],int64,float64[::1])", cache=True, nogil=True)
def _fill_normals(key: Any, day: Any, agents: Any, ordinal: Any, out: Any) -> None:
    for i in range(agents.size):
        out[i] = normal(key, day, agents[i], ordinal)


@njit("void(float64[::1],float64[::1],int64[::1])", cache=True, nogil=True)
def _fill_poissons(u: Any, rates: Any, out: Any) -> None:
    for i in range(u.size):
        out[i] = poisson_from_uniform(u[i], rates[i])


def uniforms(key: np.uint64, day: int, agents: NDArray[np.int64], ordinal: int = 0) -> NDArray[np.float64]:
    """`uniform` for an array of agents: the same bits, shape of `agents`."""
    flat = np.array(agents, dtype=np.int64, order="C")
    out = np.empty(flat.shape, dtype=np.float64)
    _fill_uniforms(np.uint64(key), day, flat.reshape(-1), ordinal, out.reshape(-1))
    return out


def normals(key: np.uint64, day: int, agents: NDArray[np.int64], ordinal: int = 0) -> NDArray[np.float64]:
    """`normal` for an array of agents: the same bits, shape of `agents`."""
    flat = np.array(agents, dtype=np.int64, order="C")
    out = np.empty(flat.shape, dtype=np.float64)
    _fill_normals(np.uint64(key), day, flat.reshape(-1), ordinal, out.reshape(-1))
    return out


def poissons(u: NDArray[np.float64], rates: NDArray[np.float64] | float) -> NDArray[np.int64]:
    """`poisson_from_uniform` for an array of uniforms and rates that broadcast together."""
    left, right = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(rates, dtype=np.float64))
    out = np.empty(left.shape, dtype=np.int64)
    _fill_poissons(
        np.array(left, order="C").reshape(-1), np.array(right, order="C").reshape(-1), out.reshape(-1)
    )
    return out
