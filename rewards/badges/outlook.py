"""A person's outlook for today: remainder of each cap, state of streaks, and level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from engine import scoring_tables as codes
from engine.scoring_folds import missed_dates
from engine.scoring_tables import StateColumns
from engine.scoring_terms import EventNumbers, window_of
from rewards.badges.progress import score_of
from rewards.clock import month_index
from rewards.ledger.places import Place
from rewards.scheme.quantities import millipoints
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import CompiledScheme
from rewards.store.session import Transaction


@dataclass(frozen=True, slots=True)
class CapLeft:
    """The remainder of a cap in today's window. `rule` is the rule's title, '' for all rules together; amounts in millipoints."""

    rule: str
    window: str
    left_millipoints: int
    whole_millipoints: int


@dataclass(frozen=True, slots=True)
class StreakToday:
    """A streak on this day. `broken`: more days were missed than freezes cover, so that the next act starts a new streak.

    `frozen_days` are missed days that freezes cover; `freezes_left` what is left beside them.
    """

    streak: str
    title: str
    days: int
    longest: int
    frozen_days: int
    freezes_left: int
    broken: bool
    acted_today: bool


@dataclass(frozen=True, slots=True)
class LevelHeld:
    """The highest level reached ('' where none is), and the next with what is missing of it in millipoints (None: none is higher)."""

    title: str
    next_title: str
    left_millipoints: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything by the scheme in force, None where none is."""

    caps: tuple[CapLeft, ...]
    streaks: tuple[StreakToday, ...]
    level: LevelHeld | None


NOTHING = Outlook((), (), None)


def outlook(tx: Transaction, organisation: str, person: str, now: datetime) -> Outlook:
    """From the state that scoring itself keeps, in the person's own day, week and month. Raises NotFound for the person."""
    found = score_of(tx, organisation, person, now)
    if found is None:
        return NOTHING
    compiled, state, place, today = found
    score = state.columns(compiled)
    return Outlook(
        caps=tuple(_caps(compiled, score, today)),
        streaks=tuple(_streaks(compiled, score, place, today)),
        level=level_held(compiled.scheme, int(score.earned[0])),
    )


def _window(code: int, today: date) -> int:
    return int(window_of(code, today.toordinal(), month_index(today)))


def _caps(compiled: CompiledScheme, score: StateColumns, today: date) -> list[CapLeft]:
    """Caps of one item or one colleague have no one amount that is left, and are left out."""
    titles = {rule.id: rule.title for rule in compiled.scheme.rules}
    found = []
    for index, (rule, cap) in enumerate(compiled.caps):
        if cap.scope != "rule":
            continue
        counted_in, used = (int(value) for value in score.cap[0, index])
        whole = millipoints(cap.points)
        spent = used if counted_in == _window(int(compiled.tables.cap[index, 0]), today) else 0
        found.append(CapLeft(titles.get(rule, ""), cap.window, max(0, whole - spent), whole))
    return found


def _streaks(
    compiled: CompiledScheme, score: StateColumns, place: Place, today: date
) -> Sequence[StreakToday]:
    tables, found = compiled.tables, []
    segment = compiled.vocabulary.segment_codes.get(place.segment_on(today), -1)
    off = [(0, *dates) for dates in place.off_under(compiled.scheme.calendar.holidays)]
    leave = np.array(off, dtype=np.int64).reshape(len(off), 3)
    asker = EventNumbers(0, 0, -1, 0, today.toordinal(), 0, -1, 0, segment, 0, 1)
    for index, streak in enumerate(compiled.scheme.streaks):
        row = [int(value) for value in score.streak[0, index]]
        length, last = row[codes.LENGTH], row[codes.LAST_DATE]
        granted = int(tables.streak[index, 1])
        filled = row[codes.FREEZES_IN] == _window(int(tables.streak[index, 2]), today)
        freezes = max(0, row[codes.FREEZES_LEFT]) if filled else granted
        missed = (
            missed_dates(tables, leave, index, last + 1, today.toordinal(), freezes, asker) if length else 0
        )
        found.append(
            StreakToday(
                streak=streak.id,
                title=streak.title,
                days=length,
                longest=max(row[codes.LONGEST], length),
                frozen_days=missed if missed <= freezes else 0,
                freezes_left=freezes - missed if missed <= freezes else freezes,
                broken=missed > freezes,
                acted_today=bool(length) and last == today.toordinal(),
            )
        )
    return found


def level_held(scheme: IncentiveScheme, earned: int) -> LevelHeld | None:
    """The place of an amount among the scheme's levels; None where the scheme has none."""
    if not scheme.levels:
        return None
    rising = sorted(scheme.levels, key=lambda level: level.points)
    reached = [level.title for level in rising if millipoints(level.points) <= earned]
    above = [level for level in rising if millipoints(level.points) > earned]
    return LevelHeld(
        title=reached[-1] if reached else "",
        next_title=above[0].title if above else "",
        left_millipoints=millipoints(above[0].points) - earned if above else None,
    )
