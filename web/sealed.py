"""Sentences that stand in sealed documents, in the reader's language: a document says them in the language it was made in."""

from __future__ import annotations

import re
from functools import cache

from rewards.language import gettext as _
from rewards.language import msg

SENTENCES = (
    msg("{count} vectors of the joint posterior {hash}"),
    msg("{count} vectors of a calibrated posterior {hash}"),
    msg("every run was moved from what it had in the history's {weeks} weeks to what was observed"),
    msg("every run was moved from what it had in the history's 1 week to what was observed"),
    msg(
        "far from every run: {measure} came to {seen} a week, and runs have {low} to {high}; look whether the numbers are right"
    ),
    msg("the history is of {heads} people and the scenario of {people}: correct the one that is wrong"),
    msg("posterior: of published findings, and nothing of this company: it was never recalibrated"),
    msg("{days} days after the last whole week are left out"),
    msg("1 day after the last whole week is left out"),
)


def in_words(text: str) -> str:
    """The sentence as the reader says it; one that is not known stays as it is."""
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return _(sentence).format(**found.groupdict())
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each sentence with what it matches: a place holds one word."""
    return tuple(
        (one, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\S+)", re.escape(one)))) for one in SENTENCES
    )
