"""The one scoring arithmetic: integer Python that numba compiles for the simulation and the live program runs as it is.

`score_batch` scores many people's events compiled. `engine.scoring_plain` runs the same source uncompiled over plain lists, which is
what the live program does for one person, so that no web request ever waits for a compiler. Both give equal results.

Amounts are int64 millipoints, instants int64 microseconds since 1970 UTC, dates proleptic ordinals (int64), codes small ints.
Tested against a slow reference written independently (tests/engine/test_scoring.py).
"""

from __future__ import annotations

import numpy as np

from engine.scoring_kernel import missed, score
from engine.scoring_tables import Awards, EventBatch, Ints, SchemeTables, ScoreState
from engine.scoring_terms import rehash

_FEW, _MOST_GROWTH = 1024, 16


def score_batch(tables: SchemeTables, state: ScoreState, batch: EventBatch) -> tuple[ScoreState, Awards]:
    """Score the events; returns the new state and the entries. `state` is used up: only the returned one may be used after.

    Every rule that matches an event gives one entry, of zero too, then every badge newly held or lost.
    """
    events, most = batch.person.shape[0], int(tables.general[2])
    # Memory that is never written costs nothing, a larger copy does: half as many entries again as events are seldom passed.
    out = np.empty((4, max(most, min(events, _FEW) * most, events + events // 2)), dtype=np.int64)
    progress = np.zeros(2 + 2 * tables.cap.shape[0], dtype=np.int64)
    while True:
        score(tables[:-2], *tables[-2:], *state, batch[:-1], batch.leave, out, progress)
        if progress[0] >= events:
            break
        if progress[1] + most > out.shape[1]:
            out = np.concatenate((out, np.empty_like(out)), axis=1)
        else:
            state = _with_more_slots(state, int(tables.general[3]), events / max(int(progress[0]), 1))
    return state, Awards(*(column[: progress[1]] for column in out))


def missed_days(tables: SchemeTables, streak: int, leave: Ints, people: Ints, date: int) -> Ints:
    """int64[k]: days on which a streak was missed up to the day before `date`, as scoring counts them when somebody comes back on it.

    `people` int64[k, 4]: person, segment (-1: unnamed), last date of the streak, and the most that is counted: one more says that there
    are more. `leave` as in `EventBatch`.
    """
    out = np.zeros(people.shape[0], dtype=np.int64)
    missed(tables[:-2], *tables[-2:], leave, streak, date, people, out)
    return out


def _with_more_slots(state: ScoreState, needed: int, ahead: float) -> ScoreState:
    """The state with a larger object table.

    `ahead` is how many times the events scored so far the whole batch is: filling a table again and again costs more than all the
    scoring, so that the rest of the batch is expected to take as many slots as its beginning.
    """
    used = int(state.used[0])
    expected = min(int(used * ahead), _MOST_GROWTH * state.objects.shape[0])
    slots = 1 << (2 * max(used + needed, expected) - 1).bit_length()
    objects = np.zeros((slots, 2), dtype=np.int64)
    rehash(state.objects, objects)
    return state._replace(objects=objects)
