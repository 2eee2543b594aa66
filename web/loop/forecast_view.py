"""The view of a forecast: charts and tables of its outcomes, its misses, and scores by outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from rewards.digits import teller
from rewards.language import gettext as _
from rewards.language import msg
from sims.forecasting.pit import thirds
from web.rehearsal.chart import bands, scale_of
from web.templating import number_text

PERCENTS = (50, 80, 90)
TITLES = {
    "enrolled": msg("Enrolled, part of everybody"),
    "weekly_sharers": msg("People who share in a week, part of everybody"),
    "shares": msg("Shares"),
    "human_clicks": msg("Human clicks"),
    "cost": msg("Spend"),
    "peer_trust": msg("Trust in employees"),
}
COUNTS = ("shares", "human_clicks")
"""Outcomes of which there are only whole ones."""
NAIVE = {
    "last value": msg("the last value"),
    "seasonal mean": msg("the mean of before"),
    "autoregression": msg("an autoregression"),
    "exponential smoothing": msg("exponential smoothing"),
}


@dataclass(frozen=True)
class OutcomeChart:
    """One outcome's chart and table.

    A row: week, median, bounds of each interval, observed value, and the observed value's quantile among the runs (its PIT).
    """

    name: str
    title: str
    svg: Markup
    rows: Sequence[tuple[date, str, Sequence[tuple[str, str]], str | None, float | None]]


@dataclass(frozen=True)
class ScoreRow:
    """Scores of one outcome.

    `pit`: share of weeks whose observed value fell into the lowest, middle and highest third of the runs; `skill`: relative to naive
    forecasts, None where unknown.
    """

    title: str
    points: int
    coverage: Sequence[float]
    pit: Sequence[float]
    crps: float
    skill: Sequence[float | None]


def chart_of(name: str, body: Mapping[str, Any], score: Mapping[str, Any] | None) -> OutcomeChart:
    """Chart and table of one outcome of a sealed forecast, with observed values."""
    weeks, title = body["weekly"][name], _(TITLES[name])
    # Scores stored by earlier versions have the PIT values only in a list of their own.
    came = (
        {}
        if score is None
        else {
            one["date"]: (one["actual"], pit) for one, pit in zip(score["weeks"], score["pit"], strict=True)
        }
    )
    first = date.fromisoformat(body["first"])
    days = [date.fromordinal(first.toordinal() + 7 * at) for at in range(len(weeks))]
    label = _(
        "{title}, week by week: the median and the middle 50, 80 and 90 % of the runs; dots are what came"
    )
    seen = [came.get(day.isoformat(), (None, None))[0] for day in days]
    drawn = bands(weeks, scale_of([weeks], seen), label.format(title=title), _("Week"), seen=seen)
    return OutcomeChart(
        name,
        title,
        Markup(drawn),  # noqa: S704 - drawn here, labels escaped
        [
            _row(name, day, week, *came.get(day.isoformat(), (None, None)))
            for day, week in zip(days, weeks, strict=True)
        ],
    )


def teller_of(name: str, week: Mapping[str, Any]) -> Callable[[float], str]:
    """What tells the numbers of a forecast week: to the digit that its middle 80 % resolves, counts as whole ones."""
    return teller(week["p80"], least=1.0 if name in COUNTS else 0.0)


def _row(
    name: str, day: date, week: Mapping[str, Any], came: float | None, below: float | None
) -> tuple[date, str, list[tuple[str, str]], str | None, float | None]:
    text = teller_of(name, week)
    bands = [(text(low), text(high)) for low, high in (week[f"p{percent}"] for percent in PERCENTS)]
    return day, text(week["median"]), bands, None if came is None else number_text(came), below


def miss_of(one: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[str, date, str, str, str]:
    """A miss of a sealed forecast: outcome, week, observed value, and bounds of the forecast."""
    name, day = one["outcome"], date.fromisoformat(one["date"])
    week = body["weekly"][name][(day - date.fromisoformat(body["first"])).days // 7]
    low, high = map(teller_of(name, week), one["p90"])
    return _(TITLES[name]), day, number_text(one["actual"]), low, high


def score_row(name: str, one: Mapping[str, Any], naive: Sequence[str]) -> ScoreRow:
    """The scores of one outcome, with its skill relative to the named naive forecasts."""
    coverage = [one["coverage"][f"p{percent}"] for percent in PERCENTS]
    skill = [one["skill"].get(each) for each in naive]
    return ScoreRow(_(TITLES[name]), one["points"], coverage, thirds(one["pit"]), one["crps"], skill)
