"""Field types of all inputs: normalised text, instants by RFC 3339, integers as in JSON."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import ErrorDetails

from rewards.bounds import in_years
from rewards.faults import BadValue
from rewards.language import gettext, msg, said

INSTANT_WANTED = msg("not an RFC 3339 time; write one like 2026-03-02T10:00:00Z")
DAY_WANTED = msg("not a date; write one like 2026-03-02")
MOST_NAME_CHARACTERS = 64
_MOST_EXACT = 2**53
_UNPRINTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSETLESS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,40})?")
_OFFSET = re.compile(r"[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]")
# Turkish has an i with and one without a dot, each with a capital; elsewhere one's capital is the other's. Marks of direction
# and of possible word breaks are removed; those that join letters or emoji change the text, and stay.
_ALIKE: dict[int, str | None] = {
    0x130: "i",
    0x131: "i",
    **dict.fromkeys(
        [
            0xAD,
            0x61C,
            0x200B,
            0x200E,
            0x200F,
            *range(0x202A, 0x202F),
            *range(0x2060, 0x206A),
            *range(0xFE00, 0xFE10),
            0xFEFF,
        ]
    ),
}
_HOUR = re.compile(r"[01][0-9]|2[0-3]")


_UNSEEN = frozenset([0x200C, 0x200D, *(code for code, letter in _ALIKE.items() if letter is None)])


def has_letters(text: str) -> bool:
    """True where the text has a visible character."""
    return any(not letter.isspace() and ord(letter) not in _UNSEEN for letter in text)


def normal(text: str) -> str:
    """The text in Unicode's normal form C, so that equal texts compare equal."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=8192)
def name_of(text: str) -> str:
    """The name of a channel, a topic or a tag, normalised for comparison.

    Case, full-width letters, invisible characters and the number of spaces are ignored, in any language.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold())
    return " ".join(text.lower().split())


def instant_of(text: str) -> datetime:
    """The instant of an RFC 3339 date-time in UTC, truncated to microseconds. Raises ValueError."""
    found = _OFFSETLESS.match(text)
    if found is None:
        raise BadValue(INSTANT_WANTED)
    day, clock, fraction = found.groups()
    offset = text[found.end() :]
    if not offset:
        raise BadValue("has no offset; RFC 3339 with an offset is required; append Z for UTC")
    if _OFFSET.fullmatch(offset) is None or _HOUR.match(clock) is None:
        raise BadValue(INSTANT_WANTED)
    # A leap second has no number of its own in a count of seconds: it becomes the first instant of the next minute.
    leap = clock.endswith(":60")
    written = f"{day}T{clock[:-2] + '59' if leap else clock}{(fraction or '')[:7]}{offset.upper()}"
    try:
        at = datetime.fromisoformat(written).astimezone(UTC)
        if leap:
            at = at.replace(microsecond=0) + timedelta(seconds=1)
            if (at.hour, at.minute) != (0, 0):
                raise BadValue(INSTANT_WANTED)
    except (ValueError, OverflowError):
        raise BadValue(INSTANT_WANTED) from None
    return at


def day_of(text: str) -> date:
    """The date of an RFC 3339 full-date. Raises ValueError."""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(DAY_WANTED) from None


def name_in(value: str) -> str:
    """The name in a text, normalised by `name_of`. Raises ValueError where it is empty or too long."""
    name = name_of(printed(" ".join(value.split())))
    if not 0 < len(name) <= MOST_NAME_CHARACTERS:
        raise BadValue(
            "has {count} characters; a name has 1 to {most_name_characters}; shorten it",
            count=len(name),
            most_name_characters=MOST_NAME_CHARACTERS,
        )
    return name


def _instant(value: object) -> object:
    if isinstance(value, str):
        return instant_of(value)
    if not isinstance(value, datetime):
        raise BadValue(INSTANT_WANTED)
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        return day_of(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadValue(DAY_WANTED)
    return value


def _normal(value: object) -> object:
    return normal(value) if isinstance(value, str) else value


def _whole(value: object) -> object:
    """1.0 is accepted as 1, since JSON has one number type and many senders write integers with a decimal point."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) <= _MOST_EXACT
    return int(value) if whole else value  # type: ignore[call-overload]


