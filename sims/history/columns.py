"""The mapping from columns of another tool's table to measures: a small YAML file, or the table's own headings."""

import re
from collections.abc import Sequence
from datetime import date as calendar_date
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rewards.bounds import FIRST_YEAR, LAST_YEAR
from rewards.scheme.quantities import Part
from rewards.sheets import column_of
from sims.history.series import HistoryPhase

Header = Annotated[str, Field(min_length=1, max_length=200)]
FLOWS = (
    "joined", "opens", "active_sharers", "shares", "clicks", "leads", "reactions", "thanks", "badges", "redemptions", "spend",
)  # fmt: skip
STOCKS = ("enrolled", "weekly_sharers")
WHO = ("person", "team", "segment", "arm")
HEADINGS = {
    "date": "date week day datum woche tag weekof weekstarting kalenderwoche kw",
    "person": "person employee member user name email mitarbeiter mitarbeiterin nutzer",
    "team": "team department group abteilung gruppe",
    "segment": "segment division unit bereich sparte",
    "arm": "arm variant",
    "shares": "shares share posts postspublished posted shared beiträge geteilt teilungen",
    "clicks": "clicks click linkclicks clickthroughs klicks linkklicks",
    "active_sharers": "activesharers activeusers activeadvocates advocates aktive aktivenutzer",
    "enrolled": "enrolled members registered users signedup teilnehmer angemeldet registriert",
    "reactions": "reactions likes engagements engagement interactions reaktionen interaktionen",
    "leads": "leads lead conversions",
    "spend": "spend cost costs kosten ausgaben",
}
"""Known headings of tools and spreadsheets, in lower case without spaces and hyphens; the first that is present counts."""
_SIGN = r"(?:kw|cw|wk|w|week|woche|kalenderwoche)"
_WEEK = re.compile(rf"(?P<year>\d{{4}})[-/ ]?{_SIGN}[-. ]?(?P<week>\d{{1,2}})", re.IGNORECASE)
_WEEK_FIRST = re.compile(rf"{_SIGN}[-. ]*(?P<week>\d{{1,2}})[-/., ]+(?P<year>\d{{4}})", re.IGNORECASE)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:,? \d{1,2}:\d{2}(?::\d{2})?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_SERIAL_ZERO = calendar_date(1899, 12, 30)
"""Day 0 of serial dates in spreadsheets: 46083 is 2026-03-02."""


class Columns(Part):
    """Headings of a table's columns. A column that is left out is searched by known names; unknown headings are ignored."""

    date: Header = "date"
    """Column of the date: the day, or the first day of the week."""
    date_format: Annotated[str, Field(max_length=40)] = ""
    """Format of dates for strptime, such as %m/%d/%Y; left out: 2026-03-02, 02.03.2026 or 2026-W10."""
    every: Literal["day", "week"] | None = None
    """Period of a row; left out, it is inferred from the dates."""
    duplicates: Literal["refuse", "add", "last"] = "refuse"
    """How to treat rows of one date and one person or group with different values. Identical rows count once, except under `add`."""
    missing: Literal["unknown", "zero"] = "unknown"
    """Meaning of a date without any row."""
    decimal: Literal["point", "comma"] | None = None
    """Decimal sign; left out, it is inferred from the numbers."""
    organisation: Annotated[str, Field(max_length=200)] = ""
    headcount: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Headcount of the company."""
    phases: Annotated[tuple[HistoryPhase, ...], Field(max_length=500)] = ()
    """Phases with the dates from which they were in force."""
    leave_out: Annotated[tuple[Header, ...], Field(max_length=50)] = ()
    """Headings to ignore although they are known."""
    person: Header | None = None
    team: Header | None = None
    segment: Header | None = None
    arm: Header | None = None
    enrolled: Header | None = None
    joined: Header | None = None
    opens: Header | None = None
    active_sharers: Header | None = None
    weekly_sharers: Header | None = None
    shares: Header | None = None
    clicks: Header | None = None
    leads: Header | None = None
    reactions: Header | None = None
    thanks: Header | None = None
    badges: Header | None = None
    redemptions: Header | None = None
    spend: Header | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [
            self.date,
            *(heading for name in (*WHO, *STOCKS, *FLOWS) if (heading := getattr(self, name))),
        ]
        twice = next((one for one in named if named.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"heading {twice!r} stands for two columns; a column says one thing; remove one")
        return self

    def heading(self, name: str) -> str:
        """The heading under which the field `name` is searched."""
        return "" if name in self.leave_out else getattr(self, name) or name

    def names_week(self, text: str) -> bool:
        """True for a cell that names a week instead of a day."""
        return not self.date_format and _week_of(text) is not None

    def day(self, text: str) -> calendar_date:
        """The date in a cell. Raises ValueError with the reason."""
        return _in_years(self._read(text), text)

    def _read(self, text: str) -> calendar_date:
        if self.date_format:
            try:
                return datetime.strptime(text, self.date_format).date()  # noqa: DTZ007 - a date has no zone
            except ValueError:
                raise ValueError(
                    f"got {text[:40]!r}; date_format is {self.date_format!r}; correct the cell or the format"
                ) from None
        try:
            if week := _week_of(text):
                return calendar_date.fromisocalendar(int(week["year"]), int(week["week"]), 1)
            if dotted := _DOTTED.fullmatch(text):
                first, month, year = map(int, dotted.groups())
                return calendar_date(year if year >= FIRST_YEAR else 2000 + year, month, first)
            if parts := _YEAR_FIRST.fullmatch(text):
                return calendar_date(*map(int, parts.groups()))
            if _SERIAL.fullmatch(text):
                return _SERIAL_ZERO + timedelta(days=int(float(text)))
            return datetime.fromisoformat(text).date()
        except ValueError:
            raise ValueError(
                f"got {text[:40]!r}; a date like 2026-03-02, 02.03.2026 or 2026-W10 is required; correct the cell, remove the row if it is "
                "no day, or give the columns file a date_format such as %m/%d/%Y or, day first, %d/%m/%Y"
            ) from None


def _week_of(text: str) -> re.Match[str] | None:
    return _WEEK.fullmatch(text) or _WEEK_FIRST.fullmatch(text)


def guessed(header: Sequence[str]) -> dict[str, str]:
    """A guess {field: heading} for a form, each heading at most once."""
    known = {column_of(cell): cell for cell in reversed(header) if cell}
    found: dict[str, str] = {}
    for name in ("date", *WHO, *STOCKS, *FLOWS):
        words = [column_of(name), *map(column_of, HEADINGS.get(name, "").split())]
        cell = next((known[word] for word in words if word in known), None)
        if cell is not None and cell not in found.values():
            found[name] = cell
    return found


def _in_years(day: calendar_date, text: str) -> calendar_date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"got {text[:40]!r}; limit years {FIRST_YEAR} to {LAST_YEAR}; correct the cell")
    return day
