"""Translations of sentences in sealed documents, which keep the language they were created in."""

from __future__ import annotations

import re
from functools import cache

from rewards.language import counted, msg, msgs
from rewards.language import gettext as _

GENERAL = msg("posterior: of published findings, and nothing of this company: it was never recalibrated")
SENTENCES = (
    msg("{count} vectors of the joint posterior {hash}"),
    msg("{count} vectors of a calibrated posterior {hash}"),
    msg(
        "far from every run: {measure} came to {seen} a week, and runs have {low} to {high}; look whether the numbers are right"
    ),
    msg("the history is of {heads} people and the scenario of {people}: correct the one that is wrong"),
    GENERAL,
    msg("dates have the day first, as {date} tells"),
    msg("dates have the month first, as {date} tells"),
    msg("numbers are read with a comma before the tenths, as some of them have one"),
    msg("of several sheets {name} is read, and not {others}"),
    msg("{group} appears on {day}: before, nothing is known of it"),
    msg("one date alone is taken for a day; if it is a week, give the columns file `every: week`"),
    msg("every value is zero: nothing can be learnt from it but that"),
)
COUNTED = (
    msgs(
        "every run was moved from what it had in the history's {count} week to what was observed",
        "every run was moved from what it had in the history's {count} weeks to what was observed",
    ),
    msgs(
        "{count} day after the last whole week is left out",
        "{count} days after the last whole week are left out",
    ),
    msgs("{count} row above the headings passed over", "{count} rows above the headings passed over"),
    msgs(
        "{count} row without a date and a number, passed over (the first on line {line})",
        "{count} rows without a date and a number, passed over (the first on line {line})",
    ),
    msgs(
        "{count} name differing by capitals or spaces alone, such as {name}: taken for {first}",
        "{count} names differing by capitals or spaces alone, such as {name}: taken for {first}",
    ),
    msgs(
        "{count} row of sums or means of others, passed over",
        "{count} rows of sums or means of others, passed over",
    ),
    msgs(
        "{count} row of a group that is the sum of others, passed over",
        "{count} rows of a group that is the sum of others, passed over",
    ),
    msgs(
        "{count} row the same as another in everything: each counts once",
        "{count} rows the same as another in everything: each counts once",
    ),
    msgs(
        "{count} row with the date of an earlier one: the last counts",
        "{count} rows with the date of an earlier one: the last counts",
    ),
    msgs(
        "{count} row of nobody: counted, but not among the people who shared",
        "{count} rows of nobody: counted, but not among the people who shared",
    ),
    msgs(
        "{count} number like {example} read as thousands: {value} (`decimal` says otherwise)",
        "{count} numbers like {example} read as thousands: {value} (`decimal` says otherwise)",
    ),
    msgs(
        "{count} count with a fraction (the first on line {line}, {name}: {value})",
        "{count} counts with a fraction (the first on line {line}, {name}: {value})",
    ),
    msgs("{count} blank cell: not known, and no zeros", "{count} blank cells: not known, and no zeros"),
    msgs(
        "{count} person in the table; how many the company has is not known without a headcount",
        "{count} people in the table; how many the company has is not known without a headcount",
    ),
    msgs(
        "{count} day on days of the week that never have a row: they count as zero",
        "{count} days on days of the week that never have a row: they count as zero",
    ),
    msgs(
        "{count} day without a row (the first on {day}): not known, and no zeros (`missing: zero` says otherwise)",
        "{count} days without a row (the first on {day}): not known, and no zeros (`missing: zero` says otherwise)",
    ),
    msgs(
        "{count} week without a row (the first on {day}): not known, and no zeros (`missing: zero` says otherwise)",
        "{count} weeks without a row (the first on {day}): not known, and no zeros (`missing: zero` says otherwise)",
    ),
)


def in_words(text: str) -> str:
    """The sentence in the reader's language; an unknown one is returned unchanged."""
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return _(sentence).format(**found.groupdict())
    for (one, many), pattern in _counted():
        if found := pattern.fullmatch(text):
            places = found.groupdict()
            return counted(one, many, int(places.pop("count").replace(",", "")), **places)
    return text


def _pattern(sentence: str) -> str:
    """A pattern for a message; a placeholder matches whatever stands between its neighbours."""
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(sentence))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((one, re.compile(_pattern(one))) for one in SENTENCES)


@cache
def _counted() -> tuple[tuple[tuple[str, str], re.Pattern[str]], ...]:
    """Each message in its singular and plural forms."""
    return tuple(
        (pair, re.compile(_pattern(form).replace("(?P<count>.+?)", r"(?P<count>[\d,]+)")))
        for pair in COUNTED
        for form in pair
    )
