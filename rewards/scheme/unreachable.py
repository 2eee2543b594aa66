"""Limits of a scheme that are never reached because another limit is always met first: no error, but worth a hint."""

from __future__ import annotations

from collections.abc import Iterator

from rewards.language import said
from rewards.scheme.scheme import IncentiveScheme


def unreachable(scheme: IncentiveScheme) -> list[str]:
    """Sentences in the current language, each with the numbers and the remedy; empty where every limit can be met."""
    return [*_thanks(scheme), *_caps(scheme)]


def _thanks(scheme: IncentiveScheme) -> Iterator[str]:
    kudos = scheme.recognition.kudos
    if kudos is None:
        return
    if kudos.gift > kudos.allowance:
        yield said(
            "Nobody can thank: a gift of {gift} is more than the allowance of {allowance}; raise "
            "recognition.kudos.allowance, or lower gift.",
            gift=kudos.gift,
            allowance=kudos.allowance,
        )
    if kudos.reciprocal_limit >= kudos.per_pair:
        yield said(
            "Thanks are never held for a look: two people can thank each other {per_pair} times in 28 days, and a look comes only after "
            "{reciprocal_limit} each way; set recognition.kudos.reciprocal_limit below per_pair.",
            per_pair=kudos.per_pair,
            reciprocal_limit=kudos.reciprocal_limit,
        )


def _caps(scheme: IncentiveScheme) -> Iterator[str]:
    whole = {cap.window: cap.points for cap in reversed(scheme.caps) if cap.scope == "rule"}
    for rule in scheme.rules:
        for cap in rule.caps:
            above = whole.get(cap.window)
            if cap.scope == "rule" and above is not None and cap.points > above:
                yield said(
                    "The limit of {points} of rule {rule!r} is never reached: all rules together stop at {above} in the "
                    "same time; lower it, "
                    "or raise the scheme's.",
                    points=cap.points,
                    rule=rule.title,
                    above=above,
                )
