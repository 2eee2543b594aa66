"""Terms shared by all parts of the scoring kernel: one event, conditions, windows, and the hash table of objects.

The same source runs compiled and as plain Python; `engine.scoring` is the public interface.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from engine import scoring_tables as c
from engine.kernels import Deferred, Instruction, kernel
from engine.signatures import Array, I64Matrix

_LOW_31, _LOW_62 = (1 << 31) - 1, (1 << 62) - 1
# Odd factors below 2**31 with bits well spread: the golden ratio, and the roots of 2, 3 and 5, in units of 2**31.
_FIRST, _SECOND, _THIRD, _FOURTH = 1_327_217_885, 889_516_853, 1_572_067_135, 506_952_113


class EventNumbers(NamedTuple):
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


class _Fetch(Instruction):
    """The engine's prefetch, which is nothing in plain Python."""

    def __call__(self, *_: Any) -> None:
        return None


fetch: Any = _Fetch("prefetch")


class _Natural(Instruction):
    """Tells the compiler that a number is not negative; in plain Python the number itself."""

    def __call__(self, value: int) -> int:
        return value


natural: Any = _Natural("natural")


def shared(function: Callable[..., Any]) -> Any:
    """Marks a part of the scoring kernel."""
    return _Shared(function, forceinline=True)


@shared
def holds(program, start, end, e):  # type: ignore[no-untyped-def]
    """True where the postfix condition holds; an empty one does. The stack is the bits of one integer."""
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
    """Number of the window that a date lies in; ISO weeks, counted from Monday 0001-01-01."""
    if window == c.DAY:
        return date
    if window == c.WEEK:
        return (date - 1) // 7
    if window == c.MONTH:
        return month
    return 0


@shared
def _mix(lane, part, factor):  # type: ignore[no-untyped-def]
    """31 bits of the lane and 63 of the part into 31 bits. Products stay below 2**62, in Python and compiled alike."""
    product = (lane ^ (part & _LOW_31)) * factor
    product = ((product ^ (product >> 31)) & _LOW_31 ^ (part >> 31)) * factor
    return (product ^ (product >> 31)) & _LOW_31


@shared
def key_of(person, what, item, window):  # type: ignore[no-untyped-def]
    """A number from 1 to 2**62 for (person, what, object or pair, window)."""
    high = _mix(_mix(person, what, _FIRST), window & _LOW_62, _FIRST)
    low = _mix(_mix(person, window & _LOW_62, _SECOND), what, _SECOND)
    return ((_mix(high, item, _THIRD) << 31) | _mix(low, item, _FOURTH)) + 1


@shared
def probe(objects, slot, key):  # type: ignore[no-untyped-def]
    """The key's slot, used or free, from `slot` on."""
    while objects[slot, 0] != 0 and objects[slot, 0] != key:
        slot = natural((slot + 1) & (objects.shape[0] - 1))
    return slot


@shared
def slot_of(objects, person, what, item, window):  # type: ignore[no-untyped-def]
    """Slot of (person, what, object or pair, window), used or free, and the key that makes it that slot."""
    key = key_of(person, what, item, window)
    return natural(probe(objects, natural((key - 1) & _LOW_31 & (objects.shape[0] - 1)), key)), key


@shared
def ask_for(objects, key):  # type: ignore[no-untyped-def]
    """Prefetch the memory of the key's slot before it is used."""
    fetch(objects, 2 * ((key - 1) & _LOW_31 & (objects.shape[0] - 1)))


@shared
def take(state, slot, key):  # type: ignore[no-untyped-def]
    """Make the slot the key's own."""
    if state.objects[slot, 0] == 0:
        state.objects[slot, 0] = key
        state.used[0] += 1


@kernel(Array("int64", 2), I64Matrix)
def rehash(old, new):  # type: ignore[no-untyped-def]
    """Enter every used slot of the old table into the new, empty one. Sizes of new tables are powers of two."""
    last = new.shape[0] - 1
    for at in range(old.shape[0]):
        key = int(old[at, 0])
        if key != 0:
            slot = (key - 1) & _LOW_31 & last
            while new[slot, 0] != 0:
                slot = (slot + 1) & last
            new[slot, 0], new[slot, 1] = key, old[at, 1]
