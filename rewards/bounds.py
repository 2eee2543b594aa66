"""Bounds of external input: the length of numbers before their value, and the years of dates."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from rewards.faults import BadValue
from rewards.language import msg

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Dates of schemes, events, people and schedules lie in these years: every sum of days with them is still a date."""
MOST_NUMBER_CHARACTERS = 40
MOST_EXPONENT = 40
FEWEST_LETTERS, MOST_REASON = 3, 1000
"""Characters of a reason that stays with a decision."""
# Python parses 1_000 and the digits of every script as numbers; other parsers and people do not.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
OUTSIDE = msg("{day} lies outside the years {first} to {last}; name a date in them")
AnyDay = TypeVar("AnyDay", bound=date)


def in_years(value: AnyDay) -> AnyDay:
    """The day or instant unchanged. Raises ValueError outside the supported years."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadValue(
            "lies outside the years {first} to {last}; write a date in them", first=FIRST_YEAR, last=LAST_YEAR
        )
    return value


def check_day(value: date, wrong: str = OUTSIDE) -> None:
    """Raises BadValue where a day or an instant is outside the supported years.

    `wrong`: the message, with placeholders for day, first, last.
    """
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadValue(wrong, day=value.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)


def decimal_of(text: str) -> Decimal:
    """A decimal number parsed from text. Raises ValueError for invalid text, and beyond the supported length or magnitude."""
    value = None
    if len(text) <= MOST_NUMBER_CHARACTERS:
        if _NUMBER.fullmatch(text) is None:
            raise BadValue("not a number; write one like 1.5")
        value = Decimal(text)
    # Arithmetic would expand a large exponent to all its digits.
    if value is None or not value.is_finite() or abs(value.adjusted()) > MOST_EXPONENT:
        raise BadValue(
            "a number has at most {characters} characters and an exponent up to {exponent}; write a simpler one",
            characters=MOST_NUMBER_CHARACTERS,
            exponent=MOST_EXPONENT,
        )
    return value


def fraction_of(text: str) -> Fraction:
    """A rational parsed from text, such as 1/2 or 1.5. Raises ValueError like `decimal_of`, ZeroDivisionError."""
    above, slash, below = text.partition("/")
    if not slash:
        return Fraction(decimal_of(text))
    if len(text) > MOST_NUMBER_CHARACTERS:
        raise BadValue(
            "a number has at most {characters} characters; write a simpler one",
            characters=MOST_NUMBER_CHARACTERS,
        )
    if not (_WHOLE.fullmatch(above) and _WHOLE.fullmatch(below)):
        raise BadValue("not a rational; write one like 1/2 or 1.5")
    return Fraction(int(above), int(below))


def reason_given(text: str) -> str:
    """The reason of a decision as typed. Raises BadValue where it is empty or too long."""
    if len(text) > MOST_REASON:
        raise BadValue(
            "{what} of {count} characters: limit {most}; say it in fewer words",
            what="reason",
            count=len(text),
            most=MOST_REASON,
        )
    if len(text.strip()) < FEWEST_LETTERS:
        raise BadValue("reason: at least {fewest_letters} letters; say why", fewest_letters=FEWEST_LETTERS)
    return text
