"""Synthetic companies with known truth: a scenario, parameters drawn from the prior, and a simulated history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sims.calibration.calibrate import Question
from sims.calibration.laws import Floats
from sims.calibration.living import RUNS_A_WAVE, Asked, lives
from sims.calibration.prior import Prior
from sims.calibration.series import Series, simulated
from sims.ensemble.bridge import futures as continued
from sims.history.series import ALL, WEEK_DAYS, History
from sims.scenario.scenario import Scenario

AHEAD = 4
HEADCOUNTS, HISTORY_WEEKS, BEFORE_WEEKS = (150, 300, 500, 800), (12, 14), (2, 4)
SCHEMES = ("clicks", "recognition", "curator")
NONE, PROGRAM, SCHEME, OTHER = "nothing", "a program begins", "a tool gets a scheme", "another scheme"
CHANGES = (PROGRAM, SCHEME, OTHER)
MEASURES = ("enrolled", "joined", "active_sharers", "weekly_sharers", "shares", "clicks")
GROUPS = ("segment=office", "segment=shop", "contacts=q1", "contacts=q4")
TRUTH = 900
"""The wave of random numbers of the truth; no calibration has that many waves."""


@dataclass(frozen=True, eq=False)
class Company:
    """A scenario over history and forecast, the number of weeks of history, and the change at its end."""

    number: int
    scenario: Scenario
    weeks: int
    change: str

    @property
    def seed(self) -> int:
        """The seed of its calibration and of its truth."""
        return self.scenario.seed

    @property
    def headcount(self) -> int:
        """Number of employees."""
        return self.scenario.organisation.headcount or 0

    @property
    def series(self) -> tuple[Series, ...]:
        """The recorded series."""
        whole = tuple(Series(ALL, name) for name in MEASURES)
        return whole + tuple(Series(split, name) for split in GROUPS for name in ("shares", "clicks"))

    def asked(self) -> Asked:
        """The inputs to simulate history and forecast weeks."""
        whole = self.scenario.model_copy(update={"splits": ("segment", "contacts")})
        return Asked(whole, self.seed, Prior.of(self.scenario), self.series, self.weeks + AHEAD)

    def question(self, lived: Floats) -> Question:
        """The calibration problem of its simulated history float64[series, weeks]."""
        return Question.of(self.history(lived), self.scenario)

    def history(self, lived: Floats) -> History:
        """The history of the weeks before the forecast."""
        series: dict[str, dict[str, Any]] = {}
        for one, values in zip(self.series, lived, strict=True):
            series.setdefault(one.split, {})[one.measure] = tuple(values[: self.weeks].tolist())
        return History(
            source="table",
            every_days=7,
            first=self.scenario.start_date,
            periods=self.weeks,
            headcount=self.headcount,
            series=series,
        )


def company(number: int, seed: int) -> Company:
    """A company with its own size, scheme and length of history.

    Every second one has a change at the start of the forecast: in turn the program starts, the tool gets a scheme, or the scheme is
    replaced.
    """
    rng = np.random.default_rng([seed, number])
    weeks, before = (int(rng.choice(each)) for each in (HISTORY_WEEKS, BEFORE_WEEKS))
    first, second = rng.permutation(SCHEMES)[:2].tolist()
    change = NONE if number % 2 == 0 else CHANGES[number // 2 % len(CHANGES)]
    tool: dict[str, Any] = {"tool": {"digests_per_week": 1.0}}
    phases: list[dict[str, Any]] = [{"day": 0}]
    if change != PROGRAM:
        running = {} if change == SCHEME else {"scheme": first}
        phases.append({"day": before * WEEK_DAYS, **running, **tool})
    if change != NONE:
        begins = {"scheme": second, "leaderboard": "shown"} if change == OTHER else {"scheme": first}
        phases.append({"day": weeks * WEEK_DAYS, **begins, **tool})
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
    return Company(number, Scenario.model_validate(body), weeks, change)


def futures(one: Company, truth: Floats, runs: int) -> Floats:
    """float64[runs, series, weeks]: futures with the same history that differ by chance afterwards.

    They are the best possible forecast.
    """
    asked, days = one.asked(), one.weeks * WEEK_DAYS
    values = asked.prior.values(truth[None])[0]
    draw = (one.seed, RUNS_A_WAVE * TRUTH, asked.parameters(values))
    dailies = continued(asked.scenario, draw, days, [RUNS_A_WAVE * (TRUTH + 1) + at for at in range(runs)])
    return np.array([simulated(each, asked.series, asked.weeks) for each in dailies])


def life(one: Company) -> tuple[Floats, Floats]:
    """Its true vector float64[d], standard normal, and the simulated series float64[series, weeks]."""
    asked = one.asked()
    z = np.random.default_rng([one.seed, TRUTH]).standard_normal((1, asked.prior.size))
    with lives(asked, 1, processes=1) as model:
        return z[0], model(TRUTH, z, "truth")[0]
