"""Bounds of what is read from outside: numbers by their length before their value, dates by their years, text that can be said again."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from rewards.faults import BadValue

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Dates of schemes, events, people and schedules lie in these years: every sum of days with them is still a date."""
MOST_NUMBER_CHARACTERS = 40
MOST_EXPONENT = 40
_YEARS = f"years {FIRST_YEAR} to {LAST_YEAR}"


def _in_years(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"lies outside the {_YEARS}; write a date in them")
    return value


def _instant_in_years(value: datetime) -> datetime:
    _in_years(value)
    return value


Day = Annotated[date, AfterValidator(_in_years)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant_in_years)]


def check_day(value: date, what: str) -> None:
    """Raises BadValue where a day or an instant lies outside the years that are taken."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadValue(f"{what} {value.isoformat()}: limit {_YEARS}; name a date in them")


def decimal_of(text: str) -> Decimal:
    """A decimal number from its text. Raises ValueError where it is none, or longer or of another magnitude than any use of it."""
    try:
        value = Decimal(text) if len(text) <= MOST_NUMBER_CHARACTERS else None
    except InvalidOperation:
        raise ValueError("not a number; write one like 1.5") from None
    # What an exponent stands for is written out by whoever calculates with it.
    if value is None or not value.is_finite() or abs(value.adjusted()) > MOST_EXPONENT:
        raise ValueError(
            f"a number has at most {MOST_NUMBER_CHARACTERS} characters and an exponent up to {MOST_EXPONENT}; write a simpler one"
        )
    return value


def fraction_of(text: str) -> Fraction:
    """A rational from its text, such as 1/2 or 1.5. Raises ValueError like `decimal_of`, ZeroDivisionError."""
    above, slash, below = text.partition("/")
    if not slash:
        return Fraction(decimal_of(text))
    if len(text) > MOST_NUMBER_CHARACTERS:
        raise ValueError(f"a number has at most {MOST_NUMBER_CHARACTERS} characters; write a simpler one")
    return Fraction(int(above), int(below))


def sayable(text: str) -> str:
    """The text as UTF-8 can carry it: half of a surrogate pair stands as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()
