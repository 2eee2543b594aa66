"""Scores of a forecast against outcomes: coverage, CRPS, PIT, and skill relative to naive forecasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewards.amounts import several
from sims.doctor import version
from sims.ensemble.intervals import PERCENTS, interval
from sims.ensemble.result import WEEK_DAYS
from sims.forecasting.baselines import baselines
from sims.forecasting.forecast import Forecast, ForecastError
from sims.forecasting.pit import thirds
from sims.history.series import ALL, History

OBSERVED: Mapping[str, tuple[str, bool]] = {
    "enrolled": ("enrolled", True),
    "weekly_sharers": ("weekly_sharers", True),
    "shares": ("shares", False),
    "human_clicks": ("clicks", False),
    "cost": ("spend", False),
}
"""The measure of a history for each outcome, and whether it counts people, of whom the outcome is a share."""
NEVER_SEEN = {"peer_trust": "no history measures it"}


@dataclass(frozen=True)
class Point:
    """One outcome in one week: forecast, observed value, and the scores of naive forecasts."""

    outcome: str
    week: int
    date: str
    actual: float
    samples: tuple[float, ...]
    naive: Mapping[str, float]

    @property
    def crps(self) -> float:
        """Continuous ranked probability score: in the outcome's unit, 0 is perfect."""
        return _crps(self.actual, self.samples)

    @property
    def pit(self) -> float:
        """PIT: share of the runs below the observed value; a tie counts half."""
        values = np.asarray(self.samples)
        return float(np.mean((values < self.actual) + 0.5 * (values == self.actual)))

    def within(self, percent: int) -> bool:
        """True where the observed value lies in the central interval of that percentage."""
        low, high = self.bounds(percent)
        return low <= self.actual <= high

    def bounds(self, percent: int) -> tuple[float, float]:
        """The central interval of that percentage."""
        found = interval(np.asarray(self.samples))
        return {50: found.p50, 80: found.p80, 90: found.p90}[percent]

    @property
    def missed_by(self) -> float:
        """Distance of the observed value beyond the 90 % interval, in its widths; 0 inside."""
        low, high = self.bounds(90)
        return max(low - self.actual, self.actual - high, 0.0) / max(high - low, 1e-9)


def _crps(actual: float, samples: Sequence[float]) -> float:
    # Importing it compiles kernels for seconds, so that it is imported only to score.
    from scoringrules import crps_ensemble

    return float(crps_ensemble(actual, np.asarray(samples, dtype=np.float64)))


def score(forecast: Forecast, history: History) -> dict[str, Any]:
    """The scores as JSON values, misses first. Raises ForecastError where no forecast week has been observed."""
    if history.last < forecast.first:
        raise ForecastError(
            f"history to {history.last}; the forecast begins on {forecast.first}; nothing of it has happened yet; score it later"
        )
    people = history.headcount or forecast.headcount
    points: list[Point] = []
    left_out = dict(NEVER_SEEN)
    for outcome in forecast.samples:
        if outcome in OBSERVED:
            found, why = _points(forecast, history, outcome, people)
            points += found
            if not found:
                left_out[outcome] = why
    if not points:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise ForecastError(
            f"history from {history.first} to {history.last}; no week of the forecast can be scored ({reasons}); name a longer history"
        )
    misses = sorted((point for point in points if not point.within(90)), key=lambda one: -one.missed_by)
    return {
        "kind": "score",
        "groundswell": version(),
        "forecast": {
            "hash": forecast.hash,
            **forecast.provenance.model_dump(mode="json"),
            "first": forecast.first.isoformat(),
            "weeks": forecast.weeks,
        },
        "history": {"source": history.source, "last": history.last.isoformat(), "headcount": people},
        "misses": [_miss(point) for point in misses],
        "coverage": _coverage(points),
        "points": len(points),
        "outcomes": {
            name: _of_outcome([point for point in points if point.outcome == name])
            for name in dict.fromkeys(point.outcome for point in points)
        },
        "not_scored": left_out,
        "warnings": list(history.warnings),
    }


