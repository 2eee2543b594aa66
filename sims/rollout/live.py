"""Rollouts of the live programme: random assignment of teams, registration, and analysis from the history.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import randbelow
from typing import Any

import numpy as np

from rewards.document import parse_data
from rewards.faults import BadValue
from rewards.rollout import rollouts
from rewards.rollout.rollouts import Registration, Rollout
from rewards.store.session import Transaction
from rewards.store.units import dump
from sims.doctor import version
from sims.rollout.analysis import analyse, units_of_plan
from sims.rollout.plan import Plan, RolloutError, Team, Wish, drawn, sealed
from sims.rollout.units import Floats

MOST_SEED = 2**53


@dataclass(frozen=True)
class Drawn:
    """Teams that can be assigned: `teams` with their people; `left_out` have somebody who was invited already."""

    teams: int
    people: int
    left_out: int


def to_draw(tx: Transaction, organisation: str) -> dict[str, Drawn]:
    """{held back: teams that a rollout could assign}."""
    return {gives: Drawn(*counts) for gives, counts in rollouts.count_teams(tx, organisation).items()}


def register(
    tx: Transaction,
    organisation: str,
    wish: Wish,
    first: date,
    *,
    title: str,
    expected: Mapping[str, Any] | None,
    actor: str,
    now: datetime,
) -> int:
    """Assign the company's teams at random with system entropy, seal the plan, and store it before the start; returns its number.

    Raises BadValue where there are too few teams, and the errors of `rewards.rollout.rollouts.register`.
    """
    teams, left_out = rollouts.teams_to_draw(tx, organisation, wish.gives)
    chance = wish.model_copy(update={"seed": randbelow(MOST_SEED)})
    try:
        clusters = drawn(chance, [Team(one.name, one.segment, len(one.people)) for one in teams])
    except RolloutError as error:
        raise BadValue(
            "{error} ({left_out} teams were left out: somebody in them was invited already)",
            error=error,
            left_out=left_out,
        ) from None
    plan = sealed(chance, clusters, first, groundswell=version(), title=title, expected=expected)
    arm_of = {one.name: one.arm for one in plan.clusters}
    days = [day for arm in wish.starts if (day := plan.day_of(arm)) is not None]
    asked = Registration(
        title=title,
        gives=wish.gives,
        document=dump(plan.model_dump(mode="json")),
        content_hash=plan.hash,
        first=plan.first,
        last=plan.last,
        treated_from=min(days),
        people=[(person, one.name, plan.day_of(arm_of[one.name])) for one in teams for person in one.people],
    )
    return rollouts.register(tx, organisation, asked, actor=actor, now=now)


def plan_of(rollout: Rollout) -> Plan:
    """The registered plan. Raises DocumentError where its seal is broken, that is, it was changed in the database."""
    return parse_data(json.loads(rollout.document), Plan, f"rollout {rollout.id}")


def analysis_of(tx: Transaction, rollout: Rollout, now: datetime) -> dict[str, Any]:
    """The analysis of the history up to yesterday (UTC) as JSON values; no effect before the last day is over."""
    plan = plan_of(rollout)
    until = now.date() - timedelta(days=1)
    stopped = None if rollout.stopped_at is None else rollout.stopped_at.date()
    if until < plan.last:
        return analyse(plan, units_of_plan(plan, {}), until, 0.0, stopped)
    # A finished rollout changes by corrections only, so that it is analysed once a day and process.
    key = ("rollout", rollout.id, until, stopped)
    found: dict[str, Any] | None = tx.database.cache.get(key)
    if found is None:
        units = units_of_plan(plan, _sums(tx, rollout, plan))
        found = analyse(plan, units, until, rollouts.crossed(tx, rollout), stopped)
        tx.database.cache[key] = found
    return found


def _sums(tx: Transaction, rollout: Rollout, plan: Plan) -> dict[str, Floats]:
    """{team: float64[weeks]} of the metric for each assigned team; weeks without an event are 0."""
    found = {one.name: np.zeros(plan.wish.periods) for one in plan.clusters}
    column = {"shares": "shares", "clicks": "clicks", "weekly_sharers": "sharers"}[plan.wish.metric]
    for row in rollouts.weeks_of(tx, rollout, plan.last):
        if row.cluster in found and 0 <= row.week < plan.wish.periods:
            found[row.cluster][row.week] += getattr(row, column)
    return found
