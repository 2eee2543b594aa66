"""Parsing of dates of tools and spreadsheets: by a given format, or by the one that all dates of a table share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rewards.bounds import FIRST_YEAR, LAST_YEAR
from rewards.faults import BadValue
from rewards.language import msg

MONTHS = (
    "january januar janner janvier",
    "february februar feber fevrier",
    "march marz maerz mrz mars",
    "april avril",
    "may mai",
    "june juni juin",
    "july juli juillet",
    "august aout",
    "september septembre",
    "october oktober octobre",
    "november novembre",
    "december dezember decembre",
)
"""By name in English, German and French, without accents; as short as it is no other month's, from three letters on."""
SHORTEST_MONTH = 3
MONTHS_A_YEAR = 12
LAST_OF_WEEK = timedelta(days=6)
_SIGN = r"(?:kw|cw|wk|w|week|woche|kalenderwoche|s|sem\.?|semaine)"
_WEEK = re.compile(rf"(?P<year>\d{{4}})[-/ ]?{_SIGN}[-. ]?(?P<week>\d{{1,2}})", re.IGNORECASE)
_WEEK_FIRST = re.compile(rf"{_SIGN}[-. ]*(?P<week>\d{{1,2}})[-/., ]+(?P<year>\d{{4}})", re.IGNORECASE)
_HOUR = r"(?:,? ?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?)?"
_DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d{{2}}){_HOUR}", re.IGNORECASE)
_SLASHED = re.compile(rf"(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_HOUR}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){_HOUR}", re.IGNORECASE)
_OF_WEEK = r"(?:[^\W\d_]{2,10}\.?,? )?"
_NTH = r"(?:\.|st|nd|rd|th|er)?"
_NAMED = re.compile(
    rf"{_OF_WEEK}(\d{{1,2}}){_NTH}[ -]*([^\W\d_]+)\.?,?[ -]*(\d{{4}}|\d{{2}}){_HOUR}", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"{_OF_WEEK}([^\W\d_]+)\.? (\d{{1,2}}){_NTH},? (\d{{4}}){_HOUR}", re.IGNORECASE)
_RANGE = re.compile(r"(.+?)(?: [-–—] |[–—]| to | bis | au )(.+)", re.IGNORECASE)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_SERIAL_ZERO = date(1899, 12, 30)
"""Spreadsheets count days from here: 46083 is 2026-03-02."""
_TOLD_BOTH = msg(
    "got {cell!r}, and of {tells} one has the day first and one the month; correct them, or give the columns file a date_format such as "
    "%m/%d/%Y or, day first, %d/%m/%Y"
)
_TOLD_NEITHER = msg(
    "got {cell!r}, and no date of the table tells whether the day or the month stands first; give the columns file a date_format such as "
    "%m/%d/%Y or, day first, %d/%m/%Y"
)


@dataclass(frozen=True)
class Dates:
    """Reads a table's dates.

    `day_first`: of dates like 02/03/2026 whether the day stands first; None where none of them tells it by a number beyond 12, or they tell
    different things. `tells`: one that told it.
    """

    format: str
    day_first: bool | None
    tells: str

    @classmethod
    def of(cls, told: str, cells: Iterable[str]) -> Dates:
        """The dates by the format `told` or, where that is empty, inferred from all cells that are dates."""
        found: dict[bool, str] = {}
        if not told:
            for cell in cells:
                if match := _SLASHED.fullmatch(cell):
                    first, second = int(match[1]), int(match[3])
                    if first > MONTHS_A_YEAR >= second or second > MONTHS_A_YEAR >= first:
                        found.setdefault(first > second, cell)
        if len(found) != 1:
            return cls(told, None, " and ".join(found.values()))
        [(day_first, cell)] = found.items()
        return cls(told, day_first, cell)

    def note(self) -> str:
        """The assumption made; '' without one."""
        if self.day_first is None:
            return ""
        return f"dates have the {'day' if self.day_first else 'month'} first, as {self.tells} tells"

    def names_week(self, text: str) -> bool:
        """True for a cell that names a week instead of a day."""
        if self.format:
            return False
        try:
            return _week_of(text) is not None or self._range(text) is not None
        except ValueError:
            return False

    def is_day(self, text: str) -> bool:
        """True where the cell is a readable date."""
        try:
            self.day(text)
        except ValueError:
            return False
        return True

    def day(self, text: str) -> date:
        """A cell's date, or the first day of its week. Raises ValueError, in words."""
        found = self._by_format(text) if self.format else self._guessed(text)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise BadValue(
                "got {cell!r}; limit years {first} to {last}; correct the cell",
                cell=text[:40],
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        return found

    def _by_format(self, text: str) -> date:
        try:
            return datetime.strptime(text, self.format).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            raise BadValue(
                "got {cell!r}; date_format is {format!r}; correct the cell or the format",
                cell=text[:40],
                format=self.format,
            ) from None

    def _guessed(self, text: str) -> date:
        slashed = _SLASHED.fullmatch(text)
        if slashed and self.day_first is None:
            raise BadValue(_TOLD_BOTH if self.tells else _TOLD_NEITHER, cell=text[:40], tells=self.tells)
        try:
            if slashed:
                first, second = int(slashed[1]), int(slashed[3])
                day, month = (first, second) if self.day_first else (second, first)
                return date(_year(slashed[4]), month, day)
            if week := _week_of(text):
                return date.fromisocalendar(int(week["year"]), int(week["week"]), 1)
            return self._range(text) or _one(text)
        except ValueError:
            raise BadValue(
                "got {cell!r}; a date like 2026-03-02, 02.03.2026 or 2026-W10 is required; correct the cell, remove the row if it is no "
                "day, or give the columns file a date_format such as %m/%d/%Y or, day first, %d/%m/%Y",
                cell=text[:40],
            ) from None

    def _range(self, text: str) -> date | None:
        """The first day of a week that is written by its first and its last. Raises ValueError for another span."""
        match = _RANGE.fullmatch(text)
        if match is None:
            return None
        first, last = self.day(match[1]), self.day(match[2])
        if last - first != LAST_OF_WEEK:
            raise ValueError
        return first


def _one(text: str) -> date:
    """A date that says itself what is what. Raises ValueError."""
    if dotted := _DOTTED.fullmatch(text):
        return date(_year(dotted[3]), int(dotted[2]), int(dotted[1]))
    if parts := _YEAR_FIRST.fullmatch(text):
        return date(*map(int, parts.groups()))
    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(float(text)))
    if named := _NAMED.fullmatch(text):
        return date(_year(named[3]), _month(named[2]), int(named[1]))
    if named := _MONTH_FIRST.fullmatch(text):
        return date(_year(named[3]), _month(named[1]), int(named[2]))
    return datetime.fromisoformat(text).date()


def _week_of(text: str) -> re.Match[str] | None:
    return _WEEK.fullmatch(text) or _WEEK_FIRST.fullmatch(text)


def _year(text: str) -> int:
    return int(text) if int(text) >= FIRST_YEAR else 2000 + int(text)


def _month(name: str) -> int:
    """A month by its name. Raises ValueError."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    )
    found = [
        place for place, names in enumerate(MONTHS, 1) if any(one.startswith(plain) for one in names.split())
    ]
    if len(plain) < SHORTEST_MONTH or len(found) != 1:
        raise ValueError
    return found[0]
