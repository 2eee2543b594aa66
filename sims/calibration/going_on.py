"""Forecasts that go on from a history: each run is moved from what it had in the history's weeks to what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.parameters.default_posterior import row_of
from sims.calibration.conditioning import moved
from sims.calibration.laws import Floats
from sims.calibration.series import CalibrationError, Observed, observed_of, simulated
from sims.calibration.summaries import summaries_of
from sims.history.series import ALL, WEEK_DAYS

if TYPE_CHECKING:
    from sims.forecasting.posterior import Posterior
    from sims.history.series import History
    from sims.scenario.scenario import Scenario

LEAST = 0.5
PEOPLE = ("enrolled", "weekly_sharers")
LEVELS = ("peer_trust",)
COUNTS = ("shares", "human_clicks")


@dataclass(frozen=True, eq=False)
class GoingOn:
    """What the runs of a forecast are moved by. `coordinates` float64[vectors, k]: the combinations that the history has moved already,
    so that nothing is learnt from it twice; none where the posterior knows nothing of it."""

    observed: Observed
    changes: tuple[int, ...]
    posterior: Posterior
    coordinates: Floats

    def note(self) -> str:
        """What is to be known of it."""
        return f"every run was moved from what it had in the history's {self.observed.weeks} weeks to what was observed"

    def __call__(
        self, daily: Mapping[str, Floats], samples: Mapping[str, list[Floats]], seed: int
    ) -> dict[str, list[Floats]]:
        """Samples float64[runs] by outcome and week, moved; daily values float64[runs, days] of everybody."""
        runs = next(iter(daily.values())).shape[0]
        days = self.observed.weeks * WEEK_DAYS
        past = np.array(
            [
                simulated(
                    {ALL: {name: values[run, :days] for name, values in daily.items()}},
                    self.observed.series,
                    self.observed.weeks,
                )
                for run in range(runs)
            ]
        )
        of = summaries_of(self.observed, self.changes)
        seen = np.nan_to_num(self.observed.values)[None]
        s, observed = (np.stack([one.of(each) for one in of], axis=1) for each in (past, seen))
        rows = [row_of(seed, run, len(self.posterior.values)) for run in range(runs)]
        heads = float(np.median(daily["headcount"][:, 0]))
        w, found = self.coordinates[rows], {}
        for name, weeks in samples.items():
            # People, posts and clicks come whole: without that a quiet company would never be forecast a week of none.
            whole = heads if name in PEOPLE else 1.0
            half = 0.0 if name in LEVELS else LEAST / whole
            later = np.log(np.maximum(np.stack(weeks, axis=1) + half, 1e-12))
            gone_on = np.maximum(np.exp(moved(later, s, observed[0], w)) - half, 0.0)
            if name in (*PEOPLE, *COUNTS):
                gone_on = np.round(gone_on * whole) / whole
            found[name] = list((np.minimum(gone_on, 1.0) if name in (*PEOPLE, *LEVELS) else gone_on).T)
        return found


def going_on(history: History, scenario: Scenario, posterior: Posterior) -> GoingOn | None:
    """None where no whole week of the scenario is known."""
    try:
        known = observed_of(history, scenario)
    except CalibrationError:
        return None
    whole = [place for place, one in enumerate(known.series) if one.split == ALL]
    if not whole:
        return None
    observed = Observed(tuple(known.series[at] for at in whole), known.values[whole], known.notes)
    about: dict[str, Any] = posterior.calibration or {}
    coordinates = np.array(about.get("coordinates", ()), dtype=np.float64).reshape(len(posterior.values), -1)
    changes = tuple(day for day in scenario.change_days if day < observed.weeks * WEEK_DAYS)
    return GoingOn(observed, changes, posterior, coordinates)
