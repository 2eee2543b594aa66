"""Published experiments replicated with the model's employees: pay, praise, awards, goals, points, norms, streaks.

Each takes parameters, a seed and a replicate, and returns {target number of `sims.validation.validate`: measured value}. Treated and
untreated people are the same people with common random numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Phase
from sims.validation import laboratory as lab
from sims.validation.laboratory import PLEASURE_LOG_ODDS, everybody, laboratory, untreated
from sims.validation.panel import Panel, effect_size, logit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PAID_DAYS, WATCHED_AFTER_DAYS = 56, 14
STEERING_DAYS = 63
NOVELTY_WEEKS = 20
SPEED_UP = 1.05
MONTH, YEAR = slice(21, 35), slice(347, 375)
OUTAGE_DAY = 2


def undermining(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """12, 13: effect size d in the two weeks after eight weeks of tangible pay, against never paid; most and least motivated quarter.

    The original experiments paid repeatedly for activities that people enjoyed.
    """
    phases = (Phase(scheme=lab.PAY), Phase(day=PAID_DAYS))
    treated = laboratory(p, seed, run, *phases, base_log_odds=PLEASURE_LOG_ODDS)
    days = PAID_DAYS + WATCHED_AFTER_DAYS
    paid, never = treated.panel(days), untreated(p, seed, run, PLEASURE_LOG_ODDS).panel(days)
    level, after = treated.model.traits.motivation, slice(PAID_DAYS, days)
    high, low = level >= np.quantile(level, 0.75), level <= np.quantile(level, 0.25)
    return {
        number: effect_size(paid.rate(after, rows), never.rate(after, rows))
        for number, rows in ((12, high), (13, low))
    }


def token_pay(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """15: acts under a token reward relative to acts without, in a dull task (low intrinsic motivation)."""
    dull = p.replace(motivation_mean=lab.DULL_MOTIVATION)
    treated, control = (laboratory(dull, seed, run, Phase(scheme=scheme)) for scheme in (lab.TOKEN_PAY, None))
    rows, days = everybody(treated), slice(0, 14)
    return {15: treated.panel(14).rate(days, rows) / control.panel(14).rate(days, rows)}


def verbal_praise(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """17: effect size d in the two weeks after unexpected praise in two consecutive weeks."""
    treated = laboratory(p, seed, run, Phase(recognition=lab.PRAISE))
    rows, after = everybody(treated), slice(14, 28)
    plain = untreated(p, seed, run).panel(28)
    return {17: effect_size(treated.panel(28).rate(after, rows), plain.rate(after, rows))}


def newcomer_award(p: Parameters, seed: int, run: int, year: bool = True) -> dict[int, float]:
    """18, 181: relative change of activity of receivers of one random award, one month and (with `year`) twelve months later."""
    treated = laboratory(p, seed, run, Phase(recognition=lab.AWARD))
    windows = {18: MONTH} | ({181: YEAR} if year else {})
    days = max(window.stop for window in windows.values())
    thanked, plain = treated.panel(days), untreated(p, seed, run).panel(days)
    rows = treated.model.recogniser.ever
    return {
        number: thanked.volume(window, rows) / plain.volume(window, rows) - 1.0
        for number, window in windows.items()
    }


def exclusive_recognition(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """19, 191: relative change of the group's and of the others' volume after the top third was recognised once."""
    treated = laboratory(p, seed, run, Phase(recognition=lab.BEST_THIRD))
    thanked, plain = treated.panel(35), untreated(p, seed, run).panel(35)
    after, others = slice(7, 35), ~treated.model.recogniser.ever
    return {
        number: thanked.volume(after, rows) / plain.volume(after, rows) - 1.0
        for number, rows in ((19, everybody(treated)), (191, others))
    }


def badges_and_steering(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """A badge for ten shares. 21: effect size d over all.

    Of people who reached ten, against themselves without the badge, 22: share who accelerate over the last three acts; 221: change of the
    gap between acts; 222: the same over the three acts after the badge.
    """
    treated = laboratory(p, seed, run, Phase(scheme=lab.BADGE), base_log_odds=PLEASURE_LOG_ODDS)
    with_badge = treated.panel(STEERING_DAYS)
    without = untreated(p, seed, run, PLEASURE_LOG_ODDS).panel(STEERING_DAYS)
    rows, days = everybody(treated), slice(0, STEERING_DAYS)
    near, after = (
        speed(with_badge, 7, 10) / speed(without, 7, 10),
        speed(with_badge, 10, 13) / speed(without, 10, 13),
    )
    reached = np.isfinite(near) & np.isfinite(after)
    faster = reached & (near > SPEED_UP)
    return {
        21: effect_size(with_badge.rate(days, rows), without.rate(days, rows)),
        22: float(faster.sum() / max(1, reached.sum())),
        221: float((1.0 / near[faster]).mean() - 1.0) if faster.any() else 0.0,
        222: float((1.0 / after[faster]).mean() - 1.0) if faster.any() else 0.0,
    }


def speed(panel: Panel, first_act: int, last_act: int) -> Floats:
    """float64[n]: rate of acting between two numbers of acts, relative to that during the first three acts."""
    return panel.rate_between(first_act, last_act) / panel.rate_between(0, 3)


def novelty(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """26: effect of points in week 20 relative to that in week 1."""
    treated = laboratory(p, seed, run, Phase(scheme=lab.PAY))
    days, rows = 7 * NOVELTY_WEEKS, everybody(treated)
    paid, plain = treated.panel(days), untreated(p, seed, run).panel(days)
    first, last = slice(0, 7), slice(days - 7, days)
    lift, left = (effect_size(paid.rate(week, rows), plain.rate(week, rows)) for week in (first, last))
    return {26: left / lift if lift else 0.0}


def quantity_and_quality(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """28, 281: change of volume and of quality effort under points; 282: volume under points and norm relative to the better of either."""
    arms = (
        Phase(scheme=lab.POINTS),
        Phase(norm_message="median"),
        Phase(scheme=lab.POINTS, norm_message="median"),
    )
    volumes, care = [], []
    for watched in (untreated(p, seed, run), *(laboratory(p, seed, run, phase) for phase in arms)):
        volumes.append(watched.panel(28).volume(slice(0, 28), everybody(watched)))
        outcomes = watched.model.outcomes()
        care.append(outcomes["quality"][:28].sum() / max(1.0, outcomes["shares"][:28].sum()))
    plain, paid, told, both = volumes
    return {28: paid / plain - 1.0, 281: care[1] - care[0], 282: both / max(paid, told) - 1.0}


def broken_streak(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """30, 301: change of log-odds of sharing after an exogenous break of a streak, and the part that a repair restores.

    30 is measured on the day after, against the same people with the streak intact; 301 is the part of that gap closed by a repair.

    Nothing can be shared on a Wednesday. In the first simulation Wednesdays do not count, in the second they do, in the third a freeze
    covers the missed day. Up to that day all three are identical.
    """
    rates = []
    for scheme in (lab.STREAK_WITHOUT_WEDNESDAYS, lab.STREAK, lab.STREAK_WITH_FREEZE):
        phases = (Phase(scheme=scheme), Phase(day=OUTAGE_DAY, scheme=scheme, notifications=0.0))
        after = Phase(day=OUTAGE_DAY + 1, scheme=scheme)
        watched = laboratory(p, seed, run, *phases, after, base_log_odds=PLEASURE_LOG_ODDS)
        panel = watched.panel(OUTAGE_DAY + 2)
        had_streak: Flags = np.asarray((panel.shared[:OUTAGE_DAY] > 0.0).all(axis=0))
        next_day = slice(OUTAGE_DAY + 1, OUTAGE_DAY + 2)
        rates.append(logit(panel.rate(next_day, had_streak)))
    intact, broken, repaired = rates
    return {30: broken - intact, 301: (repaired - broken) / (intact - broken) if intact != broken else 0.0}
