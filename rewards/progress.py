"""How far a person is on the way to each badge, read from the state that scoring itself keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rewards.award import PersonState, carry
from rewards.people import find_row
from rewards.reasons import points_text
from rewards.scheme import MILLIPOINTS, Badge, Requirement
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store import states
from rewards.store.session import Transaction
from rewards.store.units import to_us
from rewards.tables import CompiledScheme


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement: what is counted, how many there are (never more than needed), how many are needed."""

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
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    if version == NO_SCHEME:
        return []
    compiled = schemes.compiled(version)
    row = states.every(tx, [who.id]).get(who.id)
    if row is None or row.scheme_version == NO_SCHEME:
        state = PersonState.new(compiled)
    else:
        before = schemes.compiled(row.scheme_version)
        state = PersonState.from_bytes(row.state, before)
        if row.scheme_version != version:
            state = carry(state, before, compiled)
    held = state.badges(compiled)
    return [_progress(badge, badge.id in held, compiled, state) for badge in compiled.scheme.badges]


def _progress(badge: Badge, held: bool, compiled: CompiledScheme, state: PersonState) -> BadgeProgress:
    ways = [tuple(_step(need, compiled, state) for need in group) for group in badge.groups]
    nearest = max(ways, key=_share)
    share = 1.0 if held else _share(nearest)
    return BadgeProgress(badge.id, badge.title, badge.description, held, share, nearest)


def _share(steps: Sequence[Step]) -> float:
    return min(step.share for step in steps)


def _step(need: Requirement, compiled: CompiledScheme, state: PersonState) -> Step:
    scheme, score = compiled.scheme, state.score
    match need.metric:
        case "points":
            needed, done, what = need.at_least * MILLIPOINTS, state.earned_millipoints, "points"
        case "awards":
            at = next(i for i, rule in enumerate(scheme.rules) if rule.id == need.of)
            needed, done, what = need.at_least, int(score.awards[0, at]), scheme.rules[at].title
        case "events":
            at = compiled.vocabulary.kind_codes[need.of]
            needed, done, what = need.at_least, int(score.events[0, at]), need.of
        case "streak":
            at = next(i for i, streak in enumerate(scheme.streaks) if streak.id == need.of)
            needed, done, what = need.at_least, int(score.streak[0, at, 0]), scheme.streaks[at].title
    shown = max(0, min(done, needed))
    text = points_text if need.metric == "points" else str
    return Step(what, text(shown), text(needed), shown / needed)
