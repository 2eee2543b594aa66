"""One day's values of every flow and stock of `agents.observe.outcomes`, from the day's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer, Posts
from agents.employees.meeting import Opportunities
from agents.observe.gini import ginis
from agents.observe.observed import Observed
from agents.observe.people_kernel import PRESENT, SHARED, THANKED, heads
from agents.program.membership import GONE, MEMBER, RESTING
from agents.program.program import Scored
from agents.world.lanes import distinct, sums

LARGE = 5
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def measure(
    model: Observed,
    met: Opportunities,
    shared: Ints,
    posts: Posts,
    answer: Answer,
    *,
    scored: Scored,
    thanked: Floats,
    present: NDArray[np.bool_],
    cost: Floats,
    people: dict[str, Ints],
    earlier: Ints,
) -> dict[str, Floats]:
    """One day's outcomes, {outcome: float64[R]}; also records each person's flows in `model.flows`.

    cost     money paid for rewards today, float64[R]
    people   {flow: rows of people}: flows that count acts, one row an act
    earlier  everybody's shares up to four weeks ago
    """
    lanes, mood, runs = model.lanes, model.state, model.lanes.count
    counts = np.empty((runs, 3), dtype=np.int64)
    heads(
        lanes.first, present.view(np.uint8), mood.recent_total, model.recogniser.ever.view(np.uint8), counts
    )
    staff, everybody = np.maximum(1, counts[:, PRESENT]), model.staff.steady
    who = met.person[shared]
    flows = flows_of_shares(model, met, shared, posts, answer)
    model.flows.add(model.day, who, **flows)
    sharers, _ = distinct(who)
    model.flows.add(model.day, sharers, active_sharers=np.ones(sharers.size))
    model.flows.add(model.day, scored.person, points=scored.millipoints / 1000.0)
    model.flows.add(model.day, scored.leads, leads=np.ones(scored.leads.size))
    receivers = np.flatnonzero(thanked > 0.0)
    model.flows.add(model.day, receivers, praise=thanked[receivers])
    counted = {name: _counted(model, name, rows) for name, rows in (people | _steps(model)).items()}
    added = sums(np.stack(list(flows.values())), lanes.starts(who))
    values: dict[str, Any] = dict(zip(flows, added, strict=True))
    page = model.networks.lane[posts.source[shared.size :]]
    values |= {
        "active_sharers": np.bincount(lanes.lane[sharers], minlength=runs),
        "weekly_sharers": counts[:, SHARED] / staff,
        "unique_reach": answer.unique_employees,
        "people_reached": model.feelings.n_reached.copy(),
        "leads": np.bincount(lanes.lane[scored.leads], minlength=runs),
        "corporate_clicks": np.bincount(page, answer.clicks[shared.size :], runs),
        "corporate_reach": answer.unique_corporate,
        "corporate_posts": np.bincount(page, minlength=runs),
        "corporate_viewers": np.bincount(page, answer.viewers[shared.size :], runs),
        "corporate_reactions": np.bincount(page, answer.reactions[shared.size :], runs),
        "cost": cost,
        "shares_gini": ginis(lanes.first, mood.total_shares, present),
        "recent_gini": ginis(lanes.first, mood.total_shares - earlier, present),
        "points": np.bincount(lanes.lane[scored.person], scored.millipoints, runs) / 1000.0,
        "liability": model.program.liability(),
        "praise": np.bincount(lanes.lane[receivers], thanked[receivers], runs),
        "recognition_coverage": counts[:, THANKED] / staff,
        "points_gini": _gini_of_points(model, present),
        "motivation": lanes.means(mood.motivation, present, everybody),
        "fear": lanes.means(mood.fear, present, everybody),
        "habit": lanes.means(mood.habit, present, everybody),
        "headcount": counts[:, PRESENT].copy(),
    }
    return values | _taking_part(model, present, staff) | _feelings(model) | counted


def _counted(model: Observed, name: str, rows: Ints) -> Floats:
    # Each row is one act of its person; the outcome is their number in each run.
    model.flows.add(model.day, rows, **{name: np.ones(rows.size)})
    return np.bincount(model.lanes.lane[rows], minlength=model.lanes.count).astype(np.float64)


def _steps(model: Observed) -> dict[str, Ints]:
    # Employees who enrolled, lapsed and turned reminders off today.
    members = model.members
    if not members.active:
        return {name: np.empty(0, dtype=np.int64) for name in ("joined", "lapsed", "opt_outs")}
    return {
        "joined": members.came_to(model.day, (MEMBER,)),
        "lapsed": members.came_to(model.day, (RESTING, GONE)),
        "opt_outs": np.flatnonzero(members.opted_out),
    }


def _taking_part(model: Observed, present: NDArray[np.bool_], staff: Ints) -> dict[str, Floats]:
    members, lanes = model.members, model.lanes
    if not members.active:
        return {name: np.zeros(lanes.count) for name in ("enrolled", "annoyance")}
    enrolled = (members.status == MEMBER) & present
    return {
        "enrolled": lanes.counts(enrolled) / staff,
        "annoyance": lanes.means(members.reminders.annoyance, enrolled, False),
    }


def _feelings(model: Observed) -> dict[str, Floats]:
    trust, fatigue = model.feelings.means_of_sources(model.day)
    return {
        "peer_trust": model.over_edges(trust, pages=False),
        "corporate_trust": model.over_edges(trust, pages=True),
        "fatigue": model.over_edges(fatigue, pages=False),
    }


def _gini_of_points(model: Observed, present: NDArray[np.bool_]) -> Floats:
    if not model.program.running:
        return np.zeros(model.lanes.count)
    return ginis(model.lanes.first, model.program.earned_millipoints(), present)


def flows_of_shares(
    model: Observed, met: Opportunities, shared: Ints, posts: Posts, answer: Answer
) -> dict[str, Floats]:
    """The flows caused by each share, float64[shares] each."""
    own = slice(0, shared.size)
    bought = met.draw[shared] >= met.unpaid[shared]
    careless = posts.effort[own] < model.lanes.of(met.person[shared]).effort_base
    clicks, reposts = answer.clicks[own].astype(np.float64), answer.reposts[own].astype(np.float64)
    return {
        "shares": np.ones(shared.size),
        "quality": posts.effort[own],
        "viewers": answer.viewers[own],
        "naive_reach": answer.naive[own],
        "human_clicks": clicks,
        "reposts": reposts,
        "deep_reposts": answer.beyond_one[own].astype(np.float64),
        "reposted_shares": (reposts > 0.0).astype(np.float64),
        "large_cascades": (reposts >= LARGE).astype(np.float64),
        "reactions": answer.reactions[own].astype(np.float64),
        "contacts_gained": model.lanes.of(met.person[shared]).contacts_per_view * answer.viewers[own],
        "engagement": clicks + reposts,
        "unfollows": answer.unfollows[own].astype(np.float64),
        "risky_shares": 1.0 - model.items.green_lit[met.item[shared]],
        "bought_shares": bought.astype(np.float64),
        "careless_shares": careless.astype(np.float64),
        "gamed_shares": (bought & careless).astype(np.float64),
    }
