"""How far a person is on the way to each badge, read from the state that scoring itself keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rewards.award import PersonState, carry
from rewards.people import find_row
from rewards.reasons import points_text
from rewards.scheme import MILLIPOINTS, Badge, IncentiveScheme, Requirement
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store import states
from rewards.store.session import Transaction
from rewards.store.units import to_us


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
    return [
        _progress(badge, badge.id in held, compiled.scheme, state.reached(compiled, place))
        for place, badge in enumerate(compiled.badges)
    ]


def _progress(badge: Badge, held: bool, scheme: IncentiveScheme, reached: list[int]) -> BadgeProgress:
    rest = iter(reached)
    ways = [tuple(_step(need, scheme, next(rest)) for need in group) for group in badge.groups]
    nearest = max(ways, key=_share)
    share = 1.0 if held else _share(nearest)
    return BadgeProgress(badge.id, badge.title, badge.description, held, share, nearest)


def _share(steps: Sequence[Step]) -> float:
    return min(step.share for step in steps)


def _step(need: Requirement, scheme: IncentiveScheme, done: int) -> Step:
    needed = need.at_least * MILLIPOINTS if need.metric == "points" else need.at_least
    what = need.metric if need.metric == "points" else need.of
    if need.metric == "awards":
        what = next(rule.title for rule in scheme.rules if rule.id == need.of)
    elif need.metric == "streak":
        what = next(streak.title for streak in scheme.streaks if streak.id == need.of)
    shown = max(0, min(done, needed))
    text = points_text if need.metric == "points" else str
    return Step(what, text(shown), text(needed), shown / needed)
