"""What people learn from a day's awards about the next ones."""

from __future__ import annotations

from typing import Any

from engine.kernels import kernel
from engine.signatures import I64, F64In, F64Out, I64In, U8In


@kernel(I64In, I64In, F64In, U8In, I64, F64In, I64In, F64Out, F64Out, F64Out)
def expect(
    person: Any, kind: Any, millipoints: Any, counted: Any, act: Any, rates: Any, lane: Any, paid: Any, acts: Any, belief: Any
) -> None:  # fmt: skip
    """Move each person's belief, in points for an act, towards the mean of today's events.

    person, kind, millipoints  of each event; those whose kind is `counted` pay for the acts, which are events of the kind `act`
    rates                      the part of the way that is learnt in a day, by run; `lane` is the run of each person
    paid, acts                 scratch by person, zeros in and out
    """
    for k in range(person.size):
        i = person[k]
        if counted[kind[k]] != 0:
            paid[i] += millipoints[k]
            acts[i] += kind[k] == act
    for k in range(person.size):
        i = person[k]
        if counted[kind[k]] != 0 and acts[i] >= 0.0:
            mean = paid[i] / max(acts[i], 1.0) / 1000.0
            belief[i] += rates[lane[i]] * (mean - belief[i])
            # Once a person.
            paid[i], acts[i] = 0.0, -1.0
    for k in range(person.size):
        acts[person[k]] = 0.0
