"""The stationary state before the first day: habits and sharing rates after years without a program.

A run that started from zero would show habits and norms growing for months, which no program caused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import Occasion, log_odds
from agents.employees.settling_kernel import FARTHEST, STEADY_LAWS, WEEKS_A_MONTH, remember, settle
from agents.parameters.parameters import Parameters
from agents.setting.setting import Content
from agents.world.desk import topics
from agents.world.lanes import Lanes
from agents.world.population import Staff, Traits
from engine.streams import Stream

Floats = NDArray[np.float64]

# Number of half steps of the fixed-point iteration; remembered weeks are drawn until this part of their weight is left.
STEPS, LEFT_OF_MEMORY = 40, 0.01


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
    rates, left = opportunities * chance, np.empty(lanes.count)
    own_rate, amount = np.zeros(staff.size), np.zeros(staff.size)
    remember(
        LEFT_OF_MEMORY, lanes.first, lanes.keys(Stream.NORM), lanes.laws.column("rate_weeks"), rates, np.empty(staff.size),
        np.empty(staff.size), left, own_rate, amount,
    )  # fmt: skip
    rest = left[lanes.lane]
    return Settled(chance, own_rate + rest * weekly, amount + rest * WEEKS_A_MONTH * opportunities * chance)


def _weekly(chance: Floats, opportunities: Floats) -> Floats:
    return -np.expm1(-opportunities * chance)


def _steady_chance(
    staff: Staff, fixed: list[tuple[Floats, Floats]], opportunities: Floats, lanes: Lanes
) -> Floats:
    # Habit, norm and repetition feed back on the chance: damped by half steps, since repetition has negative feedback.
    team_of, chance = lanes.lane * len(staff.teams) + staff.team, np.zeros(staff.size)
    heads = np.maximum(np.bincount(team_of, minlength=lanes.count * len(staff.teams)), 1)
    parts, utilities = (np.stack(columns) for columns in zip(*fixed, strict=True))
    against = np.exp(np.clip(-utilities, -FARTHEST, FARTHEST))
    settle(
        STEPS, lanes.first, lanes.laws.table(STEADY_LAWS), opportunities, team_of, heads, parts, against,
        np.empty(heads.size), np.empty(staff.size), chance,
    )  # fmt: skip
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
    # What is the same for all is a single number, so that terms without effect cost nothing.
    nothing = np.array(0.0)
    columns = dict.fromkeys(Occasion._fields, nothing) | {
        "base": traits.base,
        "motivation": traits.motivation,
        "perceived_log": traits.perceived_log,
        "feedback": np.asarray(p.feedback_start),
        "connectedness": traits.connectedness,
        "friction": friction,
        "fear": fear * traits.fear_sensitivity,
    }
    return Occasion(**(columns | {name: np.asarray(value) for name, value in levels.items()}))
