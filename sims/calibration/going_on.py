"""Forecasts that continue a history: each run is adjusted from its simulated values in the history's weeks to the observed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.parameters.default_posterior import row_of
from rewards.amounts import several
from sims.calibration.conditioning import moved
from sims.calibration.lately import Scale, lately
from sims.calibration.laws import Floats
from sims.calibration.series import CalibrationError, Observed, observed_of, simulated, unlike
from sims.calibration.summaries import summaries_of
from sims.history.series import ALL, WEEK_DAYS

if TYPE_CHECKING:
    from sims.forecasting.posterior import Posterior
    from sims.history.series import History
    from sims.scenario.scenario import Scenario

PEOPLE = ("enrolled", "weekly_sharers")
LEVELS = ("peer_trust",)
AMOUNTS = ("cost", "spend")
LEAST_FAR = 1.0
"""On the scale of a measure: so far beyond all runs a level has to lie at least to be noted, however near these are to each other."""


@dataclass(frozen=True, eq=False)
class GoingOn:
    """What the runs of a forecast are moved by. `coordinates` float64[vectors, k]: the combinations that the history has moved already,
    so that nothing is learnt from it twice; none where the posterior knows nothing of it. `doubts`: what speaks against it."""

    observed: Observed
    doubts: tuple[str, ...]
    changes: tuple[int, ...]
    posterior: Posterior
    coordinates: Floats

    def __call__(
        self, daily: Mapping[str, Floats], samples: Mapping[str, list[Floats]], seed: int
    ) -> tuple[dict[str, list[Floats]], list[str]]:
        """Samples float64[runs] by outcome and week, moved; daily values float64[runs, days] of everybody.

        The notes for readers of the forecast: the conditioning, and observations far from every run.
        """
        past = self._past(daily)
        runs = past.shape[0]
        rows = [row_of(seed, run, len(self.posterior.values)) for run in range(runs)]
        heads = float(np.median(daily["headcount"][:, 0]))
        whole = {name: heads if name in PEOPLE else 1.0 for name in samples}
        later = {name: whole[name] * np.stack(weeks, axis=1) for name, weeks in samples.items()}
        found = gone_on(self.observed, self.changes, past, later, w=self.coordinates[rows], heads=heads)
        notes = [moved_from(self.observed.weeks), *self.doubts, *far(self.observed, past, heads)]
        return {name: list(values.T / whole[name]) for name, values in found.items()}, notes

    def _past(self, daily: Mapping[str, Floats]) -> Floats:
        """float64[runs, series, weeks]: what each run had in the history's weeks."""
        days = self.observed.weeks * WEEK_DAYS
        return np.array(
            [
                simulated(
                    {ALL: {name: values[run, :days] for name, values in daily.items()}},
                    self.observed.series,
                    self.observed.weeks,
                )
                for run in range(next(iter(daily.values())).shape[0])
            ]
        )


def moved_from(weeks: int) -> str:
    """A note on the adjustment of runs."""
    return (
        f"every run was moved from what it had in the history's {several(weeks, 'week')} to what was observed"
    )


def far(observed: Observed, past: Floats, heads: float) -> list[str]:
    """One line for each measure whose weeks lie as far beyond all runs as these lie apart: no such company was simulated."""
    told = []
    for place, one in enumerate(observed.series):
        known = ~np.isnan(observed.values[place])
        scale = scale_of(one.measure, heads)
        seen = float(observed.values[place, known].mean())
        lived = past[:, place, known].mean(axis=1)
        level, runs = float(scale.up(np.array(seen))), scale.up(lived)
        beyond = max(level - runs.max(), runs.min() - level)
        if beyond > max(float(np.ptp(runs)), LEAST_FAR):
            told.append(
                f"far from every run: {one.measure} came to {seen:,.1f} a week, and runs have {lived.min():,.1f} to {lived.max():,.1f}; "
                "look whether the numbers are right"
            )
    return told


def gone_on(
    observed: Observed,
    changes: Sequence[int],
    past: Floats,
    later: Mapping[str, Floats],
    *,
    w: Floats,
    heads: float,
) -> dict[str, Floats]:
    """{outcome: float64[n, weeks]}: later values of each run, shifted from its own past float64[n, series, weeks] to the observed one.

    w      float64[n, k], the combinations of parameters that the history has informed already
    heads  number of people, the denominator of measures that count people
    """
    of, known = summaries_of(observed, changes), ~np.isnan(observed.values)
    own = [scale_of(one.measure, heads) for one in observed.series]
    told = [
        np.hstack([lately(values, known, own), np.stack([one.of(values) for one in of], axis=1)])
        for values in (past, np.nan_to_num(observed.values)[None])
    ]
    scales = {name: scale_of(name, heads) for name in later}
    on_scale = np.hstack([scales[name].up(values) for name, values in later.items()])
    ends = np.cumsum([values.shape[1] for values in later.values()])[:-1]
    found = np.split(moved(on_scale, told[0], told[1][0], w), ends, axis=1)
    return {name: scales[name].down(values) for name, values in zip(later, found, strict=True)}


def scale_of(name: str, heads: float) -> Scale:
    """The scale on which effects on a measure or an outcome are additive."""
    if name in PEOPLE:
        return Scale.people(heads)
    if name in LEVELS:
        return Scale.levels()
    return Scale.amounts() if name in AMOUNTS else Scale.counts()


def going_on(history: History, scenario: Scenario, posterior: Posterior) -> GoingOn | None:
    """The conditioning on a history; None where no whole week of the scenario is known."""
    try:
        known = observed_of(history, scenario)
    except CalibrationError:
        return None
    observed = of_everybody(known)
    if not observed.series:
        return None
    about: dict[str, Any] = posterior.calibration or {}
    coordinates = np.array(about.get("coordinates", ()), dtype=np.float64).reshape(len(posterior.values), -1)
    changes = tuple(day for day in scenario.change_days if day < observed.weeks * WEEK_DAYS)
    return GoingOn(observed, tuple(unlike(history, scenario)), changes, posterior, coordinates)


def of_everybody(known: Observed) -> Observed:
    """The part of the observations that concerns the whole company."""
    whole = [place for place, one in enumerate(known.series) if one.split == ALL]
    return Observed(tuple(known.series[at] for at in whole), known.values[whole], known.notes)
