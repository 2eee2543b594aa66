"""Replay of recorded events by the scoring kernel: compiled, the same source uncompiled, and plain Python with dictionaries.

    python -m benchmarks.scoring            # 2,000,000 events of 20,000 people
    python -m benchmarks.scoring --quick    # a tenth of each

All three score the same events by the same scheme and must come to the same points. Times are CPU seconds of one thread, the best of
seven, since other work on the machine only ever adds to them. Writes benchmarks/results/scoring.json.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from engine.scoring import score_batch
from engine.scoring_plain import Occasions, PlainState, score_plain
from engine.scoring_tables import NO_LEAVE, EventBatch, new_state
from engine.scoring_terms import EventNumbers
from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import CompiledScheme, compile_scheme

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
KINDS = ("share", "click", "comment", "suggestion")
CHECKED = 20_000


def recorded(compiled: CompiledScheme, people: int, count: int) -> EventBatch:
    """So many events in order of time: a share in five, most clicks, activity as uneven as in companies."""
    rng = np.random.default_rng(7)
    v = compiled.vocabulary
    at_us = np.sort(rng.integers(0, DAYS * 86_400_000_000, count))
    day = at_us // 86_400_000_000
    months = np.array([12 * d.year + d.month - 1 for d in (START + timedelta(days=n) for n in range(DAYS))])
    names = np.array([v.kind_codes[name] for name in KINDS])
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


class PlainScorer:
    """The same scheme as one would write it by hand: one class, dictionaries, no generality."""

    def __init__(self) -> None:
        self.earned: defaultdict[int, int] = defaultdict(int)
        self.used: defaultdict[tuple[Any, ...], int] = defaultdict(int)
        self.shared: set[tuple[int, int]] = set()
        self.shares: defaultdict[int, int] = defaultdict(int)
        self.clicks: defaultdict[int, int] = defaultdict(int)
        self.last_share: dict[int, int] = {}
        self.badges: set[tuple[int, str]] = set()
        self.streaks: dict[int, list[int]] = {}

    def pay(self, person: int, wanted: int, caps: list[tuple[tuple[Any, ...], int]]) -> int:
        """What the caps leave of the amount, counted against each of them."""
        amount = min([wanted, *(most - self.used[key] for key, most in caps)])
        if amount > 0:
            for key, _ in caps:
                self.used[key] += amount
            self.earned[person] += amount
        return amount

    def score(self, row: tuple[int, ...], names: list[int]) -> None:
        """One event."""
        person, kind, item, _, at_us, day, month, _, tags, segment, proof, _, _ = row
        share, click, comment, _ = names
        week, whole = (day - 1) // 7, ((person, "scheme", day), 40_000)
        if kind == share:
            rested = at_us - self.last_share.get(person, -(2**60)) >= 600_000_000
            if (person, item) not in self.shared and rested:
                wanted = 5_000
                for _ in range(self.used[person, "repeats", day]):
                    wanted = wanted * 4 // 5
                wanted = wanted * 3 // 2 if segment == 0 else wanted
                caps = [((person, "share", day), 15_000), ((person, "share month", month), 150_000), whole]
                if self.pay(person, wanted, caps) > 0:
                    self.shared.add((person, item))
                    self.last_share[person] = at_us
                    self.used[person, "repeats", day] += 1
                    self.shares[person] += 1
        elif kind == click:
            self.clicks[person] += 1
            if proof >= 1:
                object_cap = ((person, "click", item), 30_000)
                self.pay(
                    person,
                    2_000,
                    [
                        ((person, "clicks", day), 20_000),
                        ((person, "click week", week), 60_000),
                        object_cap,
                        whole,
                    ],
                )
        elif kind == comment:
            if not tags & 1:
                self.pay(person, 1_000, [((person, "comment", day), 3_000), whole])
        else:
            self.pay(person, 10_000, [((person, "suggestion", week), 20_000), whole])
        if kind != click:
            self.walk(person, day, month)
        self.award(person)

    def walk(self, person: int, day: int, month: int) -> None:
        """The streak of working days, two freezes a month."""
        length, last, left, filled = self.streaks.get(person, [0, -1, 0, -1])
        if day <= last or (day - 1) % 7 > 4:
            return
        left = left if filled == month else 2
        missed = 0
        if last >= 0:
            missed = sum((date_ - 1) % 7 < 5 for date_ in range(last + 1, min(day, last + 30)))
        if missed <= left:
            length, left = length + 1, left - missed
        else:
            length = 1
        self.streaks[person] = [length, day, left, month]

    def award(self, person: int) -> None:
        """Badges newly reached."""
        reached = {
            "first": self.shares[person] >= 1,
            "regular": self.shares[person] >= 25,
            "gold": self.shares[person] >= 100,
            "read": self.clicks[person] >= 100 or self.earned[person] >= 500_000,
            "faithful": self.streaks.get(person, [0])[0] >= 10,
        }
        for name, met in reached.items():
            if met and (person, name) not in self.badges:
                self.badges.add((person, name))
                self.earned[person] += 5_000 if name == "faithful" else 0


def kernel_seconds(compiled: CompiledScheme, batch: EventBatch, people: int) -> tuple[float, list[int]]:
    """CPU seconds of one replay, and what everybody earned."""
    state = new_state(compiled.tables, people)
    begin = time.thread_time()
    state, _ = score_batch(compiled.tables, state, batch)
    return time.thread_time() - begin, state.people[:, 0].tolist()


def uncompiled_seconds(compiled: CompiledScheme, batch: EventBatch, people: int) -> tuple[float, list[int]]:
    """CPU seconds of the same source uncompiled, and what everybody earned."""
    state = PlainState.of(new_state(compiled.tables, people).people.tolist())
    columns = batch._replace(kind=batch.kind[:0], role=batch.role[:0], leave=batch.leave[:0])
    events = [EventNumbers(*row) for row in zip(*(c.tolist() for c in columns if c.size), strict=True)]
    occasions = Occasions(events, batch.kind.tolist(), batch.role.tolist(), batch.leave.tolist())
    begin = time.thread_time()
    score_plain(compiled.plain_tables, state, occasions)
    return time.thread_time() - begin, [row[0] for row in state.people]


def plain_seconds(compiled: CompiledScheme, batch: EventBatch, people: int) -> tuple[float, list[int]]:
    """CPU seconds of the hand-written scorer, and what everybody earned."""
    names = [compiled.vocabulary.kind_codes[name] for name in KINDS]
    rows = list(zip(*(column.tolist() for column in batch[:-1]), strict=True))
    scorer = PlainScorer()
    begin = time.thread_time()
    for row in rows:
        scorer.score(row, names)
    return time.thread_time() - begin, [scorer.earned[person] for person in range(people)]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of each size")
    part = 10 if parser.parse_args().quick else 1
    people, count, repeats = 20_000 // part, 2_000_000 // part, 7
    compiled = compile_scheme(load_document(SCHEME, IncentiveScheme, "benchmark"))
    batch = recorded(compiled, people, count)
    few = cut(batch, CHECKED)
    kernel_seconds(compiled, few, people)
    native = sorted(kernel_seconds(compiled, batch, people)[0] for _ in range(repeats))
    _, earned = kernel_seconds(compiled, few, people)
    uncompiled, same = uncompiled_seconds(compiled, few, people)
    plain, by_hand = plain_seconds(compiled, few, people)
    if not earned == same == by_hand:
        raise SystemExit("the three come to different points: the benchmark compares nothing")
    rate = count / native[0]
    result = {
        "events": count,
        "people": people,
        "compiled_events_per_s": rate,
        "compiled_events_per_s_median": count / native[repeats // 2],
        "uncompiled_events_per_s": CHECKED / uncompiled,
        "plain_python_events_per_s": CHECKED / plain,
        "compiled_over_plain_python": rate * plain / CHECKED,
        "compiled_over_uncompiled": rate * uncompiled / CHECKED,
        "load_average": os.getloadavg()[0],
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
