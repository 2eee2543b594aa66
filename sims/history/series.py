"""A history: observed series by day or week, in total and by group, with the phases in force and the data cut-off."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rewards.document import DocumentError, parse_data, read_text
from rewards.fields import Day
from rewards.scheme.quantities import Part

ALL = "all"
WEEK_DAYS = 7
PIECE_ROWS = 5_000
MOST_DAYS = 3660
MOST_AMOUNT = 1e18
"""Upper bound of a period's sum: a million rows with the largest value of a cell each, so that sums stay finite."""
Amount = Annotated[float, Field(ge=0.0, le=MOST_AMOUNT, allow_inf_nan=False)]
Values = tuple[Amount | None, ...]


@dataclass(frozen=True)
class Measure:
    """A measure: a `flow` is summed over days, a `stock` is a level at the end of a day."""

    title: str
    kind: Literal["flow", "stock"]
    definition: str


MEASURES: Mapping[str, Measure] = {
    "enrolled": Measure("Enrolled", "stock", "People enrolled at the end of the day."),
    "joined": Measure("Joined", "flow", "Enrolments, returns included."),
    "opens": Measure("Opens", "flow", "Visits that came from a digest."),
    "active_sharers": Measure(
        "Active sharers", "flow", "Different people who shared on a day, added up over days."
    ),
    "weekly_sharers": Measure(
        "Weekly sharers", "stock", "Different people who shared in the last seven days."
    ),
    "shares": Measure("Shares", "flow", "Shares, declared or verified."),
    "clicks": Measure("Clicks", "flow", "Human clicks on people's shares."),
    "leads": Measure("Leads", "flow", "Clicks that became a lead."),
    "reactions": Measure("Reactions", "flow", "Reactions, likes, comments and reposts."),
    "thanks": Measure("Thanks", "flow", "Acts of recognition, on the side of who gives."),
    "badges": Measure("Badges", "flow", "Badges awarded that still stand."),
    "redemptions": Measure("Redemptions", "flow", "Rewards claimed, without those refused or cancelled."),
    "spend": Measure("Spend", "flow", "Money that the claimed rewards cost."),
}


class HistoryPhase(Part):
    """A phase in force from `since` on: a version of the scheme, or a named phase."""

    since: Day
    name: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=1)] | None = None
    scheme_hash: Annotated[str, Field(max_length=64)] | None = None


class History(Part):
    """A history: `series[split][measure]` has one value a period, None where unknown; measures not in the source are absent."""

    kind: Literal["history"] = "history"
    groundswell: str = ""
    source: Literal["events", "ledger", "table"]
    organisation: Annotated[str, Field(max_length=200)] = ""
    every_days: Literal[1, 7] = 1
    first: Day
    periods: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    headcount: Annotated[int, Field(ge=0)] | None = None
    phases: tuple[HistoryPhase, ...] = ()
    warnings: tuple[str, ...] = ()
    series: dict[str, dict[str, Values]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if ALL not in self.series:
            raise ValueError(f"series without {ALL!r}; the whole company is required; add it")
        for split, measures in self.series.items():
            for name, values in measures.items():
                if name not in MEASURES:
                    raise ValueError(f"measure {name!r}; known are {', '.join(MEASURES)}; choose among them")
                if len(values) != self.periods:
                    raise ValueError(
                        f"{split} {name} has {len(values)} values; one for each of {self.periods} periods is required; "
                        "export the history again"
                    )
        return self

    @property
    def last(self) -> date:
        """The data cut-off: the last day included."""
        return self.first + timedelta(days=self.periods * self.every_days - 1)

    @property
    def dates(self) -> list[date]:
        """The first day of each period."""
        return [self.first + timedelta(days=place * self.every_days) for place in range(self.periods)]

    def has(self, measure: str, split: str = ALL) -> bool:
        """True where a measure is known at all for a split."""
        return measure in self.series.get(split, {})

    def weekly(self, measure: str, since: date | None = None, split: str = ALL) -> list[float | None]:
        """A measure by whole weeks from `since` (the first day unless given): sums of a flow, last values of a stock.

        None where a day is unknown, and for weeks before the history. Raises ValueError where `since` is inside a week of a weekly history.
        """
        start = self.first if since is None else since
        values = self.series[split][measure]
        ahead = (start - self.first).days
        if self.every_days == WEEK_DAYS:
            if ahead % WEEK_DAYS:
                raise ValueError(
                    f"weeks from {start}, a {start:%A}: the history's weeks begin on {self.first:%A}s; set the scenario's start_date "
                    "to one of them, or bring days"
                )
            return [_at(values, place) for place in range(ahead // WEEK_DAYS, self.periods)]
        weeks = [
            [_at(values, place) for place in range(first, first + WEEK_DAYS)]
            for first in range(ahead, self.periods - WEEK_DAYS + 1, WEEK_DAYS)
        ]
        stock = MEASURES[measure].kind == "stock"
        return [week[-1] if stock else _sum(week) for week in weeks]

    def rows(self) -> Iterator[tuple[str, str, str, float | None]]:
        """The history in tidy form: (date, split, measure, value), ordered by date."""
        for place, day in enumerate(self.dates):
            for split, measures in self.series.items():
                for name, values in measures.items():
                    yield day.isoformat(), split, name, values[place]

    def as_csv(self) -> str:
        """The tidy rows as CSV with a header; unknown values are empty cells."""
        return "".join(self.csv_lines())

    def csv_lines(self) -> Iterator[str]:
        """The CSV in pieces of some thousand rows."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("date", "split", "measure", "value"))
        for number, (day, split, name, value) in enumerate(self.rows(), 1):
            writer.writerow((day, _safe(split), name, "" if value is None else _written(value)))
            if number % PIECE_ROWS == 0:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()


def load_saved(path: Path) -> History:
    """A history that was exported as JSON. Raises DocumentError naming the file."""
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(
            "{path}:1: not JSON ({error}); export the history again", path=path, error=error
        ) from None
    return parse_data(data, History, str(path))


def _at(values: Sequence[float | None], place: int) -> float | None:
    return values[place] if 0 <= place < len(values) else None


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None


def _written(value: float) -> str:
    """A number with all its digits; integers without a decimal point."""
    return f"{value:.0f}" if value.is_integer() else repr(value)


def _safe(text: str) -> str:
    """A name escaped so that a spreadsheet does not take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