def printed(value: str) -> str:
    """Raises ValueError for characters that CloudEvents forbids in strings.

    These are control characters, surrogates and noncharacters.
    """
    if found := _UNPRINTED.search(value):
        raise BadValue("has the character U+{code:04X}, which is no text; leave it out", code=ord(found[0]))
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(in_years)]
"""RFC 3339 in documents and requests; never a bare number."""
WrittenDay = Annotated[date, BeforeValidator(_day)]
"""A calendar date, YYYY-MM-DD."""
Day = Annotated[WrittenDay, AfterValidator(in_years)]
"""One in the years that are taken (`rewards.bounds`)."""
Normal = BeforeValidator(_normal)
Name = Annotated[str, AfterValidator(name_in)]
"""The name of a channel, a topic or a tag: any words in any language, in the form of `name_of`."""
Whole = BeforeValidator(_whole)
AnyText = Annotated[str, Field(max_length=200), AfterValidator(printed), Normal]
"""Any text of up to 200 characters, in normal form C."""


_WORDS: dict[str, str] = {}
_AS_DOCUMENTED = msg("letters, digits and signs as the documentation says")
_TEXT, _WHOLE_NUMBER = msg("text is required"), msg("a whole number is required")
_NUMBER, _LIST, _MAPPING = (
    msg("a number is required"),
    msg("a list is required"),
    msg("a mapping is required"),
)
_TRUTH = msg("true or false is required")
_SORTS = {
    "string_type": _TEXT,
    "string_unicode": msg("text in whole characters is required"),
    "string_sub_type": _TEXT,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing_size": msg("a shorter whole number is required"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": msg("a finite number is required"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "missing": msg("nothing was given; it is required"),
    "extra_forbidden": msg("is not known here; leave it out"),
    "literal_error": msg("limit {expected}; choose one of them"),
    "enum": msg("limit {expected}; choose one of them"),
    "string_too_long": msg("limit {max_length} characters; shorten it"),
    "string_too_short": msg("limit {min_length} characters at least; write more"),
    "greater_than_equal": msg("must be {ge} or more"),
    "greater_than": msg("must be more than {gt}"),
    "less_than_equal": msg("must be {le} or less"),
    "less_than": msg("must be less than {lt}"),
    "too_long": msg("limit {max_length} entries; leave some out"),
    "too_short": msg("limit {min_length} entries at least; add some"),
    "date_type": DAY_WANTED,
    "date_parsing": DAY_WANTED,
    "date_from_datetime_parsing": DAY_WANTED,
    "date_from_datetime_inexact": DAY_WANTED,
}
"""Messages by Pydantic's error type, with Pydantic's placeholders."""


def in_words(pattern: str, words: str) -> str:
    """The pattern, registered with the words that error messages show instead."""
    _WORDS[pattern] = words
    return pattern


def like(pattern: str, words: str) -> Any:
    """A field whose text matches the pattern; error messages use its words from `in_words`."""
    return Field(pattern=in_words(pattern, words))


def words_for(pattern: str) -> str:
    """The description of a pattern in words."""
    return gettext(_WORDS.get(pattern, _AS_DOCUMENTED))


def fault(error: ErrorDetails) -> str:
    """A Pydantic error in one line, without any pattern, in the current language."""
    sort, places = error["type"], error.get("ctx", {})
    if sort == "string_pattern_mismatch":
        return gettext("not {wanted}").format(wanted=words_for(places["pattern"]))
    if sort in ("too_long", "too_short") and isinstance(error.get("input"), str):
        sort = f"string_{sort}"
    if sort == "string_too_short" and places.get("min_length") == 1:
        sort = "missing"
    if sort in _SORTS:
        return gettext(_SORTS[sort]).format_map(places)
    words = str(error["msg"]).removeprefix("Value error, ").split()
    text = " ".join(words)
    return gettext(text)


def fault_and_remedy(error: ErrorDetails) -> str:
    """A Pydantic error in one line that ends with a remedy, in the current language."""
    why = fault(error)
    return why if ";" in why else said("{problem}; change the value", problem=why)
