"""Determinants of an exposed person's response to a post: trust over the edge, interest in the topic, fatigue."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.kernels import inlined
from engine.picking import ZERO
from engine.streams import uniform

# Trust of an edge over which nothing is shown: a muted source.
UNSEEN = np.float32(-1e29)
# So many edges are sampled for an upper bound on the trust of the others, with this margin.
FEW_SIGHTS, ABOVE_USUAL = 8, np.float32(0.1)
NO_TRUST, ZERO_32 = np.float32(-math.inf), np.float32(0.0)
# More than what float32 rounds away of an exponent.
ROUNDED = 1e-3
# Ordinal of a person's interest in the first topic.
INTEREST = 2


@inlined
def taste(v: Any, topic: Any, segments: Any, levels: Any, key: Any) -> Any:
    """A person's interest in a topic, drawn when it is asked for: the level of one's own topic or of another, give or take."""
    level = levels[0] if segments[v] == topic else levels[1]
    drawn = level + levels[2] * (uniform(key, 2, np.int64(v), INTEREST + np.int64(topic)) - 0.5)
    return np.float32(min(max(drawn, 0.0), 1.0))


@inlined
def lift_of(
    e: Any, v: Any, topic: Any, theta: Any, edge_trust: Any, edge_fatigue: Any, interest: Any, n_topics: Any,
    segments: Any, levels: Any, taste_key: Any,
) -> Any:  # fmt: skip
    """exp(trust·T + affinity·A − fatigue·F)."""
    liking = (
        interest[v * n_topics + topic] if n_topics > ZERO else taste(v, topic, segments, levels, taste_key)
    )
    return math.exp(theta[0] * edge_trust[e] + theta[1] * liking - theta[2] * edge_fatigue[e])


@inlined
def usual_trust(n_seen: Any, picked: Any, edge_trust: Any, theta: Any, n_topics: Any) -> Any:
    """Trust that few of these edges exceed, and the most that `lift_of` can be over an edge of so much. Where that is not known (few
    edges, interests of any size, fatigue apart), trust that none has.
    """
    drawn = n_topics == ZERO and theta[0] >= ZERO_32 and theta[1] >= ZERO_32 and theta[2] == ZERO_32
    if n_seen < FEW_SIGHTS or not drawn:
        return NO_TRUST, 0.0
    usual = NO_TRUST
    for i in range(FEW_SIGHTS):
        usual = max(usual, edge_trust[np.uint64(picked[i])])
    if usual <= UNSEEN:
        return NO_TRUST, 0.0
    usual += ABOVE_USUAL
    return usual, math.exp(np.float64(theta[0]) * np.float64(usual) + np.float64(theta[1]) + ROUNDED)
