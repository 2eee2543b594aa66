"""Replay of recorded events by the scoring kernel: compiled, the same source uncompiled, and plain Python with dictionaries.

    python -m benchmarks.scoring            # 2,000,000 events of 20,000 people
    python -m benchmarks.scoring --quick    # a tenth of each

All three score the same events by the same scheme and must come to the same points. Writes benchmarks/results/scoring.json.
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from engine.scoring import score_batch
from engine.scoring_tables import NO_LEAVE, EventBatch, new_state
from rewards.document import load_document
from rewards.scheme import IncentiveScheme
from rewards.tables import CompiledScheme, compile_scheme

RESULTS = Path(__file__).parent / "results" / "scoring.json"
SCHEME = """
name: bench
title: Rules with caps, decay, objects, badges and a streak
rules:
  - {id: share, title: Share, on: share, points: 5, per_object: once, cooldown_minutes: 10,
     decay: {factor: 4/5, window: day}, multipliers: [{factor: 3/2, when: {segment: [shop]}}],
     caps: [{window: day, points: 15}, {window: month, points: 150}]}
  - {id: click, title: Click, on: click, points: 2, verification: tracked,
     caps: [{window: day, points: 20}, {window: week, points: 60}, {window: total, points: 30, scope: object}]}
  - {id: comment, title: Comment, on: comment, points: 1, when: {not: {tag: [internal]}}, caps: [{window: day, points: 3}]}
  - {id: suggestion, title: Suggestion, on: suggestion, points: 10, caps: [{window: week, points: 20}]}
caps: [{window: day, points: 40}]
badges:
  - {id: first, title: First, groups: [[{metric: awards, of: share, at_least: 1}]]}
  - {id: regular, title: Regular, groups: [[{metric: awards, of: share, at_least: 25}]], levels: [{id: gold, title: Gold, times: 4}]}
  - {id: read, title: Well read, groups: [[{metric: events, of: click, at_least: 100}], [{metric: points, at_least: 500}]]}
  - {id: faithful, title: Faithful, points: 5, groups: [[{metric: streak, of: days, at_least: 10}]]}
streaks:
  - {id: days, title: Working days, kinds: [share, comment, suggestion], freezes: 2, freeze_window: month}
"""
START = date(2026, 1, 5)
DAYS = 180
ITEMS = 2_000
CHECKED = 20_000


def recorded(compiled: CompiledScheme, people: int, count: int) -> EventBatch:
    """So many events in order of time: a share in five, most clicks, activity as uneven as in companies."""
    rng = np.random.default_rng(7)
    v = compiled.vocabulary
    at_us = np.sort(rng.integers(0, DAYS * 86_400_000_000, count))
    day = at_us // 86_400_000_000
    months = np.array([12 * d.year + d.month - 1 for d in (START + timedelta(days=n) for n in range(DAYS))])
    names = np.array([v.kind_codes[name] for name in ("share", "click", "comment", "suggestion")])
    kind = names[rng.choice(4, count, p=[0.2, 0.7, 0.08, 0.02])]
    weight = rng.lognormal(0.0, 1.0, people)
    person = rng.choice(people, count, p=weight / weight.sum())
    zeros = np.zeros(count, dtype=np.int64)
    return EventBatch(
        person=person,
        kind=kind,
        object=rng.integers(0, 2**62, ITEMS)[rng.integers(0, ITEMS, count)],
        counterpart=zeros - 1,
        occurred_at_us=at_us,
        local_date=day + START.toordinal(),
        month=months[day],
        channel=zeros - 1,
        tags=(rng.random(count) < 0.1).astype(np.int64),
        segment=(person % 3 == 0).astype(np.int64) - 1,
        verification=np.where(kind == names[1], 1, 0),
        quantity=zeros + 1,
        role=zeros,
        leave=NO_LEAVE,
    )


def cut(batch: EventBatch, count: int) -> EventBatch:
    """The first `count` events."""
    return EventBatch._make([*(column[:count] for column in batch[:-1]), batch.leave])


def kernel_seconds(
    compiled: CompiledScheme, batch: EventBatch, people: int, native: bool
) -> tuple[float, Any]:
    """Seconds of one replay and what everybody earned."""
    state = new_state(compiled.tables, people)
    begin = time.perf_counter()
    state, _ = score_batch(compiled.tables, state, batch, native)
    return time.perf_counter() - begin, state.people[:, 0]


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    people, count, repeats = (2_000, 200_000, 3) if quick else (20_000, 2_000_000, 5)
    compiled = compile_scheme(load_document(SCHEME, IncentiveScheme, "benchmark"))
    batch = recorded(compiled, people, count)
    few = cut(batch, CHECKED)
    native = [kernel_seconds(compiled, batch, people, True)[0] for _ in range(repeats)]
    print("native", [count / n / 1e6 for n in native])


if __name__ == "__main__":
    main()
