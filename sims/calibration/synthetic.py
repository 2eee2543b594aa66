"""Companies whose truth is known: a scenario, parameters drawn from the prior, and the history of one life by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sims.calibration.calibrate import Question
from sims.calibration.laws import Floats
from sims.calibration.living import Asked, lives
from sims.calibration.prior import Prior
from sims.calibration.series import Series
from sims.history.series import ALL, WEEK_DAYS, History
from sims.scenario.scenario import Scenario

AHEAD = 4
HEADCOUNTS, HISTORY_WEEKS, BEFORE_WEEKS = (60, 80, 100), (8, 12), (2, 4)
SCHEMES = ("clicks", "recognition", "curator")
MEASURES = ("enrolled", "joined", "active_sharers", "weekly_sharers", "shares", "clicks")
GROUPS = ("segment=office", "segment=shop", "contacts=q1", "contacts=q4")
TRUTH = 900
"""The wave in which the truth is lived: no calibration has so many."""


@dataclass(frozen=True, eq=False)
class Company:
    """A scenario over history and forecast, the weeks of its history, and whether the scheme changes where they end."""

    number: int
    scenario: Scenario
    weeks: int
    changes: bool

    @property
    def seed(self) -> int:
        """Of its calibration, and of its truth."""
        return self.scenario.seed

    @property
    def series(self) -> tuple[Series, ...]:
        """What is counted of it."""
        whole = tuple(Series(ALL, name) for name in MEASURES)
        return whole + tuple(Series(split, name) for split in GROUPS for name in ("shares", "clicks"))

    def asked(self) -> Asked:
        """Its whole life, forecast weeks too."""
        whole = self.scenario.model_copy(update={"splits": ("segment", "contacts")})
        return Asked(whole, self.seed, Prior.of(self.scenario), self.series, self.weeks + AHEAD)

    def question(self, lived: Floats) -> Question:
        """The calibration of its history, from float64[series, weeks] that were lived."""
        return Question.of(self.history(lived), self.scenario)

    def history(self, lived: Floats) -> History:
        """The weeks before the forecast."""
        series: dict[str, dict[str, Any]] = {}
        for one, values in zip(self.series, lived, strict=True):
            series.setdefault(one.split, {})[one.measure] = tuple(values[: self.weeks].tolist())
        return History(
            source="table",
            every_days=7,
            first=self.scenario.start_date,
            periods=self.weeks,
            headcount=self.scenario.organisation.headcount,
            series=series,
        )


def company(number: int, seed: int) -> Company:
    """A small company of its own size, scheme and length of history; of every two, one changes its scheme when the forecast begins."""
    rng = np.random.default_rng([seed, number])
    weeks, before = (int(rng.choice(each)) for each in (HISTORY_WEEKS, BEFORE_WEEKS))
    first, second = rng.permutation(SCHEMES)[:2].tolist()
    running: dict[str, Any] = {"tool": {"digests_per_week": 1.0}}
    phases: list[dict[str, Any]] = [{"day": 0}, {"day": before * WEEK_DAYS, "scheme": first, **running}]
    changes = number % 2 == 1
    if changes:
        phases.append({"day": weeks * WEEK_DAYS, "scheme": second, "leaderboard": "shown", **running})
    body: dict[str, Any] = {
        "name": f"company-{number}",
        "seed": int(seed * 100_000 + number),
        "horizon_days": (weeks + AHEAD) * WEEK_DAYS,
        "burn_in_days": 14,
        "organisation": {
            "headcount": int(rng.choice(HEADCOUNTS)),
            "segments": [
                {"name": "office", "share": 0.6, "teams": 2},
                {"name": "shop", "share": 0.4, "teams": 2, "desk": "non-desk"},
            ],
            "contacts": {"median": 150},
            "audience": {"size": 4000},
        },
        "phases": phases,
    }
    return Company(number, Scenario.model_validate(body), weeks, changes)


def life(one: Company) -> tuple[Floats, Floats]:
    """Its truth float64[d], standard normal, and what it lives float64[series, weeks]."""
    asked = one.asked()
    z = np.random.default_rng([one.seed, TRUTH]).standard_normal((1, asked.prior.size))
    with lives(asked, 1, processes=1) as model:
        return z[0], model(TRUTH, z, "truth")[0]
