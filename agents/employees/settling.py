"""The stationary state before the first day: habits and sharing rates after years without a program.

A run that started from zero would show habits and norms growing for months, which no program caused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import Occasion, log_odds, relative, share_chance
from agents.parameters.parameters import Parameters
from agents.setting.setting import Content
from agents.world.desk import topics
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.population import Staff, Traits
from engine.streams import Stream, poissons

Floats = NDArray[np.float64]

# Number of half steps of the fixed-point iteration; remembered weeks are drawn until this part of their weight is left.
STEPS, LEFT_OF_MEMORY = 40, 0.01
WEEKS_A_MONTH = 52.0 / 12.0


class Settled(NamedTuple):
    """float64[n] each: habit, chance of a share per opportunity, fraction of recent weeks with a share, and shares a month.

    Habit converges to the chance of a share.
    """

    habit: Floats
    own_rate: Floats
    amount: Floats


def settled(
    staff: Staff,
    traits: Traits,
    content: Content,
    opportunities: Floats,
    friction: Floats,
    *,
    fear: Floats,
    lanes: Lanes,
) -> Settled:
    """The stationary state of all employees with `opportunities` a week, `friction` and `fear`, without any program.

    Remembered weeks are drawn one by one, so that recent rates scatter as rates of a few weeks do.
    """
    fixed = _fixed(staff, traits, content, friction, fear, p=lanes.rows)
    chance = _steady_chance(staff, fixed, opportunities, lanes)
    weekly = _weekly(chance, opportunities)
    keys, rate_weeks = lanes.keys(Stream.NORM), lanes.laws.column("rate_weeks")
    left, own_rate, amount, week = np.ones(lanes.count), np.zeros(staff.size), np.zeros(staff.size), 0
    while (left > LEFT_OF_MEMORY).any():
        # Nothing is added for runs whose remembered weeks are complete.
        adding = np.where(left > LEFT_OF_MEMORY, left, 0.0)[lanes.lane]
        drawn = poissons(uniforms_each(keys, lanes.lane, week, lanes.own), opportunities * chance)
        own_rate += (drawn > 0) * adding / rate_weeks[lanes.lane]
        amount += WEEKS_A_MONTH * drawn * adding / rate_weeks[lanes.lane]
        left, week = np.where(left > LEFT_OF_MEMORY, left * (1.0 - 1.0 / rate_weeks), left), week + 1
    rest = left[lanes.lane]
    return Settled(chance, own_rate + rest * weekly, amount + rest * WEEKS_A_MONTH * opportunities * chance)


def _weekly(chance: Floats, opportunities: Floats) -> Floats:
    return -np.expm1(-opportunities * chance)


def _steady_chance(
    staff: Staff, fixed: list[tuple[Floats, Floats]], opportunities: Floats, lanes: Lanes
) -> Floats:
    # Habit, norm and repetition feed back on the chance: damped by half steps, since repetition has negative feedback.
    p, team_of = lanes.rows, lanes.lane * len(staff.teams) + staff.team
    teams = lanes.count * len(staff.teams)
    chance, heads = np.zeros(staff.size), np.maximum(np.bincount(team_of, minlength=teams), 1)
    for _ in range(STEPS):
        rate = WEEKS_A_MONTH * opportunities * chance
        team = (np.bincount(team_of, rate, teams) / heads)[team_of]
        gap = p.norm_attention * relative(team, rate, p)
        moved = p.habit_weight * chance - p.repetition_cost * opportunities * chance
        moved += p.norm_up * np.maximum(0.0, gap) - p.norm_down * np.maximum(0.0, -gap)
        wanted = sum((part * share_chance(base + moved) for part, base in fixed), start=np.zeros(staff.size))
        chance = 0.5 * (chance + wanted)
    return chance


def _fixed(
    staff: Staff, traits: Traits, content: Content, friction: Floats, fear: Floats, *, p: Parameters
) -> list[tuple[Floats, Floats]]:
    # (part of the mix, utility without the feedback terms) of each kind of item: own topic or not, green-lit or not.
    names, n = topics(content, staff.segments), staff.size
    total = sum(kind.share for kind in content.kinds)
    found = []
    for kind in content.kinds:
        turn = np.full(n, 1.0 / len(staff.segments))
        own = turn if kind.topic is None else (staff.segment == names.index(kind.topic)).astype(np.float64)
        for relevance, part in ((1.0, own), (p.relevance_elsewhere, 1.0 - own)):
            for lit, of_these in ((1.0, kind.green_lit), (0.0, 1.0 - kind.green_lit)):
                weight = kind.share / total * of_these * part
                if weight.any():
                    levels = {"relevance": relevance, "risk": kind.risk, "green_lit": lit}
                    found.append((weight, log_odds(_occasion(traits, friction, fear, levels, p), p)))
    return found


def _occasion(
    traits: Traits, friction: Floats, fear: Floats, levels: dict[str, float], p: Parameters
) -> Occasion:
    nothing = np.zeros(traits.base.size)
    columns = dict.fromkeys(Occasion._fields, nothing) | {
        "base": traits.base,
        "motivation": traits.motivation,
        "perceived_log": traits.perceived_log,
        "feedback": np.full(nothing.size, p.feedback_start),
        "connectedness": traits.connectedness,
        "friction": friction,
        "fear": fear * traits.fear_sensitivity,
    }
    return Occasion(**(columns | {name: np.full(nothing.size, value) for name, value in levels.items()}))
