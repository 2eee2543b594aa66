"""One day's values of every outcome of `agents.observe`, from the day's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.audience import Answer, Posts
from agents.meeting import Met
from agents.observe import gini
from agents.programme import Scored

if TYPE_CHECKING:
    from agents.model import AdvocacyModel


def measure(
    model: AdvocacyModel,
    met: Met,
    shared: NDArray[np.int64],
    posts: Posts,
    answer: Answer,
    scored: Scored,
    thanked: NDArray[np.float64],
    present: NDArray[np.bool_],
) -> dict[str, float]:
    """{outcome: value}; empty during the burn-in."""
    if model.day < 0:
        return {}
    n, staff, mood = shared.size, max(1, int(present.sum())), model.state
    own, pages = slice(0, n), slice(n, None)
    employees, sources = model.staff.size, model.network.n_sources
    item = met.item[shared]
    earned = model.programme.earned_millipoints()[present]
    values = {
        "shares": n,
        "active_sharers": np.unique(met.person[shared]).size,
        "weekly_sharers": np.count_nonzero(mood.recent_total[present]) / staff,
        "exposures": answer.exposures[own].sum(),
        "naive_reach": answer.naive[own].sum(),
        "unique_reach": answer.unique_employees,
        "people_reached": np.count_nonzero(model.reached),
        "human_clicks": answer.clicks[own].sum(),
        "reposts": answer.reposts[own].sum(),
        "leads": scored.leads,
        "corporate_clicks": answer.clicks[pages].sum(),
        "corporate_reach": answer.unique_corporate,
        "unfollows": answer.unfollows[own].sum(),
        "quality": posts.effort[own].sum(),
        "risky_shares": (1.0 - model.items.green_lit[item]).sum(),
        "points": scored.millipoints.sum() / 1000.0,
        "praise": thanked.sum(),
        "peer_trust": model.feelings.mean_trust(0, employees, model.day),
        "corporate_trust": model.feelings.mean_trust(employees, sources, model.day),
        "fatigue": model.feelings.mean_fatigue(0, employees, model.day),
        "motivation": mood.motivation[present].mean() if present.any() else 0.0,
        "fear": mood.fear[present].mean() if present.any() else 0.0,
        "habit": mood.habit[present].mean() if present.any() else 0.0,
        "points_gini": gini(earned.astype(np.float64)),
        "recognition_coverage": np.count_nonzero(model.recogniser.ever & present) / staff,
    }
    return {name: float(value) for name, value in values.items()}
