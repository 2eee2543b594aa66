"""Published experiments repeated on simulated employees: rewards, praise, goals, norms, streaks.

Rewards are staged by hand where the original was no points scheme. A quarter of the company's usual silence
is taken away
(`LABORATORY`), because the originals watched acts that happen every day; effects are log-odds and carry over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents import decision
from agents.audience import Posts, click_factor, trust_change
from agents.incentives import Incentives
from agents.model import AdvocacyModel, Stage
from agents.parameters import Parameters
from agents.setting import Audience, Content, Organisation, Phase, Recognition, Setting
from sims.panel import Panel, effect_size, run_panel

Flags = NDArray[np.bool_]

LABORATORY = {"base_log_odds": -3.5, "opportunities_per_week": 10.0}
PLEASANT_TASK = -1.5
PEOPLE = 200
LARGE_POINTS, TOKEN_POINTS = 25.0, 2.0
GOAL_ACTS = 10


def laboratory(
    p: Parameters,
    seed: int,
    run: int,
    phases: tuple[Phase, ...] = (Phase(),),
    stage: Stage | None = None,
    base_log_odds: float = LABORATORY["base_log_odds"],
) -> AdvocacyModel:
    """People who act often, with plenty to share and a small audience."""
    setting = Setting(
        organisation=Organisation(headcount=PEOPLE, audience=Audience(size=5_000), corporate_accounts=()),
        content=Content(items_per_week=200.0),
        phases=phases,
        horizon_days=400,
    )
    return AdvocacyModel(
        setting, seed, run, parameters=p.replace(**LABORATORY | {"base_log_odds": base_log_odds}), stage=stage
    )


def everybody(model: AdvocacyModel) -> Flags:
    """bool[n], all True."""
    return np.ones(model.staff.size, dtype=bool)


def reward(first: int, last: int, **values: float) -> Stage:
    """Offer a reward to everybody from day `first` up to `last`."""

    def stage(model: AdvocacyModel, day: int, offer: Incentives) -> None:
        if first <= day < last:
            offer.set(everybody(model), weeks=(day - first) / 7.0, **values)

    return stage


def pair(
    p: Parameters, seed: int, run: int, days: int, stage: Stage, base: float = LABORATORY["base_log_odds"]
) -> tuple[Panel, Panel, AdvocacyModel]:
    """The same people with and without what is staged."""
    treated, control = (
        laboratory(p, seed, run, stage=stage, base_log_odds=base),
        laboratory(p, seed, run, base_log_odds=base),
    )
    return run_panel(treated, days), run_panel(control, days), treated


def undermining(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """12, 13: d of the two weeks after eight weeks of tangible pay, against never; most and least motivated
    quarter.

    The originals paid for a task that people did for pleasure again and again: here about half of all
    occasions.
    """
    stage = reward(0, 56, share_points=LARGE_POINTS, tangible=1.0, expected=1.0)
    treated, control, model = pair(p, seed, run, 70, stage, base=PLEASANT_TASK)
    level = model.traits.motivation
    after, results = slice(56, 70), {}
    for number, rows in ((12, level >= np.quantile(level, 0.75)), (13, level <= np.quantile(level, 0.25))):
        results[number] = effect_size(treated.rate(after, rows), control.rate(after, rows))
    return results


def token_pay(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """15: acts under a token reward over acts without, in a dull task (nobody much motivated)."""
    dull = p.replace(motivation_mean=0.08)
    stage = reward(0, 14, share_points=TOKEN_POINTS, tangible=1.0, expected=1.0)
    treated, control, model = pair(dull, seed, run, 14, stage)
    rows = everybody(model)
    return {15: treated.rate(slice(0, 14), rows) / control.rate(slice(0, 14), rows)}


def verbal_praise(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """17: d of the two weeks after unexpected praise in two weeks running."""
    praise = Recognition(rule="random", share=1.0, every_days=7, times=2)
    treated, control = laboratory(p, seed, run, (Phase(recognition=praise),)), laboratory(p, seed, run)
    thanked, plain = run_panel(treated, 28), run_panel(control, 28)
    rows = everybody(treated)
    return {17: effect_size(thanked.rate(slice(14, 28), rows), plain.rate(slice(14, 28), rows))}


def newcomer_award(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """18, 181: relative change of activity of those who got one random award, a month and twelve months
    later.
    """
    award = Recognition(rule="random", share=0.5, every_days=7, times=1)
    treated, control = laboratory(p, seed, run, (Phase(recognition=award),)), laboratory(p, seed, run)
    thanked, plain = run_panel(treated, 375), run_panel(control, 375)
    rows = treated.recogniser.ever
    return {
        number: thanked.volume(days, rows) / plain.volume(days, rows) - 1.0
        for number, days in ((18, slice(21, 35)), (181, slice(347, 375)))
    }


def exclusive_recognition(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """19, 191: relative change of the group's and of the others' volume after the best third was thanked
    once.
    """
    best = Recognition(rule="exclusive", share=1.0 / 3.0, every_days=7, times=1)
    treated, control = laboratory(p, seed, run, (Phase(recognition=best),)), laboratory(p, seed, run)
    thanked, plain = run_panel(treated, 35), run_panel(control, 35)
    rows, after = everybody(treated), slice(7, 35)
    others = ~treated.recogniser.ever
    return {
        19: thanked.volume(after, rows) / plain.volume(after, rows) - 1.0,
        191: thanked.volume(after, others) / plain.volume(after, others) - 1.0,
    }


def goal_of_acts(model: AdvocacyModel, day: int, offer: Incentives) -> None:
    """Stage a badge for ten acts: x is the fraction done, and the goal is gone once reached."""
    done = model.state.total_shares / GOAL_ACTS
    offer.goal[:] = np.where(done < 1.0, done, 0.0)


def badges(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """21: d of a badge for ten acts over four weeks, everybody together."""
    treated, control, model = pair(p, seed, run, 28, goal_of_acts)
    rows = everybody(model)
    return {21: effect_size(treated.rate(slice(0, 28), rows), control.rate(slice(0, 28), rows))}


def steering(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """22: share of people who speed up near the goal; 221: change of their gap between acts; 222: what is
    left afterwards.
    """
    model = laboratory(p, seed, run)
    rows = everybody(model)
    neutral = {name: np.zeros(rows.size) for name in decision.Occasion._fields}
    base = model.traits.base + 0.6

    def chance(goal: float) -> NDArray[np.float64]:
        o = decision.Occasion(
            **(
                neutral
                | {"base": base, "steerer": model.traits.steerer * 1.0, "goal": np.full(rows.size, goal)}
            )
        )
        return decision.share_chance(decision.log_odds(o, model.parameters))

    # Gaps between acts are one over the chance: the last three acts of ten against the first three.
    near = np.mean([chance(x) for x in (0.7, 0.8, 0.9)], axis=0)
    far = np.mean([chance(x) for x in (0.0, 0.1, 0.2)], axis=0)
    faster = far / near < 0.95
    return {
        22: float(faster.mean()),
        221: float((far / near)[faster].mean() - 1.0),
        222: float((chance(0.0) / chance(0.0)).mean() - 1.0),
    }


def novelty(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """26: effect of points in week 20 over that in week 1; 261: mean effect (log-odds) over the second half
    of a year.
    """
    stage = reward(0, 400, share_points=LARGE_POINTS, tangible=1.0, expected=1.0)
    treated, control, model = pair(p, seed, run, 364, stage)
    rows = everybody(model)

    def effect(days: slice) -> float:
        return effect_size(treated.rate(days, rows), control.rate(days, rows))

    return {26: effect(slice(133, 140)) / effect(slice(0, 7)), 261: effect(slice(182, 364))}


def quantity_and_quality(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """28, 281: change of volume and of care under points; 282: volume under points and norm over the better
    of either.
    """

    def both(model: AdvocacyModel, day: int, offer: Incentives) -> None:
        points(model, day, offer)
        norm(model, day, offer)

    def norm(model: AdvocacyModel, day: int, offer: Incentives) -> None:
        offer.set(everybody(model), norm_shown=1.0)

    points = reward(0, 400, share_points=LARGE_POINTS, expected=1.0)
    volumes, care = [], []
    for stage in (None, points, norm, both):
        model = laboratory(p, seed, run, stage=stage)
        volumes.append(run_panel(model, 28).volume(slice(0, 28), everybody(model)))
        outcomes = model.outcomes()
        care.append(outcomes["quality"].sum() / max(1.0, outcomes["shares"].sum()))
    plain, paid, told, combined = volumes
    return {28: paid / plain - 1.0, 281: care[1] - care[0], 282: combined / max(paid, told) - 1.0}


def rewarded_share(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """29: trust lost by a tangible reward over a weak tie (times its rate); 291: by a symbolic one; 292:
    weak against strong.
    """
    levels: dict[str, Any] = {name: np.zeros(1) for name in Posts._fields}
    plain = Posts(**(levels | {"useful": np.full(1, 0.5), "effort": np.full(1, 0.5)}))
    paid = plain._replace(tangible=np.ones(1))

    def change(strong: float) -> float:
        return float((trust_change(paid, p, strong) - trust_change(plain, p, strong))[0] / p.trust_rate)

    symbolic = float(
        click_factor(plain._replace(tangible=np.zeros(1)), p)[0] / click_factor(plain, p)[0] - 1.0
    )
    return {29: change(0.0), 291: symbolic, 292: change(0.0) - change(1.0)}


def broken_streak(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """30: log-odds of the next share after a break, against an intact streak; 301: share of that gap closed
    by a repair.
    """
    one = {name: np.zeros(1) for name in decision.Occasion._fields}

    def utility(**state: float) -> float:
        o = decision.Occasion(**(one | {name: np.full(1, value) for name, value in state.items()}))
        return float(decision.log_odds(o, p)[0])

    intact, broken, repaired = utility(intact=1.0), utility(broken=1.0), utility()
    return {30: broken - intact, 301: (repaired - broken) / (intact - broken)}


def targets(make: Callable[..., Any]) -> list[Any]:
    """The targets that these experiments measure."""
    return [
        make(12, "Undermining after pay, high motivation (d)", -0.45, -0.10, undermining, 0.0, -1),
        make(13, "The same, low motivation (d)", -0.05, 1.0, undermining),
        make(15, "Token pay, dull task (ratio)", 1.0, 2.0, token_pay, 1.0, 1),
        make(17, "Unexpected praise (d)", 0.15, 0.45, verbal_praise, 0.0, 1),
        make(18, "Random award, a month later", 0.05, 0.25, newcomer_award, 0.0, 1),
        make(181, "The same, twelve months later", 0.0, 0.25, newcomer_award, 0.0, 1),
        make(19, "Best third thanked: group", 0.02, 0.10, exclusive_recognition, 0.0, 1),
        make(191, "The same: those not thanked", 0.0, 0.10, exclusive_recognition, 0.0, 1),
        make(21, "Badges, average (d)", -0.05, 0.45, badges),
        make(22, "People who speed up near a goal", 0.15, 0.30, steering),
        make(221, "Their gap between acts", -0.30, -0.10, steering, 0.0, -1),
        make(26, "Points: week 20 over week 1", -1.0, 0.40, novelty),
        make(28, "Points: volume", 0.0, 2.0, quantity_and_quality, 0.0, 1),
        make(281, "Points: care", -1.0, 0.0, quantity_and_quality, 0.0, -1),
        make(282, "Points and norm: volume over the better one", 0.0, 1.0, quantity_and_quality, 0.0, 1),
        make(29, "Tangible reward, weak tie: trust", -1.0, 0.0, rewarded_share, 0.0, -1),
        make(291, "Symbolic reward: clicks", -0.02, 0.02, rewarded_share),
        make(292, "Weak against strong tie", -1.0, 0.0, rewarded_share, 0.0, -1),
        make(30, "Broken streak (log-odds)", -2.0, 0.0, broken_streak, 0.0, -1),
        make(301, "Part of the gap closed by a repair", 0.4, 0.6, broken_streak),
    ]
