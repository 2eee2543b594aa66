"""The view of a forecast: charts and tables of its outcomes, its misses, and scores by outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from rewards.language import gettext as _
from rewards.language import msg
from sims.forecasting.pit import thirds
from web.rehearsal.chart import bands, scale_of

PERCENTS = (50, 80, 90)
TITLES = {
    "enrolled": msg("Enrolled, part of everybody"),
    "weekly_sharers": msg("People who share in a week, part of everybody"),
    "shares": msg("Shares"),
    "human_clicks": msg("Human clicks"),
    "cost": msg("Spend"),
    "peer_trust": msg("Trust in employees"),
}
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
    rows: Sequence[tuple[date, float, Sequence[tuple[float, float]], float | None, float | None]]


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
            (
                day,
                week["median"],
                [week[f"p{percent}"] for percent in PERCENTS],
                *came.get(day.isoformat(), (None, None)),
            )
            for day, week in zip(days, weeks, strict=True)
        ],
    )


def miss_of(one: Mapping[str, Any]) -> tuple[str, date, float, float, float]:
    """A miss: outcome, week, observed value, and bounds of the forecast."""
    low, high = one["p90"]
    return _(TITLES[one["outcome"]]), date.fromisoformat(one["date"]), one["actual"], low, high


def score_row(name: str, one: Mapping[str, Any], naive: Sequence[str]) -> ScoreRow:
    """The scores of one outcome, with its skill relative to the named naive forecasts."""
    coverage = [one["coverage"][f"p{percent}"] for percent in PERCENTS]
    skill = [one["skill"].get(each) for each in naive]
    return ScoreRow(_(TITLES[name]), one["points"], coverage, thirds(one["pit"]), one["crps"], skill)
