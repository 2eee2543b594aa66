"""What every part of the scoring kernel speaks of: one event, conditions, windows, and the table of objects.

The functions are the same source compiled and not; `engine.scoring` is their public face.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from engine import scoring_tables as c
from engine.kernels import Deferred, I64In, I64Out, kernel

_FIRST_PRIME, _SECOND_PRIME = 2_147_483_647, 2_147_483_629


class Event(NamedTuple):
    """One event of the batch as plain integers."""

    person: int
    item: int
    counterpart: int
    at_us: int
    date: int
    month: int
    channel: int
    tags: int
    segment: int
    verification: int
    quantity: int


class Offsets(NamedTuple):
    """First columns of a person's row."""

    cap: int
    counter: int
    streak: int
    badge: int


class _Shared(Deferred):
    """A part of the kernel that is also called as plain Python, where the live program runs it uncompiled."""

    def __call__(self, *values: Any) -> Any:
        return self.py_func(*values)


def shared(function: Callable[..., Any]) -> Any:
    """Marks a part of the scoring kernel."""
    return _Shared(function)


@shared
def holds(program, start, end, e):  # type: ignore[no-untyped-def]
    """Whether the postfix condition holds; an empty one does. The stack is the bits of one integer."""
    if start == end:
        return True
    stack = 0
    for at in range(start, end):
        op, operand = int(program[at, 0]), int(program[at, 1])
        if op == c.OP_AND:
            stack = (stack >> 2 << 1) | (stack & (stack >> 1) & 1)
        elif op == c.OP_OR:
            stack = (stack >> 2 << 1) | ((stack | (stack >> 1)) & 1)
        elif op == c.OP_NOT:
            stack = stack ^ 1
        else:
            if op == c.OP_SEGMENT:
                truth = e.segment >= 0 and (operand >> e.segment) & 1 == 1
            elif op == c.OP_CHANNEL:
                truth = e.channel >= 0 and (operand >> e.channel) & 1 == 1
            elif op == c.OP_TAG:
                truth = (operand & e.tags) != 0
            elif op == c.OP_WEEKDAY:
                truth = (operand >> ((e.date - 1) % 7)) & 1 == 1
            else:
                left = e.quantity if op == c.OP_QUANTITY else e.verification
                truth = _compares(left, operand, int(program[at, 2]))
            stack = (stack << 1) | (1 if truth else 0)
    return stack & 1 == 1


@shared
def _compares(left, comparison, right):  # type: ignore[no-untyped-def]
    if comparison == c.LESS:
        return left < right
    if comparison == c.LESS_EQUAL:
        return left <= right
    if comparison == c.EQUAL:
        return left == right
    if comparison == c.NOT_EQUAL:
        return left != right
    if comparison == c.GREATER_EQUAL:
        return left >= right
    return left > right


@shared
def window_of(window, date, month):  # type: ignore[no-untyped-def]
    if window == c.DAY:
        return date
    if window == c.WEEK:
        return (date - 1) // 7
    if window == c.MONTH:
        return month
    return 0


@shared
def slot_of(keys, person, what, item, window):  # type: ignore[no-untyped-def]
    """Slot of (person, what, object or pair, window), used or free. Products stay below 2**63 in Python and compiled alike."""
    high = (person + 1) % _FIRST_PRIME
    low = (person + 1) % _SECOND_PRIME
    for part in (what + 1, item, window + 1):
        high = (high * 48_271 + part % _FIRST_PRIME) % _FIRST_PRIME
        low = (low * 69_621 + part % _SECOND_PRIME) % _SECOND_PRIME
    key = high * 2_147_483_648 + low + 1
    last = keys.shape[0] - 1
    slot = (key ^ (key >> 31)) & last
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & last
    return slot, key


@shared
def take(state, slot, key):  # type: ignore[no-untyped-def]
    """Make the slot the key's own."""
    if state.object_keys[slot] == 0:
        state.object_keys[slot] = key
        state.object_count[0] += 1


@kernel(I64In, I64In, I64Out, I64Out)
def rehash(old_keys, old_values, keys, values):  # type: ignore[no-untyped-def]
    """Enter every used slot of the old table into the new, empty one. Sizes are powers of two."""
    last = keys.shape[0] - 1
    for at in range(old_keys.shape[0]):
        key = int(old_keys[at])
        if key != 0:
            slot = (key ^ (key >> 31)) & last
            while keys[slot] != 0:
                slot = (slot + 1) & last
            keys[slot], values[slot] = key, old_values[at]
