"""The one scoring arithmetic: integer Python that numba compiles for the simulation and the live program runs as it is.

`score_batch` scores many people's events compiled; with `compiled=False` the same source runs uncompiled (`.py_func`), which is
what the live program does for one person and one event, so that no web request ever waits for a compiler. Both give equal results.

Amounts are int64 millipoints, instants int64 microseconds since 1970 UTC, dates proleptic ordinals (int64), codes small ints.
Tested against a slow reference written independently (tests/engine/test_scoring.py).
"""

from __future__ import annotations

import numpy as np

from engine.kernels import plain
from engine.scoring_kernel import missed, score
from engine.scoring_tables import Awards, EventBatch, Ints, SchemeTables, ScoreState
from engine.scoring_terms import rehash

_FEW, _MOST_GROWTH = 1024, 16
# Uncompiled, what helps a compiler or the memory is only in the way: `natural` is a number's own `int`, and nothing is asked for ahead.
_PLAIN = plain(score, {"natural": int, "_AHEAD": 1 << 62})


def score_batch(
    tables: SchemeTables, state: ScoreState, batch: EventBatch, compiled: bool = True
) -> tuple[ScoreState, Awards]:
    """Score the events; returns the new state and the entries. `state` is used up: only the returned one may be used after.

    Every rule that matches an event gives one entry, of zero too, then every badge newly held or lost. Equal for `compiled` or not.
    """
    run = score if compiled else _PLAIN
    events, most = batch.person.shape[0], int(tables.general[2])
    # Memory that is never written costs nothing, a larger copy does: half as many entries again as events are seldom passed.
    out = np.empty((4, max(most, min(events, _FEW) * most, events + events // 2)), dtype=np.int64)
    progress = np.zeros(2 + 2 * tables.cap.shape[0], dtype=np.int64)
    while True:
        run(tables[:-2], *tables[-2:], *state, batch[:-1], batch.leave, out, progress)
        if progress[0] >= events:
            break
        if progress[1] + most > out.shape[1]:
            out = np.concatenate((out, np.empty_like(out)), axis=1)
        else:
            state = _with_more_slots(
                state, int(tables.general[3]), events / max(int(progress[0]), 1), compiled
            )
    return state, Awards(*(column[: progress[1]] for column in out))


def missed_days(tables: SchemeTables, streak: int, leave: Ints, people: Ints, date: int) -> Ints:
    """int64[k]: days on which a streak was missed up to the day before `date`, as scoring counts them when somebody comes back on it.

    `people` int64[k, 4]: person, segment (-1: unnamed), last date of the streak, and the most that is counted: one more says that there
    are more. `leave` as in `EventBatch`.
    """
    out = np.zeros(people.shape[0], dtype=np.int64)
    missed(tables[:-2], *tables[-2:], leave, streak, date, people, out)
    return out


def _with_more_slots(state: ScoreState, needed: int, ahead: float, compiled: bool) -> ScoreState:
    """The same state over a larger object table.

    `ahead` is how many times the events scored so far the whole batch is: filling a table again and again costs more than all the
    scoring, so that the rest of the batch is expected to take as many slots as its beginning.
    """
    used = int(state.used[0])
    expected = min(int(used * ahead), _MOST_GROWTH * state.objects.shape[0])
    slots = 1 << (2 * max(used + needed, expected) - 1).bit_length()
    objects = np.zeros((slots, 2), dtype=np.int64)
    (rehash if compiled else rehash.py_func)(state.objects, objects)
    return state._replace(objects=objects)
