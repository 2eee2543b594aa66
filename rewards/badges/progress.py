"""Progress of a person towards each badge, read from the scoring state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from engine import scoring_tables as codes
from engine.scoring_tables import StateColumns
from engine.scoring_terms import window_of
from rewards.amounts import points_text
from rewards.clock import month_index
from rewards.ledger.live import Fold
from rewards.ledger.places import Place, places
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scheme.phrases import kind_words
from rewards.scheme.scheme import Badge, Requirement
from rewards.scoring.award import PersonState
from rewards.scoring.tables import CompiledScheme
from rewards.store import states
from rewards.store.persons import find_row
from rewards.store.session import Transaction
from rewards.store.units import to_us


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement: the measure, the count so far (capped at the need), and the count needed."""

    what: str
    done: str
    needed: str
    share: float


@dataclass(frozen=True, slots=True)
class BadgeProgress:
    """A badge of the scheme in force. `steps` are the requirements of the group that is nearest; `share` is its least one."""

    badge: str
    title: str
    description: str
    held: bool
    share: float
    steps: tuple[Step, ...]


def badge_progress(tx: Transaction, organisation: str, person: str, now: datetime) -> list[BadgeProgress]:
    """Every badge of the scheme in force, in its order. Raises NotFound for the person."""
    found = score_of(tx, organisation, person, now)
    if found is None:
        return []
    compiled, state, _, today = found
    held = state.badges(compiled)
    return [_progress(badge, badge.id in held, compiled, state, today) for badge in compiled.badges]


class ScoreNow(NamedTuple):
    """The scoring state of a person under the scheme in force, with the person's place and local date."""

    compiled: CompiledScheme
    state: PersonState
    place: Place
    today: date


def score_of(tx: Transaction, organisation: str, person: str, now: datetime) -> ScoreNow | None:
    """None where no scheme is in force. Raises NotFound for the person."""
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    if version == NO_SCHEME:
        return None
    row = states.every(tx, [who.id]).get(who.id)
    kept = (NO_SCHEME, b"") if row is None else (row.scheme_version, row.state)
    place = places(tx, [who])[who.id]
    return ScoreNow(
        compiled=schemes.compiled(version),
        state=Fold.resume(schemes, *kept).under(version),
        place=place,
        today=date.fromordinal(place.date_at(to_us(now))[0]),
    )


def _progress(
    badge: Badge, held: bool, compiled: CompiledScheme, state: PersonState, today: date
) -> BadgeProgress:
    first = int(compiled.tables.badge[compiled.badges.index(badge), 0])
    ways: list[tuple[Step, ...]] = []
    for group in badge.groups:
        ways.append(tuple(_step(need, first + at, compiled, state, today) for at, need in enumerate(group)))
        first += len(group)
    nearest = max(ways, key=_share)
    share = 1.0 if held else _share(nearest)
    return BadgeProgress(badge.id, badge.title, badge.description, held, share, nearest)


def _share(steps: Sequence[Step]) -> float:
    return min(step.share for step in steps)


def _step(need: Requirement, row: int, compiled: CompiledScheme, state: PersonState, today: date) -> Step:
    """`row` is the requirement's place in the kernel's table."""
    scheme, score = compiled.scheme, state.columns(compiled)
    _, _, index, needed = (int(value) for value in compiled.tables.requirement[row])
    match need.metric:
        case "points":
            done, what = int(score.earned[0]), "points"
        case "awards":
            done, what = int(score.rule[0, index, codes.AWARDS]), scheme.rules[index].title
        case "streak":
            done, what = int(score.streak[0, index, codes.LENGTH]), scheme.streaks[index].title
        case _:
            done, what = _counted(compiled, score, index, today), kind_words(need.of)
    shown = max(0, min(done, needed))
    text = points_text if need.metric == "points" else str
    return Step(what, text(shown), text(needed), shown / needed)


def _counted(compiled: CompiledScheme, score: StateColumns, index: int, today: date) -> int:
    """The count in the current time window. Counts per object have no total to show."""
    window = window_of.py_func(int(compiled.tables.counter[index, 0]), today.toordinal(), month_index(today))
    counted_in, count = score.counter[0, index]
    return int(count) if counted_in == window else 0
