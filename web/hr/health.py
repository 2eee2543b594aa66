"""Program health: one page of aggregates that identify nobody, and the same numbers as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.health.rows import Health, HealthWeek
from rewards.language import gettext
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from web.cells import text_cell
from web.drawing import round_step
from web.hr.health_kept import health
from web.hr.health_words import SECTIONS, TABLES, Shown, section
from web.loop.forecasts import drifting
from web.session import SchemeReader, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/hr/health"
WIDTH, HEIGHT, LEFT, FOOT = 420, 200, 44, 24
LEVELS = 5
COLUMNS = ("section", "measure", "group", "told", "value", "of", "until")


@dataclass(frozen=True)
class Curve:
    """The adoption curve as SVG data: sharers by week, lines between consecutive weeks, the forecast's band as a polygon, ticks."""

    lines: Sequence[str]
    dots: Sequence[tuple[float, float]]
    band: str
    levels: Sequence[tuple[float, str]]
    days: Sequence[tuple[float, date]]


@dataclass(frozen=True)
class HealthContext:
    """Page context: `blocks`: totals by section; `tables`: by group; `weeks` and their `curve`; `hidden`: suppressed segments."""

    account: Account
    person: Person
    as_of: datetime
    minimum: int
    hidden: int
    forecast: str
    blocks: Sequence[tuple[str, str, Sequence[Shown]]]
    tables: Sequence[tuple[str, str, str, Sequence[Shown]]]
    weeks: Sequence[tuple[date, HealthWeek]]
    curve: Curve
    drift: Sequence[str]


@router.get(PATH)
def overview(request: Request, store: Store, account: SchemeReader) -> Response:
    """The program health page."""
    found = health(store, account.organisation, now())
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        drift = drifting(tx, account.organisation)
    context = HealthContext(
        account=account,
        person=person,
        as_of=datetime.fromisoformat(found.as_of),
        minimum=found.minimum,
        hidden=found.hidden,
        forecast=found.forecast,
        drift=drift,
        blocks=[(name, gettext(title), section(found, name)) for name, title in SECTIONS.items()],
        tables=[
            (name, gettext(title), gettext(of), section(found, name)) for name, (title, of) in TABLES.items()
        ],
        weeks=[(date.fromisoformat(week.monday), week) for week in found.weeks],
        curve=curve(found.weeks, found.minimum),
    )
    return page(request, "hr/health.html", context)


@router.get(PATH + ".csv")
def as_file(store: Store, account: SchemeReader) -> Response:
    """The numbers of the page as CSV, row for row."""
    headers = {"Content-Disposition": 'attachment; filename="program-health.csv"'}
    text = sheet(health(store, account.organisation, now()))
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def sheet(found: Health) -> str:
    """All rows, then the weeks in the same columns."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        writer.writerow(
            [
                row.section,
                row.measure,
                text_cell(row.group),
                row.told,
                _cell(row.value),
                _cell(row.of),
                row.until,
            ]
        )
    for week in found.weeks:
        numbers: Mapping[str, str | float | None] = {
            "sharers": week.sharers, "shares": week.shares, "clicks": week.clicks, "forecast_low": week.low,
            "forecast_high": week.high,
        }  # fmt: skip
        for measure, value in numbers.items():
            if value is not None:
                number = value if not isinstance(value, str) else value if value.isdecimal() else ""
                writer.writerow(["weeks", measure, week.monday, value, number, "", ""])
    return out.getvalue()


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(value)


def curve(weeks: Sequence[HealthWeek], minimum: int) -> Curve:
    """The curve; a suppressed week is a gap, since a point at zero would claim that nobody shared."""
    sharers = {at: float(week.sharers) for at, week in enumerate(weeks) if week.sharers.isdecimal()}
    highs = [week.high for week in weeks if week.high is not None]
    most = max([*sharers.values(), *highs, float(minimum)])
    step = max(1.0, round_step(most, LEVELS))
    top = step * -(-most // step)

    def x(at: int) -> float:
        return round(LEFT + at * (WIDTH - LEFT - 8) / max(1, len(weeks) - 1), 1)

    def y(value: float) -> float:
        return round(HEIGHT - FOOT - value / top * (HEIGHT - FOOT - 8), 1)

    lines: list[list[tuple[float, float]]] = []
    for at, value in sharers.items():
        if at - 1 not in sharers:
            lines.append([])
        lines[-1].append((x(at), y(value)))
    banded = [
        (at, week.low, week.high)
        for at, week in enumerate(weeks)
        if week.low is not None and week.high is not None
    ]
    edge = [(x(at), y(high)) for at, _, high in banded] + [(x(at), y(low)) for at, low, _ in reversed(banded)]
    return Curve(
        lines=[_points(line) for line in lines],
        dots=[dot for line in lines for dot in line],
        band=_points(edge),
        levels=[(y(at * step), f"{at * step:g}") for at in range(int(top // step) + 1)],
        days=[(x(at), date.fromisoformat(week.monday)) for at, week in enumerate(weeks) if at % 4 == 0],
    )


def _points(found: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in found)
