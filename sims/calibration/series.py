"""Weekly series common to a history and a run of the model: the same measures and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sims.calibration.laws import Floats
from sims.ensemble.bridge import Daily
from sims.history.series import ALL, MEASURES, WEEK_DAYS, History

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

SIMULATED: Mapping[str, tuple[str, ...]] = {
    "shares": ("shares",),
    "clicks": ("human_clicks",),
    "active_sharers": ("active_sharers",),
    "weekly_sharers": ("weekly_sharers",),
    "enrolled": ("enrolled",),
    "joined": ("joined",),
    "reactions": ("reactions", "reposts"),
    "leads": ("leads",),
    "spend": ("cost",),
}
"""The model outcomes whose sum corresponds to a measure of a history. Opens, thanks and badges are defined differently in the model and
left out."""
BY_GROUP = ("shares", "clicks")
GROUPED = ("segment", "arm", "contacts")
HEADCOUNT = "headcount"
UNLIKE = 1.2


class CalibrationError(ValueError):
    """Raised where a calibration is impossible; the message names the value, the limit and the remedy."""


@dataclass(frozen=True, order=True)
class Series:
    """One measure of one group."""

    split: str
    measure: str

    @property
    def label(self) -> str:
        """The label for reports."""
        return self.measure if self.split == ALL else f"{self.measure} of {self.split}"


@dataclass(frozen=True, eq=False)
class Observed:
    """Observed whole weeks of the scenario: float64[series, weeks], NaN where unknown. `notes`: what was left out."""

    series: tuple[Series, ...]
    values: Floats
    notes: tuple[str, ...]

    @property
    def weeks(self) -> int:
        """Number of weeks that the model must simulate."""
        return int(self.values.shape[1])

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The splits that a run must report."""
        named = {one.split.partition("=")[0] for one in self.series if one.split != ALL}
        return tuple(name for name in GROUPED if name in named)


def observed_of(history: History, scenario: Scenario) -> Observed:
    """The part of a history that is comparable with a scenario. Raises CalibrationError where that is empty."""
    start, notes = scenario.start_date, list(history.warnings)
    happened = (history.last - start).days + 1
    weeks = min(scenario.horizon_days, happened) // WEEK_DAYS
    span = f"history from {history.first} to {history.last}, scenario from {start}"
    if weeks < 1:
        raise CalibrationError(
            f"{span}: no whole week of the scenario has happened; set start_date to the day on which what it tells began"
        )
    found = {
        series: _weekly(history, series, scenario, weeks) for series in _common(history, scenario, notes)
    }
    known = {series: values for series, values in found.items() if not np.isnan(values).all()}
    if not known:
        measures = ", ".join(SIMULATED)
        raise CalibrationError(
            f"{span}: no week of any of {measures} is known whole; name a history of whole weeks with one of them"
        )
    # Days of a week that is not over are no reason to lengthen it.
    if happened // WEEK_DAYS > weeks:
        notes.append(
            f"weeks after the scenario's {scenario.horizon_days} days are not used; lengthen horizon_days to use them"
        )
    if history.first < start:
        notes.append(f"days before {start}, on which the scenario begins, are not used")
    return Observed(tuple(known), np.array(list(known.values())), tuple(dict.fromkeys(notes)))


def _common(history: History, scenario: Scenario, notes: list[str]) -> list[Series]:
    """The series that both have, the whole company first."""
    groups = _groups(scenario)
    found = [Series(ALL, name) for name in SIMULATED if history.has(name)]
    left: list[str] = []
    for split in history.series:
        dimension, _, group = split.partition("=")
        if dimension not in GROUPED:
            continue
        if group not in groups.get(dimension, ()):
            left.append(split)
            continue
        found += [Series(split, name) for name in BY_GROUP if history.has(name, split) and history.has(name)]
    if left:
        notes.append(f"the scenario has no {', '.join(left)}: left out")
    notes += unlike(history, scenario)
    days = {scenario.start_date.toordinal() + day for day in scenario.change_days}
    for phase in history.phases:
        if scenario.start_date <= phase.since <= history.last and phase.since.toordinal() not in days:
            notes.append(f"the scenario has no phase from {phase.since}, when {phase.name} began")
    return found


def unlike(history: History, scenario: Scenario) -> list[str]:
    """One line where the two are of companies of different sizes."""
    heads = history.headcount
    people = scenario.organisation.headcount or len(scenario.organisation.people or ())
    if not heads or not people or 1.0 / UNLIKE <= heads / people <= UNLIKE:
        return []
    return [f"the history is of {heads} people and the scenario of {people}: correct the one that is wrong"]


def _groups(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    company = scenario.organisation
    segments = {row.segment for row in company.people or ()} | {one.name for one in company.segments}
    arms = ("control", *(arm.name for arm in scenario.arms)) if scenario.arms else ()
    return {"segment": tuple(segments), "arm": arms, "contacts": ("q1", "q2", "q3", "q4")}


def _weekly(history: History, series: Series, scenario: Scenario, weeks: int) -> Floats:
    values = history.weekly(series.measure, scenario.start_date, series.split)[:weeks]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def simulated(daily: Daily, series: tuple[Series, ...], weeks: int) -> Floats:
    """float64[series, weeks] of one run; empty groups count 0."""
    found = np.zeros((len(series), weeks))
    for place, one in enumerate(series):
        outcomes = daily.get(one.split)
        if outcomes is None:
            continue
        value = np.sum([outcomes[name] for name in SIMULATED[one.measure]], axis=0)[: weeks * WEEK_DAYS]
        by_week = value.reshape(weeks, WEEK_DAYS)
        if MEASURES[one.measure].kind == "stock":
            heads = outcomes[HEADCOUNT][: weeks * WEEK_DAYS].reshape(weeks, WEEK_DAYS)[:, -1]
            found[place] = by_week[:, -1] * heads
        else:
            found[place] = by_week.sum(axis=1)
    return found
