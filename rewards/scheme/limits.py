"""Overflow bounds of a scheme: totals over any history must fit int64, and so must every intermediate product."""

from __future__ import annotations

from rewards.events import MOST_QUANTITY
from rewards.language import said
from rewards.scheme.earning import Rule
from rewards.scheme.quantities import SchemeError, millipoints
from rewards.scheme.scheme import IncentiveScheme

MOST_AWARDS = 10_000_000
"""Awards of the largest size that a history can hold."""
MOST_TOTAL = 2**62
"""Half of int64, so that the sum of two totals is still exact."""


def largest_award(rule: Rule) -> int:
    """The most millipoints of one award, after caps. Raises SchemeError where a product on the way could overflow."""
    amount = millipoints(rule.points) * (MOST_QUANTITY if rule.per == "unit" else 1)
    steps = [rule.decay.factor] if rule.decay else []
    steps += [multiplier.factor for multiplier in rule.multipliers] + [rule.until_verified]
    for factor in steps:
        product = amount * factor.numerator
        if product >= MOST_TOTAL:
            raise SchemeError(
                "rule {id!r}: {amount} millipoints times {numerator} come to {product}; amounts stay below 2^62; lower the "
                "points or write a simpler factor",
                id=rule.id,
                amount=amount,
                numerator=factor.numerator,
                product=product,
            )
        amount = max(amount, product // factor.denominator)
    return min([amount, *(millipoints(cap.points) for cap in rule.caps)])


def refuse_overflow(scheme: IncentiveScheme) -> None:
    """Raises SchemeError where totals could leave int64."""
    own = [millipoints(cap.points) for cap in scheme.caps]
    parts = [
        (said("rule {id!r}", id=rule.id), min([largest_award(rule), *own]) * MOST_AWARDS)
        for rule in scheme.rules
    ]
    parts += [
        (
            said("badge {id!r}", id=badge.id),
            millipoints(badge.points) * (MOST_AWARDS if badge.once_per == "object" else 1),
        )
        for badge in scheme.every_badge
    ]
    total = sum(amount for _, amount in parts)
    if total >= MOST_TOTAL:
        what, amount = max(parts, key=lambda part: part[1])
        raise SchemeError(
            "{what}: {most_awards} awards could come to {amount} millipoints, all together to {total}; totals stay below "
            "2^62; lower points or multipliers, or add a cap",
            what=what,
            most_awards=MOST_AWARDS,
            amount=amount,
            total=total,
        )
