"""Which column of another tool's table says what: a small YAML, or the table's own column names."""

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
"""What tools and spreadsheets call their columns, without capitals, spaces and hyphens; the first that is there counts."""


class Columns(Part):
    """A table's columns by their headings. One left out is looked for under its own name; headings named nowhere are passed over."""

    date: Header = "date"
    """The day, or the first day of the week."""
    date_format: Annotated[str, Field(max_length=40)] = ""
    """As strptime has it, such as %m/%d/%Y; left out, dates are read as `sims.history.dates` knows them."""
    every: Literal["day", "week"] | None = None
    """What a row stands for; left out, it is told from the dates."""
    duplicates: Literal["refuse", "add", "last"] = "refuse"
    """Rows of one date and one person or group whose values differ. Rows that are the same in everything count once, unless they add."""
    missing: Literal["unknown", "zero"] = "unknown"
    """What a date without any row means."""
    decimal: Literal["point", "comma"] | None = None
    """What stands before the tenths; left out, it is told from the numbers."""
    organisation: Annotated[str, Field(max_length=200)] = ""
    headcount: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many people the company has."""
    phases: Annotated[tuple[HistoryPhase, ...], Field(max_length=500)] = ()
    """What was in force from which date on."""
    leave_out: Annotated[tuple[Header, ...], Field(max_length=50)] = ()
    """What is not to be read although a column is called so."""
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
        """The heading that is looked for."""
        return "" if name in self.leave_out else getattr(self, name) or name


def guessed(header: Sequence[str]) -> dict[str, str]:
    """Which heading is likely to say what, each once: for a form that somebody looks at."""
    known = {column_of(cell): cell for cell in reversed(header) if cell}
    found: dict[str, str] = {}
    for name in ("date", *WHO, *STOCKS, *FLOWS):
        words = [column_of(name), *map(column_of, HEADINGS.get(name, "").split())]
        cell = next((known[word] for word in words if word in known), None)
        if cell is not None and cell not in found.values():
            found[name] = cell
    return found
