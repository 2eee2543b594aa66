"""Expected points and cost a week of a scheme for recorded behaviour, by group, scored by the production kernel.

The estimate assumes that nobody's behaviour changes with the scheme. It is therefore immediate, and preliminary until the scheme is
rehearsed.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.scoring_plain import Occasions, score_plain
from engine.scoring_terms import EventNumbers
from rewards.document import content_hash
from rewards.publishing.behaviour import Act, Actor, Behaviour, month_of
from rewards.scheme.quantities import millipoints
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonState
from rewards.scoring.tables import CompiledScheme, compile_scheme

WEEK_DAYS = 7
MOST_KEPT = 8
_WEEKS_OF_WINDOW = {"day": 1 / 7, "week": 1.0, "month": 365.25 / 12 / 7}
REST = ""
"""The group of all that may not be shown by name."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One group's week: millipoints, number of earners, and the cost in cents if all points bought the most expensive reward."""

    group: str
    people: int
    millipoints: float
    earning: float
    cents: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A scheme's week, by group and in total; `limited`: the award budget makes fewer points spendable than are earned."""

    groups: tuple[Expected, ...]
    whole: Expected
    limited: bool


def cents_per_point(scheme: IncentiveScheme) -> float:
    """The maximum cost of a point: that of the most expensive reward per point, so that the cost is never understated."""
    rates = [one.unit_cost_cents / float(one.points) for one in scheme.rewards if one.points > 0]
    return max(rates, default=0.0)


def expected(scheme: IncentiveScheme, found: Behaviour, shown: Collection[str]) -> Estimate:
    """The week of a scheme under a behaviour; groups that are not `shown` are pooled.

    Raises SchemeError where the scheme cannot be scored.
    """
    earned, earning = _by_segment(compile_scheme(scheme), found)
    weeks, rate = found.days / WEEK_DAYS, cents_per_point(scheme)
    rows: dict[str, list[float]] = {}
    for segment, people in found.people.items():
        sample = found.sampled.get(segment, 0)
        scale = people / sample if sample else 0.0
        row = rows.setdefault(segment if segment in shown else REST, [0, 0.0, 0.0])
        row[0] += people
        row[1] += earned[segment] * scale / weeks
        row[2] += earning[segment] * scale
    total = [sum(row[at] for row in rows.values()) for at in range(3)]
    pool = scheme.award_budget
    most = total[1]
    if pool is not None:
        span = _WEEKS_OF_WINDOW.get(pool.window)
        most = min(most, millipoints(pool.points) / span) if span is not None else most
    part = most / total[1] if total[1] else 1.0
    cents = rate * part / 1000.0

    def line(group: str, row: list[float]) -> Expected:
        return Expected(group, int(row[0]), row[1], row[2], row[1] * cents)

    groups = tuple(
        line(group, row) for group, row in sorted(rows.items(), key=lambda one: (one[0] == REST, one[0]))
    )
    return Estimate(groups, line(REST, total), part < 1.0)


class Estimates:
    """A cache of estimates: the version in force is compared with at every keystroke."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, frozenset[str]], tuple[Behaviour, Estimate]] = {}

    def of(self, scheme: IncentiveScheme, found: Behaviour, shown: Collection[str]) -> Estimate:
        """As `expected`, cached as long as the behaviour is the same."""
        key = content_hash(scheme), frozenset(shown)
        known = self._kept.get(key)
        if known is None or known[0] is not found:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            known = self._kept[key] = found, expected(scheme, found, shown)
        return known[1]


def _by_segment(compiled: CompiledScheme, found: Behaviour) -> tuple[Counter[str], Counter[str]]:
    """Millipoints and number of earners in the sample, by segment."""
    earned, earning = Counter[str](), Counter[str]()
    for actor in found.actors:
        amount = points_of(compiled, actor)
        earned[actor.segment] += amount
        earning[actor.segment] += amount > 0
    return earned, earning


def points_of(compiled: CompiledScheme, actor: Actor) -> int:
    """Millipoints earned by one person's acts."""
    state = PersonState.new(compiled)
    return sum(
        line[2] for line in score_plain(compiled.plain_tables, state.score, occasions(compiled, actor))
    )


def occasions(compiled: CompiledScheme, actor: Actor) -> Occasions:
    """One person's acts as the kernel's input; acts of kinds unknown to the scheme are left out."""
    v = compiled.vocabulary
    segment = v.segment_codes.get(actor.segment, -1)
    known: Mapping[str, int] = v.kind_codes
    acts = [act for act in actor.acts if act.kind in known]
    events = [_numbers(compiled, act, segment) for act in acts]
    return Occasions(events, [known[act.kind] for act in acts], [int(act.owned) for act in acts], [])


def _numbers(compiled: CompiledScheme, act: Act, segment: int) -> EventNumbers:
    v = compiled.vocabulary
    return EventNumbers(
        0, act.item, act.other, act.at_us, act.day, _month(act.day), v.channel_code(act.channel),
        v.tag_mask(act.tags), segment, act.proof, act.quantity,
    )  # fmt: skip


_month = lru_cache(4096)(month_of)
