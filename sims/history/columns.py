"""The mapping from columns of another tool's table to measures: a small YAML file, or the table's own headings."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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
    "date": "date week day datum woche tag weekof weekstarting kalenderwoche kw dategmt dateutc postdate semaine jour",
    "person": "person employee member user name email mitarbeiter mitarbeiterin nutzer employé collaborateur utilisateur",
    "team": "team department group abteilung gruppe équipe service département",
    "segment": "segment division unit bereich sparte",
    "arm": "arm variant",
    "shares": "shares share posts postspublished posted shared beiträge geteilt teilungen partages publications",
    "clicks": "clicks click linkclicks clickthroughs klicks linkklicks clics",
    "active_sharers": "activesharers activeusers activeadvocates advocates aktive aktivenutzer utilisateursactifs",
    "enrolled": "enrolled members registered users signedup teilnehmer angemeldet registriert inscrits",
    "reactions": "reactions likes engagements engagement interactions reaktionen interaktionen réactions",
    "leads": "leads lead conversions",
    "spend": "spend cost costs kosten ausgaben coût coûts dépenses",
}
"""Known headings of tools and spreadsheets, in lower case without spaces and hyphens; the first that is present counts."""


class Columns(Part):
    """Headings of a table's columns. A column that is left out is searched by known names; unknown headings are ignored."""

    date: Header = "date"
    """Column of the date: the day, or the first day of the week."""
    date_format: Annotated[str, Field(max_length=40)] = ""
    """Format of dates for strptime, such as %m/%d/%Y; left out, dates are read as `sims.history.dates` recognises them."""
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
