"""The company in which published experiments are replicated: a setting that can be written as a scenario.

The original experiments observed daily acts and not rare ones, so that people here have more opportunities (`opportunities_per_week`) and
a higher base rate (`base_log_odds`) than in the default company; effects are log-odds and carry over. Every treatment is a phase, a scheme
or a rule of recognition.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Content, Organisation, Phase, Recognition, Setting
from rewards.scheme.scheme import Badge, IncentiveScheme, Nature, Requirement, Rule, Streak
from sims.validation.panel import Watched

Flags = NDArray[np.bool_]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

PEOPLE = 300
LONGEST_DAYS, BURN_IN_DAYS = 400, 7
OPPORTUNITIES_A_WEEK = 10.0
DUTY_LOG_ODDS = -3.5
PLEASURE_LOG_ODDS = -1.5
DULL_MOTIVATION = 0.08
LARGE_POINTS, TOKEN_POINTS = Decimal(25), Decimal(2)
GOAL_ACTS = 10


def paying(name: str, points: Decimal, nature: Nature) -> IncentiveScheme:
    """A scheme that gives `points` for each share and nothing else."""
    rule = Rule(id="share", title="Each share", on="share", points=points, nature=nature)
    return IncentiveScheme(name=name, title="Points for each share", rules=(rule,))


PAY = paying("pay", LARGE_POINTS, Nature(worth="tangible"))
TOKEN_PAY = paying("token-pay", TOKEN_POINTS, Nature(worth="tangible"))
POINTS = paying("points", LARGE_POINTS, Nature(worth="symbolic"))
BADGE = IncentiveScheme(
    name="badge",
    title="A badge for ten shares",
    badges=(
        Badge(
            id="ten",
            title="Ten shares",
            groups=((Requirement(metric="events", of="share", at_least=GOAL_ACTS),),),
        ),
    ),
)


def streak(name: str, days: tuple[Weekday, ...], freezes: int = 0) -> IncentiveScheme:
    """A scheme with nothing but a streak of days with a share."""
    kept = Streak(id="daily", title="Days in a row", kinds=("share",), days=days, freezes=freezes)
    return IncentiveScheme(name=name, title="A streak of days", streaks=(kept,))


STREAK = streak("streak", ("mon", "tue", "wed", "thu", "fri"))
STREAK_WITHOUT_WEDNESDAYS = streak("streak-without-wednesdays", ("mon", "tue", "thu", "fri"))
STREAK_WITH_FREEZE = streak("streak-with-freeze", ("mon", "tue", "wed", "thu", "fri"), freezes=1)
PRAISE = Recognition(rule="random", share=1.0, every_days=7, times=2)
AWARD = Recognition(rule="random", share=0.5, every_days=7, times=1)
BEST_THIRD = Recognition(rule="exclusive", share=1.0 / 3.0, every_days=7, times=1)


def laboratory(
    p: Parameters,
    seed: int,
    run: int,
    *phases: Phase,
    base_log_odds: float = DUTY_LOG_ODDS,
) -> Watched:
    """A watched model of people who act often, with many items and a small audience, under `phases`."""
    setting = Setting(
        organisation=Organisation(headcount=PEOPLE, audience=Audience(size=5_000), corporate_accounts=()),
        content=Content(items_per_week=200.0),
        phases=phases or (Phase(),),
        horizon_days=LONGEST_DAYS,
        burn_in_days=BURN_IN_DAYS,
    )
    busy = p.replace(base_log_odds=base_log_odds, opportunities_per_week=OPPORTUNITIES_A_WEEK)
    return Watched(AdvocacyModel(setting, seed, run, parameters=busy))


@lru_cache(maxsize=3)
def untreated(p: Parameters, seed: int, run: int, base_log_odds: float = DUTY_LOG_ODDS) -> Watched:
    """The untreated control with the same people; cached, since every experiment of a replicate is paired with it."""
    return laboratory(p, seed, run, base_log_odds=base_log_odds)


def everybody(watched: Watched) -> Flags:
    """bool[n], all True."""
    return np.ones(watched.model.staff.size, dtype=bool)