def _points(forecast: Forecast, history: History, outcome: str, people: int) -> tuple[list[Point], str]:
    """The points of one outcome that can be scored, and the reason where there are none."""
    measure, counts_people = OBSERVED[outcome]
    if not history.has(measure):
        return [], f"the history has no {measure}"
    unit = 1.0 / people if counts_people else 1.0
    before = _before(forecast, history, measure, unit)
    actual = history.weekly(measure, forecast.first, ALL)
    most = max((value for value in actual if value is not None), default=0.0)
    if counts_people and most > people:
        return (
            [],
            f"the history has {most:,.0f} of {several(people, 'person', 'people')}; correct its headcount",
        )
    found = []
    for week, (value, day) in enumerate(zip(actual, forecast.dates(), strict=False)):
        if value is not None:
            happened, samples = value * unit, forecast.samples[outcome][week]
            naive = {name: _crps(happened, one.tolist()) for name, one in baselines(before, week + 1).items()}
            found.append(Point(outcome, week, day.isoformat(), happened, samples, naive))
    return found, "no week of it is known whole"


def _before(forecast: Forecast, history: History, measure: str, unit: float) -> list[float]:
    """The known weeks before the forecast, oldest first, ending the day before it begins."""
    ahead = (forecast.first - history.first).days // WEEK_DAYS
    if ahead < 1:
        return []
    start = forecast.first.fromordinal(forecast.first.toordinal() - ahead * WEEK_DAYS)
    weeks = history.weekly(measure, start, ALL)[:ahead]
    return [value * unit for value in weeks if value is not None]


def _coverage(points: Sequence[Point]) -> dict[str, float]:
    return {f"p{one}": float(np.mean([point.within(one) for point in points])) for one in PERCENTS}


def _of_outcome(points: Sequence[Point]) -> dict[str, Any]:
    crps = float(np.mean([point.crps for point in points]))
    names = dict.fromkeys(name for point in points for name in point.naive)
    return {
        "points": len(points),
        "coverage": _coverage(points),
        "crps": crps,
        "skill": {name: _skill(points, name) for name in names},
        "pit": [point.pit for point in points],
        "pit_thirds": list(thirds([point.pit for point in points])),
        "weeks": [
            {
                "date": point.date,
                "actual": point.actual,
                "median": float(np.median(point.samples)),
                **{f"p{one}": list(point.bounds(one)) for one in PERCENTS},
                "crps": point.crps,
                "pit": point.pit,
            }
            for point in points
        ],
    }


def _skill(points: Sequence[Point], name: str) -> float | None:
    """Skill score: 1 is perfect, 0 equals the naive forecast, negative is worse; None where the naive forecast was perfect."""
    pairs = [(point.crps, point.naive[name]) for point in points if name in point.naive]
    ours, theirs = (float(np.mean(side)) for side in zip(*pairs, strict=True))
    return None if theirs <= 0.0 else 1.0 - ours / theirs


def _miss(point: Point) -> dict[str, Any]:
    return {
        "outcome": point.outcome,
        "date": point.date,
        "actual": point.actual,
        "p90": list(point.bounds(90)),
        "beyond_by_widths": point.missed_by,
    }


def score_text(body: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """The scores as text: misses first, then coverage, CRPS and skill of each outcome."""
    from sims.reports.render import number, table

    misses = [
        f"missed: {titles[one['outcome']]}, week of {one['date']}: {number(one['actual'])}, forecast {number(one['p90'][0])} to "
        f"{number(one['p90'][1])} (90 %)"
        for one in body["misses"]
    ]
    naive = list(dict.fromkeys(name for one in body["outcomes"].values() for name in one["skill"]))
    rows = [
        [
            titles[name],
            str(one["points"]),
            *(f"{one['coverage'][f'p{percent}']:.0%}" for percent in PERCENTS),
            "/".join(f"{part:.0%}".rstrip("%") for part in one["pit_thirds"]),
            number(one["crps"]),
            *(_cell(one["skill"].get(each)) for each in naive),
        ]
        for name, one in body["outcomes"].items()
    ]
    header = [
        "outcome",
        "weeks",
        *(f"in {one} %" for one in PERCENTS),
        "PIT by thirds, %",
        "CRPS",
        *(f"skill: {one}" for one in naive),
    ]
    left = [f"not scored: {titles[name]}: {why}" for name, why in body["not_scored"].items()]
    notes = [f"note: {warning}" for warning in body["warnings"]]
    nothing = "missed: nothing; every value lies in its 90 % interval"
    return "\n".join([*(misses or [nothing]), "", table(header, rows), *left, *notes])


def _cell(skill: float | None) -> str:
    return "" if skill is None else f"{skill:+.2f}"
