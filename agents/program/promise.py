"""The announced reward of a scheme: the points that follow from its rules for a first share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import scoring_tables as codes
from engine.scoring import score_batch
from engine.scoring_tables import NO_LEAVE, EventBatch, new_state
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import CompiledScheme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Promise(NamedTuple):
    """Announced reward by segment, float64[segments] each.

    share, click     announced points for a share and for a click, the latter including its chance of a lead; surprises are excluded
    tangible         tangible part of the points paid, surprises included
    public, expected parts of the tangible pay that are public, and announced
    """

    share: Floats
    click: Floats
    tangible: Floats
    public: Floats
    expected: Floats


class Examples(NamedTuple):
    """One example for each (segment, kind of item, channel), arrays of one length; `weight` is its relative frequency."""

    segment: Ints
    segment_code: Ints
    channel_code: Ints
    tags: Ints
    weight: Floats


def promises_of(
    scheme: IncentiveScheme,
    compiled: CompiledScheme,
    examples: Examples,
    events: list[tuple[int, int]],
    leads_per_click: Sequence[float],
    *,
    date: int,
    month: int,
) -> list[Promise]:
    """One promise for each value of `leads_per_click`, by scoring a first share, click and lead of every example.

    events   (kind code, verification level) of share, click and lead
    date, month   when the examples happen: ordinal of a date, and months since year 0
    """
    firsts = [_first(compiled, examples, kind, level, date, month=month) for kind, level in events]
    return [_promise(scheme, examples, firsts, (1.0, 1.0, leads)) for leads in leads_per_click]


def _promise(
    scheme: IncentiveScheme,
    examples: Examples,
    firsts: list[tuple[Ints, Ints, Floats]],
    counts: tuple[float, float, float],
) -> Promise:
    segments = int(examples.segment.max()) + 1
    total = np.bincount(examples.segment, weights=examples.weight, minlength=segments)
    natures = [rule.nature for rule in scheme.rules]
    announced = np.array([nature.expectation == "expected" for nature in natures], dtype=np.float64)
    tangible = np.array([nature.worth == "tangible" for nature in natures], dtype=np.float64)
    public = np.array([nature.publicity == "public" for nature in natures], dtype=np.float64)
    told, paid = [], {name: np.zeros(segments) for name in ("all", "tangible", "public", "expected")}
    for (segment, rule, points), count in zip(firsts, counts, strict=True):

        def mean(
            part: Floats, segment: Ints = segment, points: Floats = points, count: float = count
        ) -> Floats:
            return np.bincount(segment, weights=points * part * count, minlength=segments) / total

        told.append(mean(announced[rule]))
        paid["all"] += mean(np.ones(rule.size))
        paid["tangible"] += mean(tangible[rule])
        paid["public"] += mean((tangible * public)[rule])
        paid["expected"] += mean((tangible * announced)[rule])
    worth, money = np.maximum(paid["all"], 1e-12), np.maximum(paid["tangible"], 1e-12)
    return Promise(
        told[0], told[1] + told[2], paid["tangible"] / worth, paid["public"] / money, paid["expected"] / money
    )


def _first(
    compiled: CompiledScheme, examples: Examples, kind: int, level: int, date: int, *, month: int
) -> tuple[Ints, Ints, Floats]:
    # Segment, rule and weighted points of each award for a first event of this kind.
    size = examples.segment.size
    zeros = np.zeros(size, dtype=np.int64)
    batch = EventBatch(
        person=np.arange(size, dtype=np.int64),
        kind=zeros + kind,
        object=zeros + 1,
        counterpart=zeros - 1,
        occurred_at_us=zeros,
        local_date=zeros + date,
        month=zeros + month,
        channel=examples.channel_code,
        tags=examples.tags,
        segment=examples.segment_code,
        verification=zeros + level,
        quantity=zeros + 1,
        role=zeros,
        leave=NO_LEAVE,
    )
    _, awards = score_batch(compiled.tables, new_state(compiled.tables, size), batch)
    by_rule = awards.reason != codes.BADGE
    who = awards.event[by_rule]
    points = awards.amount_millipoints[by_rule] / 1000.0 * examples.weight[who]
    return examples.segment[who], awards.item[by_rule], points
