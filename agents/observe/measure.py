"""One day's values of every flow and stock of `agents.observe.outcomes`, from the day's arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer, Posts
from agents.employees.meeting import Met
from agents.observe.observed import Observed
from agents.observe.splits import gini
from agents.program.program import Scored

Floats = NDArray[np.float64]


def measure(
    model: Observed,
    met: Met,
    shared: NDArray[np.int64],
    posts: Posts,
    answer: Answer,
    scored: Scored,
    thanked: Floats,
    present: NDArray[np.bool_],
    more: dict[str, float],
) -> dict[str, float]:
    """{outcome: value}; enters the flows of each person into `model.flows`. `more` are values known already."""
    n, staff, mood = shared.size, max(1, int(present.sum())), model.state
    pages = slice(n, None)
    employees, sources = model.staff.size, model.network.n_sources
    flows = flows_of_shares(model, met, shared, posts, answer)
    model.flows.add(model.day, met.person[shared], **flows)
    sharers = np.unique(met.person[shared])
    model.flows.add(model.day, sharers, active_sharers=np.ones(sharers.size))
    model.flows.add(model.day, scored.person, points=scored.millipoints / 1000.0)
    model.flows.add(model.day, scored.leads, leads=np.ones(scored.leads.size))
    receivers = np.flatnonzero(thanked)
    model.flows.add(model.day, receivers, praise=thanked[receivers])
    earned = model.programme.earned_millipoints()[present]
    values = {name: value.sum() for name, value in flows.items()} | {
        "active_sharers": sharers.size,
        "weekly_sharers": np.count_nonzero(mood.recent_total[present]) / staff,
        "unique_reach": answer.unique_employees,
        "people_reached": np.count_nonzero(model.reached),
        "leads": scored.leads.size,
        "corporate_clicks": answer.clicks[pages].sum(),
        "corporate_reach": answer.unique_corporate,
        "points": scored.millipoints.sum() / 1000.0,
        "liability": model.programme.liability(),
        "praise": thanked.sum(),
        "recognition_coverage": np.count_nonzero(model.recogniser.ever & present) / staff,
        "points_gini": gini(earned.astype(np.float64)),
        "peer_trust": model.feelings.mean_trust(0, employees, model.day),
        "corporate_trust": model.feelings.mean_trust(employees, sources, model.day),
        "fatigue": model.feelings.mean_fatigue(0, employees, model.day),
        "motivation": mood.motivation[present].mean() if present.any() else 0.0,
        "fear": mood.fear[present].mean() if present.any() else 0.0,
        "habit": mood.habit[present].mean() if present.any() else 0.0,
        "headcount": np.count_nonzero(present),
    }
    return {name: float(value) for name, value in (values | more).items()}


def flows_of_shares(
    model: Observed, met: Met, shared: NDArray[np.int64], posts: Posts, answer: Answer
) -> dict[str, Floats]:
    """Flows that one share brings, float64[shares] each."""
    own = slice(0, shared.size)
    bought = met.draw[shared] >= met.unpaid[shared]
    careless = posts.effort[own] < model.parameters.effort_base
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
        "engagement": clicks + reposts,
        "unfollows": answer.unfollows[own].astype(np.float64),
        "risky_shares": 1.0 - model.items.green_lit[met.item[shared]],
        "bought_shares": bought.astype(np.float64),
        "gamed_shares": (bought & careless).astype(np.float64),
    }
