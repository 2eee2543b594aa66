"""The compiled loops behind agents.audience.audience: feelings brought up to date, and moved by what was seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import kernel
from engine.response import FIRST_VIEW
from engine.signatures import I64, U64, F32Out, F64In, F64Out, I32In, I64In, I64Out, U8In, U8Out
from engine.streams import uniform

MUTED_LIFT = -1e30


@kernel(I64In, I64In, F64In, I64, F64In, I64Out, F32Out, F32Out, U8Out, F32Out, F64Out, F64Out)
def refresh_edges(
    sources: Any,
    offsets: Any,
    rates: Any,
    day: Any,
    start: Any,
    touched: Any,
    trust: Any,
    fatigue: Any,
    muted: Any,
    lift: Any,
    trust_shift: Any,
    fatigue_sum: Any,
) -> None:
    """Let trust and fatigue on all edges of `sources` be those of `day`, and write what the response kernel reads."""
    for i in range(sources.size):
        a = sources[i]
        gap = day - touched[a]
        keep_trust = 2.0 ** (-gap / rates[0])
        keep_fatigue = 2.0 ** (-gap / rates[1])
        touched[a] = day
        trust_shift[a] *= keep_trust
        fatigue_sum[a] *= keep_fatigue
        for e in range(offsets[a], offsets[a + 1]):
            trust[e] = start[a] + (trust[e] - start[a]) * keep_trust
            fatigue[e] *= keep_fatigue
            lift[e] = MUTED_LIFT if muted[e] else rates[2] * trust[e] - rates[3] * fatigue[e]


@kernel(
    I32In,
    I32In,
    U8In,
    I32In,
    I64In,
    F64In,
    F64In,
    F64In,
    F64In,
    U64,
    I64,
    F32Out,
    F32Out,
    U8Out,
    F64Out,
    F64Out,
    F64Out,
    I64Out,
)
def absorb(
    edges: Any,
    shares: Any,
    flags: Any,
    sources: Any,
    ordinals: Any,
    change_strong: Any,
    change_weak: Any,
    promotional: Any,
    rates: Any,
    key: Any,
    day: Any,
    trust: Any,
    fatigue: Any,
    muted: Any,
    trust_shift: Any,
    fatigue_sum: Any,
    counts: Any,
    unfollows: Any,
) -> None:
    """Move trust and fatigue along the edges over which posts were seen, let people mute, and count sights share by share."""
    n_shares = ordinals.size
    for i in range(edges.size):
        e, s = edges[i], shares[i]
        first = 1.0 if flags[i] & FIRST_VIEW else 0.0
        if e >= trust.size:
            counts[n_shares + s] += 1.0
            counts[3 * n_shares + s] += first
            continue
        if muted[e] == 1:
            continue
        counts[s] += 1.0
        counts[2 * n_shares + s] += first
        a = sources[e]
        strong = uniform(key, 0, e, 0) < rates[3]
        moved = trust[e] + (change_strong[s] if strong else change_weak[s])
        moved = min(1.0, max(0.0, moved))
        trust_shift[a] += moved - trust[e]
        trust[e] = moved
        fatigue[e] += rates[0]
        fatigue_sum[a] += rates[0]
        hazard = rates[1] * np.exp(rates[2] * fatigue[e]) * promotional[a]
        if muted[e] == 0 and uniform(key, day + 1_000_000, e, ordinals[s] + 1) < hazard:
            # 2: muted from tomorrow on, so that today's sights still count.
            muted[e] = 2
            unfollows[s] += 1
    for i in range(edges.size):
        if edges[i] < trust.size and muted[edges[i]] == 2:
            muted[edges[i]] = 1
