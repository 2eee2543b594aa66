"""The one scoring arithmetic: integer Python that numba compiles for the simulation and the live program runs as it is.

`score_batch` scores many people's events compiled; with `compiled=False` the same source runs uncompiled (`.py_func`), which is
what the live program does for one person and one event, so that no web request ever waits for a compiler. Both give equal results.

Amounts are int64 millipoints, instants int64 microseconds since 1970 UTC, dates proleptic ordinals (int64), codes small ints.
Tested against a slow reference written independently (tests/engine/test_scoring.py).
"""

from __future__ import annotations

import numpy as np

from engine.scoring_kernel import score
from engine.scoring_tables import Awards, EventBatch, SchemeTables, ScoreState
from engine.scoring_terms import rehash

_FEW = 1024


def score_batch(
    tables: SchemeTables, state: ScoreState, batch: EventBatch, compiled: bool = True
) -> tuple[ScoreState, Awards]:
    """Score the events; returns the new state and the entries. `state` is used up: only the returned one may be used after.

    Every rule that matches an event gives one entry, of zero too, then every badge newly held or lost. Equal for `compiled` or not.
    """
    run = score if compiled else score.py_func
    events, most = batch.person.shape[0], int(tables.general[2])
    out = np.empty((max(most, min(events, _FEW) * most, events), 4), dtype=np.int64)
    progress = np.zeros(2, dtype=np.int64)
    while True:
        run(tables[:-2], *tables[-2:], *state, batch[:-1], batch.leave, out, progress)
        if progress[0] >= events:
            break
        if progress[1] + most > out.shape[0]:
            out = np.concatenate((out, np.empty_like(out)))
        else:
            state = _with_more_slots(state, int(tables.general[3]), compiled)
    out = out[: progress[1]]
    return state, Awards(*(np.ascontiguousarray(out[:, column]) for column in range(4)))


def _with_more_slots(state: ScoreState, needed: int, compiled: bool) -> ScoreState:
    """The same state over a larger object table, at most a quarter full."""
    slots = 1 << (4 * (int(state.object_count[0]) + needed)).bit_length()
    keys, values = np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=np.int64)
    (rehash if compiled else rehash.py_func)(state.object_keys, state.object_values, keys, values)
    return state._replace(object_keys=keys, object_values=values)
