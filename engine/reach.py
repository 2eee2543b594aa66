"""Closed forms: the arithmetic of reach, from the naive figure to the expected one.

Counts and factors that are whole numbers, fractions or decimal strings stay exact (`fractions.Fraction`), so
the well-known round figures come out to the unit. Floats are taken at their decimal reading: 0.01 is 1/100.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

Number = int | float | str | Fraction


def exact(value: Number) -> Fraction:
    """A number as a fraction, a float at its decimal reading. Raises ValueError if it is not finite."""
    try:
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, TypeError) as fault:
        raise ValueError(f"number {value!r}; a finite number is needed; give digits") from fault


def visits(followers: Number, rate: Number) -> Fraction:
    """Visits from one broadcast: followers × the share of them who click. visits(5000, 0.01) = 50."""
    return _count(followers, "followers") * _share(rate, "rate")


def naive_reach(
    sharers: Number, contacts_each: Number, networks: Number = 1, shares_each: Number = 1
) -> Fraction:
    """Everybody's contacts added up, as if all of them saw every share and nobody were counted twice."""
    reach = Fraction(1)
    for name, value in (
        ("sharers", sharers),
        ("contacts_each", contacts_each),
        ("networks", networks),
        ("shares_each", shares_each),
    ):
        reach *= _count(value, name)
    return reach


def second_hand_reach(
    followers: Number, share_rate: Number, contacts_each: Number, sharers: Number = 1
) -> Fraction:
    """Contacts of those who share onwards: followers × share_rate × contacts_each, for each sharer."""
    return (
        _count(followers, "followers")
        * _share(share_rate, "share_rate")
        * naive_reach(sharers, contacts_each)
    )


def amplification(reproduction: float) -> float:
    """Size of a cascade per original share, 1 / (1 − R), when each share yields R < 1 reshares on average.

    The share of adoptions beyond one degree is then R² (behaviour.md, after Goel, Watts & Goldstein 2012).
    """
    if not 0.0 <= reproduction < 1.0:
        raise ValueError(
            f"reproduction {reproduction}; from 0 to below 1; a cascade at 1 or above never ends"
        )
    return 1.0 / (1.0 - reproduction)


def expected_unique_reach(contacts: ArrayLike, audience: int, visibility: float = 1.0) -> float:
    """People reached at least once when each source's contacts are a uniform sample of one audience.

    contacts    int[s], contacts of each source, each at most `audience`
    audience    people all sources draw from
    visibility  chance that a contact sees the share
    audience · (1 − ∏ (1 − visibility · k_i / audience)): exact for independent uniform samples without
    replacement.
    """
    counts = np.asarray(contacts, dtype=np.float64)
    if audience <= 0:
        raise ValueError(f"audience {audience}; above 0 people; give the size of the audience")
    good = (counts >= 0) & (counts <= audience)
    if not good.all():
        raise ValueError(
            f"contacts {counts[~good].flat[0]:.0f}; from 0 to {audience}; nobody has more contacts than people"
        )
    if not 0.0 <= visibility <= 1.0:
        raise ValueError(f"visibility {visibility}; from 0 to 1; give a probability")
    with np.errstate(divide="ignore"):
        return float(audience * -np.expm1(np.sum(np.log1p(-visibility * counts / audience))))


def overlap_lost(contacts: ArrayLike, audience: int, visibility: float = 1.0) -> float:
    """The share of the sum of reaches that is the same people again: 1 − unique / naive; 0 for nobody."""
    naive = float(np.sum(np.asarray(contacts, dtype=np.float64))) * visibility
    return 0.0 if naive == 0.0 else 1.0 - expected_unique_reach(contacts, audience, visibility) / naive


def _count(value: Number, name: str) -> Fraction:
    number = exact(value)
    if number < 0:
        raise ValueError(f"{name} {value}; 0 or above; give a count")
    return number


def _share(value: Number, name: str) -> Fraction:
    number = exact(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} {value}; from 0 to 1; give a share such as 0.05")
    return number
